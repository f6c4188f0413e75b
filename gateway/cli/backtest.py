"""`hatchway backtest`."""

import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gateway.cli import law
from gateway.cli.common import Exit, as_json, config, fail, mistakes_told, plain, print_json
from gateway.cli.progress import Progress
from gateway.mail import Address

if TYPE_CHECKING:
    from gateway.rehearsal.bench import Asked, Bench, Law
    from gateway.rehearsal.envelopes import Assumed
    from gateway.store import StoredHolds

_FOLDER = click.Path(path_type=Path, exists=True, file_okay=False)


@click.command
@click.argument("sources", nargs=-1, type=click.Path(path_type=Path, exists=True))
@click.option("--store", is_flag=True, help="Take the store's own history: all that was ever held and is still there.")
@click.option("--policies", type=_FOLDER, help="A folder of policies in place of the settings'.")
@click.option("--roster", type=_FOLDER, help="A roster folder in place of the settings'.")
@click.option("--model", type=_FOLDER, help="A folder of weights in place of those that ship.")
@click.option("--against", type=_FOLDER, help="A second folder of policies: what would become different?")
@click.option("--against-roster", type=_FOLDER, help="A second roster folder: what would become different?")
@click.option("--against-model", type=_FOLDER, help="A second folder of weights: what would become different?")
@click.option("--sender", default="", help="The envelope sender of messages that name none; <> for the null sender.")
@click.option("--recipient", "recipients", multiple=True, help="A recipient of messages that name none; repeat it for more.")
@click.option("--login", default="", help="The login that messages were sent under, where policies ask for it.")
@click.option(
    "--minutes", type=click.FloatRange(min=0.0), default=3.0, show_default=True, help="Minutes that one review takes a person."
)
@click.option("--list", "listed", type=click.IntRange(min=0), default=1000, show_default=True, help="Differences to list.")
@click.option("--html", "page", type=click.Path(path_type=Path, dir_okay=False), help="Write the report as a page for people.")
@click.option("--jobs", type=click.IntRange(min=1), default=os.cpu_count, show_default="all cores", help="Processes to use.")
@config
@as_json
def command(sources: tuple[Path, ...], *, settings_file: Path, **given: Any) -> None:
    """Judge past mail again, and say what would have become of it: by rule, by sender, and what reviewing it would cost.

    SOURCES are mbox files, Maildirs, folders of .eml files, or .eml files; gzipped ones too. Nothing is stored or sent. With
    --against, each message that would be treated differently is listed, with the reason. A message that cannot be judged is
    named and stops nothing. The report quotes messages: keep it where they may be read.
    """
    from gateway.rehearsal.envelopes import Assumed

    if not sources and not given["store"]:
        raise click.UsageError("Name mail to judge, or take the store's own history with --store.")
    assumed = Assumed(sender=given["sender"], recipients=given["recipients"], login=given["login"])
    _addresses(assumed)
    bench, against = _bench(settings_file, given)
    found = _judged(sources, settings_file, bench, assumed, given)
    if against:
        found["against"]["of"] = against
    if page := given["page"]:
        _write(page, found)
    if given["as_json"]:
        print_json(found)
        return
    from gateway.rehearsal.told import told

    for line in told(found):
        click.echo("\n".join(map(plain, line.split("\n"))))


def _judged(
    sources: tuple[Path, ...], settings_file: Path, bench: "Bench", assumed: "Assumed", given: dict[str, Any]
) -> dict[str, Any]:
    from gateway.ports import StoreUnavailable
    from gateway.rehearsal.bench import cases
    from gateway.rehearsal.sources import size
    from gateway.rehearsal.tally import Tally

    tally, interrupted = Tally(minutes=given["minutes"], listed=given["listed"]), False
    asked = _asked(sources, law.stored(settings_file) if given["store"] else None)
    try:
        with Progress(total=None if given["store"] else size(sources)) as progress:
            for case in cases(asked, bench, assumed, jobs=given["jobs"]):
                tally.add(case)
                progress.advance(case.size)
    except KeyboardInterrupt:
        interrupted = True
    except StoreUnavailable as gone:
        fail(Exit.UNAVAILABLE, str(gone))
    except RuntimeError as wrong:
        if not tally.messages:
            fail(Exit.CONFIG, str(wrong))
        interrupted = True
        click.echo(f"It ended before its time: {wrong}", err=True)
    against = {"against": tally.compared()} if len(bench.laws) > 1 else {}
    return {**tally.report(), "interrupted": interrupted, **against}


def _bench(settings_file: Path, given: dict[str, Any]) -> "tuple[Bench, str]":
    """What to judge by, and what the second law is, in words."""
    from gateway.judges import limits, thresholds
    from gateway.rehearsal.bench import Bench, Law

    judging, roster = law.judging(settings_file), law.roster(settings_file, given["roster"])
    now = Law(
        rulebook=law.rulebook(settings_file, given["policies"], roster),
        roster=roster,
        model=given["model"],
        judged=judging.model,
        thresholds=thresholds(judging),
    )
    second = {name: given[name] for name in ("against", "against_roster", "against_model") if given[name]}
    laws = (now, _second(now, settings_file, second)) if second else (now,)
    words = {"against": "policies", "against_roster": "roster", "against_model": "model"}
    said = ", ".join(f"{words[name]} {folder}" for name, folder in second.items())
    seconds = judging.time.total_seconds()
    return Bench(laws=laws, limits=limits(judging), seconds=seconds, memory=judging.memory), said


def _second(now: "Law", settings_file: Path, second: dict[str, Path]) -> "Law":
    roster = law.roster(settings_file, second["against_roster"]) if "against_roster" in second else now.roster
    return replace(
        now,
        rulebook=law.rulebook(settings_file, second["against"], roster) if "against" in second else now.rulebook,
        roster=roster,
        model=second.get("against_model", now.model),
    )


def _asked(sources: tuple[Path, ...], store: "StoredHolds | None") -> Iterator["Asked"]:
    from gateway.rehearsal.bench import Asked
    from gateway.rehearsal.sources import stored

    number = 0
    for one in stored(sources):
        number += 1
        yield Asked(number=number, name=one.name, size=one.size, octets=one.octets, problem=one.problem, sender=one.sender)
    if store is not None:
        yield from _history(store, number)


def _history(store: "StoredHolds", before: int) -> Iterator["Asked"]:
    """Everything that was held; what was destroyed is named, and so is what is damaged."""
    from gateway.rehearsal.bench import Asked

    with store as shelf:
        for number, id_ in enumerate(shelf.ids(), before + 1):
            try:
                held = shelf.get(id_)
            except ValueError as damaged:
                yield Asked(number=number, name=id_, problem=str(damaged))
                continue
            if held is None or held.destroyed:
                yield Asked(number=number, name=id_, problem="its content was destroyed, as `retention` says")
                continue
            mail = held.mail
            yield Asked(
                number=number,
                name=id_,
                size=mail.content.size,
                octets=mail.content.read(),
                envelope=mail.envelope,
                received=mail.received,
            )


def _addresses(assumed: "Assumed") -> None:
    """Raises click.UsageError for what no envelope would carry."""
    for written in (*assumed.recipients, *([assumed.sender] if assumed.sender not in {"", "<>"} else [])):
        try:
            whole = bool(Address.parse(written).domain)
        except ValueError:
            whole = False
        if not whole:
            raise click.UsageError(f"{written!r} is no address; write addresses as user@domain.")


def _write(file: Path, found: dict[str, Any]) -> None:
    """The report quotes mail, so that it is for its owner only."""
    from gateway.rehearsal.page import page

    with mistakes_told(""), os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
        os.fchmod(out.fileno(), 0o600)  # an older page may have been open to others
        out.write(page(found, datetime.now(UTC)).encode("utf-8", "replace").decode("utf-8"))
    if sys.stderr.isatty():
        click.echo(f"The page is in {file}.", err=True)
