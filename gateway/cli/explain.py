"""`hatchway explain`."""

import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gateway.cli import law
from gateway.cli.common import Exit, as_json, config, fail, plain, print_json
from gateway.control.answers import verdict
from gateway.mail import Address, Client, Command, Envelope, Mail, new_id
from gateway.mail.content import in_memory
from gateway.ports import Judgement

if TYPE_CHECKING:
    from gateway.reading import Reader


@click.command
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@click.option("--sender", help="The envelope sender; <> for the null sender.  [default: Return-Path, or else From]")
@click.option(
    "--recipient",
    "recipients",
    multiple=True,
    help="An envelope recipient; repeat it for more.  [default: To, Cc and Bcc]",
)
@click.option("--at", type=click.DateTime(), help="The time to decide for (UTC), for policies with dates.  [default: now]")
@click.option(
    "--policies", type=click.Path(path_type=Path, file_okay=False), help="A folder of policies in place of the settings'."
)
@click.option("--roster", type=click.Path(path_type=Path, file_okay=False), help="A roster folder in place of the settings'.")
@config
@as_json
def command(  # noqa: PLR0913  -- one parameter an option
    file: Path,
    *,
    sender: str | None,
    recipients: tuple[str, ...],
    at: datetime | None,
    policies: Path | None,
    roster: Path | None,
    settings_file: Path,
    as_json: bool,
) -> None:
    """Say what would become of the message FILE (- for standard input), and why. Nothing is sent or stored."""
    from gateway.classify import Classifier
    from gateway.judges import limits, thresholds
    from gateway.model import load_judge
    from gateway.pipeline import judge
    from gateway.reading import Reader

    judging = law.judging(settings_file)
    known = law.roster(settings_file, roster)
    scorer = load_judge() if judging.model else None
    when = at.replace(tzinfo=UTC) if at else datetime.now(UTC)
    reader, octets = Reader(limits=limits(judging)), _octets(file)
    envelope = _envelope(sender, recipients) if sender is not None and recipients else _said(octets, sender, recipients, reader)
    judgement = judge(
        Mail(id=new_id(when), envelope=envelope, content=in_memory(octets), received=when),
        reader=reader,
        classifier=Classifier(known, scorer=scorer, thresholds=thresholds(judging)),
        rulebook=law.rulebook(settings_file, policies, known),
        at=when,
    )
    if as_json:
        print_json(_explained(judgement))
    else:
        _print(judgement)
        if sender is None or not recipients:
            who = f"{envelope.sender or '<>'} to {', '.join(map(str, envelope.recipients))}"
            click.echo(plain(f"  taken     from {who}, as it says itself; --sender and --recipient say otherwise"))


def _octets(file: Path) -> bytes:
    try:
        written = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as error:
        fail(Exit.DATA, f"{file}: {error.strerror}")
    return re.sub(rb"\r?\n", b"\r\n", written)


def _said(octets: bytes, sender: str | None, recipients: tuple[str, ...], reader: "Reader") -> Envelope:
    """What was not given is taken from the message."""
    from gateway.rehearsal.envelopes import Assumed, Unaddressed, envelope, header_block

    authors = reader.read(octets, dear=False).authors
    try:
        found = envelope(header_block(octets), authors, assumed=Assumed(sender=sender or "", recipients=recipients))
    except Unaddressed as unknown:
        fail(Exit.DATA, str(unknown))
    except ValueError:
        return _envelope(sender or "", recipients)
    said = str(found.sender or "<>") if sender is None else sender
    return _envelope(said, recipients or tuple(map(str, found.recipients)))


def _envelope(sender: str, recipients: tuple[str, ...]) -> Envelope:
    try:
        return _written(sender, recipients)
    except ValueError as error:
        fail(Exit.DATA, f"{error}; write addresses as user@domain")


def _written(sender: str, recipients: tuple[str, ...]) -> Envelope:
    path = "" if sender in {"", "<>"} else sender
    return Envelope(
        sender=_address(path) if path else None,
        recipients=tuple(map(_address, recipients)),
        client=Client(address="127.0.0.1"),
        mail=Command(path=path.encode()),
        rcpts=tuple(Command(path=recipient.encode()) for recipient in recipients),
    )


def _address(written: str) -> Address:
    """Raises ValueError for what no MAIL or RCPT command would carry; `postmaster` needs no domain (RFC 5321 §4.5.1)."""
    address = Address.parse(written.removeprefix("<").removesuffix(">"))
    if not address.domain and address.key[0] != "postmaster":
        raise ValueError(f"{written!r} is no address")
    return address


def _explained(judgement: Judgement) -> dict[str, object]:
    decision = judgement.decision
    return {
        "disposition": decision.word,
        "policy": decision.policy,
        "rule": str(decision.rule),
        "because": decision.because,
        "authorities": [{"name": a.name, "title": a.title, "text": a.text} for a in decision.authority],
        "dry_run": [{"would": t.would, "rule": str(t.rule), "grounds": t.grounds} for t in decision.trials],
        **verdict(decision.verdict),
    }


def _print(judgement: Judgement) -> None:
    decision = judgement.decision
    click.secho(f"{decision.word.upper()}  {decision.because}", bold=True)
    click.echo(f"  rule      {decision.rule}")
    for authority in decision.authority:
        click.echo(f"  authority {authority.name}, {authority.title}: {authority.text.strip()}")
    for trial in decision.trials:
        click.echo(f"  dry run   would {trial.would} by {trial.rule}: {trial.grounds}")
    found = decision.verdict
    if found is None:
        return
    for category, label in found.labels.items():
        click.echo(f"  {category:<9} {label} ({found.scores[category]:.2f})")
        for finding in found.of(category):
            click.echo(f"    {finding.says} [{finding.kind}]")
            for evidence in finding.evidence:
                click.echo(plain(f"      {evidence.place}: “{' '.join(evidence.quote.split())}”"))
    for unread in found.unread:
        click.echo(plain(f"  unread    {unread.place}: {unread.why}"))
