"""What the commands share: options, exit status, and how answers and mistakes are printed."""

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from enum import IntEnum
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click

from gateway.control import NotRunning, Refused, ask
from gateway.source import Mistakes

F = TypeVar("F", bound=Callable[..., Any])

SETTINGS = "/etc/hatchway/hatchway.yaml"


class Exit(IntEnum):
    """Exit status beyond 0 and click's own 2 (sysexits.h)."""

    FAILED = 1
    DATA = 65
    UNAVAILABLE = 69
    TRY_LATER = 75
    NO_PERMISSION = 77
    CONFIG = 78


config = click.option(
    "-c",
    "--config",
    "settings_file",
    type=click.Path(path_type=Path, dir_okay=False),
    default=lambda: os.environ.get("HATCHWAY_CONFIG", SETTINGS),
    show_default=f"$HATCHWAY_CONFIG or {SETTINGS}",
    help="The settings file.",
)
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def print_json(value: object) -> None:
    """One JSON value on standard output, a line to itself where that is a pipe."""
    click.echo(json.dumps(value, indent=2 if sys.stdout.isatty() else None, ensure_ascii=False))


def plain(text: str) -> str:
    """A stranger's text for a terminal: nothing in it can move the cursor or turn the direction of writing."""
    return "".join(character if character.isprintable() else "�" for character in text)


def print_table(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    """A table as wide as the terminal, and wide enough where there is none."""
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column)
    for row in rows:
        table.add_row(*row)
    Console(width=None if sys.stdout.isatty() else 200, highlight=False, markup=False).print(table)


def fail(status: int, says: str) -> NoReturn:
    """End with a sentence on standard error."""
    click.echo(says, err=True)
    raise SystemExit(status)


def refuse(mistakes: Mistakes, *, after: str = "Nothing was loaded.") -> NoReturn:
    """End with every mistake, and their number."""
    count = len(mistakes.problems)
    fail(Exit.CONFIG, f"{mistakes}\n\n{count} problem{'s' if count != 1 else ''}. {after}")


@contextmanager
def mistakes_told(after: str = "Nothing was loaded.") -> Iterator[None]:
    """Within: Mistakes and unreadable files end the command with exit status 78."""
    try:
        yield
    except Mistakes as mistakes:
        refuse(mistakes, after=after)
    except OSError as error:
        fail(Exit.CONFIG, f"{error.filename or ''}: {error.strerror or error}".removeprefix(": "))


@contextmanager
def ends_told(what: str) -> Iterator[None]:
    """Within: a process that judges and dies ends the command with exit status 75. what: became of what was judged before."""
    from gateway.evaluation.bench import Ended

    try:
        yield
    except Ended as ended:
        sys.stdout.flush()
        remedy = "Look for a lack of memory (`journalctl -k`), and try again with fewer --jobs; --jobs 1 needs no other process."
        fail(Exit.TRY_LATER, f"{ended}; {what}. {remedy}")


def control_socket(settings_file: Path) -> Path:
    """Where the running front listens, by the settings."""
    from gateway.settings import load_settings

    with mistakes_told("Correct the settings, or name others with -c."):
        return load_settings(settings_file).control_socket


def asked(settings_file: Path, request: str, **arguments: object) -> Any:
    """The front's answer, or the end of the command."""
    return answered(control_socket(settings_file), request, **arguments)


def answered(socket: Path, request: str, **arguments: object) -> Any:
    """The answer of the front that listens there, or the end of the command."""
    try:
        return ask(socket, request, **arguments)
    except Refused as refused:
        fail(Exit.TRY_LATER if refused.code == "unavailable" else Exit.FAILED, str(refused))
    except NotRunning as gone:
        fail(Exit.UNAVAILABLE, f"{gone}. Start it with `hatchway serve`.")
    except PermissionError:
        fail(Exit.NO_PERMISSION, "You may not use the control socket; ask an administrator, or run this as the gateway's user.")


def given_ids(given: tuple[str, ...]) -> Iterator[str]:
    """Ids as given; those after - come from standard input, the first word of each line."""
    for id_ in given:
        if id_ != "-":
            yield id_
            continue
        words = [line.split() for line in sys.stdin]
        yield from (line[0] for line in words if line)


def shipped(part: str) -> Path:
    """The policies or the roster that come with Hatchway ("." or "roster"): in the source tree, or in the prefix."""
    tree = Path(__file__).parents[2] / "policies"
    folder = tree if tree.is_dir() else Path(sys.prefix) / "share" / "hatchway" / "policies"
    return (folder / part).resolve()
