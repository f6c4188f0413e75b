"""Which capitalised words of a sentence are names.

Within a sentence every one is, but for the words of offices, time and business in `terms`; at its beginning, and in lines all
in capitals or in title case, a word is a name if it is no common word. A common word in capitals is one if people are called
so and it stands where a name does: MARK PRICE, VOTE YOUNG, LONG FOR SHERIFF. Whether a line is all in capitals is asked only
where it matters. Nothing is raised.
"""

import re
from enum import Enum, auto
from functools import cache, lru_cache
from importlib.resources import files
from operator import itemgetter

from gateway.naming.letters import bare, cased
from gateway.naming.terms import (
    BODIES,
    BOOK,
    CIVIC,
    DEITY,
    FAITH,
    GIVEN,
    KEPT,
    MEMBERS,
    PARTY,
    PLAIN,
    SEATS,
    SURNAMES,
    TEMPLE,
    TITLES,
    listed,
)

NAME = chr(0xE000)
"""What stands for a name in a text that is masked."""
KEPT_WORDS, PLAIN_WORDS = frozenset(bare(KEPT).split()), frozenset(bare(PLAIN).split())

_REST = r"[\w'’&-]*(?:\.(?=\s[A-Z]))?"
_TOKEN = {False: re.compile(rf"[^\W\d_]{_REST}"), True: re.compile(rf"[A-Za-z]{_REST}")}
_CAPITAL = {False: re.compile(rf"[^\W\d_a-z]{_REST}"), True: re.compile(rf"[A-Z]{_REST}")}
"""What begins with a letter that may be a capital, up to where a token ends; the same, faster, for a text in ASCII."""
_INITIAL = itemgetter(0)
_LETTERS = re.compile(r"[^\W\d_]")
_WITHIN = frozenset("'’&-_")
_NOTHING, _OWN, _NAME_BEFORE = frozenset({" ", "-", ""}), frozenset({"'s", "'S"}), f"{NAME} "
_SHOUT = 8
_TITLED, _HEADING, _SHORT = 0.75, 5, 3
_STARTS = frozenset('.!?:;"“”(*•->|–—]…\ue006')
SURNAME_WORDS = frozenset(SURNAMES.split())
_TITLE_WORDS = "|".join(TITLES.upper().split())
_BEFORE = re.compile(
    rf"(?:^|\W)(?:(?i:voted?(?: for)?|(?:re-?)?elect|support|behind|backs?|backing|endorsed?|meet)|{_TITLE_WORDS})\.?,? $"
)
_BEHIND = re.compile(rf" FOR (?:THE |CITY |COUNTY |STATE )?(?:{'|'.join(SEATS.upper().split())})\b")
"""What stands before a name in capitals, and behind it, and hardly elsewhere."""
_WINDOW = 24
_CIVIC = frozenset(CIVIC.split())
_BODIES = rf"((?:(?!THE )[A-Z][A-Z'&-]* ){{1,3}})(?:{'|'.join(BODIES.upper().split())})\b(?: OF [A-Z]+)?"
_MEMBERS = rf"\b(?:{'|'.join(MEMBERS.upper().split())}) (?:IN|FOR|AGAINST|UNITED FOR|POR) (?!THE )[A-Z]+\b"
_BODY = re.compile(rf"(?:\bTHE |^){_BODIES}|{_MEMBERS}")
_RUN = re.compile(rf"(?:\b(?:[Tt]he|THE) |(?<![A-Z] )\b){_BODIES}|{_MEMBERS}")
"""What an association in capitals calls itself, with one to three words before it; see `MEMBERS`."""
_MAY_RUN = re.compile(r"[A-Z'&-] [A-Z]{2}")
"""What every one of these holds, found sooner than that there is none."""
GIVEN_WORDS = frozenset(bare(GIVEN).split())
_FIRST = re.compile(r"\b([A-Z][a-z]+|[A-Z]{3,})(?= (?:[A-Z]\. )?([A-Z][\w'’-]+))")
OTHER_WORDS = frozenset({"WILL", "MAY", "ART", "PAGE", "STONE", "SUMMER", "APRIL", "JUNE", "AUGUST"})
"""First names that in capitals, before what may be a surname, are mostly the other word."""
_SHOUTED_FIRST = "|".join(sorted({word.upper() for word in GIVEN_WORDS} - OTHER_WORDS))
_PAIR = re.compile(rf"\b({_SHOUTED_FIRST}) ([A-Z]{{3,}})\b")
_MAY_PAIR = re.compile("[A-Z] [A-Z]{3}")
"""What a text with a pair must hold, found far sooner than that it has none."""
_NO_SURNAME = KEPT_WORDS | PLAIN_WORDS
_KNOWN = 16_384
"""So many words are kept with what they are."""


@cache
def common() -> frozenset[str]:
    """Words seen in small letters in everyday English and Spanish mail."""
    return frozenset(bare(files("gateway.naming").joinpath("common.txt").read_text(encoding="utf-8")).split())


def shouted(text: str) -> str:
    """A text in capitals with NAME for every name: an association, a first name and what follows, an uncommon word."""
    return unnamed(quieted(first_names(text)))


def first_names(text: str) -> str:
    """NAME for a common word that is a first name before a capitalised word, such as Christian Hale and Jesus Alvarez.

    In capitals only before a surname: MARK PRICE.
    """
    return _FIRST.sub(lambda found: NAME if _is_first(*found.groups()) else found[0], text)


def eased(text: str) -> str:
    """The text, of the same length, with a first and a last name in capitals as names are written: MARK PRICE."""
    if not _MAY_PAIR.search(text):
        return text
    return _PAIR.sub(lambda found: found[0].title() if _is_first(*found.groups()) else found[0], text)


def _is_first(word: str, behind: str) -> bool:
    small = behind.lower()
    if word.lower() not in GIVEN_WORDS or small in _NO_SURNAME or small in _terms_of_faith():
        return False
    return word[1:].islower() or (word not in OTHER_WORDS and (small in SURNAME_WORDS or small not in common()))


@cache
def _terms_of_faith() -> frozenset[str]:
    return frozenset(term.lower().rstrip("*") for text in (BOOK, DEITY, TEMPLE, PARTY, FAITH) for term in listed(text))


def is_civic(words: str) -> bool:
    """Whether a board, an order or a council that these stand before is no association."""
    said = [word for word in words.lower().split() if word not in {"of", "for", "and", "&", "the"}]
    return said[-1:] != [] and (said[-1] in _CIVIC or said[0] in PLAIN_WORDS)


def quieted_runs(text: str) -> str:
    """A text with NAME for each association that is in capitals where other words are not."""
    if not _MAY_RUN.search(text):
        return text
    return _RUN.sub(lambda found: found[0] if found[1] and is_civic(found[1]) else NAME, text)


def quieted(text: str, name: str = NAME) -> str:
    """A text in capitals with `name` for each association in it."""
    return _BODY.sub(lambda found: found[0] if found[1] and is_civic(found[1]) else name, text)


def unnamed(text: str) -> str:
    """The text with NAME for every name, told by its capital."""
    pieces: list[str] = []
    told, at, end, named = 0, 0, 0, False
    loud: bool | None = None
    for written in _CAPITAL[text.isascii()].findall(text):
        start = text.index(written, end)
        end = start + len(written)
        if ((start and text[start - 1] != " ") or not written[0].isupper()) and not _begins_token(text, start):
            continue
        sort = _sort(written)
        if sort is _LETTER or sort is _USUAL:
            between = text[at:start]
            after = (named and between in _NOTHING) or between.endswith(_NAME_BEFORE)
            if sort is _LETTER:
                named = after or (written.endswith(".") and _LETTERS.search(text, end) is not None)
            elif begins(text, start) and not (after and written[1:].islower()):
                named = False
            else:
                loud = _loud(text) if loud is None else loud
                named = not loud
        elif sort is _SHOUTED:
            named = (named and text[at:start] in _NOTHING) or text[at:start].endswith(_NAME_BEFORE) or _fits(text, start, end)
        else:
            named = sort is _NAMED
        if named:
            pieces += (text[told:start], f"{NAME}'s" if written[-2:] in _OWN else NAME)
            told = end
        at = end
    return "".join((*pieces, text[told:])) if pieces else text


def _begins_token(text: str, at: int) -> bool:
    """True if a token begins here, with a capital."""
    if not text[at].isupper():
        return False
    if not at or text[at - 1] == " ":
        return True
    while at and (before := text[at - 1]) != " " and (before.isalnum() or before in _WITHIN):
        at -= 1
        if before.isalnum() and not before.isdecimal():
            return False
    return True


def _loud(text: str) -> bool:
    """A line in capitals or in title case, which does not show its names."""
    big, letters = cased(text)
    if big * 2 > letters > _SHOUT:
        return True
    if big <= _TITLED * _HEADING:
        return False
    long = list(filter(_is_long, _TOKEN[text.isascii()].findall(text)))
    return len(long) >= _HEADING and sum(map(str.isupper, map(_INITIAL, long))) / len(long) > _TITLED


@lru_cache(maxsize=_KNOWN)
def _is_long(word: str) -> bool:
    return len(word) > _SHORT and word.lower() not in KEPT_WORDS and word.lower() not in PLAIN_WORDS


def _fits(text: str, start: int, end: int) -> bool:
    """Whether a name fits where a word in capitals stands: behind VOTE or a title, or before an office."""
    return _BEHIND.match(text, end) is not None or _BEFORE.search(text, max(0, start - _WINDOW), start) is not None


class _Sort(Enum):
    """What a word with a capital is by itself: never a name; an initial; a usual word; one in capitals that may be; a name."""

    NONE = auto()
    LETTER = auto()
    USUAL = auto()
    SHOUTED = auto()
    NAME = auto()


_LETTER, _USUAL, _SHOUTED, _NAMED = _Sort.LETTER, _Sort.USUAL, _Sort.SHOUTED, _Sort.NAME


@lru_cache(maxsize=_KNOWN)
def _sort(word: str) -> _Sort:
    small = word.lower().rstrip(".")
    stem = small.partition("'")[0]
    if small in KEPT_WORDS or stem in KEPT_WORDS:
        return _Sort.NONE
    if len(stem) == 1 and small != "o":
        return _Sort.LETTER
    usual = small in common() or stem in common()
    if small in PLAIN_WORDS:
        return _Sort.NONE
    if usual and word.isupper():
        return _Sort.SHOUTED if stem in SURNAME_WORDS else _Sort.NONE
    return _Sort.USUAL if usual else _Sort.NAME


def begins(text: str, at: int) -> bool:
    """Whether a sentence, or what is like one, begins here."""
    while at and text[at - 1].isspace():
        at -= 1
    return not at or text[at - 1] in _STARTS or text[at - 1].isdigit()
