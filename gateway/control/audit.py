"""What `hatchway audit` may ask for. Entries are handed out as they stand, so that whoever asks can verify them himself."""

import base64
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from gateway.control.server import Answer
from gateway.ports import Archive, Asked, Trail
from gateway.records import Records
from gateway.trail import Entry, Step

_MOST = 5000
"""Entries in one answer."""


def audit_answers(*, trail: Trail, archive: Archive, records: Records) -> dict[str, Answer]:
    """Every request about the trail by its name."""

    async def head(_user: str, _asked: Mapping[str, Any]) -> object:
        last = await trail.head()
        return None if last is None else str(last)

    async def entries(_user: str, asked: Mapping[str, Any]) -> object:
        limit = min(int(asked.get("limit", _MOST)), _MOST)
        newest = bool(asked.get("newest", False))
        return [asdict(one) for one in await trail.entries(question(asked), limit=limit, newest=newest)]

    async def prints(_user: str, asked: Mapping[str, Any]) -> object:
        return await archive.prints(str(asked["after"]), min(int(asked["limit"]), _MOST))

    async def exported(user: str, asked: Mapping[str, Any]) -> object:
        """The file is there already; it is the caller's, as is what he says of it."""
        said = {name: str(asked[name]) for name in ("format", "head", "sha256")}
        entry = await trail.record(Step.EXPORTED, actor=user, detail={"what": "audit trail", **said})
        return str(entry.head)

    async def kept(user: str, asked: Mapping[str, Any]) -> object:
        await archive.keep(asked["id"], actor=user, reason=str(asked["reason"]).strip())
        return asked["id"]

    async def lifted(user: str, asked: Mapping[str, Any]) -> object:
        await archive.lift(asked["id"], actor=user, reason=str(asked.get("reason", "")).strip())
        return asked["id"]

    async def bundled(user: str, asked: Mapping[str, Any]) -> object:
        files = await records.files(asked["id"], actor=user, reason=str(asked.get("reason", "")).strip())
        return {name: base64.b64encode(octets).decode("ascii") for name, octets in files.items()}

    return {
        "audit.head": head,
        "audit.entries": entries,
        "audit.prints": prints,
        "audit.exported": exported,
        "audit.keep": kept,
        "audit.lift": lifted,
        "audit.bundle": bundled,
    }


def question(asked: Mapping[str, Any]) -> Asked:
    """Which entries are asked for. Raises ValueError for a time or a number that is none."""
    return Asked(
        hold=str(asked.get("hold", "")),
        actor=str(asked.get("actor", "")),
        step=str(asked.get("step", "")),
        since=_time(asked.get("since")),
        until=_time(asked.get("until")),
        after=int(asked.get("after", 0)),
        before=None if asked.get("before") is None else int(asked["before"]),
    )


def entry(said: Mapping[str, Any]) -> Entry:
    """An entry as it came over the socket."""
    return Entry(**said)


def _time(written: str | None) -> datetime | None:
    if not written:
        return None
    at = datetime.fromisoformat(written)
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at
