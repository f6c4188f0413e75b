"""The post room: who is told of what, and how often.

It turns notices into parcels for the outbox. Notices that a stranger could cause in number (a hold, a reminder) are
limited to so many an hour for each person; the last of them says so. What a person did (a ruling) is always told. Whose account
is disabled is told nothing, whether the policies name him or a message was handed to him; if nobody else is left, the admins
are told. It fails only as the outbox does.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from gateway.hold import HeldMail, Review, Ruling
from gateway.lately import ASTRAY
from gateway.mail import Address, Mail, Receipt, new_id
from gateway.notice import Notices, Passed, Told, Waits
from gateway.notice.words import length
from gateway.people import AccountBook, not_disabled
from gateway.plea import Appeal, Finding, Statement
from gateway.ports import Clock, Outbox, Parcel, Purpose

_HOUR = timedelta(hours=1)

Eager = Callable[[HeldMail], Awaitable[Sequence[Address]]]
"""Who hears of a hold at once."""

SUPERVISE = "A supervisor other than the one who ruled upholds the ruling or releases the message."


class Post:
    """Notices to those whom a hold concerns. eager: None for all the reviewers."""

    def __init__(  # noqa: PLR0913  -- the parts are wired by name
        self,
        notices: Notices,
        outbox: Outbox,
        *,
        per_hour: int,
        clock: Clock,
        book: AccountBook,
        eager: Eager | None = None,
        admins: Sequence[Address] = (),
    ) -> None:
        self._admins = admins
        self._book = book
        self._eager = eager
        self._notices = notices
        self._outbox = outbox
        self._per_hour = per_hour
        self._clock = clock

    async def on_hold(self, held: HeldMail) -> tuple[Parcel, ...]:
        """To the sender: it is held. To the reviewers: it waits."""
        now = self._clock.now()
        sender, members = held.mail.envelope.sender, held.desk.members
        told: list[Mail | None] = []
        if sender and (left := await self._left(str(sender), now)) > 0:
            told.append(self._notices.to_sender_held(held, now, last=left == 1))
        eager = await self._open(await self._eager(held) if self._eager else members)
        if eager and (left := await self._left(str(eager[0]), now)) > 0:
            each = self._each(held, eager)
            told += [self._notices.to_reviewers_held(held, now, last=left == 1, only=one) for one in each]
        return _parcels(held.mail.id, told, now)

    async def on_reminder(self, held: HeldMail, number: int) -> tuple[Parcel, ...]:
        """To the reviewers: it still waits."""
        now, members = self._clock.now(), await self._open(held.desk.members)
        if not members or await self._left(str(members[0]), now) <= 0:
            return ()
        each = self._each(held, members)
        return _parcels(held.mail.id, [self._notices.to_reviewers_reminder(held, now, number, only=one) for one in each], now)

    async def on_passing(self, held: HeldMail, to: Sequence[Address], passed: Passed, *, limited: bool) -> tuple[Parcel, ...]:
        """To those whose it is now, or who should know. limited: it is not told to who was told of too many this hour."""
        now, to = self._clock.now(), await self._open(to)
        left = await self._left(str(to[0]), now) if limited and to else self._per_hour
        if not to or left <= 0:
            return ()
        last = limited and left == 1
        told = [self._notices.to_reviewers_passed(held, now, passed, to, last=last, only=one) for one in self._notices.each(to)]
        return _parcels(held.mail.id, told, now)

    async def on_ruling(self, held: HeldMail, *, unopened: Sequence[Address] | None = None) -> tuple[Parcel, ...]:
        """To the sender and to all reviewers: what was ruled, by whom. unopened: who else is told, since nobody had opened it."""
        now, among = self._clock.now(), await self._open((*held.reached, *(unopened or ())))
        to_reviewers = self._notices.to_reviewers_ruled(held, now, unopened=unopened, among=among)
        told = [self._notices.to_sender_ruled(held, now), to_reviewers]
        return _parcels(held.mail.id, told, now)

    async def on_statement(self, held: HeldMail, statement: Statement) -> tuple[Parcel, ...]:
        """To the reviewers: the sender explained, or answered a request to revise."""
        now, asked = self._clock.now(), _asker(held) if statement.answers else None
        everybody = await self._open(tuple(dict.fromkeys((*held.reached, *([asked] if asked else [])))))
        if not everybody or await self._left(str(everybody[0]), now) <= 0:
            return ()
        told = Told(
            heading="The sender's answer" if statement.answers else "The sender's explanation",
            lines=(f"{statement.by} {'answers the request to revise' if statement.answers else 'explains'} the message below:",),
            quote=statement.text,
            rules=not statement.answers,
        )
        return _parcels(held.mail.id, self._notices.to_each(held, everybody, told, now), now)

    async def on_appeal(self, held: HeldMail, appeal: Appeal, supervisors: Sequence[Address]) -> tuple[Parcel, ...]:
        """To the supervisors, or to the reviewers where there is none: a ruling is appealed."""
        now = self._clock.now()
        against = f"It was {_ruled(held, appeal.against)} by {appeal.against.reviewer}."
        lines = (f"{appeal.by} appeals the ruling on the message below. {against}", SUPERVISE)
        told = Told(heading="Appeal", lines=lines, quote=appeal.text, rules=False)
        to = supervisors or await self._open(held.reached)
        return _parcels(held.mail.id, self._notices.to_each(held, to, told, now), now)

    async def on_unanswered(self, held: HeldMail, appeal: Appeal, supervisors: Sequence[Address]) -> tuple[Parcel, ...]:
        """To the supervisors, or to the reviewers where there is none: nobody has answered an appeal."""
        now = self._clock.now()
        waits = f"The appeal of {appeal.by} against the ruling on the message below has waited for {length(now - appeal.at)}."
        told = Told(heading="An appeal still waits", lines=(waits, SUPERVISE), quote=appeal.text, rules=False)
        to = supervisors or await self._open(held.reached)
        return _parcels(held.mail.id, self._notices.to_each(held, to, told, now), now)

    def on_granting(self, held: HeldMail, appeal: Appeal, review: Review, supervisors: Sequence[Address]) -> tuple[Parcel, ...]:
        """To the other supervisors: the first of two would grant an appeal."""
        now = self._clock.now()
        would = f"{review.reviewer} would grant the appeal of {appeal.by} against the ruling on the message below."
        lines = (f"{would} That takes two: a second supervisor has to agree.", SUPERVISE)
        told = Told(heading="A second supervisor is needed", lines=lines, quote=review.note, rules=False)
        return _parcels(held.mail.id, self._notices.to_each(held, supervisors, told, now), now)

    async def on_finding(self, held: HeldMail, appeal: Appeal, finding: Finding) -> tuple[Parcel, ...]:
        """To the sender and the reviewers: what became of the appeal. `held` has the ruling that counts now."""
        if not finding.upheld:
            return await self.on_ruling(held)
        now = self._clock.now()
        line = f"{finding.by} upheld it: the message stays {_ruled(held, appeal.against)}. The sender is told."
        told = Told(heading="Appeal decided", lines=(line,), quote=finding.reason, rules=False)
        members = [one for one in await self._open(held.reached) if str(one).casefold() != finding.by.casefold()]
        to_sender = self._notices.to_sender_upheld(held, finding.by, finding.reason, finding.at, now)
        return _parcels(held.mail.id, [to_sender, *self._notices.to_each(held, members, told, now)], now)

    def digest(self, to: Address, waits: Waits) -> tuple[Parcel, ...]:
        """To one reviewer: what waits for him."""
        now = self._clock.now()
        return _parcels("", [self._notices.digest(to, waits, now)], now)

    def on_nearing(self, held: HeldMail, to: Sequence[Address]) -> tuple[Parcel, ...]:
        """To those who are not told of each hold: this one's time is nearly over."""
        now = self._clock.now()
        told = [self._notices.to_reviewers_held(held, now, only=one, first=False) for one in to]
        return _parcels(held.mail.id, told, now)

    def head(self, to: Sequence[Address], head: str) -> tuple[Parcel, ...]:
        """To those outside: the head of the audit trail."""
        now = self._clock.now()
        return _parcels("", [self._notices.head(to, head, now)], now)

    def alarm(self, to: Sequence[Address], heading: str, lines: Sequence[str]) -> tuple[Parcel, ...]:
        """To the admins: something is wrong with the gateway itself."""
        now = self._clock.now()
        return _parcels("", [self._notices.alarm(to, heading, lines, now)], now)

    async def on_desertion(self, held: HeldMail) -> tuple[Parcel, ...]:
        """To the admins: of all who could be told of it none is there."""
        now = self._clock.now()
        if not self._admins or await self._left(str(self._admins[0]), now) <= 0:
            return ()
        waits = f"A message held for {held.desk.name} ({held.mail.id}) waits, and everybody who could be told of it is disabled."
        way = f"Add or enable a reviewer or a supervisor (hatchway user), or rule on it: hatchway queue show {held.mail.id}."
        return self.alarm(self._admins, "Nobody is left to rule on a held message", (waits, way))

    async def on_failure(self, held: HeldMail, receipt: Receipt) -> tuple[Parcel, ...]:
        """To the sender and the reviewers: the relay refused what was released."""
        now, members = self._clock.now(), await self._open(held.reached)
        told = [self._notices.to_sender_undelivered(held, receipt, now)]
        told += [self._notices.to_reviewers_undelivered(held, receipt, now, members)] if members else []
        return _parcels(held.mail.id, told, now)

    async def _open(self, to: Sequence[Address]) -> tuple[Address, ...]:
        """Those of them who may be told."""
        return await not_disabled(self._book, to)

    def _each(self, held: HeldMail, members: tuple[Address, ...]) -> Iterable[Address | None]:
        """Whom to write to of a wait, one by one; None for all of the rung in one mail."""
        return self._notices.each(members) if members == held.desk.members else members

    async def _left(self, recipient: str, now: datetime) -> int:
        return self._per_hour - await self._outbox.recent(recipient, now - _HOUR, now + ASTRAY)


def released(held: HeldMail, review: Review, *, to: Sequence[Address] = ()) -> tuple[Parcel, ...]:
    """The message for those it is released to; none for any other ruling. to: only for these of them, others have it."""
    if review.ruling is not Ruling.RELEASED:
        return ()
    mail = held.mail
    envelope = mail.envelope.only(frozenset(to or review.recipients))
    going = Mail(id=mail.id, envelope=envelope, content=mail.content, received=mail.received)
    return (Parcel(id=new_id(review.at), hold=mail.id, purpose=Purpose.RELEASE, mail=going, made=review.at, due=review.at),)


def _parcels(hold: str, told: Iterable[Mail | None], now: datetime) -> tuple[Parcel, ...]:
    return tuple(Parcel(id=new_id(now), hold=hold, purpose=Purpose.NOTICE, mail=mail, made=now, due=now) for mail in told if mail)


def _ruled(held: HeldMail, review: Review) -> str:
    """What was ruled, and to how many it was released if not to all."""
    few, all_ = len(review.recipients), len(held.mail.envelope.recipients)
    some = f" to {few} of its {all_} recipients" if review.ruling is Ruling.RELEASED and few < all_ else ""
    return f"{review.ruling}{some}"


def _asker(held: HeldMail) -> Address | None:
    """Who asked for a revision, if he is named by his address."""
    with suppress(ValueError):
        asker = Address.parse(held.review.reviewer) if held.review else None
        return asker if asker and asker.domain else None
    return None
