"""The post room: who is told of what, and how often.

It turns notices into parcels for the outbox. Notices that a stranger could cause in number (a hold, a reminder) are
limited to so many an hour for each person; the last of them says so. What a person did (a ruling) is always told.
It fails only as the outbox does.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from gateway.hold import HeldMail
from gateway.mail import Address, Mail, Receipt, new_id
from gateway.notice import Notices, Passed
from gateway.ports import Clock, Outbox, Parcel, Purpose

_HOUR = timedelta(hours=1)


class Post:
    """Notices to those whom a hold concerns."""

    def __init__(self, notices: Notices, outbox: Outbox, *, per_hour: int, clock: Clock) -> None:
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
        if (left := await self._left(str(members[0]), now)) > 0:
            each = self._notices.each(members)
            told += [self._notices.to_reviewers_held(held, now, last=left == 1, only=one) for one in each]
        return _parcels(held.mail.id, told, now)

    async def on_reminder(self, held: HeldMail, number: int) -> tuple[Parcel, ...]:
        """To the reviewers: it still waits."""
        now = self._clock.now()
        if await self._left(str(held.desk.members[0]), now) <= 0:
            return ()
        return _parcels(
            held.mail.id,
            [self._notices.to_reviewers_reminder(held, now, number, only=one) for one in self._notices.each(held.desk.members)],
            now,
        )

    async def on_passing(self, held: HeldMail, to: Sequence[Address], passed: Passed, *, limited: bool) -> tuple[Parcel, ...]:
        """To those whose it is now, or who should know. limited: it is not told to who was told of too many this hour."""
        now = self._clock.now()
        left = await self._left(str(to[0]), now) if limited and to else self._per_hour
        if not to or left <= 0:
            return ()
        last = limited and left == 1
        told = [self._notices.to_reviewers_passed(held, now, passed, to, last=last, only=one) for one in self._notices.each(to)]
        return _parcels(held.mail.id, told, now)

    def on_ruling(self, held: HeldMail, *, unopened: Sequence[Address] | None = None) -> tuple[Parcel, ...]:
        """To the sender and to all reviewers: what was ruled, by whom. unopened: who else is told, since nobody had opened it."""
        now = self._clock.now()
        told = [self._notices.to_sender_ruled(held, now), self._notices.to_reviewers_ruled(held, now, unopened=unopened)]
        return _parcels(held.mail.id, told, now)

    def on_failure(self, held: HeldMail, receipt: Receipt) -> tuple[Parcel, ...]:
        """To the sender and the reviewers: the relay refused what was released."""
        now = self._clock.now()
        told = [
            self._notices.to_sender_undelivered(held, receipt, now),
            self._notices.to_reviewers_undelivered(held, receipt, now),
        ]
        return _parcels(held.mail.id, told, now)

    async def _left(self, recipient: str, now: datetime) -> int:
        return self._per_hour - await self._outbox.recent(recipient, now - _HOUR)


def _parcels(hold: str, told: Iterable[Mail | None], now: datetime) -> tuple[Parcel, ...]:
    return tuple(Parcel(id=new_id(now), hold=hold, purpose=Purpose.NOTICE, mail=mail, made=now, due=now) for mail in told if mail)
