"""`hatchway status`."""

from pathlib import Path

import click

from gateway.cli.common import as_json, asked, config, print_json


@click.command
@config
@as_json
def command(settings_file: Path, *, as_json: bool) -> None:
    """Say how the running gateway stands."""
    said = asked(settings_file, "status")
    if as_json:
        print_json(said)
        return
    canaries = said.pop("canaries")
    width = max(map(len, (*said, *(f"canary {one}" for one in canaries))))
    for name, value in (*said.items(), *((f"canary {one}", word) for one, word in canaries.items())):
        click.echo(f"{name.replace('_', ' '):<{width}}  {value if value is not None else '-'}")
