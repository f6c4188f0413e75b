"""Story 2: a hold's life, from the wait to the ruling to the outbox. It sends nothing itself.

A ruling is written in one transaction with everything it sends: the released message and all notices. The first ruling
counts; a later one raises AlreadyRuled, which tells who ruled and when. Where the policy asks for two reviewers, the first
agreement is kept and shown, and the ruling is made by the second. Whoever may not rule (`gateway.recusal`) is told so by
Recused. An unknown id raises KeyError, a note that is missing or a recipient that is none ValueError, and then nothing was
written.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import structlog

from gateway.escalation import UP, Escalation
from gateway.hold import AlreadyRuled, Assent, HeldMail, Review, Ruling, Turned
from gateway.lately import lately
from gateway.later import Later
from gateway.mail import Address
from gateway.notice import Passed
from gateway.people import Ruler, as_ruler
from gateway.ports import Asked, Clock, Examples, HoldStore, StoreFault, StoreUnavailable, Trail
from gateway.post import Post, released
from gateway.recusal import Bench, Recused
from gateway.trail import Step

log = structlog.get_logger()

EXPIRED_NOTE = "No reviewer ruled before the deadline; the policy denies it then."
UNOPENED_NOTE = "Nobody had opened it."
_VERB = {Ruling.RELEASED: "release", Ruling.DENIED: "deny", Ruling.RETURNED: "return"}


class Reviews:
    """Rulings, reminders and deadlines."""

    def __init__(  # noqa: PLR0913  -- the parts are wired by name
        self, *, store: HoldStore, trail: Trail, post: Post, bench: Bench, clock: Clock, examples: Examples | None = None
    ) -> None:
        self._store = store
        self._trail = trail
        self._post = post
        self._clock = clock
        self._examples = examples
        self.bench = bench
        self._escalation = Escalation(store=store, trail=trail, post=post, bench=bench)
        self._looked: datetime | None = None
        self._later = Later()
        self._seen: int | None = None

    async def release(self, hold: str, *, reviewer: Ruler | str, to: Sequence[Address] = (), note: str = "") -> HeldMail:
        """Let a message go, to all recipients or to some; those left out are told to the sender.

        Where it takes two, the first of them leaves it waiting, with his agreement.
        """
        held = await self._held(hold)
        everybody = held.mail.envelope.recipients
        chosen = set(to) or set(everybody)
        if chosen < set(everybody) and not note.strip():
            raise ValueError("a release to some of the recipients requires a note that says why the others do not get it")
        recipients = tuple(a for a in everybody if a in chosen) + tuple(sorted(chosen - set(everybody)))
        return await self._decide(held, Ruling.RELEASED, as_ruler(reviewer), recipients, note)

    async def deny(self, hold: str, *, reviewer: Ruler | str, note: str) -> HeldMail:
        """Keep a message from ever going out. The note says why; the sender reads it. Where it takes two, as for a release."""
        held = await self._held(hold)
        return await self._decide(held, Ruling.DENIED, as_ruler(reviewer), held.mail.envelope.recipients, note)

    async def send_back(self, hold: str, *, reviewer: Ruler | str, note: str) -> HeldMail:
        """Ask the sender to revise it: this one never goes out. The note says what to change; the sender reads it.

        It takes two where a denial does.
        """
        held = await self._held(hold)
        return await self._decide(held, Ruling.RETURNED, as_ruler(reviewer), held.mail.envelope.recipients, note)

    async def withdraw(self, hold: str, *, sender: str) -> HeldMail:
        """Its sender takes it back, as long as nobody has ruled."""
        held = await self._held(hold)
        return await self._write(held, self._review(sender, Ruling.WITHDRAWN, held.mail.envelope.recipients, ""))

    async def agree(self, hold: str, *, reviewer: Ruler | str, to: str = "") -> HeldMail:
        """Be the second of two. Raises ValueError if nobody was the first.

        to: the mark of the agreement that he was shown; Turned is raised if it is another one now
        """
        held = await self._held(hold)
        first = held.course.assent
        if first is None:
            raise ValueError("nobody has agreed to anything yet; release it or deny it")
        if to and to != first.mark:
            raise Turned
        return await self._decide(held, first.review.ruling, as_ruler(reviewer), first.review.recipients, first.review.note)

    async def disagree(self, hold: str, *, reviewer: Ruler | str, note: str = "") -> HeldMail:
        """The first of two agreed for nothing: it waits as before. He may take it back himself; another says why."""
        held, ruler = await self._held(hold), as_ruler(reviewer)
        if held.review is not None:
            raise AlreadyRuled(held.review)
        await self.bench.check(held, ruler)
        first = held.course.assent
        if first is None:
            raise ValueError("nobody has agreed to anything; there is nothing to disagree with")
        if not ruler.is_one_with(first.keys) and not note.strip():
            raise ValueError("say why you do not agree; the other reviewers read it")
        waiting = held.turned(assent=None)
        said = {"from": first.review.reviewer, "ruling": str(first.review.ruling), "reason": note.strip()}
        line = f"{ruler.name} does not agree with {first.review.reviewer}, who wanted to {_VERB[first.review.ruling]} it."
        passed = Passed(heading="Disagreed", lines=(line,), reason=note.strip())
        notices = await self._post.on_passing(waiting, held.members, passed, limited=False)
        await self._store.turn(waiting, Step.DISSENTED, ruler.name, said, notices)
        log.info("hold.disagreed", id=hold, by=ruler.name)
        return waiting

    async def hand_over(self, hold: str, *, reviewer: Ruler | str, to: str, reason: str) -> HeldMail:
        """Give it to another reviewer by his address, or `up` the ladder. The reason is told to whoever gets it.

        Who may not rule on it may pass it up, and choose nobody.
        """
        held, ruler = await self._held(hold), as_ruler(reviewer)
        await (self.bench.admit(held, ruler) if to == UP else self.bench.check(held, ruler))
        return await self._escalation.hand_over(held, by=ruler, to=to, reason=reason, now=self._clock.now())

    async def expire(self) -> None:
        """Move holds up their ladders, remind reviewers of what waits, and do what the policies say where a deadline has come.

        One hold that cannot be dealt with is in the log, is tried again later, and keeps no other waiting.
        """
        now = self._clock.now()
        if (self._looked is None or now < self._looked) and (ahead := await self._store.righted(now)):
            log.warning("hold.reminded_ahead", holds=ahead)
        self._looked = now
        await self._escalation.round(now)
        await self._opened()
        for hold in self._later.now(await self._store.due(now), now):
            held = await self._later.load(self._store, hold, now)
            if held is not None:
                await self._tried(held, now)

    async def _opened(self) -> None:
        """Whatever was opened since the last look is not left alone any more."""
        head = await self._trail.head()
        newest = head.sequence if head else 0
        after = newest if self._seen is None else self._seen
        while seen := await self._trail.entries(Asked(step=Step.SEEN, after=after, before=newest + 1)):
            for one in seen:
                self._later.sooner(one.hold)
            after = seen[-1].sequence
        self._seen = newest

    async def _tried(self, held: HeldMail, now: datetime) -> None:
        try:
            await self._due(held, now)
        except Exception as fault:
            if isinstance(fault, StoreUnavailable) and not isinstance(fault, StoreFault):
                raise
            log.exception("hold.fault", id=held.mail.id)
            self._later.failed(held.mail.id, now, by=held.deadline)

    async def _due(self, held: HeldMail, now: datetime) -> None:
        if now < held.deadline or held.reviewers.then == "wait":
            await self._remind(held, now)
            return
        unopened, warned = await self._escalation.unopened(held), held.course.warned
        if not unopened or (warned and not lately(warned, now, held.grace)):
            await self._rule_by_deadline(held, unopened=unopened)
        elif warned:
            self._later.until(held.mail.id, now, warned + held.grace)
        else:
            self._later.failed(held.mail.id, now, by=held.deadline)

    async def _rule_by_deadline(self, held: HeldMail, *, unopened: bool) -> None:
        release = held.reviewers.then == "release"
        ruling, said = (Ruling.RELEASED, "") if release else (Ruling.DENIED, EXPIRED_NOTE)
        note = f"{said} {UNOPENED_NOTE}" if unopened else said
        name, everybody = f"deadline of {held.reviewers.name}", held.mail.envelope.recipients
        review = self._review(name, ruling, everybody, note, by_deadline=True)
        try:
            await self._write(held, review, unopened=await self.bench.supervisors() if unopened else None)
        except AlreadyRuled as first:
            log.info("hold.ruled_before_deadline", id=held.mail.id, by=first.review.reviewer)

    async def _remind(self, held: HeldMail, now: datetime) -> None:
        number = held.reminders_by(now)
        if await self._store.remind(held.mail.id, number, await self._post.on_reminder(held, number)):
            log.info("hold.reminded", id=held.mail.id, number=number, reviewers=held.desk.name)
        else:
            self._later.failed(held.mail.id, now, by=held.deadline)

    async def _decide(self, held: HeldMail, ruling: Ruling, ruler: Ruler, recipients: tuple[Address, ...], note: str) -> HeldMail:
        """A reviewer's word: the ruling, or the first half of it."""
        review = self._review(ruler.name, ruling, recipients, note)
        held.ruled(review)
        await self.bench.check(held, ruler)
        pair, first = held.reviewers.pair, held.course.assent
        if not (pair == "both" or (pair == "release" and ruling is Ruling.RELEASED)):
            return await self._write(held, review)
        if first is None or not first.fits(review):
            return await self._assent(held, review, ruler)
        if ruler.is_one_with(first.keys):
            raise Recused("You have agreed already. A second reviewer has to agree, and that cannot be you.")
        note = review.note or first.review.note
        return await self._write(held, replace(review, note=note, also=first.review.reviewer), turn=held.course.turn)

    async def _assent(self, held: HeldMail, review: Review, ruler: Ruler) -> HeldMail:
        """The first of two. If another had agreed to something else, that is off."""
        before = held.course.assent
        waiting = held.turned(assent=Assent(review=review, keys=ruler.keys or (ruler.name.casefold(),)))
        said = {"ruling": str(review.ruling), "recipients": [str(one) for one in review.recipients], "note": review.note}
        against = {"against": before.review.reviewer} if before and not ruler.is_one_with(before.keys) else {}
        line = f"{ruler.name} wants to {_VERB[review.ruling]} it. That takes two: a second reviewer has to agree."
        passed = Passed(heading="A second reviewer is needed", lines=(line,), reason=review.note)
        others = [one.addresses[0] for one in await self.bench.may(waiting) if not ruler.is_one_with((one.login,))]
        notices = await self._post.on_passing(waiting, others or held.members, passed, limited=False)
        step = Step.DISSENTED if against else Step.ASSENTED
        await self._store.turn(waiting, step, ruler.name, {**said, **against}, notices)
        log.info("hold.assented", id=held.mail.id, ruling=str(review.ruling), by=ruler.name)
        return waiting

    async def _write(
        self, held: HeldMail, review: Review, *, turn: int | None = None, unopened: Sequence[Address] | None = None
    ) -> HeldMail:
        ruled = held.ruled(review)
        sends = (*released(ruled, review), *await self._post.on_ruling(ruled, unopened=unopened))
        await self._store.rule(held.mail.id, review, sends, turn=turn)
        log.info("hold.ruled", id=held.mail.id, ruling=str(review.ruling), by=review.reviewer, recipients=len(review.recipients))
        if self._examples and not review.by_deadline:
            await self._keep(self._examples, ruled)
        return ruled

    def _review(
        self, name: str, ruling: Ruling, recipients: tuple[Address, ...], note: str, *, by_deadline: bool = False
    ) -> Review:
        return Review(
            reviewer=name,
            ruling=ruling,
            recipients=recipients,
            note=note.strip(),
            at=self._clock.now(),
            by_deadline=by_deadline,
        )

    async def _keep(self, examples: Examples, ruled: HeldMail) -> None:
        """An example that is not kept costs nobody his ruling."""
        try:
            await examples.keep(ruled)
        except OSError as error:
            log.warning("example.lost", id=ruled.mail.id, problem=error.strerror)

    async def _held(self, hold: str) -> HeldMail:
        held = await self._store.get(hold)
        if held is None:
            raise KeyError(hold)
        return held
