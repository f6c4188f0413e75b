"""`hatchway setup`."""

import asyncio
import logging
import os
import pwd
import shutil
import socket
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

import click

from gateway.cli.common import Exit, fail, mistakes_told, shipped

if TYPE_CHECKING:
    from gateway.setup import Answers

_PATH = click.Path(path_type=Path)


@click.command
@click.option("--domain", "domains", multiple=True, help="A domain whose mail goes out here, the department's first; repeat it.")
@click.option("--relay", help="The machine that all mail goes to, as HOST or HOST:PORT.")
@click.option("--relay-tls", type=click.Choice(["none", "starttls", "implicit"]), help="How the relay is spoken to.")
@click.option("--relay-ca", type=_PATH, help="Who vouches for the relay's certificate, if not those whom the system trusts.")
@click.option("--reviewers", multiple=True, help="An address of those who rule on held mail; repeat it for more.")
@click.option("--board", multiple=True, help="An address of the board whose mail to the department is read first; repeat it.")
@click.option("--public-url", help="Where browsers reach the console, https://HOST; empty for no console.")
@click.option(
    "--administrator", default="", help="Who looks after the console's accounts; the first reviewer, if nobody is named."
)
@click.option("--hostname", default="", help="Our own name; the console's or this machine's, if nothing is said.")
@click.option(
    "--client", "clients", multiple=True, default=["127.0.0.0/8"], help="A network that may send through us; repeat it."
)
@click.option("--listen", default="127.0.0.1:10025", help="Where mail comes in.")
@click.option("--console", default="127.0.0.1:8025", help="Where the console listens, behind its proxy.")
@click.option("--folder", type=_PATH, default=Path("/etc/hatchway"), help="Where settings and policies go.")
@click.option("--state", type=_PATH, default=Path("/var/lib/hatchway"), help="Where the store goes.")
@click.option("--run", type=_PATH, default=Path("/run/hatchway"), help="Where the control socket goes.")
@click.option("--user", default="hatchway", help="Whom the files are for, when this is run by root.")
@click.option("--probe", default="", help="Send a short message to this address through the relay.")
@click.option("--no-test", is_flag=True, help="Try nothing.")
@click.option("--anyway", is_flag=True, help="Write it all the same if something does not answer.")
@click.option("--force", is_flag=True, help="Write over settings and a policy that are there; a copy of them is kept.")
def command(**given: Any) -> None:
    """Write settings and a policy, and print what Postfix, Exchange Online and Google Workspace need, and a console link.

    What is not given is asked for, where somebody is there to be asked. Each answer is tried before anything is written.
    """
    answers = _answers(given)
    from gateway.cli.serve import log_to_stderr
    from gateway.clock import SystemClock
    from gateway.setup import files, placing, standing, write

    log_to_stderr("plain", least=logging.WARNING)
    texts = files(answers, shipped("roster"))
    there = standing(answers, texts)
    if there and not given["force"]:
        fail(Exit.FAILED, f"{', '.join(map(str, there))} is there already. Take it away, or write over it with --force.")
    with mistakes_told("Nothing was written."):
        _checked(answers, texts)
    if not given["no_test"]:
        asyncio.run(_try(answers, SystemClock(), given["probe"], anyway=given["anyway"]))
    with mistakes_told("What was written stands as it is."):
        for path in there:
            shutil.copy2(path, path.with_name(f"{path.name}.before"))
        for path in write(answers, texts):
            click.echo(f"wrote    {path}")
        link = _link(answers, given["administrator"] or answers.reviewers[0])
        _hand_over(answers, given["user"])
    for heading, lines in placing(answers):
        click.echo(f"\n# {heading}\n{lines}", nl=False)
    click.echo(f"\n# Start it\nsystemctl enable --now hatchway      # or: hatchway serve -c {answers.folder / 'hatchway.yaml'}")
    click.echo(f"hatchway doctor -c {answers.folder / 'hatchway.yaml'}")
    if link:
        click.echo(f"\n# The console, once it runs: this link serves once, until {link['until']}\n{link['link']}")


def _checked(answers: "Answers", texts: Mapping[Path, str]) -> None:
    """Load it all as `hatchway serve` would. Raises Mistakes."""
    from gateway.law import load_law
    from gateway.settings import load_settings
    from gateway.setup import write

    with tempfile.TemporaryDirectory(prefix="hatchway-setup-") as folder:
        at = Path(folder)
        write(replace(answers, folder=at, state=at / "state", run=at / "run"), texts)
        load_law(load_settings(at / "hatchway.yaml"))


def _answers(given: dict[str, Any]) -> "Answers":
    """What was given, and what is asked for."""
    from gateway.setup import Answers

    domains = given["domains"] or _several("The department's mail domain, and others whose mail goes out here")
    relay = given["relay"] or _asked("The relay that all mail goes to (HOST or HOST:PORT)")
    host, port = _host_port(relay)
    reviewers = given["reviewers"] or _several("Addresses of those who rule on held mail")
    board = given["board"] or _several("Addresses of the board whose mail is read first (none: leave empty)", empty=True)
    public = given["public_url"]
    if public is None:
        public = _asked("Where browsers reach the console (https://HOST, or leave empty for none)", empty=True)
    return Answers(
        domains=tuple(domains),
        relay_host=host,
        relay_port=port,
        relay_tls=given["relay_tls"] or ("none" if host in {"127.0.0.1", "localhost", "::1"} else "starttls"),
        relay_ca=given["relay_ca"],
        reviewers=tuple(reviewers),
        board=tuple(board),
        public_url=public.rstrip("/"),
        hostname=given["hostname"] or _name(public, domains[0]),
        clients=tuple(given["clients"]),
        listen=given["listen"],
        console=given["console"],
        folder=given["folder"].absolute(),
        state=given["state"].absolute(),
        run=given["run"].absolute(),
    )


def _asked(question: str, *, empty: bool = False) -> str:
    if not sys.stdin.isatty():
        if empty:
            return ""
        fail(2, f"Nobody is there to be asked: {question}? Give it as an option (hatchway setup --help).")
    said: str = click.prompt(question, default="" if empty else None, show_default=False)
    return said.strip()


def _several(question: str, *, empty: bool = False) -> list[str]:
    return [one for one in _asked(question, empty=empty).replace(",", " ").split() if one]


def _name(public: str, domain: str) -> str:
    """What others know us by: where the console is reached, or this machine's name if it is a whole one."""
    try:
        reached, own = urlsplit(public).hostname or "", socket.getfqdn()
    except ValueError:
        fail(2, f'"{public}" is no address of a console; write for example https://hatchway.{domain}.')
    if "." in reached and not reached.replace(".", "").isdecimal():
        return reached
    return own if "." in own and not own.startswith("localhost") else f"hatchway.{domain}"


def _host_port(relay: str) -> tuple[str, int]:
    host, colon, port = relay.rpartition(":")
    if not colon or (":" in host and not host.startswith("[")):  # a bare IPv6 address has colons of its own
        return relay.strip("[]"), 25
    if not port.isdecimal():
        fail(2, f'"{relay}" is no HOST:PORT.')
    return host.strip("[]"), int(port)


async def _try(answers: "Answers", clock: Any, to: str, *, anyway: bool) -> None:
    """Say what each answer is worth; the end of the command if one does not serve."""
    from gateway.setup import probe, tried

    found = [one async for one in tried(answers, clock)]
    if to:
        found.append(await probe(answers, to, clock))
    for one in found:
        click.echo(f"{'good' if one.good else 'mind' if one.later else 'BAD':<8} {one.what}: {one.says}")
    if not all(one.good or one.later for one in found) and not anyway:
        fail(Exit.FAILED, "Nothing was written. Mend it, or write it all the same with --anyway.")


def _link(answers: "Answers", administrator: str) -> dict[str, Any]:
    """A one-time link for the first administrator, made in the store itself; none without a console."""
    from gateway.clock import SystemClock
    from gateway.control import Refused
    from gateway.control.users import user_answers
    from gateway.ports import StoreUnavailable
    from gateway.settings import load_settings
    from gateway.store import SqliteStore

    settings, clock = load_settings(answers.folder / "hatchway.yaml"), SystemClock()
    if settings.console is None:
        return {}
    url = settings.console.public_url

    async def made() -> dict[str, Any]:
        store = await SqliteStore.open(answers.state / "hatchway.db", clock)
        try:
            ask = user_answers(book=store.accounts, factors=store.factors, trail=store, clock=clock, public_url=url)
            try:
                said = await ask["user.add"](_user(), {"login": administrator, "role": "administrator", "link": True})
            except Refused:  # it is there from before
                said = await ask["user.link"](_user(), {"login": administrator})
        finally:
            await store.close()
        return cast("dict[str, Any]", said)

    try:
        return asyncio.run(made())
    except (StoreUnavailable, Refused) as gone:
        click.echo(f"no link: {gone}. Once it runs: hatchway user add {administrator} --role administrator --link", err=True)
        return {}


def _user() -> str:
    return pwd.getpwuid(os.getuid()).pw_name


def _hand_over(answers: "Answers", user: str) -> None:
    """Give the files to whom they are for, if we may."""
    if os.getuid() != 0:
        return
    try:
        owner = pwd.getpwnam(user)
    except KeyError:
        click.echo(f"there is no user {user} here; see deploy/operations.md, and give him {answers.state}", err=True)
        return
    shutil.chown(answers.folder / "hatchway.yaml", group=owner.pw_gid)
    for path in (answers.state, *answers.state.rglob("*"), answers.run):
        os.lchown(path, owner.pw_uid, owner.pw_gid)  # the state is his from before: what a link of his leads to is not
