"""The sender's page: how his message stands, and what he can do. Whoever has the link is taken for the sender; no account.

GET only shows. POST withdraws, explains, answers a request to revise, or appeals. A link that is not right is not told from a
message that is not there.
"""

from collections.abc import Awaitable, Callable

import structlog
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gateway.console.house import House, form_of, house
from gateway.console.links import Opens
from gateway.console.pages import page
from gateway.console.steps import afterwards
from gateway.hold import AlreadyRuled, HeldMail
from gateway.notice.view import relevant
from gateway.plea import LONGEST, MOST, appeal_until

log = structlog.get_logger()

Act = Callable[[HeldMail, str, str], Awaitable[object]]
"""Given the message, its sender, and what he wrote."""


async def status(request: Request) -> Response:
    """How it stands."""
    held = await _held(request)
    return held if isinstance(held, Response) else await _status(request, held)


async def withdraw(request: Request) -> Response:
    """Take it back."""
    reviews = house(request).reviews
    return await _act(request, "withdraw", lambda held, sender, _: reviews.withdraw(held.mail.id, sender=sender))


async def explain(request: Request) -> Response:
    """Say more about it."""
    hearings = house(request).hearings
    return await _act(request, "explain", lambda held, sender, text: hearings.explain(held.mail.id, sender=sender, text=text))


async def answer(request: Request) -> Response:
    """Answer a request to revise."""
    hearings = house(request).hearings
    return await _act(request, "answer", lambda held, sender, text: hearings.answer(held.mail.id, sender=sender, text=text))


async def appeal(request: Request) -> Response:
    """Ask a supervisor."""
    hearings = house(request).hearings
    return await _act(request, "appeal", lambda held, sender, text: hearings.appeal(held.mail.id, sender=sender, text=text))


async def _act(request: Request, what: str, act: Act) -> Response:
    held = await _held(request)
    if isinstance(held, Response):
        return held
    form, sender = await form_of(request), str(held.mail.envelope.sender)
    text = str(form.get("text", ""))
    try:
        await act(held, sender, text)
    except AlreadyRuled as first:
        return await _again(request, f"It was {_word(first)} meanwhile. What you asked for was not done.", 409)
    except ValueError as wrong:
        said = str(wrong)
        return await _again(request, f"{said[:1].upper()}{said[1:]}.", 422, act=what, text=text)
    house(request).wake()
    await afterwards(request, f"{what} by link", hold=held.mail.id, by=sender)
    return RedirectResponse(f"{request.url.path.rpartition('/')[0]}?done={what}", 303)


async def _held(request: Request) -> HeldMail | Response:
    """The message, if the link is right; who tries wrong ones is held off, and never keeps the sender from his own."""
    here, hold = house(request), request.path_params["hold"]
    client, now = request.client.host if request.client else "", here.clock.now()
    held = await here.store.get(hold)
    opens = Opens.FOREIGN
    if held is not None:
        opens = await _opens(here, held, request.path_params["token"])
    if opens is Opens.IT and held is not None:
        return held
    log.info("status.refused", id=hold if held else "", opens=opens.value, client=client)
    if opens is Opens.EXPIRED:
        return _closed(request, 410, "This link has expired", "The notice says whom you can ask.")
    if not await here.patience.bears("status", client, now):
        return _closed(request, 429, "Too many wrong links", "Wait a quarter of an hour, and open the link in the notice again.")
    return _closed(request, 404, "There is no such page", "Open the link in the notice, whole as it stands there.")


async def _opens(here: House, held: HeldMail, token: str) -> Opens:
    """What a link is; a right one to what was destroyed has expired."""
    if not held.destroyed:
        return here.links.read_status(held, token)
    gone = (await here.rounds.hashes([held.mail.id])).get(held.mail.id, "")
    return Opens.EXPIRED if gone and here.links.read_status(held, token, gone) is not Opens.FOREIGN else Opens.FOREIGN


async def _again(request: Request, problem: str, code: int, *, act: str = "", text: str = "") -> Response:
    held = await _held(request)
    return held if isinstance(held, Response) else await _status(request, held, problem, code, act=act, text=text)


async def _status(  # noqa: PLR0913  -- what the page says of an act that failed
    request: Request, held: HeldMail, problem: str = "", code: int = 200, *, act: str = "", text: str = ""
) -> Response:
    here, now = house(request), house(request).clock.now()
    statements, appealed = await here.pleas.statements(held.mail.id), await here.pleas.appealed(held.mail.id)
    until = appeal_until(held)
    return page(
        request,
        "status.html",
        status=code,
        held=held,
        review=held.review,
        base=f"/status/{held.mail.id}/{request.path_params['token']}",
        problem=problem,
        failed=act,
        text=text,
        done=request.query_params.get("done", ""),
        statements=statements,
        more=len(statements) < MOST,
        appealed=appealed,
        until=until if until and now < until and appealed is None else None,
        longest=LONGEST,
        findings=relevant(held.decision.verdict),
        dispatches=[one for one in await here.store.dispatches(held.mail.id) if one.purpose == "release"],
    )


def _word(first: AlreadyRuled) -> str:
    return str(first.review.ruling)


def _closed(request: Request, code: int, heading: str, text: str) -> Response:
    return page(request, "closed.html", status=code, heading=heading, text=text)
