"""Words run together as in a file's name, an account or a hashtag, where an appeal is made of them: `votemarshforsheriff`.

Only what a call, an office or a question on a ballot begins or ends is set apart; the name between is left whole, whoever it
is. `EndorseMarsh`, `YesOn12` and `marsh4mayor` are words too. Hosts, addresses, accounts and hashtags stay as they are: they
are judged as such.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

_SEATS = (
    r"(city|town|county|district|state|school)?(mayor|sheriff|governor|senate|senator|congress|council|judge|attorney|treasurer|board"
    r"|supervisor|commissioner|commission|assembly|clerk|coroner|president|auditor|assessor|constable|trustee|delegate|justice"
    r"|prosecutor|alcalde|alcaldesa|concejal|gobernadora?|senadora?|diputad[oa])"
)
_CALLS = r"(?:vote|re-?elect|elect|endorse|apoyen?|voten|vota)"
_ORDINARY = re.compile(
    r"vote(?:[drs]?|rs?(?:id|info|guide|reg\w*|list|rolls?|files?|turnout|cards?|data\w*)?|less|able|by.*|chs?|count\w*|total\w*|tally"
    r"|center\w*)|elect(?:s|ed|ees?|ing|able|ion\w*|ive\w*|or\w*|r[aeou]|r(?:ic|o|if|um|et|es|yt).*)|reelect(?:s|ed|ing|ion\w*)|endorse(?:[drs]|rs|es|ees?|ments?)"
    r"|vota(?:[rns]|ba.*|ci.*|do.*|nte.*|ron)|voten?|apoye(?:n|mos)",
)
"""Words that begin as a call does."""
_RUN = re.compile(
    rf"(?:({_CALLS})(for)?)?([a-z]{{3,24}}?)(for|4|para){_SEATS}(20\d\d)?"
    rf"|({_CALLS})(for)?([a-z]{{3,24}})(20\d\d)?"
    r"|(vote)?(yes|no)(on)(prop|measure|question|issue|amendment)(\d{1,3}[a-z]?)|(yes)(on)(\d{1,3}[a-z]?)|(vote)(yes|no)",
    re.IGNORECASE,
)
_TOKEN = re.compile(
    r"(?<![\w@#./:\\'-])(?=\w*(?:vot|elect|endors|apoy|for|para|4|yes|no))[A-Za-z]\w{5,70}(?![\w@/'\\-]|\.\w|://)", re.IGNORECASE
)
_HINT = re.compile(rf"{_CALLS}.{{2,}}|.{{3,}}(?:for|para){_SEATS}.*|(?:vote)?(?:yeson|noon(?:prop|meas|ques|issu|amen)).*")
_FOUR = re.compile(r"4(?<=[A-Za-z]4)(?=[A-Za-z]{4})")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z0-9])|(?<=[0-9])(?=[A-Z])")
_SIDE = re.compile(r"(?:Vote)?(?:Yes|No)On\d{1,3}[A-Z]?")
_SHORTEST, _LONGEST = 5, 70
_FEWEST_NAMES, _MOST_NAMES = 4, 200


def apart(text: str, words: Iterable[str]) -> Iterator[int]:
    """Where words that run together are to be set apart, in order. words: at least those for which `may_run` is true."""
    if any(map(may_run, words)) or _FOUR.search(text):
        for found in _TOKEN.finditer(text):
            yield from (found.start() + at for at in within(found[0]))


def may_run(word: str) -> bool:
    """Whether words may have run together in one; letters only, in small ones."""
    return len(word) >= _SHORTEST and _HINT.fullmatch(word) is not None and not _ORDINARY.fullmatch(word)


def within(word: str) -> tuple[int, ...]:
    """The same within one word; none if it is one."""
    if len(word) > _LONGEST or _ORDINARY.fullmatch(word.lower()):
        return ()
    humps = tuple(hump.start() for hump in _HUMP.finditer(word))
    if _SIDE.fullmatch(word):
        return humps
    found = _RUN.fullmatch(word)
    if not found:
        return ()
    pieces = [start for start, _ in (found.span(group) for group in range(1, len(found.groups()) + 1)) if start > 0]
    return tuple(sorted({*pieces, *humps}))


def spoken(name: str) -> str:
    """What the name of a file says: its words, set apart; "" if it is one word."""
    bare = re.sub(r"\.\w{1,5}\Z", "", re.split(r"[/\\]", name)[-1])
    spaced = re.sub(r"[_\-+.~]+", " ", bare)
    words = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Za-z])(?=\d{4})", " ", spaced)
    said = " ".join(piece for word in words.split() for piece in set_apart(word))
    return said if len(re.findall(r"[^\W\d_]{2,}", said)) > 1 else ""


def together(names: Sequence[str]) -> str:
    """What the names of several files say, one after the other, where none says anything by itself; "" where they are few."""
    bare = [re.sub(r"\.\w{1,5}\Z", "", re.split(r"[/\\]", name)[-1]) for name in sorted(names[:_MOST_NAMES])]
    words = [re.sub(r"\A\W*\d{1,3}\W+|[_\-+~]+", " ", name).strip() for name in bare]
    short = all(re.fullmatch(r"\w[\w'’]{0,30}[.,:;!]?(?: \w{1,30})?", word) for word in words)
    spelt = sum(word[:1].isalpha() for word in words)
    return " ".join(words) if short and spelt >= _FEWEST_NAMES else ""


def set_apart(word: str) -> Iterator[str]:
    """The words that run together in one."""
    edges = (0, *within(word), len(word))
    yield from (word[start:end] for start, end in pairwise(edges))
