"""`hatchway reload`."""

from pathlib import Path

import click

from gateway.cli.common import Exit, as_json, asked, config, fail, print_json


@click.command
@config
@as_json
def command(settings_file: Path, *, as_json: bool) -> None:
    """Have the running gateway take new policies and roster; if they are wrong, it keeps what it has."""
    said = asked(settings_file, "reload")
    if as_json:
        print_json(said)
    elif said["loaded"]:
        click.echo(f"policies {said['policies']} and roster {said['roster']} are in force")
    if not said["loaded"]:
        fail(Exit.CONFIG, f"{said['mistakes']}\n\nNothing was loaded; the running gateway keeps the policies it has.")
