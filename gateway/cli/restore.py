"""`hatchway restore`."""

import getpass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gateway.cli.common import Exit, config, fail, mistakes_told

if TYPE_CHECKING:
    from gateway.store import OfflineTrail


@click.command
@click.argument("backup", metavar="FROM", type=click.Path(path_type=Path, exists=True, file_okay=False))
@config
def command(backup: Path, settings_file: Path) -> None:
    """Put the backup in the folder FROM where the settings' store is to be. A database that is there stays as it is.

    Every file is compared with the manifest, and the audit trail and all that it vouches for are verified, before anything is put
    back. Nothing is sent until `hatchway serve` runs.
    """
    from gateway.ports import StoreUnavailable
    from gateway.settings import load_settings
    from gateway.store.backup import put_back

    with mistakes_told("Nothing was put back."):
        settings = load_settings(settings_file)
    if not isinstance(settings.store, Path):
        fail(Exit.UNAVAILABLE, f"{settings.store}: is a PostgreSQL; restore it with pg_restore, as deploy/keeping.md says")
    try:
        found = put_back(backup.absolute(), settings.store, settings.encryption, getpass.getuser(), _examined)
    except StoreUnavailable as away:
        fail(Exit.UNAVAILABLE, f"{away}\nNothing was put back.")
    click.echo(f"{settings.store}: {found.holds} held messages, {found.waiting} of them waiting; head {found.head}")
    if found.outgoing:
        click.echo(
            f"{found.outgoing} messages were still to go out, and will when Hatchway starts; those that went out since the "
            "backup was made go out again, under the same Release-Id."
        )
    click.echo("Everybody signs in anew. What happened since the backup was made is not in it.")


def _examined(trail: "OfflineTrail") -> None:
    """Raises StoreUnavailable where `hatchway audit verify` would find something."""
    from gateway.cli.vouch import Vouched, Walk, every, strays
    from gateway.ports import Asked, StoreUnavailable
    from gateway.trail import first_fault

    vouched = Vouched()
    walk = Walk(every(trail, Asked()))
    fault = first_fault(vouched.passing(walk), [])
    if fault is not None:
        raise StoreUnavailable(f"the trail in the backup is broken: {fault}")
    if found := strays(trail, vouched, walk):
        raise StoreUnavailable("\n".join(["what is in the backup is not what its trail says:", *found]))
