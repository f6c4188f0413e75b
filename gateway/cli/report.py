"""`hatchway report`: the account of even-handedness, drawn up by the running gateway."""

import os
import sys
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import click

from gateway.cli.common import Exit, asked, config, fail

_DAY = click.DateTime(["%Y-%m-%d"])


@click.command
@click.option("--from", "since", type=_DAY, help="Of messages held from this day on.")
@click.option("--to", "until", type=_DAY, help="Of messages held up to this day, included.")
@click.option("--group", default="", help="Of senders in this group of the policies.")
@click.option("--policy", default="", help="Of messages held under this policy.")
@click.option("--each", is_flag=True, help="Every line, also those that point at one person; not to be handed on.")
@click.option("--json", "form", flag_value="json", help="Print JSON.")
@click.option("--csv", "form", flag_value="csv", help="Print CSV.")
@click.option("--html", "file", type=click.Path(path_type=Path, dir_okay=False), help="Write a page to print to a new FILE.")
@config
def command(  # noqa: PLR0913  -- one parameter an option
    settings_file: Path,
    *,
    since: datetime | None,
    until: datetime | None,
    group: str,
    policy: str,
    each: bool,
    form: str | None,
    file: Path | None,
) -> None:
    """Say how much was held, what command made of it and how soon, by policy, finding, group and over time.

    Every account that is drawn up is an entry in the audit trail.
    """
    if file and form:
        raise click.UsageError("Choose one of --html, --csv and --json.")
    days = {"since": f"{since:%Y-%m-%d}" if since else "", "until": f"{until:%Y-%m-%d}" if until else ""}
    chosen = "html" if file else form or "text"
    text = asked(settings_file, "report", form=chosen, group=group, policy=policy, each=each, **days)
    if file:
        _write(file, text)
    else:
        sys.stdout.buffer.write(text.encode("utf-8"))


def _write(file: Path, text: str) -> None:
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
            opened.write(text.encode("utf-8"))
    except OSError as error:
        if not isinstance(error, FileExistsError):
            with suppress(OSError):
                file.unlink()
        fail(Exit.FAILED, f"{file}: {error.strerror}")
    click.echo(f"{file} written")
