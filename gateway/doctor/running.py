"""The running front, asked by its control socket: whether it answers, notices arrive, and nothing lies about."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from gateway.control import NotRunning, Refused, ask
from gateway.doctor.findings import Finding, bad, good, mind
from gateway.lately import astray
from gateway.settings import Settings

_LONG = timedelta(minutes=30)
_OLD = timedelta(days=3)


def looked_at(settings: Settings, now: datetime) -> Iterator[Finding]:
    """What it says of itself."""
    try:
        said: Mapping[str, Any] = ask(settings.control_socket, "status")
    except PermissionError:
        yield bad("gateway", f"{settings.control_socket} may not be used by us", "Run this as root, or as the gateway's user.")
        return
    except NotRunning as gone:
        yield bad("gateway", str(gone), "Start it: systemctl start hatchway. If it does not stay, its log says why.")
        return
    except Refused as refused:
        remedy = "Read the log for `store`: a full disk, a folder that is gone, a database that does not answer."
        yield bad("store", str(refused), remedy)
        return
    yield from weighed(said, now)


def weighed(said: Mapping[str, Any], now: datetime) -> Iterator[Finding]:
    """What is to be thought of what it says."""
    yield good("gateway", f"version {said['version']} runs since {said['since']}")
    yield _policies(str(said["policies"]))
    yield good("store", f"it answers; {said['waiting']} messages wait, the outbox has {said['outbox']}")
    yield _clock(said, now)
    yield from _notices(said, now)
    yield from _watched(said)
    yield from _fronts(said)


def _policies(said: str) -> Finding:
    if "refused" in said:
        return bad("policies", said, "`hatchway check` says what is wrong on disk; the old policies are in force.")
    return good("policies", said)


def _clock(said: Mapping[str, Any], now: datetime) -> Finding:
    since = datetime.fromisoformat(said["since"])
    if astray(since, now):
        remedy = "Set the clock right: deadlines go by it, and the audit trail has its times."
        return bad("clock", f"the gateway was started in the future, {since:%Y-%m-%d %H:%M}", remedy)
    return good("clock", f"it says {now:%Y-%m-%d %H:%M} UTC")


def _notices(said: Mapping[str, Any], now: datetime) -> Iterator[Finding]:
    """Whether what goes out goes out, and whether anybody looks at what waits."""
    due = datetime.fromisoformat(said["oldest_due"]) if said.get("oldest_due") else None
    if due and now - due > _LONG:
        remedy = "`hatchway status` has the relay; the log's `mail.postponed` says what it answered."
        yield bad("outbox", f"released mail or notices are due since {due:%Y-%m-%d %H:%M}", remedy)
    if said["undeliverable"]:
        remedy = "The log's `mail.undeliverable` names them and what the relay said; correct the addresses."
        yield mind("notices", f"the relay refused {said['undeliverable']} notices or releases for good so far", remedy)
    else:
        yield good("notices", "the relay took every notice so far")
    oldest = datetime.fromisoformat(said["oldest_waiting"]) if said["oldest_waiting"] else None
    if oldest and now - oldest > _OLD:
        remedy = "Do reviewers get their notices? See `hatchway queue list`, and `told` and `members` in the policies."
        yield mind("reviewers", f"a message waits since {oldest:%Y-%m-%d}", remedy)
    newest = datetime.fromisoformat(said["newest_waiting"]) if said.get("newest_waiting") else None
    if newest and astray(newest, now):
        remedy = "Its reminders and its deadline are as far ahead: rule on it (`hatchway queue list` has it last)."
        yield mind("held ahead", f"a message waits that was held on {newest:%Y-%m-%d} by a clock that was wrong", remedy)


def _watched(said: Mapping[str, Any]) -> Iterator[Finding]:
    """What the canaries found, if there are any."""
    for name, word in (said.get("canaries") or {}).items():
        if word.startswith("missed"):
            yield bad(
                f"canary {name}", word, "Mail goes by without being read, or notices do not arrive: see deploy/operations.md."
            )
        else:
            yield good(f"canary {name}", word)


def _fronts(said: Mapping[str, Any]) -> Iterator[Finding]:
    """Whether all are there, where there are several."""
    fronts = said.get("fronts") or ()
    away = [f"front {one['front']} is {one['state']}" for one in fronts if one["state"] != "up"]
    anew = sum(one["restarts"] for one in fronts)
    if away:
        yield bad("fronts", ", ".join(away), "The others serve. The log's `front.ended`, and what stands before it, says why.")
    elif anew:
        yield mind("fronts", f"all are up; {anew} were started anew since {said['since']}", "The log's `front.ended` says which.")
    elif fronts:
        yield good("fronts", f"all {len(fronts)} are up")
