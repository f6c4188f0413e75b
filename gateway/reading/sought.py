"""Patterns in any case of letters, sought in long texts that hold none of them.

`re` is slow where IGNORECASE keeps it from looking for a beginning of fixed letters. So the text is made small once, and
what every match begins with is looked for in it; the pattern itself is asked only where that was found. Nothing is raised.
"""

import re
from collections.abc import Iterable

_ODD = "\u017f\u0131\u0130"


def may_be_others(text: str) -> bool:
    """Whether re.IGNORECASE takes letters of the text for others than str.lower does."""
    return not text.isascii() and any(letter in text for letter in _ODD)


class Sought:
    """pattern: ignores case; hints: one for each of its alternatives, in small letters, each beginning with fixed letters."""

    def __init__(self, pattern: str, hints: Iterable[str]) -> None:
        self._pattern = re.compile(pattern, re.IGNORECASE)
        self._hints = tuple(re.compile(hint) for hint in hints)

    def stands_in(self, text: str) -> bool:
        """Whether the pattern is found."""
        if not may_be_others(text):
            small = text.lower()
            if not any(hint.search(small) for hint in self._hints):
                return False
        return self._pattern.search(text) is not None
