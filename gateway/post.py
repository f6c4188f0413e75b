"""The post room: who is told of what, and how often.

It turns notices into parcels for the outbox. Notices that a stranger could cause in number (a hold, a reminder) are
limited to so many an hour for each person; the last of them says so. What a person did (a ruling) is always told.
It fails only as the outbox does.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from gateway.hold import HeldMail
from gateway.mail import Mail, Receipt, new_id
from gateway.notice import Notices
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
        sender, members = held.mail.envelope.sender, held.reviewers.members
        told: list[Mail | None] = []
        if sender and (left := await self._left(str(sender), now)) > 0:
            told.append(self._notices.to_sender_held(held, now, last=left == 1))
        if (left := await self._left(str(members[0]), now)) > 0:
            told += [self._notices.to_reviewers_held(held, now, last=left == 1, only=one) for one in self._notices.each(held)]
        return _parcels(held.mail.id, told, now)

    async def on_reminder(self, held: HeldMail, number: int) -> tuple[Parcel, ...]:
        """To the reviewers: it still waits."""
        now = self._clock.now()
        if await self._left(str(held.reviewers.members[0]), now) <= 0:
            return ()
        return _parcels(
            held.mail.id,
            [self._notices.to_reviewers_reminder(held, now, number, only=one) for one in self._notices.each(held)],
            now,
        )

    def on_ruling(self, held: HeldMail) -> tuple[Parcel, ...]:
        """To the sender and to all reviewers: what was ruled, by whom."""
        now = self._clock.now()
        told = [self._notices.to_sender_ruled(held, now), self._notices.to_reviewers_ruled(held, now)]
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
