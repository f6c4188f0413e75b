"""What becomes of a hold that nobody rules on: up the ladder when a rung's time is over or nobody on it may rule, and told of
before its deadline comes and nobody has opened it. By hand it is given to another reviewer, or up.

Each of these is written with its notices and its entry in the trail, or not at all. A hold that somebody ruled on or moved
meanwhile is left as it is. It fails as the store does; Refused where what was asked for by hand cannot be done.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from gateway.hold import AlreadyRuled, Handover, HeldMail, Turned
from gateway.later import Later
from gateway.mail import Address
from gateway.notice import Passed
from gateway.people import RULING, Account, Role, Ruler
from gateway.ports import Asked, HoldStore, StoreFault, StoreUnavailable, Trail
from gateway.post import Post
from gateway.recusal import Bench, Recused
from gateway.trail import GATEWAY, Detail, Step, moment

log = structlog.get_logger()

_LOOKED = 1000
"""Entries of the trail in which the one that opened a hold is looked for."""

UP = "up"
"""Where to, in place of somebody's address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalation:
    """Moves holds."""

    store: HoldStore
    trail: Trail
    post: Post
    bench: Bench
    later: Later = field(default_factory=Later)

    async def round(self, now: datetime) -> None:
        """Move what is to be moved, some of it at a time. One that cannot be keeps no other from it, and is tried again later."""
        for hold in self.later.now(await self.store.turning(now), now):
            held = await self.later.load(self.store, hold, now)
            if held is not None:
                await self._moved(held, now)

    async def _moved(self, held: HeldMail, now: datetime) -> None:
        """It goes where it belongs now."""
        try:
            while held.turns and held.turns <= now:
                held = await self._go_on(held, now)
        except (AlreadyRuled, Turned):
            log.info("hold.moved_meanwhile", id=held.mail.id)
        except Exception as fault:
            if isinstance(fault, StoreUnavailable) and not isinstance(fault, StoreFault):
                raise
            log.exception("hold.fault", id=held.mail.id)
            self.later.failed(held.mail.id, now)

    async def unopened(self, held: HeldMail) -> bool:
        """Whether nobody who could rule has looked at it."""
        seen = await self.trail.entries(Asked(hold=held.mail.id, step=Step.SEEN), limit=_LOOKED)
        who = dict.fromkeys(one.actor for one in seen if f'"role":"{Role.AUDITOR}"' not in one.detail)
        for name in who:
            account = await self.bench.book.known_as(name)
            if account is None or not await self.bench.why_not(held, account):
                return False
        return True

    async def hand_over(self, held: HeldMail, *, by: Ruler, to: str, reason: str, now: datetime) -> HeldMail:
        """Give it to a reviewer, by his address, or up the ladder. Raises ValueError, Recused, AlreadyRuled, Turned."""
        if not reason.strip():
            raise ValueError("a handover requires a reason; whoever gets it reads it")
        if held.review is not None:
            raise AlreadyRuled(held.review)
        if to == UP:
            return await self._up(held, by=by.name, reason=reason.strip(), now=now)
        account = await self._taker(held, by, to)
        given = Handover(to=account.login, by=by.name, reason=reason.strip(), at=now)
        moved = held.turned(handed=(*held.course.handed, given))
        passed = Passed(heading="Handed over to you", lines=(f"{by.name} handed it over to you.",), reason=given.reason)
        said = {"to": account.login, "reason": given.reason}
        await self._move(moved, Step.HANDED_OVER, said, account.addresses[:1], passed, by.name)
        return moved

    async def _taker(self, held: HeldMail, by: Ruler, to: str) -> Account:
        account = await self.bench.book.known_as(to)
        if account is None or account.role not in RULING or account.disabled:
            raise ValueError(f'"{to}" is nobody who can rule; choose a reviewer or a supervisor')
        if by.account is not None and account.id == by.account.id:
            raise ValueError("it is with you already; choose somebody else")
        if why := await self.bench.why_not(held, account):
            raise Recused(f"{account.called} may not rule on it either: {_of_him(why)}")
        return account

    async def _up(self, held: HeldMail, *, by: str, reason: str, now: datetime, step: Step = Step.HANDED_OVER) -> HeldMail:
        """To the next rung; from the last one to the supervisors."""
        above = held.following
        given = Handover(to=above.rung.name if above else "", by=by, reason=reason, at=now, up=True)
        changes = {"leg": held.course.leg + 1, "since": now, "checked": False} if above else {"checked": True}
        moved = held.turned(**changes, handed=(*held.course.handed, given))
        to = above.rung.members if above else await self._nobody_less(held)
        line = f"It was passed up to you by {by}." if by != GATEWAY else "It was passed up to you at once."
        passed = Passed(heading="Passed up to you", lines=(line,), reason=reason)
        said = {"to": given.to or "supervisors", "reason": reason}
        await self._move(moved, step, said, to, passed, by)
        return moved

    async def _go_on(self, held: HeldMail, now: datetime) -> HeldMail:
        """The hold after one step by itself."""
        if held.following and now >= held.leg.ends:
            return await self._climb(held, now)
        if not held.course.checked:
            return await self._check(held, now)
        return await self._warn(held, now)

    async def _climb(self, held: HeldMail, now: datetime) -> HeldMail:
        """To the rung whose time it is now."""
        way = held.way
        leg = next((number for number, one in enumerate(way) if now < one.ends), len(way) - 1)
        moved = held.turned(leg=leg, since=None, checked=False)
        line = f"The time of {held.desk.name} is over, and nobody has ruled."
        passed = Passed(heading="Passed up to you", lines=(line,))
        notices = await self.post.on_passing(moved, moved.desk.members, passed, limited=True)
        said = {"from": held.desk.name, "to": moved.desk.name, "reason": "its time was over"}
        await self.store.turn(moved, Step.PASSED_UP, GATEWAY, said, notices)
        log.info("hold.passed_up", id=held.mail.id, to=moved.desk.name)
        return moved

    async def _check(self, held: HeldMail, now: datetime) -> HeldMail:
        if await self.bench.left(held):
            return await self._noted(held.turned(checked=True))
        reason = f"Nobody of {held.desk.name} may rule on it: it is their own, names them, or comes from their group."
        return await self._up(held, by=GATEWAY, reason=reason, now=now, step=Step.NOBODY_LEFT)

    async def _warn(self, held: HeldMail, now: datetime) -> HeldMail:
        """Told are all whom it has not reached yet, and the supervisors."""
        moved = held.turned(warned=now)
        if not await self.unopened(held):
            return await self._noted(moved)
        above = [one for leg in held.way[held.course.leg + 1 :] for one in leg.rung.members]
        to = (*above, *await self._nobody_less(held))
        passed = Passed(heading="Not opened yet", lines=("Its deadline is near, and nobody has opened it.",))
        await self._move(moved, Step.UNOPENED, {"deadline": moment(held.deadline)}, to, passed, GATEWAY)
        return moved

    async def _noted(self, moved: HeldMail) -> HeldMail:
        """Nobody is told, and nothing became of it."""
        await self.store.turn(moved, "", GATEWAY, {}, ())
        return moved

    async def _nobody_less(self, held: HeldMail) -> tuple[Address, ...]:
        """The supervisors; where there are none, those who have it. If these are disabled too, the admins are told."""
        return await self.bench.supervisors() or held.desk.members

    async def _move(  # noqa: PLR0913, PLR0917  -- the step, whom it is told to, and who did it
        self, moved: HeldMail, step: Step, said: Detail, to: Iterable[Address], passed: Passed, actor: str
    ) -> None:
        notices = await self.post.on_passing(moved, tuple(dict.fromkeys(to)), passed, limited=False)
        if not notices and moved.course.checked:
            log.error("hold.deserted", id=moved.mail.id)
            notices = await self.post.on_desertion(moved)
        await self.store.turn(moved, step, actor, said, notices)
        log.info("hold.turned", id=moved.mail.id, step=str(step), by=actor, told=len(notices))


def _of_him(why: str) -> str:
    """A sentence to him, said of him."""
    return {"T": "it is his own mail", "Y": "it names him, or comes from a group he belongs to"}[why[0]]
