"""Ruling on one message, from its page or with others from the queue: who may, and what is said if it cannot be."""

from collections.abc import Sequence

from starlette.requests import Request

from gateway.console.house import house, me
from gateway.console.rights import recused, sees
from gateway.console.steps import step
from gateway.display import Unviewable
from gateway.hold import AlreadyRuled, HeldMail, Ruling
from gateway.mail import Address


class Refusal(Exception):  # noqa: N818  -- it is an answer
    """Why it was not done, in a sentence for the reviewer. status: for the page that says so."""

    def __init__(self, says: str, *, status: int = 422, first: AlreadyRuled | None = None) -> None:
        super().__init__(says)
        self.status = status
        self.first = first


async def held_for(request: Request, hold: str) -> HeldMail | None:
    """The message, if it is there for him to see."""
    held = await house(request).store.get(hold)
    return held if held is not None and sees(me(request), held) else None


async def recusal(request: Request, held: HeldMail) -> str:
    """Why he may not rule on it; "" if he may. Whom the header names counts as its author too."""
    here, account = house(request), me(request)
    if why := recused(account, held):
        return why
    try:
        shown = await here.eye.show(held)
    except Unviewable:
        return ""
    return recused(account, held, [author.address for author in shown.authors if author.header != "Reply-To"])


async def rule(request: Request, hold: str, act: str, *, to: Sequence[Address] = (), note: str = "") -> HeldMail:
    """Release it or deny it. Raises Refusal, and then nothing was done."""
    here, account = house(request), me(request)
    held = await held_for(request, hold)
    if held is None:
        raise Refusal("There is no such message in your queues.", status=404)
    if why := await recusal(request, held):
        await step(request, "recused", hold=hold)
        raise Refusal(why, status=403)
    try:
        if act == "deny":
            ruled = await here.reviews.deny(hold, reviewer=account.login, note=note)
        elif act == "return":
            ruled = await here.reviews.send_back(hold, reviewer=account.login, note=note)
        else:
            ruled = await here.reviews.release(hold, reviewer=account.login, to=to, note=note)
    except AlreadyRuled as first:
        raise Refusal(await _was_first(request, first), status=409, first=first) from None
    except ValueError as wrong:
        raise Refusal(_sentence(str(wrong))) from None
    here.wake()
    await step(request, {"release": "released", "deny": "denied", "return": "sent back"}[act], hold=hold)
    return ruled


async def name_of(request: Request, reviewer: str) -> str:
    """Who that is: the name of an account, or what was recorded."""
    account = await house(request).book.known_as(reviewer)
    if account is None:
        return reviewer
    return "you" if account.id == me(request).id else account.called


async def _was_first(request: Request, first: AlreadyRuled) -> str:
    review = first.review
    who = await name_of(request, review.reviewer)
    at = f"{review.at.astimezone():%H:%M}"
    if review.ruling is Ruling.WITHDRAWN:
        return f"Its sender took it back at {at}. Your decision was not used."
    return f"{who[:1].upper()}{who[1:]} ruled first: it was {review.ruling} at {at}. Your decision was not used."


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
