"""What is held: lists, one message, its octets, what became of it."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from gateway.console.api import told
from gateway.console.api.gate import scoped
from gateway.console.api.trouble import Trouble
from gateway.console.house import house, me
from gateway.console.rights import groups
from gateway.console.ruling import held_for
from gateway.console.steps import step
from gateway.desk import Search, Sort, State
from gateway.hold import HeldMail
from gateway.ports import Asked
from gateway.tokens import Scope
from gateway.trail import shown

ALL = "all"
_USUAL = {State.WAITING: Sort.DEADLINE, State.APPEALED: Sort.OLDEST}
_HISTORY = 1000
_TOLD = (
    *("ruling", "recipients", "refused", "note", "reason", "to", "with", "until", "also", "from", "against", "number"),
    *("purpose", "attempt", "relay", "role", "asked", "webhook", "event"),
)
"""What of an entry's detail those are told who see the message; addresses of colleagues and hashes are the auditor's."""


async def listed(request: Request, asked: Mapping[str, Any]) -> object:
    """A page of what is held."""
    return await _page(request, None if asked["state"] == ALL else State(asked["state"]), asked)


async def appeals(request: Request, asked: Mapping[str, Any]) -> object:
    """A page of what was appealed against."""
    return await _page(request, State.APPEALED, asked)


async def _page(request: Request, state: State | None, asked: Mapping[str, Any]) -> object:
    here = house(request)
    wanted = {
        name: asked[name] for name in ("words", "sender", "subject", "recipient", "policy", "group", "category") if name in asked
    }
    search = Search(
        groups=groups(me(request)),
        state=state,
        since=asked.get("since"),
        until=asked.get("until"),
        sort=Sort(asked.get("sort") or (_USUAL.get(state, Sort.NEWEST) if state else Sort.NEWEST)),
        together=False,
        after=asked["cursor"],
        size=asked["limit"],
        **wanted,
    )
    try:
        leaf = await here.desk.find(search)
    except ValueError:
        raise Trouble(400, "invalid", "No page begins at that cursor.", "Take `next` of the page before, as it is.") from None
    return {"holds": [told.line(request, line) for line in leaf.lines], "next": leaf.after or None}


async def one(request: Request, _asked: Mapping[str, Any]) -> object:
    """All there is to say of a message."""
    return await answer(request, await found(request))


async def found(request: Request) -> HeldMail:
    """The message that the address names, if it is there for whose the token is. Raises Trouble."""
    held = await held_for(request, request.path_params["hold"])
    if held is None:
        raise unknown()
    return held


def unknown() -> Trouble:
    """There is none, or not for him."""
    remedy = "GET /api/v1/holds?state=all lists what the token's account may see."
    return Trouble(404, "no-such-hold", "No such message is held, or it is not in the queues of the token's account.", remedy)


async def answer(request: Request, held: HeldMail) -> object:
    """What a request is told of a message, with its mark."""
    whole = await told.hold(request, held)
    request.state.etag = told.etag(whole)
    return whole if scoped(request, Scope.MESSAGE_READ) else told.unquoted(whole)


async def content(request: Request, _asked: Mapping[str, Any]) -> object:
    """The message, octet by octet."""
    held = await found(request)
    if held.destroyed:
        remedy = "The retention that the settings name was over. What was decided on it is still there."
        raise Trouble(410, "destroyed", f"Its content was destroyed at {held.destroyed:%Y-%m-%d %H:%M} UTC.", remedy)
    await step(request, "original taken", hold=held.mail.id)
    headers = {
        "Content-Disposition": f'attachment; filename="{held.mail.id}.eml"',
        "Content-Security-Policy": "sandbox; default-src 'none'",
    }
    return StreamingResponse(held.mail.content.chunks(), headers=headers, media_type="message/rfc822")


async def history(request: Request, _asked: Mapping[str, Any]) -> object:
    """What was done to it, by whom and when, the first first."""
    held = await found(request)
    entries = await house(request).trail.entries(Asked(hold=held.mail.id), limit=_HISTORY)
    return {"history": [_entry(shown(entry)) for entry in entries]}


def _entry(entry: Mapping[str, Any]) -> dict[str, object]:
    detail = entry["detail"] if isinstance(entry["detail"], dict) else {}
    said = {name: detail[name] for name in _TOLD if name in detail}
    return {**{name: entry[name] for name in ("sequence", "at", "step", "actor")}, "detail": said}


async def notes(request: Request, _asked: Mapping[str, Any]) -> object:
    """What reviewers left for each other."""
    remarks = await house(request).desk.remarks((await found(request)).mail.id)
    return {"notes": [{"by": one.by, "at": one.at.isoformat(timespec="seconds"), "text": one.text} for one in remarks]}


async def whoami(request: Request, _asked: Mapping[str, Any]) -> Response | dict[str, object]:
    """The token that asks."""
    token, account = request.state.token, me(request)
    return {
        "name": token.name,
        "id": token.id,
        "account": account.login,
        "role": str(account.role),
        "reviewers": list(account.reviewers),
        "scopes": list(token.scopes),
        "expires": token.expires.isoformat(timespec="seconds") if token.expires else None,
    }
