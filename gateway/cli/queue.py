"""`hatchway queue`: command review from a terminal, through the running gateway."""

import base64
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from gateway.cli import returning
from gateway.cli.common import Exit, as_json, asked, config, fail, given_ids, plain, print_json


@click.group
def command() -> None:
    """Review held mail."""


@command.command("list")
@click.option("--all", "all_", is_flag=True, help="Those ruled on too.")
@click.option("--limit", type=click.IntRange(min=1), default=1000, show_default=True, help="At most so many.")
@config
@as_json
def list_(settings_file: Path, *, all_: bool, limit: int, as_json: bool) -> None:
    """List what waits, the earliest deadline first."""
    held = asked(settings_file, "queue.list", all=all_, limit=limit)
    if as_json:
        print_json(held)
    elif not held:
        click.echo("nothing is held" if all_ else "nothing waits for review")
    else:
        _table(held)


@command.command()
@click.argument("ids", nargs=-1, required=True)
@click.option("--raw", is_flag=True, help="Write the message exactly as received, and nothing else.")
@config
@as_json
def show(ids: tuple[str, ...], settings_file: Path, *, raw: bool, as_json: bool) -> None:
    """Show held messages: who, what, why, and what became of them. IDS may be - to read them from standard input."""
    for id_ in given_ids(ids):
        held = asked(settings_file, "queue.show", id=id_, content=raw or not as_json)
        if raw and held["destroyed"]:
            fail(Exit.FAILED, f"{id_}: its content was destroyed on {held['destroyed']}; `hatchway audit show` says why")
        if raw:
            sys.stdout.buffer.write(base64.b64decode(held["content"]))
        elif as_json:
            print_json(held)
        else:
            _page(held)


@command.command()
@click.argument("ids", nargs=-1, required=True)
@click.option("--to", multiple=True, help="Only to this recipient; repeat it for more. A note must say why.")
@click.option("--note", default="", help="A note for the record and the sender.")
@click.option("--as", "reviewer", default="", help="Who rules, if it is not you; both are recorded.")
@config
@as_json
def release(ids: tuple[str, ...], to: tuple[str, ...], note: str, reviewer: str, settings_file: Path, *, as_json: bool) -> None:  # noqa: PLR0913  -- one parameter an option
    """Let held messages go to the relay. IDS may be - to read them from standard input."""
    _rule(given_ids(ids), settings_file, "queue.release", as_json=as_json, to=to, note=note, reviewer=reviewer)


@command.command()
@click.argument("ids", nargs=-1, required=True)
@click.option("--note", required=True, help="Why; the sender reads it.")
@click.option("--as", "reviewer", default="", help="Who rules, if it is not you; both are recorded.")
@config
@as_json
def deny(ids: tuple[str, ...], note: str, reviewer: str, settings_file: Path, *, as_json: bool) -> None:
    """Keep held messages from going out. IDS may be - to read them from standard input."""
    _rule(given_ids(ids), settings_file, "queue.deny", as_json=as_json, note=note, reviewer=reviewer)


@command.command()
@click.argument("ids", nargs=-1, required=True)
@click.option("--note", default="", help="Why; the other reviewers read it. Not needed to take back what you agreed to yourself.")
@click.option("--as", "reviewer", default="", help="Who disagrees, if it is not you; both are recorded.")
@config
@as_json
def disagree(ids: tuple[str, ...], note: str, reviewer: str, settings_file: Path, *, as_json: bool) -> None:
    """Disagree with the first of two reviewers, so that the messages wait as before. IDS may be -."""
    _rule(given_ids(ids), settings_file, "queue.disagree", as_json=as_json, note=note, reviewer=reviewer)


@command.command("hand-over")
@click.argument("ids", nargs=-1, required=True)
@click.option("--to", help="The address of a reviewer or a supervisor.")
@click.option("--up", is_flag=True, help="Up the ladder, from its end to the supervisors.")
@click.option("--note", required=True, help="Why; whoever gets it reads it.")
@click.option("--as", "reviewer", default="", help="Who hands it over, if it is not you; both are recorded.")
@config
@as_json
def hand_over(  # noqa: PLR0913  -- one parameter an option
    ids: tuple[str, ...], to: str | None, note: str, reviewer: str, settings_file: Path, *, up: bool, as_json: bool
) -> None:
    """Give held messages to another reviewer, or up the ladder. IDS may be - to read them from standard input."""
    if up == bool(to):
        raise click.UsageError("Name somebody with --to, or write --up.")
    said = {"to": to or "up", "note": note, "reviewer": reviewer}
    _rule(given_ids(ids), settings_file, "queue.hand-over", as_json=as_json, **said)


command.add_command(returning.command, "return")
command.add_command(returning.withdraw)


def _rule(ids: Iterable[str], settings_file: Path, request: str, *, as_json: bool, **said: object) -> None:
    """Each in its turn; one that is refused does not stop the others, and makes the exit status 1."""
    refused = 0
    for id_ in ids:
        try:
            held = asked(settings_file, request, id=id_, **said)
        except SystemExit as end:
            if end.code != Exit.FAILED:
                raise
            refused += 1
            continue
        if as_json:
            print_json(held)
        else:
            click.echo(f"{id_} {_outcome(held)}")
    if refused:
        raise SystemExit(Exit.FAILED)


def _outcome(held: dict[str, Any]) -> str:
    review, agreed = held["review"], held["agreed"]
    if review:
        return f"{review['ruling']} for {len(review['recipients'])} of {len(held['recipients'])} recipients"
    if agreed:
        return returning.half(agreed)
    return f"waits, with {held['with']}"


def _table(held: list[dict[str, Any]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("id", "state", "waits", "left", "sender", "to", "subject", "why"):
        table.add_column(name, overflow="fold" if name in {"subject", "why"} else "ellipsis", no_wrap=name in {"id", "waits"})
    for one in held:
        waiting = one["state"] == "waiting"
        table.add_row(
            one["id"],
            one["state"],
            _span(_now() - _time(one["since"])) if waiting else "",
            _span(_time(one["deadline"]) - _now()) if waiting else "",
            plain(one["sender"]),
            str(len(one["recipients"])),
            plain(one["subject"]),
            plain(one["because"]),
        )
    Console(width=None if sys.stdout.isatty() else 200, highlight=False, markup=False).print(table)


def _page(held: dict[str, Any]) -> None:
    from gateway.reading import Origin, Reader, ReadingLimits

    click.secho(f"{held['id']}  {held['state']}", bold=True)
    _line("because", held["because"])
    _line("rule", held["rule"])
    for authority in held["authorities"]:
        _line("authority", f"{authority['name']}, {authority['title']}: {authority['text'].strip()}")
    _line("sender", held["sender"])
    _line("recipients", ", ".join(held["recipients"]))
    _line("subject", held["subject"])
    _line("came", f"{held['since']} from {held['client']['address']} {held['client']['helo']}, {held['size']} octets")
    _line("deadline", f"{held['deadline']}, then {held['then']}; reviewers: {held['reviewers']} ({', '.join(held['members'])})")
    _standing(held)
    for finding in held["findings"]:
        _line(finding["kind"], f"{finding['says']}\n{finding['place']}: “{' '.join(finding['quote'].split())}”")
    for unread in held["unread"]:
        _line("not read", f"{unread['place']}: {unread['why']}")
    _ruling(held["review"])
    _said(held)
    for dispatch in held["dispatches"]:
        _line(
            dispatch["purpose"],
            f"{dispatch['state']} to {', '.join(dispatch['recipients'])}: {dispatch['relay'] or 'not yet tried'}",
        )
    if held["kept"]:
        _line("legal hold", held["kept"])
    if held["destroyed"]:
        _line("content", f"destroyed on {held['destroyed']}")
        return
    click.echo()
    for passage in Reader(limits=ReadingLimits(ocr=False)).read(base64.b64decode(held["content"])).passages:
        mark = "" if passage.origin is Origin.NEW else f"[{passage.origin}] "
        if not passage.place.header:
            click.echo("\n".join(f"  | {mark}{plain(line)}" for line in passage.text.splitlines()))
    click.echo()


def _standing(held: dict[str, Any]) -> None:
    """How far it has come, where there is more to say than a deadline."""
    if len(held["ladder"]) > 1:
        _line("ladder", "\n".join(f"{leg['reviewers']} until {leg['until']}" for leg in held["ladder"]))
        _line("with", held["with"])
    if held["hurry"]:
        _line("less time", held["hurry"])
    if held["agreed"]:
        _line("one of two", f"{held['agreed']['reviewer']}, {held['agreed']['at']}: {held['agreed']['ruling']}")


def _ruling(review: dict[str, Any] | None) -> None:
    if review:
        who = " and ".join(filter(None, (review["also"], review["reviewer"])))
        _line(review["ruling"], f"by {who}, {review['at']}, for {', '.join(review['recipients'])}")
        _line("note", review["note"] or "-")


def _said(held: dict[str, Any]) -> None:
    """What the sender said, and what became of his appeal."""
    for one in held["statements"]:
        _line("answer" if one["answers"] else "explanation", f"{one['at']} by {one['by']}\n{one['text']}")
    if appeal := held["appeal"]:
        against, finding = appeal["against"], appeal["finding"]
        _line("appeal", f"{appeal['at']} by {appeal['by']}\n{appeal['text']}")
        _line("against", f"{against['ruling']} by {against['reviewer']}, {against['at']}\n{against['note'] or '-'}")
        if finding:
            _line(
                "upheld" if finding["upheld"] else "overturned",
                f"by {finding['by']}, {finding['at']}\n{finding['reason'] or '-'}",
            )


def _line(name: str, text: str) -> None:
    first, *more = text.split("\n")
    click.echo(f"  {name:<18} {plain(first)}")
    for line in more:
        click.echo(f"  {'':<18} {plain(line)}")


def _now() -> datetime:
    return datetime.now(UTC)


def _time(written: str) -> datetime:
    return datetime.fromisoformat(written)


def _span(span: Any) -> str:
    minutes = int(span.total_seconds() // 60)
    if minutes < 0:
        return "over"
    days, rest = divmod(minutes, 1440)
    hours, minutes = divmod(rest, 60)
    return f"{days}d {hours}h" if days else f"{hours}h {minutes}m" if hours else f"{minutes}m"
