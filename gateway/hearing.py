"""Story 5: the sender is heard: he explains, answers a request to revise, and appeals; a supervisor answers the appeal.

What is said is written in one transaction with the notices it sends. It fails with KeyError for an id that is unknown,
AlreadyRuled for an explanation that comes after the ruling, NotNow for what cannot be said any more, ValueError for a text that
is empty or too long, OwnRuling for a supervisor whose own ruling is appealed, and Recused for whoever may not rule on the
message; then nothing was written. Where the policy asks for two to release a message, an appeal is granted by two supervisors:
the agreement of the first is kept and shown, the second releases it. An appeal that nobody answers is told of again.
"""

from dataclasses import replace
from datetime import datetime

import structlog

from gateway.hold import Assent, HeldMail, Review, Ruling
from gateway.later import Later
from gateway.mail import Address
from gateway.people import Role, Ruler, as_ruler, keys_of
from gateway.plea import Appeal, Finding, Statement, may_appeal, may_find, may_state
from gateway.ports import Clock, HoldStore, Pleas, StoreFault, StoreUnavailable
from gateway.post import Post, released
from gateway.recusal import Bench, Recused

log = structlog.get_logger()

_SUPERVISORS = "Only supervisors answer appeals."
_TWICE = "You have agreed already. A second supervisor has to agree, and that cannot be you."


class Hearings:
    """Explanations, answers and appeals."""

    def __init__(self, *, store: HoldStore, pleas: Pleas, post: Post, bench: Bench, clock: Clock) -> None:
        self._store = store
        self._pleas = pleas
        self._post = post
        self._clock = clock
        self._bench = bench
        self._later = Later()

    async def explain(self, hold: str, *, sender: str, text: str) -> None:
        """Say more about a message that waits."""
        await self._state(hold, Statement(by=sender, at=self._clock.now(), text=_tidy(text)))

    async def answer(self, hold: str, *, sender: str, text: str) -> None:
        """Answer a request to revise."""
        await self._state(hold, Statement(by=sender, at=self._clock.now(), text=_tidy(text), answers=True))

    async def appeal(self, hold: str, *, sender: str, text: str) -> Appeal:
        """Ask a supervisor to look at a ruling again; once, and within the time the policy gives."""
        held, now = await self._held(hold), self._clock.now()
        against = may_appeal(held, await self._pleas.appealed(hold), now)
        appeal = Appeal(by=sender, at=now, text=_tidy(text), against=against)
        notices = await self._post.on_appeal(held, appeal, await self._judges(held, against))
        await self._pleas.appeal(hold, appeal, notices)
        log.info("hold.appealed", id=hold)
        return appeal

    async def overturn(self, hold: str, *, supervisor: Ruler | str, note: str = "") -> HeldMail:
        """Grant an appeal: the message is released to all its recipients, by a new ruling in place of the first.

        Those who have it already do not get it again. Where it takes two, the first of them leaves it as it was ruled, with his
        agreement.
        """
        ruler = as_ruler(supervisor)
        held, appeal = await self._appealed(hold, ruler)
        if held.destroyed:
            raise ValueError("its content was destroyed, so it cannot be released any more")
        finding = Finding(by=ruler.name, at=self._clock.now(), upheld=False, reason=note.strip())
        review = Review(
            reviewer=ruler.name,
            ruling=Ruling.RELEASED,
            recipients=held.mail.envelope.recipients,
            note=finding.reason,
            at=finding.at,
        )
        if held.reviewers.pair:
            if appeal.assent is None:
                return await self._assent(held, appeal, review, ruler)
            if ruler.is_one_with(appeal.assent.keys):
                raise Recused(_TWICE)
            review = replace(review, note=review.note or appeal.assent.review.note, also=appeal.assent.review.reviewer)
        ruled = replace(held, review=review)
        sends = (*released(ruled, review, to=held.kept_from), *await self._post.on_finding(ruled, appeal, finding))
        await self._pleas.find(hold, finding, review, sends)
        log.info("hold.overturned", id=hold, by=ruler.name)
        return ruled

    async def uphold(self, hold: str, *, supervisor: Ruler | str, reason: str) -> HeldMail:
        """Refuse an appeal, and say why; the sender reads it."""
        ruler = as_ruler(supervisor)
        held, appeal = await self._appealed(hold, ruler)
        finding = Finding(by=ruler.name, at=self._clock.now(), upheld=True, reason=reason.strip())
        await self._pleas.find(hold, finding, None, await self._post.on_finding(held, appeal, finding))
        log.info("hold.upheld", id=hold, by=ruler.name)
        return held

    async def remind(self) -> None:
        """Remind supervisors of appeals that nobody has answered.

        One that cannot be dealt with is in the log, is tried again later, and keeps no other waiting.
        """
        now = self._clock.now()
        for hold in self._later.now(await self._pleas.open(), now):
            try:
                await self._remind(hold, now)
            except Exception as fault:
                if isinstance(fault, StoreUnavailable) and not isinstance(fault, StoreFault):
                    raise
                log.exception("hold.fault", id=hold)
                self._later.failed(hold, now)

    async def _remind(self, hold: str, now: datetime) -> None:
        appeal = await self._pleas.appealed(hold)
        due = appeal.reminders_by(now) if appeal else 0
        if appeal is None or due <= appeal.reminded:
            self._later.failed(hold, now)
            return
        held, done = await self._held(hold), appeal.assent.keys if appeal.assent else ()
        others = [one for one in await self._judges(held, appeal.against) if str(one).casefold() not in done]
        if await self._pleas.remind(hold, due, await self._post.on_unanswered(held, appeal, others)):
            log.info("hold.appeal_reminded", id=hold, number=due, told=len(others))

    async def _assent(self, held: HeldMail, appeal: Appeal, review: Review, ruler: Ruler) -> HeldMail:
        """The first of two supervisors."""
        assent = Assent(review=review, keys=ruler.keys or (ruler.name.casefold(),))
        others = [one for one in await self._judges(held, appeal.against) if str(one).casefold() not in assent.keys]
        await self._pleas.assent(held.mail.id, assent, self._post.on_granting(held, appeal, review, others))
        log.info("hold.assented", id=held.mail.id, ruling=str(review.ruling), by=ruler.name)
        return held

    async def _state(self, hold: str, statement: Statement) -> None:
        held = await self._held(hold)
        may_state(held, answers=statement.answers, so_far=len(await self._pleas.statements(hold)))
        await self._pleas.state(hold, statement, await self._post.on_statement(held, statement))
        log.info("hold.stated", id=hold, answers=statement.answers)

    async def _appealed(self, hold: str, ruler: Ruler) -> tuple[HeldMail, Appeal]:
        held = await self._held(hold)
        if ruler.account is not None and ruler.account.role is not Role.SUPERVISOR:
            raise Recused(_SUPERVISORS)
        await self._bench.check(held, ruler)
        keys = keys_of(ruler.account) if ruler.account else ()
        return held, may_find(await self._pleas.appealed(hold), ruler.name, *keys)

    async def _judges(self, held: HeldMail, against: Review) -> list[Address]:
        """Where supervisors are written to who may answer an appeal."""
        free = [one for one in await self._bench.may(held) if one.role is Role.SUPERVISOR]
        return [one.addresses[0] for one in free if not Ruler.of(one).is_one_with(tuple(against.names))]

    async def _held(self, hold: str) -> HeldMail:
        held = await self._store.get(hold)
        if held is None:
            raise KeyError(hold)
        return held


def _tidy(text: str) -> str:
    """Plain text: no control characters but line ends, which are one kind."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join("".join(c if c.isprintable() else " " for c in line).rstrip() for line in lines).strip()
