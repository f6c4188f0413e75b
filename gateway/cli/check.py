"""`hatchway check`."""

import json
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click

from gateway.cli.common import as_json, config, print_json, refuse
from gateway.database import Postgres
from gateway.identity import unknown_reviewers
from gateway.settings import Settings, load_settings, relay_tls, server_tls
from gateway.source import Location, Mistakes, Model, Problem, read, schema
from gateway.vault import readable
from gateway.webhook import secrets

_FILES = ("settings", "policy", "roster", "tests", "api")


@click.command
@click.option(
    "--schema",
    "kind",
    type=click.Choice(_FILES),
    help="Print the JSON Schema of such a file, for editors, or the OpenAPI document of the API, and end.",
)
@click.option("--sign-in", "ask", is_flag=True, help="Also ask the OpenID provider and the directory whether they answer.")
@click.option("--store", "look", is_flag=True, help="Also ask the database whether it can be used, and say what it is.")
@config
@as_json
def command(kind: str | None, settings_file: Path, *, ask: bool, look: bool, as_json: bool) -> None:
    """Find every mistake in settings, policies and their tests, roster and notices at once; change nothing."""
    if kind:
        click.echo(json.dumps(_schema(kind), indent=1, ensure_ascii=False))
        return
    problems = list(_problems(settings_file))
    if (ask or look) and not problems:
        from gateway.cli.elsewhere import heard, looked

        answers = [asked(settings_file) for asked, wanted in ((heard, ask), (looked, look)) if wanted]
        problems = [problem for _, found in answers for problem in found]
        for line in (line for lines, _ in answers for line in lines):
            click.echo(line, err=as_json)
    if as_json:
        print_json([_row(problem) for problem in problems])
    if problems:
        refuse(Mistakes(problems), after="A running gateway keeps what it has.")
    if not as_json:
        click.echo("settings, policies, roster and notices are in order")


def _schema(kind: str) -> dict[str, Any]:
    if kind == "api":
        from gateway.console.api import document

        return document()
    from gateway.classify.roster import File as Roster
    from gateway.policy.written import File as Policies
    from gateway.rehearsal.sketches import File as Tests

    shapes: dict[str, tuple[type[Model], str]] = {
        "settings": (Settings, "Hatchway: hatchway.yaml"),
        "policy": (Policies, "Hatchway: a file of policies"),
        "roster": (Roster, "Hatchway: a file of the roster"),
        "tests": (Tests, "Hatchway: a file of policy tests"),
    }
    return schema(*shapes[kind])


def _row(problem: Problem) -> dict[str, object]:
    place = problem.location
    return {
        "file": place.path,
        "line": place.line,
        "column": place.column,
        "problem": problem.message,
        "remedy": problem.remedy,
    }


def _problems(settings_file: Path) -> list[Problem]:
    """The mistakes of all files; of policies and roster also where the settings have mistakes of their own."""
    from gateway.classify import load_roster
    from gateway.directory import cached
    from gateway.notice import Notices
    from gateway.policy import load_rulebook
    from gateway.rehearsal.sketches import load_tests, test_files

    problems: list[Problem] = []

    def tried(load: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        try:
            return load(*arguments, **named)
        except Mistakes as mistakes:
            problems.extend(mistakes.problems)
        except OSError as error:
            place = Location(str(error.filename or settings_file))
            problems.append(Problem(location=place, message=f"cannot be used: {error.strerror or error}"))
        return None

    settings = tried(load_settings, settings_file)
    if settings is not None:
        problems += [*_files(settings), *_milter(settings)]
        for hook in settings.webhooks.values():
            tried(secrets, hook.secret_file)
        if not problems:
            tried(server_tls, settings.tls)
            tried(relay_tls, settings.relay)
        tried(Notices, settings.notices, hostname=settings.hostname)
        folders = {"policies": settings.policies, "roster": settings.roster}
    else:
        folders = _folders(settings_file)
    roster = tried(load_roster, folders["roster"]) if "roster" in folders else None
    if "policies" in folders:
        rulebook = tried(
            load_rulebook, folders["policies"], roster.elections if roster else None, cached(settings) if settings else None
        )
        if settings is not None and rulebook is not None:
            problems += _unknown_reviewers(settings, settings_file, rulebook.desks())
        for file in test_files(folders["policies"]):
            tried(load_tests, file)
    return problems


def _unknown_reviewers(settings: Settings, settings_file: Path, known: frozenset[str]) -> Iterator[Problem]:
    console, document = settings.console, read(settings_file)
    for name, of in (("oidc", console.oidc), ("ldap", console.ldap)) if console else ():
        if of is not None:
            yield from unknown_reviewers(name, of, known, document)


def _files(settings: Settings) -> Iterator[Problem]:
    """The files that settings name and that cannot be read or used, but for folders, which are read anyway."""
    for key, path in _named(settings):
        try:
            octets = path.read_bytes() if path else b"there is none"
            if path and key.endswith("ca file"):
                ssl.create_default_context(cafile=str(path))
        except OSError as error:
            said = f"cannot be {'used' if isinstance(error, ssl.SSLError) else 'read'}: {error.strerror}"
        else:
            said = "" if octets.strip() else "is empty"
        if said:
            yield Problem(location=Location(str(path)), message=said, remedy=f"The settings name it under `{key}`.")


def _named(settings: Settings) -> Iterator[tuple[str, Path | None]]:
    yield "ca file", settings.relay.ca_file
    yield "relay.certificate", settings.relay.certificate
    yield "relay.key", settings.relay.key
    yield "password file", settings.relay.password_file
    if isinstance(settings.store, Postgres):
        yield "store.ca file", settings.store.ca_file
        yield "store.password file", settings.store.password_file
    for name, path in settings.encryption.keys.items():
        yield f"encryption.keys.{name}", readable(path)
    console = settings.console
    for before, tls in (("", settings.tls), ("console.", console.tls if console else None)):
        if tls:
            yield f"{before}certificate", tls.certificate
            yield f"{before}key", tls.key
    if console:
        yield "console.key file", console.key_file and readable(console.key_file)
    if console and console.oidc:
        yield "console.oidc.client secret file", console.oidc.client_secret_file
        yield "console.oidc.ca file", console.oidc.ca_file
    if console and console.ldap:
        yield "console.ldap.bind secret file", console.ldap.bind_secret_file
        yield "console.ldap.ca file", console.ldap.ca_file
    for name, hook in settings.webhooks.items():
        yield f"webhooks.{name}.ca file", hook.ca_file
    yield from _of_directories(settings)


def _of_directories(settings: Settings) -> Iterator[tuple[str, Path | None]]:
    for name, one in settings.directories.items():
        if one.ldap:
            yield f"directories.{name}.ldap.bind secret file", one.ldap.bind_secret_file
            yield f"directories.{name}.ldap.ca file", one.ldap.ca_file
        if one.entra:
            yield f"directories.{name}.entra.client secret file", one.entra.client_secret_file
            yield f"directories.{name}.entra.ca file", one.entra.ca_file


def _milter(settings: Settings) -> Iterator[Problem]:
    """What the milter door names and this machine does not have."""
    from gateway.milter import group

    if settings.milter and settings.milter.group:
        try:
            group(settings.milter.group)
        except OSError as error:
            place, remedy = Location(str(settings.milter.socket)), "Write under `milter` the group that the MTA is in."
            yield Problem(location=place, message=error.strerror or str(error), remedy=remedy)


def _folders(settings_file: Path) -> dict[str, Path]:
    """The folders that broken settings name all the same."""
    try:
        written = read(settings_file).data
    except Mistakes:
        return {}
    named = {name: written.get(name) for name in ("policies", "roster")} if isinstance(written, dict) else {}
    return {name: settings_file.parent / folder for name, folder in named.items() if isinstance(folder, str)}
