"""Places in files, and what is wrong there, in words for the person who can mend it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

_PASSWORD = re.compile(r"""(?<=://)[^/@\s]*:[^@\s]+(?=@)|(?<=password=)[^&\s"']+""")
_SHOWN = 20
"""So many allowed words are listed; a department may have hundreds of groups."""


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A place in a file: `path:line:column`, line and column counted from 1."""

    path: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One mistake: its place, what is wrong, the written line, and what to do about it."""

    location: Location
    message: str
    remedy: str = ""
    written: str = ""
    width: int = 1

    def __str__(self) -> str:
        lines = [f"{self.location}: {self.message}"]
        if self.written.strip():
            number = f"{self.location.line:>4}"
            before = re.sub(r"[^\t]", " ", self.written[: self.location.column - 1].ljust(self.location.column - 1))
            lines.append(f"{number} | {_unseen(self.written)}")
            lines.append(" " * len(number) + "   " + before + "^" * max(1, self.width))
        if self.remedy:
            lines.append(f"        {self.remedy}")
        return "\n".join(lines)


def _unseen(written: str) -> str:
    """The line without a password that stands in a URL; as long as it was, so that the mark below stays where it is."""
    return _PASSWORD.sub(lambda found: "*" * len(found[0]), written)


class Mistakes(Exception):  # noqa: N818  -- it is what it says: all the mistakes of what was loaded, not one error
    """Everything that is wrong with one or more files, in the order of the places."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(dict.fromkeys(problems), key=lambda problem: problem.location))
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def __reduce__(self) -> tuple[type["Mistakes"], tuple[tuple[Problem, ...]]]:
        return Mistakes, (self.problems,)


class Wrong(ValueError):  # noqa: N818  -- it is a word about a value, turned into a Problem before anybody sees it
    """Raised by a validator that knows the remedy, too. `{key}` in the message becomes the key that the value stands under."""

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.remedy = remedy


def did_you_mean(word: str, allowed: Iterable[str]) -> str:
    """The remedy for a word that is none of `allowed`: the nearest one, and the list."""
    names = list(allowed)
    spelled = {name.casefold(): name for name in reversed(names)}
    near = get_close_matches(word.casefold(), spelled, n=1, cutoff=0.6)
    hint = f'Did you mean "{spelled[near[0]]}"? ' if near else ""
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"{hint}Allowed: {', '.join(names[:_SHOWN])}{more}." if names else hint.strip()
