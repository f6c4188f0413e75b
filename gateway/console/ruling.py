"""Ruling on one message, from its page or with others from the queue: who may, and what is said if it cannot be."""

from collections.abc import Awaitable, Callable, Sequence

from starlette.requests import Request

from gateway.console.house import house, me, ruler
from gateway.console.rights import sees
from gateway.console.steps import afterwards, step
from gateway.hold import AlreadyRuled, HeldMail, Ruling, Turned
from gateway.mail import Address
from gateway.plea import OwnRuling
from gateway.recusal import Recused


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
    """Why he may not rule on it; "" if he may."""
    return await house(request).reviews.bench.why_not(held, me(request))


async def rule(  # noqa: PLR0913  -- what there is to say
    request: Request, hold: str, act: str, *, to: Sequence[Address] = (), note: str = "", given: str = ""
) -> HeldMail:
    """Rule, for good or as the first of two; or hand it over. Raises Refusal, and then nothing was done."""
    reviews, who = house(request).reviews, ruler(request)
    acts: dict[str, Callable[[], Awaitable[HeldMail]]] = {
        "release": lambda: reviews.release(hold, reviewer=who, to=to, note=note),
        "deny": lambda: reviews.deny(hold, reviewer=who, note=note),
        "return": lambda: reviews.send_back(hold, reviewer=who, note=note),
        "agree": lambda: reviews.agree(hold, reviewer=who, to=given),
        "disagree": lambda: reviews.disagree(hold, reviewer=who, note=note),
        "hand over": lambda: reviews.hand_over(hold, reviewer=who, to=given, reason=note),
    }
    ruled = await done(request, hold, acts[act])
    if ruled.review is not None:
        await afterwards(request, str(ruled.review.ruling), hold=hold)
    return ruled


async def done(request: Request, hold: str, act: Callable[[], Awaitable[HeldMail]]) -> HeldMail:
    """The message after what was done to it. Raises Refusal."""
    if await held_for(request, hold) is None:
        raise Refusal("There is no such message in your queues.", status=404)
    try:
        after = await act()
    except (Recused, OwnRuling) as why:
        await step(request, "recused", hold=hold, why=str(why))
        raise Refusal(str(why), status=403) from None
    except AlreadyRuled as first:
        raise Refusal(await _was_first(request, first), status=409, first=first) from None
    except Turned as meanwhile:
        raise Refusal(_sentence(str(meanwhile)), status=409) from None
    except ValueError as wrong:
        raise Refusal(_sentence(str(wrong))) from None
    house(request).wake()
    return after


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
    if review.also:
        who = f"{await name_of(request, review.also)} and {who}"
    return f"{who[:1].upper()}{who[1:]} ruled first: it was {review.ruling} at {at}. Your decision was not used."


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
