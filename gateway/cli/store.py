"""`hatchway store`."""

import getpass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gateway.cli.common import Exit, as_json, fail, mistakes_told, print_json

if TYPE_CHECKING:
    from gateway.database import Postgres

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.group
def command() -> None:
    """Copy all that is kept to another database."""


@command.command()
@click.argument("source", metavar="FROM", type=_FILE)
@click.argument("target", metavar="TO", type=_FILE)
@as_json
def copy(source: Path, target: Path, *, as_json: bool) -> None:
    """Copy a store to an empty one. FROM and TO are a SQLite file each, or a settings file (.yaml) whose `store` is meant.

    No gateway may run on either. Every table is compared by its number of rows and its SHA-256 before anything counts; FROM
    stays as it is. Then write TO into the settings of every gateway.
    """
    from gateway.ports import StoreUnavailable
    from gateway.store import Differs
    from gateway.store import copy as copy_all

    before, after = _meant(source), _meant(target)
    try:
        counts = copy_all(before, after, getpass.getuser())
    except StoreUnavailable as away:
        fail(Exit.UNAVAILABLE, str(away))
    except Differs as differs:
        fail(Exit.DATA, str(differs))
    if as_json:
        print_json({one.table: {"rows": one.rows, "sha256": one.sha256} for one in counts})
        return
    for one in counts:
        click.echo(f"{one.table:<12} {one.rows:>9} rows  SHA-256 {one.sha256}")
    click.echo(f"{after} has all of {before}")


def _meant(file: Path) -> "Path | Postgres":
    from gateway.settings import load_settings

    if file.suffix not in {".yaml", ".yml"}:
        if str(file).startswith("postgres"):
            raise click.UsageError("Name a settings file whose `store` is that PostgreSQL: it says how to get in, too.")
        return file.absolute()
    with mistakes_told("Nothing was copied."):
        return load_settings(file).store
