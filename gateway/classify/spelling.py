"""Words as a reader takes them, where marks stand for blanks between them, or figures for letters in them.

`plainly` keeps every character in its place, so that what is found still points into the original. It changes only what
common words show to be words: `Vote.for.Ana`, `vote, for, Ana`, `v0te`, but no address, no list of names and no case number.
"""

import re

from gateway.classify.masking import COMMON
from gateway.classify.words import CLASSES, SITES, terms

_CHAINED = re.compile(r"(?<![\w@/:.-])[A-Za-z]{1,20}([_.\-/*|~+=,])[A-Za-z]{1,20}(?:\1[A-Za-z]{1,20}){1,200}(?![\w@/:])")
_PUNCTUATED = re.compile(r"(?<!\S)(?:[^\w\s]{0,2}[A-Za-z]{1,20}[^\w\s@]{1,3}[ \n]){3,200}[^\w\s]{0,2}[A-Za-z]{1,20}")
_FIGURED = re.compile(r"(?<![\w@.#/-])(?=[A-Za-z]*[013457@$])[A-Za-z013457@$]{4,20}(?![\w@/])")
_WORD = re.compile(r"[A-Za-z]+")
_MARK = re.compile(r"[^A-Za-z\s]")
_LETTERS = (str.maketrans("013457@$", "oieastas"), str.maketrans("013457@$", "oleastas"))
_FEWEST = 2
_KNOWN = COMMON | {term.strip("=*").lower() for _, listed in CLASSES for term in terms(listed)}


def plainly(text: str) -> str:
    """The text with blanks and letters put right; of the same length."""
    text = _FIGURED.sub(_lettered, text)
    return _PUNCTUATED.sub(_parted, _CHAINED.sub(_parted, text))


def _lettered(found: re.Match[str]) -> str:
    spelled = (found[0].translate(table) for table in _LETTERS)
    return next((word for word in spelled if word.lower() in _KNOWN), found[0])


def _parted(found: re.Match[str]) -> str:
    """Blanks for the marks, if half of the words between them are common ones, and more than one."""
    words = _WORD.findall(found[0])
    if "." in found[0] and " " not in found[0] and words[-1] in SITES:
        return found[0]
    common = sum(word.lower() in _KNOWN for word in words)
    return _MARK.sub(" ", found[0]) if common >= max(_FEWEST, len(words) // 2) else found[0]
