"""How far a long run is: a bar on standard error where somebody sits in front of it, and nothing in a pipe or a log."""

import sys
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar


class Progress:
    """total: octets of the whole run, None where that is not known."""

    def __init__(self, *, total: int | None) -> None:
        self._bar = Bar(
            TextColumn("{task.fields[said]}"),
            BarColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            disable=not sys.stderr.isatty(),
            transient=True,
        )
        self._task = self._bar.add_task("", total=total, said="0 messages")
        self._messages = 0

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None) -> None:
        self._bar.stop()

    def advance(self, octets: int) -> None:
        """One message more, that took so many octets of the whole."""
        self._messages += 1
        self._bar.update(self._task, advance=octets, said=f"{self._messages} message{'' if self._messages == 1 else 's'}")
