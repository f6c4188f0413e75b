"""`hatchway appeal`: what senders appeal, and a supervisor's answer, through the running gateway."""

from pathlib import Path
from typing import Any

import click

from gateway.cli.common import as_json, asked, config, plain, print_json

_as = click.option("--as", "reviewer", default="", help="Who decides, if it is not you; both are recorded.")


@click.group
def command() -> None:
    """Answer senders who appeal a ruling. Nobody answers an appeal against his own."""


@command.command("list")
@config
@as_json
def list_(settings_file: Path, *, as_json: bool) -> None:
    """List the appeals that wait for an answer, the oldest message first."""
    found = asked(settings_file, "appeal.list")
    if as_json:
        print_json(found)
    elif not found:
        click.echo("no appeal waits")
    for one in found if not as_json else ():
        _tell(one)


@command.command()
@click.argument("id_", metavar="ID")
@click.option("--reason", "--note", "note", default="", help="A note for the record and the sender.")
@_as
@config
@as_json
def overturn(id_: str, note: str, reviewer: str, settings_file: Path, *, as_json: bool) -> None:
    """Grant an appeal: the message is released to all its recipients."""
    _answer(settings_file, "appeal.overturn", as_json=as_json, id=id_, note=note, reviewer=reviewer)


@command.command()
@click.argument("id_", metavar="ID")
@click.option("--reason", "--note", "note", required=True, help="Why it stays as it was ruled; the sender reads it.")
@_as
@config
@as_json
def uphold(id_: str, note: str, reviewer: str, settings_file: Path, *, as_json: bool) -> None:
    """Refuse an appeal: the ruling stands."""
    _answer(settings_file, "appeal.uphold", as_json=as_json, id=id_, note=note, reviewer=reviewer)


def _answer(settings_file: Path, request: str, *, as_json: bool, **said: object) -> None:
    held = asked(settings_file, request, **said)
    if as_json:
        print_json(held)
    else:
        click.echo(f"{held['id']} {_become(held['appeal'])}; it is {held['state']}")


def _become(appeal: dict[str, Any]) -> str:
    if appeal["finding"] is None:
        return "waits for a second supervisor to agree"
    return "upheld" if appeal["finding"]["upheld"] else "overturned"


def _tell(held: dict[str, Any]) -> None:
    if "unreadable" in held:
        click.secho(f"{held['id']}  (cannot be read: {_line(held['unreadable'])})", bold=True)
        return
    appeal, against = held["appeal"], held["appeal"]["against"]
    click.secho(f"{held['id']}  {plain(held['subject']) or '(no subject)'}", bold=True)
    click.echo(f"  {against['ruling']} {against['at']} by {plain(against['reviewer'])}: {_line(against['note']) or '-'}")
    click.echo(f"  appealed {appeal['at']} by {plain(appeal['by'])}: {_line(appeal['text'])}")


def _line(text: str) -> str:
    return plain(" / ".join(text.splitlines()))
