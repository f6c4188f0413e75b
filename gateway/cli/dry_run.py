"""`hatchway dry-run`: what rules and policies marked `dry run` would have done on live mail."""

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from gateway.cli.common import Exit, as_json, fail, plain, print_json

_LOG = click.Path(path_type=Path, allow_dash=True)


@click.group
def command() -> None:
    """Report what rules and policies marked `dry run` would have done."""


@command.command()
@click.argument("logs", nargs=-1, required=True, type=_LOG)
@click.option(
    "--minutes", type=click.FloatRange(min=0.0), default=3.0, show_default=True, help="Minutes that one review takes a person."
)
@as_json
def report(logs: tuple[Path, ...], *, minutes: float, as_json: bool) -> None:
    """Report what dry runs would have done on live mail, by Hatchway's log in LOGS (- for standard input).

    For example: journalctl -u hatchway -o cat --since -7d | hatchway dry-run report -
    """
    from gateway.rehearsal.dry_run import heard, told

    found = heard(_lines(logs), minutes=minutes)
    if as_json:
        print_json(found)
        return
    for line in told(found):
        click.echo("\n".join(map(plain, line.split("\n"))))


def _lines(logs: tuple[Path, ...]) -> Iterator[str]:
    for log in logs:
        try:
            with sys.stdin.buffer if str(log) == "-" else log.open("rb") as opened:
                yield from (line.decode("utf-8", "replace") for line in opened)
        except OSError as error:
            fail(Exit.DATA, f"{log}: {error.strerror}")
