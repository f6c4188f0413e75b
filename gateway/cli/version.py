"""`hatchway version`."""

import click

from gateway import __version__
from gateway.cli.common import as_json, print_json


@click.command
@as_json
def command(*, as_json: bool) -> None:
    """Print the version."""
    if as_json:
        print_json({"version": __version__})
    else:
        click.echo(f"Hatchway {__version__}")
