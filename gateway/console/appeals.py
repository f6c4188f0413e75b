"""Asking a sender to revise, and answering his appeal, from the message's page."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gateway.console import mail
from gateway.console.house import form_of, house, me
from gateway.console.ruling import Refusal, held_for, recusal
from gateway.console.steps import step
from gateway.plea import OwnRuling

Answer = Callable[[str, str, str], Awaitable[object]]
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
    note = mail.reason(form)
    try:
        await _find_as_supervisor(request, hold, note, answer)
    except Refusal as refusal:
        return await mail.refused(request, hold, act, refusal, form)
    house(request).wake()
    await step(request, "appeal granted" if act == "overturn" else "appeal refused", hold=hold)
    return RedirectResponse(f"/mail/{hold}", 303)


async def _find_as_supervisor(request: Request, hold: str, note: str, answer: Answer) -> None:
    held = await held_for(request, hold)
    if held is None:
        raise Refusal("There is no such message in your queues.", status=404)
    if why := await recusal(request, held):
        await step(request, "recused", hold=hold)
        raise Refusal(why, status=403)
    try:
        await answer(hold, me(request).login, note)
    except OwnRuling as own:
        await step(request, "recused", hold=hold)
        raise Refusal(str(own), status=403) from None
    except ValueError as wrong:
        said = str(wrong)
        raise Refusal(f"{said[:1].upper()}{said[1:]}.") from None
