"""Story 2: a hold's life, from the wait to the ruling to the outbox. It sends nothing itself.

A ruling is written in one transaction with everything it sends: the released message and all notices. The first ruling
counts; a later one raises AlreadyRuled, which tells who ruled and when. An unknown id raises KeyError, a note that is
missing or a recipient that is none ValueError, and then nothing was written.
"""

from collections.abc import Sequence
from datetime import datetime

import structlog

from gateway.hold import AlreadyRuled, HeldMail, Review, Ruling
from gateway.mail import Address
from gateway.ports import Clock, Examples, HoldStore, StoreUnavailable
from gateway.post import Post, released

log = structlog.get_logger()

EXPIRED_NOTE = "No reviewer ruled before the deadline; the policy denies it then."


class Reviews:
    """Rulings, reminders and deadlines."""

    def __init__(self, *, store: HoldStore, post: Post, clock: Clock, examples: Examples | None = None) -> None:
        self._store = store
        self._post = post
        self._clock = clock
        self._examples = examples

    async def release(self, hold: str, *, reviewer: str, to: Sequence[Address] = (), note: str = "") -> HeldMail:
        """Let a message go, to all recipients or to some; those left out are told to the sender."""
        held = await self._held(hold)
        everybody = held.mail.envelope.recipients
        chosen = set(to) or set(everybody)
        if chosen < set(everybody) and not note.strip():
            raise ValueError("a release to some of the recipients requires a note that says why the others do not get it")
        recipients = tuple(a for a in everybody if a in chosen) + tuple(sorted(chosen - set(everybody)))
        return await self._rule(held, Ruling.RELEASED, reviewer, recipients, note)

    async def deny(self, hold: str, *, reviewer: str, note: str) -> HeldMail:
        """Keep a message from ever going out. The note says why; the sender reads it."""
        held = await self._held(hold)
        return await self._rule(held, Ruling.DENIED, reviewer, held.mail.envelope.recipients, note)

    async def send_back(self, hold: str, *, reviewer: str, note: str) -> HeldMail:
        """Ask the sender to revise it: this one never goes out. The note says what to change; the sender reads it."""
        held = await self._held(hold)
        return await self._rule(held, Ruling.RETURNED, reviewer, held.mail.envelope.recipients, note)

    async def withdraw(self, hold: str, *, sender: str) -> HeldMail:
        """Its sender takes it back, as long as nobody has ruled."""
        held = await self._held(hold)
        return await self._rule(held, Ruling.WITHDRAWN, sender, held.mail.envelope.recipients, "")

    async def expire(self) -> None:
        """Remind the reviewers of what waits, and do what the policies say where the deadline has come.

        One hold that cannot be dealt with is in the log, is tried again at the next call, and keeps no other waiting.
        """
        now = self._clock.now()
        for held in await self._store.due(now):
            try:
                await self._due(held, now)
            except StoreUnavailable:
                raise
            except Exception:
                log.exception("hold.fault", id=held.mail.id)

    async def _due(self, held: HeldMail, now: datetime) -> None:
        if now >= held.deadline and held.reviewers.then != "wait":
            await self._rule_by_deadline(held)
        else:
            await self._remind(held, now)

    async def _rule_by_deadline(self, held: HeldMail) -> None:
        release = held.reviewers.then == "release"
        ruling, note = (Ruling.RELEASED, "") if release else (Ruling.DENIED, EXPIRED_NOTE)
        try:
            await self._rule(
                held, ruling, f"deadline of {held.reviewers.name}", held.mail.envelope.recipients, note, by_deadline=True
            )
        except AlreadyRuled as first:
            log.info("hold.ruled_before_deadline", id=held.mail.id, by=first.review.reviewer)

    async def _remind(self, held: HeldMail, now: datetime) -> None:
        number = held.reminders_by(now)
        if await self._store.remind(held.mail.id, number, await self._post.on_reminder(held, number)):
            log.info("hold.reminded", id=held.mail.id, number=number, reviewers=held.reviewers.name)

    async def _rule(  # noqa: PLR0913  -- the six things a ruling consists of
        self,
        held: HeldMail,
        ruling: Ruling,
        reviewer: str,
        recipients: tuple[Address, ...],
        note: str,
        *,
        by_deadline: bool = False,
    ) -> HeldMail:
        review = Review(
            reviewer=reviewer,
            ruling=ruling,
            recipients=recipients,
            note=note.strip(),
            at=self._clock.now(),
            by_deadline=by_deadline,
        )
        ruled = held.ruled(review)
        await self._store.rule(held.mail.id, review, (*released(ruled, review), *self._post.on_ruling(ruled)))
        log.info("hold.ruled", id=held.mail.id, ruling=str(ruling), by=reviewer, recipients=len(recipients))
        if self._examples and not by_deadline:
            await self._keep(self._examples, ruled)
        return ruled

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
