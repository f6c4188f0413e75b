"""Asking a sender to revise, and answering his appeal, from the message's page."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gateway.console import mail
from gateway.console.house import form_of, house, me
from gateway.console.ruling import Refusal, done
from gateway.console.steps import afterwards
from gateway.hold import HeldMail
from gateway.people import Ruler

Answer = Callable[[str, Ruler, str], Awaitable[HeldMail]]
"""Given the id, the supervisor and what he wrote."""


async def send_back(request: Request) -> Response:
    """Ask its sender to revise it."""
    form = await form_of(request)
    return await mail.ruled(request, "return", form, note=mail.reason(form))


async def overturn(request: Request) -> Response:
    """Grant an appeal."""
    hearings = house(request).hearings
    return await _find(request, "overturn", lambda hold, who, text: hearings.overturn(hold, supervisor=who, note=text))


async def uphold(request: Request) -> Response:
    """Refuse an appeal."""
    hearings = house(request).hearings
    return await _find(request, "uphold", lambda hold, who, text: hearings.uphold(hold, supervisor=who, reason=text))


async def _find(request: Request, act: str, answer: Answer) -> Response:
    hold, form = request.path_params["hold"], await form_of(request)
    try:
        await done(request, hold, lambda: answer(hold, Ruler.of(me(request)), mail.reason(form)))
    except Refusal as refusal:
        return await mail.refused(request, hold, act, refusal, form)
    await afterwards(request, "appeal granted" if act == "overturn" else "appeal refused", hold=hold)
    return RedirectResponse(f"/mail/{hold}", 303)
