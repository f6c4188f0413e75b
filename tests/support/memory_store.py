"""A shelf in memory: the same ports, the same promises but durability, and the same tests as the real one.

Set `away` to see what others do when the store cannot be reached.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from gateway.hold import AlreadyRuled, HeldMail, Review, Turned
from gateway.mail import Address, Content, Mail, Receipt, Reply
from gateway.mail.content import in_memory
from gateway.ports import Asked, Clock, Dispatch, Parcel, Purpose, StoreUnavailable
from gateway.store import Stock, codec, steps
from gateway.store.archive import unquoted
from gateway.store.holds import ending
from gateway.store.outbox import parted
from gateway.trail import GATEWAY, Detail, Entry, Head, Step, follow, moment
from tests.support.memory_pleas import MemoryPleas

_OPEN = ("waiting", "postponed")
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Slot:
    """A parcel in the outbox, and how far it has come."""

    parcel: Parcel
    state: str
    at: datetime
    leased_until: datetime = _NEVER
    receipt: Receipt | None = None


class _MachineClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


class MemoryStore:
    """HoldStore, Outbox, Trail and Archive. Nothing survives the object."""

    def __init__(self, clock: Clock | None = None) -> None:
        self.away = False
        self._clock = clock or _MachineClock()
        self._holds: dict[str, HeldMail] = {}
        self._slots: dict[str, _Slot] = {}
        self._trail: tuple[Entry, ...] = ()
        self._append(Step.BEGUN, detail={"form": 1, "holds": 0})
        self.pleas = MemoryPleas(self)

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
            sha256 = steps.record(held.mail.content.read())
            self._append(Step.HELD, hold=held.mail.id, detail=steps.held(held, sha256, notices))

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

    async def rule(self, hold: str, review: Review, parcels: Sequence[Parcel], *, turn: int | None = None) -> HeldMail:
        with self._transaction():
            ruled = self._holds[hold].ruled(review)
            if turn not in {None, ruled.course.turn}:
                raise Turned
            self._holds[hold] = ruled
            self._put(parcels)
            step, said = steps.ruled(review, parcels)
            self._append(step, actor=review.reviewer, hold=hold, detail=said)
            return self._holds[hold]

    async def dispatches(self, hold: str) -> Sequence[Dispatch]:
        with self._transaction():
            found, further = list[Dispatch](), dict[tuple[str, datetime], set[Address]]()
            for slot in reversed([slot for slot in self._slots.values() if slot.parcel.hold == hold]):
                later = further.setdefault((slot.parcel.mail.id, slot.parcel.made), set())
                found[:0] = parted(_dispatch(slot), slot.receipt, later)
                later.update(slot.parcel.mail.envelope.recipients)
            return found

    async def due(self, now: datetime) -> Sequence[str]:
        with self._transaction():
            found = [held for held in self._holds.values() if held.review is None and _due(held, now)]
            return [held.mail.id for held in sorted(found, key=lambda held: (held.next_reminder(), held.mail.id))]

    async def turning(self, now: datetime) -> Sequence[str]:
        with self._transaction():
            moments = {held.mail.id: held.turns for held in self._holds.values() if held.review is None}
            return [id_ for moment, id_ in sorted((moment, id_) for id_, moment in moments.items() if moment and moment <= now)]

    async def turn(self, held: HeldMail, step: str, actor: str, detail: Detail, parcels: Sequence[Parcel]) -> None:
        with self._transaction():
            there = self._holds[held.mail.id]
            if there.review is not None:
                raise AlreadyRuled(there.review)
            if there.course.turn != held.course.turn - 1:
                raise Turned
            self._holds[held.mail.id] = replace(there, course=held.course, reminded=held.reminded)
            self._put(parcels)
            if step:
                self._append(step, actor=actor, hold=held.mail.id, detail=steps.turned(held, detail, parcels))

    async def remind(self, hold: str, reminded: int, parcels: Sequence[Parcel]) -> bool:
        with self._transaction():
            held = self._holds[hold]
            if held.review is not None or held.reminded >= reminded:
                return False
            self._holds[hold] = replace(held, reminded=reminded)
            self._put(parcels)
            self._append(Step.REMINDED, hold=hold, detail=steps.reminded(reminded, parcels))
            return True

    async def righted(self, now: datetime) -> int:
        with self._transaction():
            waiting = [held for held in self._holds.values() if held.review is None]
            ahead = [replace(held, reminded=held.reminders_by(now)) for held in waiting if held.reminded > held.reminders_by(now)]
            self._holds |= {held.mail.id: held for held in ahead}
            return len(ahead)

    async def put(self, parcels: Sequence[Parcel]) -> None:
        with self._transaction():
            self._put(parcels)
            for hold in dict.fromkeys(parcel.hold for parcel in parcels):
                of_it = [parcel for parcel in parcels if parcel.hold == hold]
                self._append(Step.NOTIFIED, hold=hold, detail=steps.notified(of_it))

    async def parcel(self, parcel: str) -> Parcel | None:
        with self._transaction():
            slot = self._slots.get(parcel)
            return self._loaded(slot.parcel) if slot else None

    async def renew(self, parcels: Sequence[str], until: datetime) -> None:
        with self._transaction():
            for id_ in parcels:
                slot = self._slots.get(id_)
                if slot and slot.state in _OPEN and slot.leased_until > _NEVER:
                    self._slots[id_] = replace(slot, leased_until=until)

    async def lease(self, now: datetime, until: datetime, limit: int, *, farthest: datetime | None = None) -> Sequence[Parcel]:
        def over(at: datetime) -> bool:
            return at <= now or (farthest is not None and at > farthest)

        with self._transaction():
            ready = [s for s in self._slots.values() if s.state in _OPEN and over(s.parcel.due) and over(s.leased_until)]
            ready.sort(key=lambda slot: slot.parcel.due)
            for slot in ready[:limit]:
                self._slots[slot.parcel.id] = replace(slot, leased_until=until)
            return [self._loaded(slot.parcel) for slot in ready[:limit]]

    async def delivered(self, parcel: Parcel, receipt: Receipt, at: datetime, parcels: Sequence[Parcel]) -> None:
        self._settle(parcel, Step.DELIVERED, receipt, at, parcels)

    async def postponed(self, parcel: Parcel, reply: Reply, due: datetime) -> None:
        with self._transaction():
            slot = self._slots[parcel.id]
            if slot.parcel.attempts == parcel.attempts and slot.state in _OPEN:
                self._tried(slot, "postponed", reply, self._clock.now(), due)
                if not parcel.attempts:
                    self._append(Step.POSTPONED, hold=parcel.hold, detail=steps.postponed(parcel, reply, due))

    async def failed(self, parcel: Parcel, receipt: Receipt, at: datetime, parcels: Sequence[Parcel]) -> None:
        self._settle(parcel, Step.FAILED, receipt, at, parcels)

    async def recent(self, recipient: str, since: datetime, until: datetime) -> int:
        with self._transaction():
            notices = [slot.parcel for slot in self._slots.values() if slot.parcel.purpose is Purpose.NOTICE]
            key = Address.parse(recipient).key
            return sum(key in {a.key for a in p.mail.envelope.recipients} for p in notices if since <= p.made <= until)

    async def status(self) -> Stock:
        with self._transaction():
            waiting = [held.since for held in self._holds.values() if held.review is None]
            out = [slot.parcel.due for slot in self._slots.values() if slot.state in _OPEN]
            return Stock(
                waiting=len(waiting),
                oldest_waiting=min(waiting, default=None),
                newest_waiting=max(waiting, default=None),
                outbox=len(out),
                oldest_due=min(out, default=None),
                failed=sum(slot.state == "failed" for slot in self._slots.values()),
            )

    async def record(self, step: str, *, actor: str, hold: str = "", detail: Detail | None = None) -> Entry:
        with self._transaction():
            return self._append(step, actor=actor, hold=hold, detail=detail)

    async def entries(self, asked: Asked, *, limit: int = 1000, newest: bool = False) -> Sequence[Entry]:
        with self._transaction():
            fitting = [one for one in self._trail if _fits(one, asked)]
            return fitting[-limit:] if newest else fitting[:limit]

    async def head(self) -> Head | None:
        with self._transaction():
            return self._trail[-1].head

    async def keep(self, hold: str, *, actor: str, reason: str) -> None:
        if not reason.strip():
            raise ValueError("a legal hold requires a reason")
        self._keep(Step.KEPT, hold, actor, reason, reason)

    async def lift(self, hold: str, *, actor: str, reason: str) -> None:
        self._keep(Step.LIFTED, hold, actor, reason, "")

    async def expendable(self, ruled_before: Mapping[str, datetime], limit: int) -> Mapping[str, str]:
        with self._transaction():
            closed = [(held.mail.id, held.review) for held in self._holds.values() if self._closed(held) and held.review]
            ended = [(hold, review.at, ending(review)) for hold, review in closed]
            over = [(hold, end) for hold, at, end in ended if end in ruled_before and at < ruled_before[end]]
            return dict(over[:limit])

    async def destroy(self, hold: str, *, actor: str, why: str) -> bool:
        with self._transaction():
            held = self._holds[hold]
            if not self._closed(held):
                return False
            notices = [
                slot for slot in self._slots.values() if slot.parcel.hold == hold and slot.parcel.purpose is Purpose.NOTICE
            ]
            gone = [_gone(hold, held.mail.content), *(_gone(slot.parcel.id, slot.parcel.mail.content) for slot in notices)]
            decision = unquoted(held.decision)
            self._holds[hold] = replace(held, mail=_emptied(held.mail), decision=decision, destroyed=self._clock.now())
            for slot in notices:
                emptied = replace(slot.parcel, mail=_emptied(slot.parcel.mail))
                self._slots[slot.parcel.id] = replace(slot, parcel=emptied)
            said = {"why": why, "contents": gone, "decision": steps.record(codec.write_decision(decision))}
            said["pleas"] = self.pleas.silence(hold)
            self._append(Step.DESTROYED, actor=actor, hold=hold, detail=said)
            return True

    async def files(self, hold: str) -> Mapping[str, bytes]:
        with self._transaction():
            held = self._holds[hold]
            slots = [slot for slot in self._slots.values() if slot.parcel.hold == hold]
            mails = {"message.eml": held.mail}
            mails |= {f"notices/{s.parcel.id}.eml": s.parcel.mail for s in slots if s.parcel.purpose is Purpose.NOTICE}
            return {
                **{name: mail.content.read() for name, mail in mails.items() if mail.content.data is not None},
                "envelope.json": codec.write_envelope(held.mail.envelope).encode(),
                "decision.json": codec.write_decision(held.decision).encode(),
                **({"ruling.json": codec.write_review(held.review).encode()} if held.review else {}),
                **self.pleas.files(hold),
                "dispatches.json": json.dumps([{"parcel": s.parcel.id, "state": s.state} for s in slots]).encode(),
            }

    async def prints(self, after: str, limit: int) -> Mapping[str, Mapping[str, str]]:
        found = {}
        for hold in sorted(hold for hold in self._holds if hold > after)[:limit]:
            held = self._holds[hold]
            told = next(one for one in self._trail if one.hold == hold and one.step == Step.HELD)
            found[hold] = {
                "message": json.loads(told.detail)["sha256"],
                "content": "" if held.destroyed else "there",
                "envelope": steps.record(codec.write_envelope(held.mail.envelope)),
                "decision": steps.record(codec.write_decision(held.decision)),
                "ruling": steps.record(codec.write_review(held.review)) if held.review else "",
                "pleas": self.pleas.print_of(hold),
            }
        return found

    def _keep(self, step: Step, hold: str, actor: str, reason: str, kept: str) -> None:
        with self._transaction():
            if self._holds[hold].kept != kept:
                self._holds[hold] = replace(self._holds[hold], kept=kept)
                self._append(step, actor=actor, hold=hold, detail={"reason": reason})

    def _closed(self, held: HeldMail) -> bool:
        going = any(slot.parcel.hold == held.mail.id and slot.state in _OPEN for slot in self._slots.values())
        free = not held.kept and not self.pleas.needed(held, self._clock.now())
        return held.review is not None and free and held.destroyed is None and not going

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        if self.away:
            raise StoreUnavailable("the store is away")
        holds, slots, trail = dict(self._holds), dict(self._slots), self._trail
        pleas = self.pleas.copy()
        try:
            yield
        except BaseException:
            self._holds, self._slots, self._trail = holds, slots, trail
            self.pleas.restore(pleas)
            raise

    def _append(self, step: str, *, actor: str = GATEWAY, hold: str = "", detail: Detail | None = None) -> Entry:
        last = self._trail[-1].head if self._trail else None
        entry = follow(last, at=self._clock.now(), step=step, actor=actor, hold=hold, detail=detail)
        self._trail = (*self._trail, entry)
        return entry

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

    def _settle(self, parcel: Parcel, step: Step, receipt: Receipt, at: datetime, parcels: Sequence[Parcel]) -> None:
        with self._transaction():
            slot = self._slots[parcel.id]
            if slot.state in _OPEN:
                self._tried(slot, str(step), receipt.reply, at, slot.parcel.due)
                self._slots[parcel.id] = replace(self._slots[parcel.id], receipt=receipt)
                self._put(parcels)
                self._append(step, hold=parcel.hold, detail=steps.tried(parcel, receipt, parcels))

    def _tried(self, slot: _Slot, state: str, reply: Reply, at: datetime, due: datetime) -> None:
        if slot.state in _OPEN:
            parcel = replace(slot.parcel, attempts=slot.parcel.attempts + 1, last=reply, due=due)
            self._slots[parcel.id] = _Slot(parcel=parcel, state=state, at=at)


def _fits(entry: Entry, asked: Asked) -> bool:
    told = ((entry.hold, asked.hold), (entry.actor, asked.actor), (entry.step, asked.step))
    early = asked.since is not None and entry.at < moment(asked.since)
    late = asked.until is not None and entry.at >= moment(asked.until)
    within = asked.after < entry.sequence and (asked.before is None or entry.sequence < asked.before)
    return all(wanted in {"", said} for said, wanted in told) and within and not early and not late


def _gone(key: str, content: Content) -> dict[str, object]:
    return {"content": key, "size": content.size, "sha256": steps.record(content.read())}


def _emptied(mail: Mail) -> Mail:
    return replace(mail, content=Content(size=mail.content.size))


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
