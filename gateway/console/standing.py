"""Whose a message is, since when and until when, who gets it next, and who agreed to what: as its page and the queue say it."""

from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request

from gateway.console.house import house, me
from gateway.console.ruling import name_of
from gateway.hold import HeldMail, Ruling
from gateway.people import RULING, Account, Role, Ruler
from gateway.trail import GATEWAY

_VERB = {Ruling.RELEASED: "release it", Ruling.DENIED: "deny it", Ruling.RETURNED: "ask the sender to revise it"}
_TWO = {"": "", "release": "To release it", "both": "To release or to deny it"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """A rung as the page shows it. hours: its on-duty times in words, and what is done outside of them."""

    name: str
    begins: datetime
    ends: datetime
    hours: str
    on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A handover: to whom, by whom, when, why."""

    to: str
    by: str
    at: datetime
    reason: str


async def standing(request: Request, held: HeldMail) -> dict[str, object]:
    """What is said of a message that waits."""
    course, assent = held.course, held.course.assent
    desk, following = held.desk, held.following
    return {
        "held": held,
        "desk": desk.name,
        "desk_since": held.desk_since,
        "goes": held.leg.ends if following else None,
        "above": following.rung.name if following else "",
        "way": _legs(held),
        "hurry": held.reviewers.hurry,
        "two": _TWO[held.reviewers.pair],
        "first": _capital(await name_of(request, assent.review.reviewer)) if assent else "",
        "agreed": assent.review if assent else None,
        "mark": assent.mark if assent else "",
        "wants": _VERB[assent.review.ruling] if assent else "",
        "mine": assent is not None and Ruler.of(me(request)).is_one_with(assent.keys),
        "given": [
            Given(
                to=(one.to if one.up else await name_of(request, one.to)) or "the supervisors",
                by=_capital("Hatchway" if one.by == GATEWAY else await name_of(request, one.by)),
                at=one.at,
                reason=one.reason,
            )
            for one in course.handed
        ],
        "on": fresh(desk.name, assent.review.reviewer if assent else "", len(course.handed)),
    }


def fresh(desk: str, assented: str, given: int) -> str:
    """What an open page shows of it, to be asked whether it still is so."""
    return f"{given}~{desk}~{assented}"


async def takers(request: Request, held: HeldMail) -> list[Account]:
    """Whom he may hand it to: those who could rule on it, and of the others only those who may."""
    here, own = house(request), me(request)
    everybody = [one for one in await here.book.accounts() if one.role in RULING and not one.disabled and one.id != own.id]
    free = {one.id for one in await here.reviews.bench.free(held, everybody)}
    return [one for one in everybody if one.id in free]


async def who_may(request: Request, held: HeldMail) -> list[str]:
    """Who else may decide: those it was brought to, supervisors, and members without an account by their address."""
    here, own = house(request), me(request)
    accounts = await here.book.accounts()
    known = {address.key for one in accounts for address in one.addresses}
    free = await here.reviews.bench.may(held)
    reviewers = [one.called for one in free if one.id != own.id and one.role is Role.REVIEWER]
    supervisors = [one.called for one in free if one.id != own.id and one.role is Role.SUPERVISOR]
    return reviewers + supervisors + [str(member) for member in held.members if member.key not in known]


def _legs(held: HeldMail) -> list[Leg]:
    return [
        Leg(
            name=leg.rung.name,
            begins=held.desk_since if number == held.course.leg else leg.begins,
            ends=leg.ends,
            hours=_hours(leg.rung.duty.says, leg.rung.off_duty) if leg.rung.duty else "",
            on=number == held.course.leg,
        )
        for number, leg in enumerate(held.way)
    ]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _hours(says: str, off_duty: str) -> str:
    outside = "outside these hours its clock stands still" if off_duty == "pause" else "outside these hours it is passed over"
    return f"On duty {says}; {outside}."
