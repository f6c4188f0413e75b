"""`hatchway status`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

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
    canaries, fronts = said.pop("canaries"), said.pop("fronts", ())
    rows = [*((f"front {one['front']}", _front(one)) for one in fronts)]
    rows += [(f"canary {one}", word) for one, word in canaries.items()]
    width = max(map(len, (*said, *(name for name, _ in rows))))
    for name, value in (*said.items(), *rows):
        click.echo(f"{name.replace('_', ' '):<{width}}  {value if value is not None else '-'}")


def _front(one: Mapping[str, Any]) -> str:
    sessions = "" if one["sessions"] is None else f", {one['sessions']} sessions"
    again = f", started anew {one['restarts']} times" if one["restarts"] else ""
    return f"{one['state']}, pid {one['pid'] or '-'} since {one['since']}{sessions}{again}"
