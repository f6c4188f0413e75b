"""`hatchway backup`."""

from pathlib import Path

import click

from gateway.cli.common import Exit, config, fail, mistakes_told


@click.command
@click.argument("to", metavar="TO", type=click.Path(path_type=Path))
@config
def command(to: Path, settings_file: Path) -> None:
    """Copy the store to the new folder TO, whether or not a gateway runs on it.

    It has the database as it was at one moment, the policies and rosters that were ever in force, the settings, and a manifest
    with hashes; the keys that what is held is sealed with are named, and not in it.
    """
    from gateway.ports import StoreUnavailable
    from gateway.settings import load_settings
    from gateway.store.backup import back_up

    with mistakes_told("Nothing was copied."):
        store = load_settings(settings_file).store
    if not isinstance(store, Path):
        fail(Exit.UNAVAILABLE, f"{store}: is a PostgreSQL; copy it with pg_dump, as deploy/keeping.md says")
    try:
        found = back_up(store, settings_file, to.absolute())
    except StoreUnavailable as away:
        fail(Exit.UNAVAILABLE, str(away))
    click.echo(f"{to}: {found.holds} held messages, {found.waiting} of them waiting; head {found.head}")
    if found.keys:
        click.echo(f"It is of use only with the key {', '.join(found.keys)}, which is not in it: keep that elsewhere.")
