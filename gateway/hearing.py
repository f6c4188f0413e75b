"""Story 5: the sender is heard: he explains, answers a request to revise, and appeals; a supervisor answers the appeal.

What is said is written in one transaction with the notices it sends. It fails with KeyError for an id that is unknown,
AlreadyRuled for an explanation that comes after the ruling, NotNow for what cannot be said any more, ValueError for a text that
is empty or too long, and OwnRuling for a supervisor whose own ruling is appealed; then nothing was written.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

import structlog

from gateway.hold import HeldMail, Review, Ruling
from gateway.mail import Address
from gateway.plea import Appeal, Finding, Statement, may_appeal, may_find, may_state
from gateway.ports import Clock, HoldStore, Pleas
from gateway.post import Post, released

log = structlog.get_logger()

Supervisors = Callable[[], Awaitable[Sequence[Address]]]


class Hearings:
    """Explanations, answers and appeals."""

    def __init__(self, *, store: HoldStore, pleas: Pleas, post: Post, clock: Clock, supervisors: Supervisors) -> None:
        self._store = store
        self._pleas = pleas
        self._post = post
        self._clock = clock
        self._supervisors = supervisors

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
        others = [one for one in await self._supervisors() if str(one).casefold() != against.reviewer.casefold()]
        await self._pleas.appeal(hold, appeal, self._post.on_appeal(held, appeal, others))
        log.info("hold.appealed", id=hold)
        return appeal

    async def overturn(self, hold: str, *, supervisor: str, note: str = "") -> HeldMail:
        """Grant an appeal: the message is released to all its recipients, by a new ruling in place of the first."""
        held, appeal = await self._appealed(hold, supervisor)
        if held.destroyed:
            raise ValueError("its content was destroyed, so it cannot be released any more")
        finding = Finding(by=supervisor, at=self._clock.now(), upheld=False, reason=note.strip())
        review = Review(
            reviewer=supervisor,
            ruling=Ruling.RELEASED,
            recipients=held.mail.envelope.recipients,
            note=finding.reason,
            at=finding.at,
        )
        ruled = replace(held, review=review)
        sends = (*released(ruled, review), *self._post.on_finding(ruled, appeal, finding))
        await self._pleas.find(hold, finding, review, sends)
        log.info("hold.overturned", id=hold, by=supervisor)
        return ruled

    async def uphold(self, hold: str, *, supervisor: str, reason: str) -> HeldMail:
        """Refuse an appeal, and say why; the sender reads it."""
        held, appeal = await self._appealed(hold, supervisor)
        finding = Finding(by=supervisor, at=self._clock.now(), upheld=True, reason=reason.strip())
        await self._pleas.find(hold, finding, None, self._post.on_finding(held, appeal, finding))
        log.info("hold.upheld", id=hold, by=supervisor)
        return held

    async def _state(self, hold: str, statement: Statement) -> None:
        held = await self._held(hold)
        may_state(held, answers=statement.answers, so_far=len(await self._pleas.statements(hold)))
        await self._pleas.state(hold, statement, await self._post.on_statement(held, statement))
        log.info("hold.stated", id=hold, answers=statement.answers)

    async def _appealed(self, hold: str, supervisor: str) -> tuple[HeldMail, Appeal]:
        held = await self._held(hold)
        return held, may_find(await self._pleas.appealed(hold), supervisor)

    async def _held(self, hold: str) -> HeldMail:
        held = await self._store.get(hold)
        if held is None:
            raise KeyError(hold)
        return held


def _tidy(text: str) -> str:
    """Plain text: no control characters but line ends, which are one kind."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join("".join(c if c.isprintable() else " " for c in line).rstrip() for line in lines).strip()
