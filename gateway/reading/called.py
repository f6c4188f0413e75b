"""What the display names in a header field say: each by itself, or those of several recipients one after the other."""

import re
from collections.abc import Iterator, Sequence

from gateway.reading.authors import FIELDS, claims
from gateway.reading.seams import LITTLE
from gateway.reading.telling import TELLING

_MOST_NAMES = 200
_NAME = 2
"""So many words are a person's name."""
_FEWEST, _SHARE = 2, 0.25
_JOINED = re.compile(r"[_.\-]+")
_WORD = re.compile(r"[a-z]+")
_PERSONS = frozenset(
    {*("christian", "church", "islam", "jesus", "june", "april", "august", "may", "will", "an", "my", "he", "day")}
    | {"la", "las", "los", "el", "de", "del", "con"}
)
"""What is a person's name, or in one, as often as not."""
_TELLING = TELLING - _PERSONS
_KNOWN = (LITTLE | TELLING) - _PERSONS


def names(field: str, value: str) -> Iterator[str]:
    """Those of authors, and of recipients those of three words and more; then what short ones of recipients say together."""
    found = [claim.name for claim in claims(value)[:_MOST_NAMES]]
    if field in FIELDS:
        yield ", ".join(filter(None, found))
        return
    yield ", ".join(name for name in map(_parted, found) if len(name.split()) > _NAME)
    if _are_a_sentence(found):
        yield " ".join(found)


def _parted(name: str) -> str:
    """A name without a blank in words, where it is made of more than a person's and tells something."""
    if " " in name or "@" in name:
        return name
    words = _JOINED.sub(" ", name)
    return words if len(words.split()) > _NAME and not _TELLING.isdisjoint(words.lower().split()) else name


def _are_a_sentence(found: Sequence[str]) -> bool:
    """Whether short ones among them hold a telling word and little ones, as persons' names seldom do."""
    if _TELLING.isdisjoint(_WORD.findall(" ".join(found).lower())):
        return False
    short = [_WORD.findall(name.lower()) for name in found if 0 < len(name.split()) <= _NAME]
    known = sum(not _KNOWN.isdisjoint(words) for words in short)
    return known >= _FEWEST and known >= _SHARE * len(found) and any(not _TELLING.isdisjoint(words) for words in short)
