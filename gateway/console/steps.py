"""The one place that every step in the console passes, on its way to log and trail: who did what, to which message, from where.

A step that cannot be recorded raises StoreUnavailable. What was done before it stays done: a ruling is in the trail by itself.
"""

import structlog
from starlette.requests import Request

from gateway.console.house import house, ruler

log = structlog.get_logger()
NOBODY = "nobody"


async def step(request: Request, what: str, *, hold: str = "", by: str = "", **said: str | int) -> None:
    """Record a step. `by` names who, where nobody is signed in yet."""
    who = by or (ruler(request).name if hasattr(request.state, "me") else NOBODY)
    client = request.client.host if request.client else ""
    await house(request).trail.record(what, actor=who, hold=hold, detail={"client": client, **said})
    log.info("console.step", what=what, by=who, **({"id": hold} if hold else {}), client=client, **said)
