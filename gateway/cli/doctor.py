"""`hatchway doctor`."""

import asyncio
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gateway.cli.common import Exit, as_json, config, mistakes_told, plain, print_json

if TYPE_CHECKING:
    from gateway.doctor import Finding
    from gateway.settings import Settings


@click.command
@click.option("--strict", is_flag=True, help="End with status 1 for what is only to be minded, too.")
@config
@as_json
def command(settings_file: Path, *, strict: bool, as_json: bool) -> None:
    """Look for all that can be wrong, and say what to do. Exit status 1 if something is bad.

    Looked at are files, the running gateway, its doors and TLS, the relay and loops, notices, the clock, the disk, permissions,
    certificates, the roster before the next election, directories, and webhooks, each of which is sent a test. Nothing else is
    sent, and nothing is changed.
    """
    from gateway.cli.serve import log_to_stderr
    from gateway.doctor import State
    from gateway.settings import load_settings

    with mistakes_told("Correct the settings first."):
        settings = load_settings(settings_file)
    log_to_stderr("plain")
    found = asyncio.run(_examined(settings, told=not as_json))
    counts = Counter(one.state for one in found)
    if as_json:
        rows = [{"what": one.what, "state": one.state, "says": one.says, "remedy": one.remedy} for one in found]
        print_json(rows)
    else:
        said = ", ".join(f"{counts[state]} {state}" for state in State)
        click.echo(f"\n{said}")
    if counts[State.BAD] or (strict and counts[State.MIND]):
        raise SystemExit(Exit.FAILED)


async def _examined(settings: "Settings", *, told: bool) -> "list[Finding]":
    from gateway.clock import SystemClock
    from gateway.doctor import examined

    found = []
    async for one in examined(settings, SystemClock()):
        found.append(one)
        if told:
            click.echo(f"{one.state:<5} {plain(one.what)}: {plain(one.says)}")
            if one.remedy:
                click.echo(f"      {plain(one.remedy)}")
    return found
