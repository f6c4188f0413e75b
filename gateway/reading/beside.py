"""Characters that are seen as they are by what stands beside them: flags between words, letters that stand over a blank.

Both are undone before characters are taken one by one (`lookalikes`).
"""

import re
from collections.abc import Collection, Iterator

from gateway.reading.draft import Edit

_FIRST = 0x1F1E6
_INDICATORS = frozenset(map(chr, range(_FIRST, _FIRST + 26)))
_INDICATOR = f"[{chr(_FIRST)}-{chr(_FIRST + 25)}]"
_FLAGS = re.compile(rf"(?<!{_INDICATOR})({_INDICATOR}{{2}})\1*(?!{_INDICATOR})")
_COUNTRIES = """
ADEFGILMOQRSTUWXZ BABDEFGHIJLMNOQRSTVWYZ CACDFGHIKLMNORUVWXYZ DEJKMOZ ECEGHRSTU FIJKMOR GABDEFGHILMNPQRSTUWY HKMNRTU IDELMNOQRST
JEMOP KEGHIMNPRWYZ LABCIKRSTUVY MACDEFGHKLMNOPQRSTUVWXYZ NACEFGILOPRUZ OM PAEFGHKLMNRSTWY QA REOSUW SABCDEGHIJKLMNORSTVXYZ
TCDFGHJKLMNORTVWZ UAGMNSYZ VACEGINU WFS XK YET ZAMW
"""
"""The first letter of a country's code and all second ones (ISO 3166-1, with EU, UN and XK, which have flags as well)."""
_CODES = frozenset(group[0] + second for group in _COUNTRIES.split() for second in group[1:])
_WORD = 3
_OVER = dict(zip(map(chr, range(0x363, 0x370)), "aeioucdhmrtvx", strict=True))
"""Letters that are marks (Unicode, Combining Diacritical Marks, "Medieval superscript letter diacritics")."""
_ALONE = re.compile("[ \xa0\u2000-\u200a\u202f\u205f\u3000]([\u0363-\u036f])(?![\u0300-\u036f])")
_ANY_OVER = re.compile("[\u0363-\u036f]")
_FEWEST, _HALF = 3, 0.5


def undone(text: str, odd: Collection[str]) -> Iterator[Edit]:
    """What is put in their place, in order. odd: the characters of the text beyond ASCII."""
    found = list(_flags(text)) if not _INDICATORS.isdisjoint(odd) else []
    if not _OVER.keys().isdisjoint(odd):
        found += _letters(text)
    yield from sorted(found)


def _flags(text: str) -> Iterator[Edit]:
    """A blank for every flag beside a word: indicators of no country, and those among their like, are letters in boxes."""
    for flags in _FLAGS.finditer(text):
        start, end = flags.span()
        before, behind = text[max(0, start - _WORD) : start], text[end : end + _WORD]
        country = "".join(chr(ord(indicator) - _FIRST + ord("A")) for indicator in flags[1])
        if country in _CODES and any(len(beside) == _WORD and beside.isalpha() for beside in (before, behind)):
            yield start, end, " "


def _letters(text: str) -> Iterator[Edit]:
    """The letter for a blank with one over it, where most of them stand so: over other letters they are mere ornament."""
    alone = list(_ALONE.finditer(text))
    if len(alone) >= _FEWEST and len(alone) > _HALF * len(_ANY_OVER.findall(text)):
        yield from ((*found.span(), _OVER[found[1]]) for found in alone)
