"""The one place that every step in the console passes: who did what, to which message, from where."""

import structlog
from starlette.requests import Request

log = structlog.get_logger()


def step(request: Request, what: str, *, hold: str = "", by: str = "", **said: str | int) -> None:
    """Record a step. `by` names who, where nobody is signed in yet."""
    account = getattr(request.state, "me", None)
    who = by or (account.login if account else "")
    client = request.client.host if request.client else ""
    log.info("console.step", what=what, by=who, **({"id": hold} if hold else {}), client=client, **said)
