"""`hatchway demo`: a message's whole life on this machine, with real sockets and nothing outside it.

A gateway of its own (SQLite, the shipped policies and roster) runs in front of a small relay that keeps what it is given.
A handful of messages is sent through it, one held message is released and one denied, and what arrived is shown.
"""

import asyncio
import json
import shutil
import signal
import smtplib
import socket
import sys
import tempfile
from asyncio.subprocess import Process
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

import click

from gateway.cli.common import Exit, fail, shipped
from gateway.cli.demo_relay import Arrived, DemoRelay
from gateway.control import NotRunning, ask

_PATIENCE = 30.0
"""Seconds that the demonstration waits for each step."""

_SETTINGS = """\
hostname: hatchway.department.example
listen:
  - address: 127.0.0.1:{door}
relay: {{host: 127.0.0.1, port: {relay}}}
client networks: [127.0.0.0/8]
sender domains: [department.example, association.example, network.example]
policies: policies
roster: policies/roster
store: hatchway.db
control socket: control.sock
notices: {{from: hatchway@department.example, contact: "Office of the Chief, ext. 100"}}
log: json
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketch:
    """A message of the demonstration. ruling: what its reviewer will do if it is held."""

    what: str
    sender: str
    recipients: tuple[str, ...]
    subject: str
    body: str
    ruling: str = ""

    def message(self) -> EmailMessage:
        """The message as a mail program would write it."""
        message = EmailMessage()
        message["From"] = self.sender
        message["To"] = ", ".join(self.recipients)
        message["Subject"] = self.subject
        message["Message-ID"] = f"<{self.what.replace(' ', '-')}@{self.sender.partition('@')[2]}>"
        message.set_content(self.body)
        return message


_WATCH = tuple(f"{name}@department.example" for name in ("adams", "baker", "castillo", "diaz", "evans", "fischer"))

SKETCHES = (
    Sketch(
        what="ordinary business",
        sender="dreed@department.example",
        recipients=("watch@department.example",),
        subject="Unit 214",
        body="The marked unit 214 is back from the garage. Brake pads were replaced.\nKeys are in the watch office.\n",
    ),
    Sketch(
        what="police work near politics",
        sender="lopez@department.example",
        recipients=("watch@department.example",),
        subject="Stolen campaign signs on Elm Street",
        body="Three campaign signs were taken from yards on Elm Street. Case 26-4471.\nPlease add the block to patrol.\n",
    ),
    Sketch(
        what="board notice to the department",
        sender="secretary@association.example",
        recipients=_WATCH,
        subject="General meeting on Thursday",
        body="The general meeting is on Thursday at 1900 in the hall.\nThe treasurer reports on dues. Dinner is from 1800.\n",
        ruling="release",
    ),
    Sketch(
        what="endorsement by a board member",
        sender="president@association.example",
        recipients=_WATCH,
        subject="Your board has decided",
        body=(
            "Brothers and sisters,\n\nyour board has endorsed Marisol Tate for Mayor.\n"
            "Please vote for Marisol Tate on November 3\n"
            "and bring your families with you.\n\nFraternally,\nthe President\n"
        ),
        ruling="deny",
    ),
    Sketch(
        what="link to a fund-raiser",
        sender="hall@department.example",
        recipients=("friends@department.example",),
        subject="please chip in",
        body="Chip in for her campaign before the deadline: https://secure.actblue.com/donate/tate-for-mayor\n",
    ),
    Sketch(
        what="link to a candidate",
        sender="mori@department.example",
        recipients=("squad-b@department.example",),
        subject="watch this",
        body="Great new video. Like and share the page with everybody: https://www.facebook.com/tateformayor\n",
    ),
    Sketch(
        what="ballot measure, by a restricted sender",
        sender="first.person@department.example",
        recipients=("squad-b@department.example",),
        subject="Measure 4",
        body="Vote NO on Measure 4 and tell your neighbors to vote NO too.\n",
    ),
    Sketch(
        what="a campaign's words, by the public information office",
        sender="press@department.example",
        recipients=("command@department.example",),
        subject="For information",
        body="This is what the campaign sends round today:\n\nVote for Marisol Tate for Mayor, and send her 25 dollars!\n",
    ),
    Sketch(
        what="religious promotion",
        sender="olsen@department.example",
        recipients=("all-hands@department.example",),
        subject="An invitation",
        body="Have you accepted the Lord into your heart?\nCome to our revival on Sunday and be saved. All are welcome.\n",
    ),
)


@click.command
@click.option("--once", is_flag=True, help="End after the show.")
def command(*, once: bool) -> None:
    """Show a message's whole life on this machine, with real sockets."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell that starts it in the background had it ignored
    folder = Path(tempfile.mkdtemp(prefix="hatchway-demo-"))
    try:
        with suppress(KeyboardInterrupt):
            asyncio.run(_show(folder, stay=not once))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def _show(folder: Path, *, stay: bool) -> None:
    relay = DemoRelay()
    door = _free_port()
    shutil.copytree(shipped("."), folder / "policies")
    (folder / "hatchway.yaml").write_text(_SETTINGS.format(door=door, relay=await relay.start()), encoding="utf-8")
    gateway = await _started(folder)
    try:
        replies = [await asyncio.to_thread(_send, sketch, door) for sketch in SKETCHES]
        _print_fates(replies, _disposed(folder))
        await _rule(folder)
        _print_arrived(relay.arrived)
        if stay:
            _print_more(folder, door)
            await gateway.wait()
    finally:
        await _stopped(gateway)
        await relay.close()


async def _started(folder: Path) -> Process:
    settings = folder / "hatchway.yaml"
    click.secho(f"Starting Hatchway: hatchway serve -c {settings}", bold=True)
    with (folder / "hatchway.log").open("wb") as log:
        gateway = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "gateway", "serve", "-c", str(settings), stderr=log, start_new_session=True
        )
    for _ in range(int(_PATIENCE * 10)):
        with suppress(NotRunning):
            await asyncio.to_thread(ask, folder / "control.sock", "status")
            return gateway
        if gateway.returncode is not None:
            break
        await asyncio.sleep(0.1)
    await _stopped(gateway)
    return fail(Exit.UNAVAILABLE, f"Hatchway did not start:\n{(folder / 'hatchway.log').read_text(encoding='utf-8')}")


async def _stopped(gateway: Process) -> None:
    if gateway.returncode is None:
        gateway.send_signal(signal.SIGTERM)
        await gateway.wait()


def _send(sketch: Sketch, door: int) -> str:
    """Send it; the reply to its final dot."""
    with smtplib.SMTP("127.0.0.1", door, timeout=_PATIENCE) as client:
        client.ehlo()
        client.mail(sketch.sender)
        for recipient in sketch.recipients:
            client.rcpt(recipient)
        code, text = client.data(sketch.message().as_bytes(policy=SMTP))
    return f"{code} {text.decode()}"


def _disposed(folder: Path) -> list[Mapping[str, Any]]:
    """The log line of each message, in the order they came."""
    lines = (folder / "hatchway.log").read_text(encoding="utf-8").splitlines()
    said = [json.loads(line) for line in lines if line.startswith("{")]
    return [line for line in said if line["event"] == "mail.disposed"]


def _print_fates(replies: Sequence[str], disposed: Sequence[Mapping[str, Any]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title="What became of each message, and why", title_justify="left", title_style="bold", show_lines=True)
    for name in ("message", "became", "why", "reply to the client"):
        table.add_column(name, overflow="fold")
    for sketch, reply, line in zip(SKETCHES, replies, disposed, strict=True):
        why = f"{line['because']}\n{line['rule']}"
        table.add_row(f"{sketch.what}\nfrom {sketch.sender}", line["disposition"], why, reply)
    click.echo()
    Console(width=None if sys.stdout.isatty() else 160, highlight=False, markup=False).print(table)


async def _rule(folder: Path) -> None:
    """Release and deny what the sketches say, as reviewers would, and wait until all of it went out."""
    control = folder / "control.sock"
    waiting = {held["subject"]: held["id"] for held in await asyncio.to_thread(ask, control, "queue.list")}
    click.secho(f"\n{len(waiting)} messages wait for review. Two are ruled on:", bold=True)
    for sketch in SKETCHES:
        id_ = waiting.get(sketch.subject)
        if sketch.ruling == "release" and id_:
            click.echo(f"  hatchway queue release {id_}")
            await asyncio.to_thread(ask, control, "queue.release", id=id_, reviewer="Capt. Ruiz")
        elif sketch.ruling == "deny" and id_:
            note = "Endorsements may not be sent over the department's system."
            click.echo(f'  hatchway queue deny {id_} --note "{note}"')
            await asyncio.to_thread(ask, control, "queue.deny", id=id_, reviewer="Capt. Ruiz", note=note)
    for _ in range(int(_PATIENCE * 10)):
        if not (await asyncio.to_thread(ask, control, "status"))["outbox"]:
            return
        await asyncio.sleep(0.1)
    fail(Exit.FAILED, "what was released did not reach the relay in time")


def _print_arrived(arrived: Sequence[Arrived]) -> None:
    click.secho("\nWhat the relay was given, in order:", bold=True)
    for one in arrived:
        message = message_from_bytes(one.octets)
        kind = "notice " if one.sender.startswith("<>") else "message"
        subject = make_header(decode_header(message["Subject"] or ""))
        click.echo(f"  {kind} to {len(one.recipients)}: {', '.join(one.recipients)[:60]:<60}  {subject}")
    denied = [
        one
        for one in arrived
        if b"denied" in one.octets.lower() and b"president@association.example" in one.recipients[0].encode()
    ]
    if denied:
        click.secho("\nWhat the sender of the denied message was told:", bold=True)
        click.echo("\n".join(f"  | {line}" for line in _text(denied[-1].octets).splitlines()))


def _text(octets: bytes) -> str:
    """The first plain text of a message."""
    for part in message_from_bytes(octets).walk():
        if part.get_content_type() == "text/plain":
            payload = part.get_payload(decode=True)
            return payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
    return ""


def _print_more(folder: Path, door: int) -> None:
    hatchway = f"{Path(sys.executable).parent / 'hatchway'} "
    settings, sender = folder / "hatchway.yaml", "hall@department.example"
    click.secho("\nHatchway stays up. To try more, in another terminal:", bold=True)
    click.echo(f"  export HATCHWAY_CONFIG={settings}")
    click.echo(f"  {hatchway}queue list")
    click.echo(
        f"  printf 'From: {sender}\\r\\nSubject: hello\\r\\n\\r\\nVote for Pat Doe for Sheriff!\\r\\n' |"
        f" curl -sS --url smtp://127.0.0.1:{door} --mail-from {sender} --mail-rcpt watch@department.example -T -"
    )
    click.echo(f"  edit {folder / 'policies'}, then {hatchway}check && {hatchway}reload")
    click.echo("Ctrl-C ends it and removes everything.")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
