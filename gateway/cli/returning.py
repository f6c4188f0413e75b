"""`hatchway return` and `hatchway withdraw`: a held message goes back to its sender, asked for by a reviewer or by himself."""

from pathlib import Path
from typing import Any

import click

from gateway.cli.common import Exit, as_json, asked, config, given_ids, print_json

_as = click.option("--as", "reviewer", default="", help="Who asks, if it is not you; both are recorded.")
_ids = click.argument("ids", nargs=-1, required=True)


@click.command
@_ids
@click.option("--reason", "--note", "note", required=True, help="What to change; the sender reads it.")
@_as
@config
@as_json
def command(ids: tuple[str, ...], note: str, reviewer: str, settings_file: Path, *, as_json: bool) -> None:
    """Ask the senders to revise held messages, which do not go out. IDS may be - to read them from standard input."""
    _each(ids, settings_file, "queue.return", as_json=as_json, says="returned to its sender", note=note, reviewer=reviewer)


@click.command
@_ids
@config
@as_json
def withdraw(ids: tuple[str, ...], settings_file: Path, *, as_json: bool) -> None:
    """Take held messages back for their senders, who asked for it. IDS may be - to read them from standard input."""
    _each(ids, settings_file, "queue.withdraw", as_json=as_json, says="withdrawn")


def half(agreed: dict[str, Any]) -> str:
    """What is said of the first of two reviewers."""
    return f"not yet {agreed['ruling']}: {agreed['reviewer']} agreed, a second reviewer has to"


def _each(ids: tuple[str, ...], settings_file: Path, request: str, *, as_json: bool, says: str, **said: object) -> None:
    """Each in its turn; one that is refused does not stop the others, and makes the exit status 1."""
    refused = 0
    for id_ in given_ids(ids):
        try:
            held = asked(settings_file, request, id=id_, **said)
        except SystemExit as end:
            if end.code != Exit.FAILED:
                raise
            refused += 1
            continue
        if as_json:
            print_json(held)
        else:
            click.echo(f"{id_} {half(held['agreed']) if held['agreed'] else says}")
    if refused:
        raise SystemExit(Exit.FAILED)
