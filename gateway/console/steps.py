"""The one place that every step in the console passes, on its way to log and trail: who did what, to which message, from where.

A step that cannot be recorded raises StoreUnavailable. What was done before it stays done: a ruling is in the trail by itself,
and its step is recorded by `afterwards`.
"""

import structlog
from starlette.requests import Request

from gateway.console.house import client_of, house, ruler
from gateway.ports import StoreUnavailable

log = structlog.get_logger()
NOBODY = "nobody"


async def step(request: Request, what: str, *, hold: str = "", by: str = "", **said: str | int) -> None:
    """Record a step. `by` names who, where nobody is signed in yet."""
    who, client = by or (ruler(request).name if hasattr(request.state, "me") else NOBODY), client_of(request)
    await house(request).trail.record(what, actor=who, hold=hold, detail={"client": client, **said})
    log.info("console.step", what=what, by=who, **({"id": hold} if hold else {}), client=client, **said)


async def afterwards(request: Request, what: str, *, hold: str, by: str = "") -> None:
    """Record the step of what is done and in the trail already. That it cannot be recorded is in the log, and undoes nothing."""
    try:
        await step(request, what, hold=hold, by=by)
    except StoreUnavailable:
        log.exception("console.step_lost", what=what, id=hold)


async def rebuff(request: Request, what: str, *, by: str = NOBODY, **said: str | int) -> None:
    """Record a step that strangers can cause in any number: the log has each, the trail so many of a client."""
    here, client = house(request), client_of(request)
    if await here.patience.heeds(client, here.clock.now()):
        await step(request, what, hold="", by=by, **said)
    else:
        log.info("console.step", what=what, by=by, client=client, **said)
