"""`hatchway check`."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click

from gateway.cli.common import as_json, config, print_json, refuse
from gateway.settings import Settings, load_settings, server_tls
from gateway.source import Location, Mistakes, Problem, read


@click.command
@config
@as_json
def command(settings_file: Path, *, as_json: bool) -> None:
    """Find every mistake in settings, policies, roster and notices at once; change nothing."""
    problems = list(_problems(settings_file))
    if as_json:
        print_json([_row(problem) for problem in problems])
    if problems:
        refuse(Mistakes(problems), after="A running gateway keeps what it has.")
    if not as_json:
        click.echo("settings, policies, roster and notices are in order")


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
    from gateway.notice import Notices
    from gateway.policy import load_rulebook

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
        problems += _files(settings)
        if not problems:
            tried(server_tls, settings.tls)
        tried(Notices, settings.notices, hostname=settings.hostname)
        folders = {"policies": settings.policies, "roster": settings.roster}
    else:
        folders = _folders(settings_file)
    roster = tried(load_roster, folders["roster"]) if "roster" in folders else None
    if "policies" in folders:
        tried(load_rulebook, folders["policies"], roster.elections if roster else None)
    return problems


def _files(settings: Settings) -> Iterator[Problem]:
    """The files that settings name and that cannot be read, but for folders, which are read anyway."""
    named = {"ca file": settings.relay.ca_file, "password file": settings.relay.password_file}
    if settings.tls:
        named |= {"certificate": settings.tls.certificate, "key": settings.tls.key}
    for key, path in named.items():
        try:
            if path:
                path.read_bytes()
        except OSError as error:
            remedy = f"The settings name it under `{key}`."
            yield Problem(location=Location(str(path)), message=f"cannot be read: {error.strerror}", remedy=remedy)


def _folders(settings_file: Path) -> dict[str, Path]:
    """The folders that broken settings name all the same."""
    try:
        written = read(settings_file).data
    except Mistakes:
        return {}
    named = {name: written.get(name) for name in ("policies", "roster")} if isinstance(written, dict) else {}
    return {name: settings_file.parent / folder for name, folder in named.items() if isinstance(folder, str)}
