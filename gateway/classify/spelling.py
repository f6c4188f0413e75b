"""Words as a reader takes them, where marks stand for blanks between them, or figures for letters in them.

`plainly` keeps every character in its place, so that what is found still points into the original. It changes only what
common words show to be words: `Vote.for.Ana`, `vote, for, Ana`, `v0te`, but no address, no list of names and no case number.
"""

import re
from collections.abc import Callable
from functools import lru_cache

from gateway.classify.common import COMMON
from gateway.classify.words import CLASSES, SITES, terms

_CHAINED = re.compile(r"(?<![\w@/:.-])[A-Za-z]{1,20}([_.\-/*|~+=,])[A-Za-z]{1,20}(?:\1[A-Za-z]{1,20}){1,200}(?![\w@/:])")
_PUNCTUATED = re.compile(r"(?<!\S)(?:[^\w\s]{0,2}[A-Za-z]{1,20}[^\w\s@]{1,3}[ \n]){3,200}[^\w\s]{0,2}[A-Za-z]{1,20}")
_FIGURED = re.compile(r"(?<![\w@.#/-])(?=[A-Za-z]*[013457@$])[A-Za-z013457@$]{4,20}(?![\w@/])")
_MAY_CHAIN = re.compile(r"([_.\-/*|~+=,])[A-Za-z]{1,20}\1[A-Za-z]")
_MAY_PUNCTUATE = re.compile(
    r"[^\t-\r 0-9@A-Z_a-z][ \n]"
    r"(?:[^A-Za-z\s]{0,2}[A-Za-z]{1,20}[^A-Za-z\s]{1,3}[ \n]){2}[^A-Za-z\s]{0,2}[A-Za-z]"
)
_MAY_FIGURE = re.compile(r"[013457@$](?:[A-Za-z]|[013457@$]{3}|(?<=[A-Za-z].))")
"""What a text must hold for the patterns above, found sooner than that they are not there."""
_FIGURES = "013457@$"
_BLANK = re.compile(r"\s")
_WORD = re.compile(r"[A-Za-z]+")
_MARK = re.compile(r"[^A-Za-z\s]")
_LETTERS = (str.maketrans(_FIGURES, "oieastas"), str.maketrans(_FIGURES, "oleastas"))
_FEWEST = 2
_KEPT, _SHORT = 16_384, 64
"""So many words that were looked at are kept, of fewer characters than this."""
_KNOWN = COMMON | {term.strip("=*").lower() for _, listed in CLASSES for term in terms(listed)}


def plainly(text: str) -> str:
    """The text with blanks and letters put right; of the same length."""
    if any(map(text.__contains__, _FIGURES)):
        text = _unbroken(_MAY_FIGURE, _FIGURED, _lettered, text)
    text = _unbroken(_MAY_CHAIN, _CHAINED, _parted, text)
    return _PUNCTUATED.sub(_parted, text) if _MAY_PUNCTUATE.search(text) else text


def _unbroken(may: re.Pattern[str], pattern: re.Pattern[str], put: Callable[[re.Match[str]], str], text: str) -> str:
    """The text with `pattern`, which holds no blank, put right where between blanks `may` is found."""
    pieces, at = [], 0
    for found in may.finditer(text):
        start = found.start()
        if start >= at:
            start = _word_begins(text, at, start)
            pieces.append(text[at:start])
            blank = _BLANK.search(text, found.end())
            at = blank.start() if blank else len(text)
            written = text[start:at]
            pieces.append(_put(pattern, put, written) if at - start < _SHORT else pattern.sub(put, written))
    return "".join([*pieces, text[at:]])


def _word_begins(text: str, least: int, at: int) -> int:
    """Where what stands between blanks begins that text[at] is in; not before `least`."""
    start = max(text.rfind(" ", least, at) + 1, text.rfind("\n", least, at) + 1, least)
    if start == at or text[start:at].split() == [text[start:at]]:
        return start
    while at > least and not text[at - 1].isspace():
        at -= 1
    return at


@lru_cache(maxsize=_KEPT)
def _put(pattern: re.Pattern[str], put: Callable[[re.Match[str]], str], written: str) -> str:
    return pattern.sub(put, written)


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
