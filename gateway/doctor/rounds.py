"""The whole round, in an order in which the first thing that is wrong explains those behind it."""

from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path

from gateway.classify import load_roster
from gateway.directory import Away, source
from gateway.doctor import doors, machine, relay, roster, running, webhooks
from gateway.doctor.findings import Finding, bad, good
from gateway.judges import Law
from gateway.law import load_law
from gateway.mail import Address
from gateway.ports import Clock
from gateway.settings import Settings
from gateway.source import Mistakes
from gateway.watched import newest


async def examined(settings: Settings, clock: Clock) -> AsyncIterator[Finding]:
    """Each finding as it is made."""
    now = clock.now()
    law = _law(settings)
    yield _loaded(law)
    for finding in (*running.looked_at(settings, now), *webhooks.looked_at(settings), *doors.looked_at(settings)):
        yield finding
    people = _people(law) if isinstance(law, Law) else ()
    async for finding in relay.looked_at(settings, people, clock):
        yield finding
    for finding in _here(settings, clock):
        yield finding
    if isinstance(law, Law):
        async for finding in _directories(settings, law):
            yield finding


def _here(settings: Settings, clock: Clock) -> Iterator[Finding]:
    now, database = clock.now(), settings.store if isinstance(settings.store, Path) else None
    yield machine.clock()
    yield machine.disk(database.parent if database else settings.control_socket.parent)
    yield from machine.permissions(settings, database)
    yield from machine.validity(settings, now)
    with suppress(Mistakes):  # told already
        yield roster.looked_at(load_roster(settings.roster).elections, newest(settings.roster), now)


def _law(settings: Settings) -> Law | Mistakes:
    try:
        return load_law(settings)
    except Mistakes as mistakes:
        return mistakes


def _loaded(law: Law | Mistakes) -> Finding:
    if isinstance(law, Law):
        return good("files", f"settings, policies {law.rulebook.version} and roster {law.roster.version} are in order")
    count = len(law.problems)
    return bad(
        "files", f"{count} mistake{'s' if count != 1 else ''} in policies or roster", "`hatchway check` names each with its line."
    )


def _people(law: Law) -> tuple[Address, ...]:
    """Those who rule, each once."""
    return tuple(dict.fromkeys(one for reviewers in law.rulebook.reviewers for one in reviewers.members))


async def _directories(settings: Settings, law: Law) -> AsyncIterator[Finding]:
    """Each group that a policy draws from a directory, asked for now."""
    for name, group in law.rulebook.drawn:
        what = f"directory {name}, {group}"
        try:
            asked = source(settings.directories[name])
        except OSError as error:
            yield bad(what, f"{error.filename or name}: {error.strerror or error}", "A secret or a CA file does not serve.")
            continue
        try:
            yield good(what, f"it has {len(await asked.members(group))} addresses")
        except Away as away:
            remedy = f"Look at `{away.setting}` under `directories`. What it last said counts meanwhile."
            yield bad(what, away.said, remedy)
        finally:
            asked.close()
