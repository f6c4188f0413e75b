"""Rulings, hand-overs, answers to appeals and notes. Who may, recusal and what takes two are `gateway.review`'s to say."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from starlette.requests import Request

from gateway.console.api import told
from gateway.console.api.holds import answer, found, notes, unknown
from gateway.console.api.trouble import Trouble
from gateway.console.house import house, ruler
from gateway.console.ruling import Refusal, done, rule
from gateway.console.steps import afterwards, step
from gateway.desk import Remark
from gateway.hold import HeldMail, Ruling
from gateway.mail import Address

_CODES = {403: "recused", 409: "meanwhile", 422: "not-done"}
_REMEDIES = {
    403: "Somebody else has to do it.",
    409: "Get the message again, and decide by what it says now.",
    422: "Nothing was done. Correct what is asked for.",
}


async def release(request: Request, asked: Mapping[str, Any]) -> object:
    """To all, or to some."""
    to, note = asked["recipients"], asked["note"]
    return await _ruled(request, "release", Ruling.RELEASED, to=to, note=note)


async def deny(request: Request, asked: Mapping[str, Any]) -> object:
    """With a reason."""
    return await _ruled(request, "deny", Ruling.DENIED, note=asked["reason"])


async def send_back(request: Request, asked: Mapping[str, Any]) -> object:
    """Ask its sender to revise it."""
    return await _ruled(request, "return", Ruling.RETURNED, note=asked["reason"])


async def agree(request: Request, _asked: Mapping[str, Any]) -> object:
    """Be the second of two, for what whoever asks was shown."""
    if not _shown(request):
        says, remedy = "It is not said to what is agreed.", "Get the message, and send the ETag of that answer as `If-Match`."
        raise Trouble(428, "not-looked-at", says, remedy)
    held = await _unchanged(request)
    first = held.course.assent
    return await _ruled(request, "agree", held=held, given=first.mark if first else "nothing")


async def disagree(request: Request, asked: Mapping[str, Any]) -> object:
    """It waits as before."""
    return await _ruled(request, "disagree", note=asked["reason"])


async def hand_over(request: Request, asked: Mapping[str, Any]) -> object:
    """To somebody, or up."""
    return await _ruled(request, "hand over", given=asked["to"], note=asked["reason"])


async def overturn(request: Request, asked: Mapping[str, Any]) -> object:
    """Grant an appeal."""
    hold, hearings = request.path_params["hold"], house(request).hearings
    return await _answered(
        request, lambda: hearings.overturn(hold, supervisor=ruler(request), note=asked["note"]), "appeal granted"
    )


async def uphold(request: Request, asked: Mapping[str, Any]) -> object:
    """Refuse an appeal."""
    hold, hearings = request.path_params["hold"], house(request).hearings
    return await _answered(
        request, lambda: hearings.uphold(hold, supervisor=ruler(request), reason=asked["reason"]), "appeal refused"
    )


async def note(request: Request, asked: Mapping[str, Any]) -> object:
    """For the other reviewers."""
    held, here = await _unchanged(request), house(request)
    await here.desk.remark(held.mail.id, Remark(by=ruler(request).name, at=here.clock.now(), text=asked["text"]))
    await step(request, "noted", hold=held.mail.id)
    return await notes(request, {})


async def _ruled(  # noqa: PLR0913  -- what there is to say
    request: Request,
    act: str,
    ruling: Ruling | None = None,
    *,
    held: HeldMail | None = None,
    to: Sequence[Address] = (),
    note: str = "",
    given: str = "",
) -> object:
    held = held or await _unchanged(request)
    try:
        after = await rule(request, held.mail.id, act, to=to, note=note, given=given)
    except Refusal as refusal:
        if not _done_before(request, refusal, ruling, to or held.mail.envelope.recipients, note):
            raise _refused(refusal) from None
        after = await found(request)
    return await answer(request, after)


async def _answered(request: Request, act: Callable[[], Awaitable[HeldMail]], what: str) -> object:
    held = await _unchanged(request)
    try:
        await done(request, held.mail.id, act)
    except Refusal as refusal:
        raise _refused(refusal) from None
    await afterwards(request, what, hold=held.mail.id)
    return await answer(request, await found(request))


async def _unchanged(request: Request) -> HeldMail:
    """The message, if it is still as whoever asks has seen it (RFC 9110 §13.1.1). Raises Trouble."""
    held = await found(request)
    wanted = _shown(request)
    if wanted and told.etag(await told.hold(request, held)) not in wanted:
        remedy = "Get the message again, and decide by what it says now."
        raise Trouble(412, "changed", "Something happened to the message since it was looked at.", remedy)
    return held


def _shown(request: Request) -> list[str]:
    """The marks of what whoever asks has seen; none where he says nothing of it, or that anything will do."""
    wanted = [one.strip() for one in request.headers.get("if-match", "").split(",") if one.strip()]
    return [] if "*" in wanted else wanted


def _done_before(request: Request, refusal: Refusal, ruling: Ruling | None, to: Sequence[Address], note: str) -> bool:
    """Whether it is our own ruling, made under the same idempotency key by a process that died before it could say so."""
    if refusal.first is None or ruling is None or not getattr(request.state, "key", ""):
        return False
    first = refusal.first.review
    same = first.ruling is ruling and set(first.recipients) == set(to) and first.note == note
    return same and first.reviewer == ruler(request).name


def _refused(refusal: Refusal) -> Trouble:
    if refusal.status not in _CODES:
        return unknown()
    first = {"ruling": told.review(refusal.first.review)} if refusal.first else {}
    code = "already-ruled" if refusal.first else _CODES[refusal.status]
    return Trouble(refusal.status, code, str(refusal), _REMEDIES[refusal.status], more=first)
