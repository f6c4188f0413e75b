"""What supervisors and auditors are told: the account of even-handedness, and the audit trail."""

import hashlib
from collections.abc import AsyncIterator, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from gateway.console.api.gate import JSON
from gateway.console.api.trouble import Trouble
from gateway.console.house import house
from gateway.console.report import WHAT
from gateway.console.steps import step
from gateway.ports import Asked, Trail
from gateway.report import handed_on, question, written
from gateway.trail import Head, Step, line, shown

_BATCH = 1000
LINES = "application/x-ndjson"


async def report(request: Request, asked: Mapping[str, Any]) -> object:
    """The figures of the console's report."""
    here = house(request)
    try:
        wanted = question(since=asked["from"], until=asked["to"], group=asked["group"], policy=asked["policy"])
        counted = await here.figures.report(wanted, here.clock.now())
    except (ValueError, OverflowError):
        raise Trouble(
            400, "invalid", "?from or ?to is no day.", "Write for example 2026-11-03, and the earlier one first."
        ) from None
    public = asked["for"] != "us"
    octets = written(handed_on(counted) if public else counted, "json").encode("utf-8")
    said = {name: asked[name] for name in ("from", "to", "group", "policy") if asked[name]}
    said |= {"format": "json", "handed_on": "yes" if public else "no", "sha256": hashlib.sha256(octets).hexdigest()}
    await step(request, Step.EXPORTED, of=WHAT, **said)
    return Response(octets, media_type=JSON)


async def head(request: Request, _asked: Mapping[str, Any]) -> object:
    """Number and hash of the last entry."""
    last = await _head(request)
    return {"head": str(last), "sequence": last.sequence, "hash": last.hash}


async def entries(request: Request, asked: Mapping[str, Any]) -> object:
    """A page of entries."""
    wanted = Asked(**{name: asked[name] for name in ("hold", "actor", "step", "since", "until", "after")})
    found = await house(request).trail.entries(wanted, limit=asked["limit"] + 1)
    some = found[: asked["limit"]]
    return {"entries": [shown(one) for one in some], "next": some[-1].sequence if len(found) > len(some) else None}


async def export(request: Request, asked: Mapping[str, Any]) -> object:
    """All entries as lines that `verify_trail.py` reads, as far as the trail goes now."""
    last = await _head(request)
    await step(request, Step.EXPORTED, of="audit trail", format="jsonl", head=str(last), after=asked["after"])
    lines = _lines(house(request).trail, asked["after"], last.sequence)
    headers = {"Content-Disposition": f'attachment; filename="trail-{last.sequence}.jsonl"', "Hatchway-Trail-Head": str(last)}
    return StreamingResponse(lines, headers=headers, media_type=LINES)


async def _head(request: Request) -> Head:
    last = await house(request).trail.head()
    if last is None:
        raise Trouble(404, "no-trail", "There is no entry yet.", "A gateway that runs makes the first.")
    return last


async def _lines(trail: Trail, after: int, last: int) -> AsyncIterator[str]:
    while after < last:
        some = await trail.entries(Asked(after=after, before=last + 1), limit=_BATCH)
        if not some:
            return
        yield "".join(f"{line(one)}\n" for one in some)
        after = some[-1].sequence
