"""`hatchway audit`: the trail, shown, verified and exported; records handed out; legal hold.

What the trail says is read through the running gateway, or from the database where none runs; it is verified here, by whoever
asks. What changes something goes through the running gateway only.
"""

import base64
import csv
import hashlib
import io
import json
import os
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import click

from gateway.cli.common import Exit, as_json, asked, config, fail, given_ids, plain, print_json
from gateway.cli.trails import source
from gateway.cli.vouch import PAGE, Vouched, Walk, every, strays
from gateway.ports import Asked
from gateway.records import Bundle
from gateway.trail import COLUMNS, Entry, Head, cells, first_fault, line, shown

_AN_HOUR = ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]


@click.group
def command() -> None:
    """Show, verify and export the audit trail; bundle records; legal hold."""


@command.command()
@click.option("--head", "heads", multiple=True, help="A head that was kept outside: that entry must be there, with that hash.")
@config
@as_json
def verify(heads: tuple[str, ...], settings_file: Path, *, as_json: bool) -> None:
    """Find what was altered. The first bad entry is named, or else every hold that is not what the trail says."""
    expected = _heads(heads)
    vouched = Vouched()
    with source(settings_file) as trail:
        walk = Walk(every(trail, Asked()))
        fault = first_fault(vouched.passing(walk), expected)
        stray = [] if fault else strays(trail, vouched, walk)
    head = str(walk.last.head) if walk.last else None
    if as_json:
        found = {"entry": fault.sequence, "says": str(fault)} if fault else None
        print_json({"whole": not fault and not stray, "entries": walk.count, "head": head, "fault": found, "holds": stray})
    elif fault is None:
        click.echo(f"the trail is whole: {walk.count} entries, head {head or 'none'}")
    if fault is not None:
        fail(Exit.FAILED, f"the trail is broken: {fault}")
    if stray:
        fail(Exit.FAILED, "\n".join(["the shelf does not say what the trail says:", *stray]))


@command.command()
@click.option("--hold", default="", help="Only what is about this message.")
@click.option("--actor", default="", help="Only what this person or part did.")
@click.option("--step", default="", help="Only steps of this name, for example ruled.")
@click.option("--since", type=click.DateTime(_AN_HOUR), help="Not before this time (UTC).")
@click.option("--until", type=click.DateTime(_AN_HOUR), help="Before this time (UTC).")
@click.option(
    "--last", type=click.IntRange(0, PAGE), default=50, show_default=True, help="So many at most, the newest; 0 for all."
)
@config
@as_json
def show(  # noqa: PLR0913  -- one parameter an option
    settings_file: Path,
    *,
    hold: str,
    actor: str,
    step: str,
    since: datetime | None,
    until: datetime | None,
    last: int,
    as_json: bool,
) -> None:
    """Show entries, the newest last."""
    wanted = Asked(hold=hold, actor=actor, step=step, since=_utc(since), until=_utc(until))
    with source(settings_file) as trail:
        for entry in trail.entries(wanted, limit=last, newest=True) if last else every(trail, wanted):
            if as_json:
                click.echo(json.dumps(shown(entry), ensure_ascii=False))
            else:
                _print(entry)


@command.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--format", "form", type=click.Choice(["jsonl", "csv"]), default="jsonl", show_default=True, help="How it is written."
)
@config
def export(file: Path, form: str, settings_file: Path) -> None:
    """Write all to a new FILE. Anybody can verify it, for example with deploy/verify_trail.py."""
    with source(settings_file) as trail:
        walk = Walk(every(trail, Asked()))
        digest = _written(file, form, walk)
        head = str(walk.last.head) if walk.last else "none"
        click.echo(f"{walk.count} entries, head {head}, SHA-256 {digest}")
        if not trail.recorded(format=form, head=head, sha256=digest):
            click.echo("No Hatchway runs, so that the trail itself does not tell of this export.", err=True)


@command.command()
@config
@as_json
def head(settings_file: Path, *, as_json: bool) -> None:
    """Print the last entry's hash. Keep it, with its number, where nobody who can write to the database can."""
    with source(settings_file) as trail:
        last = trail.head()
    if as_json:
        print_json({"sequence": last.sequence, "hash": last.hash} if last else None)
    elif last:
        click.echo(str(last))
    else:
        fail(Exit.FAILED, "nothing was recorded yet")


@command.command()
@click.argument("ids", nargs=-1, required=True)
@click.option("--to", "file", type=click.Path(path_type=Path, dir_okay=False), required=True, help="The new ZIP file.")
@click.option("--reason", default="", help="For whom and why, for the trail.")
@config
def bundle(ids: tuple[str, ...], file: Path, reason: str, settings_file: Path) -> None:
    """Write records to a ZIP. All of the held messages, with a manifest; IDS may be - to read them from standard input."""
    count = 0
    try:
        with Bundle(file) as made:
            for id_ in dict.fromkeys(given_ids(ids)):
                files = asked(settings_file, "audit.bundle", id=id_, reason=reason)
                made.add(id_, {name: base64.b64decode(octets) for name, octets in files.items()})
                count += 1
    except OSError as error:
        fail(Exit.FAILED, f"{file}: {error.strerror}")
    click.echo(f"{file}: {count} message{'s' if count != 1 else ''}")


@command.command()
@click.argument("ids", nargs=-1, required=True)
@click.option("--reason", default="", help="Why it is kept; required unless it is lifted.")
@click.option("--lift", is_flag=True, help="Lift the legal hold.")
@config
def keep(ids: tuple[str, ...], reason: str, settings_file: Path, *, lift: bool) -> None:
    """Put under legal hold. The messages' content is not destroyed then; IDS may be - to read them from standard input."""
    if not lift and not reason.strip():
        raise click.UsageError("Say why with --reason, or lift the legal hold with --lift.")
    for id_ in given_ids(ids):
        asked(settings_file, "audit.lift" if lift else "audit.keep", id=id_, reason=reason)
        click.echo(f"{id_} {'is under no legal hold' if lift else 'is kept'}")


def _heads(written: tuple[str, ...]) -> list[Head]:
    try:
        return [Head.parse(one) for one in written]
    except ValueError as error:
        raise click.UsageError(str(error)) from None


def _written(file: Path, form: str, entries: Walk) -> str:
    """Write an export; its SHA-256. A file that was begun and not ended is taken away again."""
    digest = hashlib.sha256()
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
            _fill(opened, digest, form, entries)
    except OSError as error:
        if not isinstance(error, FileExistsError):
            file.unlink(missing_ok=True)
        fail(Exit.FAILED, f"{file}: {error.strerror}")
    except BaseException:
        with suppress(OSError):
            file.unlink()
        raise
    return digest.hexdigest()


def _fill(opened: IO[bytes], digest: "hashlib._Hash", form: str, entries: Walk) -> None:
    texts = (f"{line(entry)}\n" for entry in entries) if form == "jsonl" else _rows(entries)
    for text in texts:
        octets = text.encode("utf-8")
        digest.update(octets)
        opened.write(octets)


def _rows(entries: Walk) -> Iterator[str]:
    yield _row(COLUMNS)
    for entry in entries:
        yield _row(cells(entry))


def _row(texts: tuple[str, ...]) -> str:
    """A line of CSV (RFC 4180), its end included."""
    written = io.StringIO(newline="")
    csv.writer(written).writerow(texts)
    return written.getvalue()


def _print(entry: Entry) -> None:
    click.echo(plain(f"{entry.sequence:>7}  {entry.at[:19]}Z  {entry.step:<16} {entry.hold or '-':<14} {entry.actor}"))
    said = shown(entry)["detail"]
    for name, value in said.items() if isinstance(said, dict) else [("detail", said)]:
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        click.echo(plain(f"{'':9}{name}: {text}"))


def _utc(at: datetime | None) -> datetime | None:
    return at.replace(tzinfo=UTC) if at else None
