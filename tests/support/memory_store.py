"""A shelf in memory: the same ports, the same promises but durability, and the same tests as the real one.

Set `away` to see what others do when the store cannot be reached.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from gateway.hold import HeldMail, Review
from gateway.mail import Address, Content, Receipt, Reply
from gateway.mail.content import in_memory
from gateway.ports import Clock, Dispatch, Parcel, Purpose, StoreUnavailable
from gateway.store import Stock

_OPEN = ("waiting", "postponed")
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Slot:
    """A parcel in the outbox, and how far it has come."""

    parcel: Parcel
    state: str
    at: datetime
    leased_until: datetime = _NEVER


class _MachineClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


class MemoryStore:
    """HoldStore and Outbox. Nothing survives the object."""

    def __init__(self, clock: Clock | None = None) -> None:
        self.away = False
        self._clock = clock or _MachineClock()
        self._holds: dict[str, HeldMail] = {}
        self._slots: dict[str, _Slot] = {}

    async def close(self) -> None:
        self.away = True

    async def hold(self, held: HeldMail, notices: Sequence[Parcel]) -> None:
        with self._transaction():
            if held.review is not None:
                raise ValueError("a hold begins without a ruling")
            _due(held, held.since)
            self._new(held.mail.id, self._holds)
            self._holds[held.mail.id] = replace(held, mail=replace(held.mail, content=_copied(held.mail.content)))
            self._put(notices)

    async def get(self, hold: str) -> HeldMail | None:
        with self._transaction():
            return self._holds.get(hold)

    async def list(self, *, waiting: bool = True, limit: int = 1000) -> Sequence[HeldMail]:
        with self._transaction():
            chosen = [held for held in self._holds.values() if not waiting or held.review is None]
            chosen.sort(key=lambda held: (held.deadline, held.mail.id))
            return [
                replace(held, mail=replace(held.mail, content=Content(size=held.mail.content.size))) for held in chosen[:limit]
            ]

    async def rule(self, hold: str, review: Review, parcels: Sequence[Parcel]) -> HeldMail:
        with self._transaction():
            self._holds[hold] = self._holds[hold].ruled(review)
            self._put(parcels)
            return self._holds[hold]

    async def dispatches(self, hold: str) -> Sequence[Dispatch]:
        with self._transaction():
            return [_dispatch(slot) for slot in self._slots.values() if slot.parcel.hold == hold]

    async def due(self, now: datetime) -> Sequence[HeldMail]:
        with self._transaction():
            return [held for held in self._holds.values() if held.review is None and _due(held, now)][:100]

    async def remind(self, hold: str, reminded: int, parcels: Sequence[Parcel]) -> bool:
        with self._transaction():
            held = self._holds[hold]
            if held.review is not None or held.reminded >= reminded:
                return False
            self._holds[hold] = replace(held, reminded=reminded)
            self._put(parcels)
            return True

    async def put(self, parcels: Sequence[Parcel]) -> None:
        with self._transaction():
            self._put(parcels)

    async def lease(self, now: datetime, until: datetime, limit: int) -> Sequence[Parcel]:
        with self._transaction():
            ready = [s for s in self._slots.values() if s.state in _OPEN and s.parcel.due <= now and s.leased_until <= now]
            ready.sort(key=lambda slot: slot.parcel.due)
            for slot in ready[:limit]:
                self._slots[slot.parcel.id] = replace(slot, leased_until=until)
            return [self._loaded(slot.parcel) for slot in ready[:limit]]

    async def delivered(self, parcel: Parcel, receipt: Receipt, at: datetime, parcels: Sequence[Parcel]) -> None:
        self._settle(parcel, "delivered", receipt, at, parcels)

    async def postponed(self, parcel: Parcel, reply: Reply, due: datetime) -> None:
        with self._transaction():
            slot = self._slots[parcel.id]
            if slot.parcel.attempts == parcel.attempts:
                self._tried(slot, "postponed", reply, self._clock.now(), due)

    async def failed(self, parcel: Parcel, receipt: Receipt, at: datetime, parcels: Sequence[Parcel]) -> None:
        self._settle(parcel, "failed", receipt, at, parcels)

    async def recent(self, recipient: str, since: datetime) -> int:
        with self._transaction():
            notices = [slot.parcel for slot in self._slots.values() if slot.parcel.purpose is Purpose.NOTICE]
            key = Address.parse(recipient).key
            return sum(key in {a.key for a in p.mail.envelope.recipients} for p in notices if p.made >= since)

    async def status(self) -> Stock:
        with self._transaction():
            waiting = [held.since for held in self._holds.values() if held.review is None]
            out = [slot.parcel.due for slot in self._slots.values() if slot.state in _OPEN]
            return Stock(
                waiting=len(waiting),
                oldest_waiting=min(waiting, default=None),
                outbox=len(out),
                oldest_due=min(out, default=None),
                failed=sum(slot.state == "failed" for slot in self._slots.values()),
            )

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        if self.away:
            raise StoreUnavailable("the store is away")
        holds, slots = dict(self._holds), dict(self._slots)
        try:
            yield
        except BaseException:
            self._holds, self._slots = holds, slots
            raise

    def _new(self, key: str, taken: dict[str, HeldMail] | dict[str, _Slot]) -> None:
        if key in taken:
            raise ValueError(f"{key} is on the shelf already")

    def _put(self, parcels: Sequence[Parcel]) -> None:
        for parcel in parcels:
            self._new(parcel.id, self._slots)
            if parcel.purpose is Purpose.RELEASE and parcel.hold not in self._holds:
                raise KeyError(parcel.hold)
            content = Content(size=0) if parcel.purpose is Purpose.RELEASE else _copied(parcel.mail.content)
            kept = replace(parcel, mail=replace(parcel.mail, content=content))
            self._slots[parcel.id] = _Slot(parcel=kept, state="postponed" if parcel.attempts else "waiting", at=parcel.made)

    def _loaded(self, parcel: Parcel) -> Parcel:
        if parcel.purpose is Purpose.NOTICE:
            return parcel
        return replace(parcel, mail=replace(parcel.mail, content=self._holds[parcel.hold].mail.content))

    def _settle(self, parcel: Parcel, state: str, receipt: Receipt, at: datetime, parcels: Sequence[Parcel]) -> None:
        with self._transaction():
            slot = self._slots[parcel.id]
            if slot.state in _OPEN:
                self._tried(slot, state, receipt.reply, at, slot.parcel.due)
                self._put(parcels)

    def _tried(self, slot: _Slot, state: str, reply: Reply, at: datetime, due: datetime) -> None:
        if slot.state in _OPEN:
            parcel = replace(slot.parcel, attempts=slot.parcel.attempts + 1, last=reply, due=due)
            self._slots[parcel.id] = _Slot(parcel=parcel, state=state, at=at)


def _copied(content: Content) -> Content:
    return in_memory(content.read())


def _due(held: HeldMail, now: datetime) -> bool:
    expired = held.reviewers.then != "wait" and now >= held.deadline
    return expired or held.reminders_by(now) > held.reminded


def _dispatch(slot: _Slot) -> Dispatch:
    parcel = slot.parcel
    return Dispatch(
        purpose=parcel.purpose,
        recipients=parcel.mail.envelope.recipients,
        state=slot.state,
        attempts=parcel.attempts,
        last=parcel.last,
        at=slot.at,
    )
