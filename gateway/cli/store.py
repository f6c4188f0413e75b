"""`hatchway store`."""

import asyncio
import getpass
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gateway.cli.common import Exit, answered, as_json, config, control_socket, fail, mistakes_told, print_json
from gateway.control import NotRunning, Refused, ask

if TYPE_CHECKING:
    from gateway.database import Postgres
    from gateway.store import Shelf

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.group
def command() -> None:
    """Copy all that is kept to another database, and change what it is sealed with."""


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


@command.command()
@config
def rekey(settings_file: Path) -> None:
    """Wrap every message's key with the master key that the settings use; no message is sealed anew.

    Name the new key in the settings beside the old one, use it, and start the gateway anew before. Afterwards the old one is
    needed for this store no more, but for backups made until now.
    """
    socket = control_socket(settings_file)
    try:
        ask(socket, "audit.head")
    except NotRunning:
        said, count = asyncio.run(_alone(settings_file))
    except (Refused, PermissionError):
        said, count = _through(socket)
    else:
        said, count = _through(socket)
    click.echo(f'{count} keys were wrapped anew; all {said["contents"]} are wrapped with "{said["key"]}"')
    if said["retired"]:
        click.echo(f"Not needed for this store any more: {', '.join(said['retired'])}. Backups made until now need it still.")


def _through(socket: Path) -> tuple[Mapping[str, Any], int]:
    """By the running gateway, in steps that keep nobody waiting."""
    count = 0
    while True:
        said = answered(socket, "store.rekey")
        count += said["rewrapped"]
        if not said["left"]:
            return said, count


async def _alone(settings_file: Path) -> tuple[Mapping[str, Any], int]:
    from gateway.ports import StoreUnavailable
    from gateway.settings import load_settings
    from gateway.store import opened

    with mistakes_told("Nothing was changed."):
        settings = load_settings(settings_file)
    if isinstance(settings.store, Path) and not settings.store.is_file():
        fail(Exit.UNAVAILABLE, f"{settings.store}: there is no database")
    try:
        shelf = await opened(settings.store, encryption=settings.encryption)
        try:
            return await _all_of(shelf)
        finally:
            await shelf.close()
    except StoreUnavailable as away:
        fail(Exit.UNAVAILABLE, str(away))
    except ValueError as wrong:
        fail(Exit.FAILED, str(wrong))


async def _all_of(shelf: "Shelf") -> tuple[Mapping[str, Any], int]:
    count = 0
    while True:
        said: Mapping[str, Any] = await shelf.rekey(actor=getpass.getuser())
        count += said["rewrapped"]
        if not said["left"]:
            return said, count


def _meant(file: Path) -> "Path | Postgres":
    from gateway.settings import load_settings

    if file.suffix not in {".yaml", ".yml"}:
        if str(file).startswith("postgres"):
            raise click.UsageError("Name a settings file whose `store` is that PostgreSQL: it says how to get in, too.")
        return file.absolute()
    with mistakes_told("Nothing was copied."):
        return load_settings(file).store
