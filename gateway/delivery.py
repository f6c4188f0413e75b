"""Story 3: outgoing mail, until the relay takes or refuses it.

Parcels are leased from the outbox, so that each is tried by one gateway at a time and taken over if that one dies. A
released message goes straight to the relay, never through the judgement again, as the octets that came in under three
lines of ours. Delivery is at least once (RFC 5321 §4.5.4.1, RFC 1047): a crash between the relay's 250 and our writing it
down sends it again under the same X-Hatchway-Release-Id.

How it fails: a 4yz or no answer is tried again with growing pauses, and after `give_up` reported as undeliverable; a 5yz
is reported at once to the sender and the reviewers. A store that is away is waited for; what the relay said meanwhile is
remembered, and written down before anything is sent again. A fault of ours is in the log, and the parcel is tried again when
its lease ends.
"""

import asyncio
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from gateway.lately import ASTRAY, astray
from gateway.mail import Address, Content, Mail, Outgoing, Receipt, Reply, new_id
from gateway.mail.header import behind, block, fields, outgoing, own_field, values
from gateway.mail.trace import received
from gateway.ports import Clock, HoldStore, NextHop, Outbox, Parcel, Purpose, StoreFault, StoreUnavailable
from gateway.post import Post

log = structlog.get_logger()

RELEASE, NOTICE = "X-Hatchway-Release-Id", "X-Hatchway-Notice-Id"
"""The last field that is put before a release, or before a notice: it names the parcel."""
_TRACE = {b"received", b"return-path", b"dkim-signature", b"authentication-results", b"x-hatchway-id"}
_TRACE |= {RELEASE.lower().encode(), NOTICE.lower().encode()}
"""What may stand before a parcel on its way back: nothing that a mail program shows."""
_ID = re.compile(r"[0-9A-Za-z]{1,20}")
_AT_ONCE = 20
_PAUSE = 1.0
_REMEMBERED = 1000
_LAST = 15.0
"""Seconds that parcels under way have to be finished in when the gateway stops; what is not is tried again at its next start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long to wait after the first, second, … attempt (the last one repeats), and when to give up.

    lease: for how long a parcel is ours, and ours again when it is being delivered for that long
    """

    retry: tuple[timedelta, ...]
    give_up: timedelta
    lease: timedelta = timedelta(minutes=2)

    def after(self, attempts: int) -> timedelta:
        """The pause after so many attempts."""
        return self.retry[min(attempts, len(self.retry)) - 1]

    def over(self, made: datetime, now: datetime, attempts: int) -> bool:
        """Whether that was long enough; by its pauses, where it was made while a clock was wrong."""
        paused = sum((self.after(number) for number in range(1, attempts + 1)), timedelta())
        return (paused if astray(made, now) else now - made) >= self.give_up


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outcome:
    """A parcel's recipients, sorted by what the relay said of each."""

    taken: tuple[Address, ...]
    later: tuple[Address, ...]
    never: tuple[tuple[Address, Reply], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """What the relay said of a parcel and could not be written down. away: for want of the store, and not by a fault of ours."""

    parcel: Parcel
    receipt: Receipt
    away: bool


class Delivery:
    """The outbox's way out. outcomes: attempts by purpose and delivered, postponed or undeliverable."""

    def __init__(  # noqa: PLR0913  -- the parts are wired by name
        self, *, outbox: Outbox, store: HoldStore, next_hop: NextHop, post: Post, clock: Clock, patience: Patience, hostname: str
    ) -> None:
        self._outbox = outbox
        self._store = store
        self._next_hop = next_hop
        self._post = post
        self._clock = clock
        self._patience = patience
        self._hostname = hostname
        self._wake = asyncio.Event()
        self._under_way = dict[asyncio.Task[None], str]()
        self._renewed = clock.now()
        self._said = dict[tuple[str, int], _Said]()
        self.outcomes = Counter[tuple[str, str]]()

    def wake(self) -> None:
        """Something was put in: look at once."""
        self._wake.set()

    async def run(self) -> None:
        """Deliver what is due, until cancelled. Parcels under way are finished first, if they can be in `_LAST`."""
        try:
            while True:
                self._wake.clear()
                await self._renew()
                if not await self._begun():
                    await self._rest()
        finally:
            await self._finished(_LAST)
            await self._write_down()

    async def deliver_due(self) -> bool:
        """One round, to its end; True if there was anything to do."""
        begun = await self._begin()
        await self._finished()
        return begun

    async def sent(self, mail: Mail) -> bool:
        """Whether this is one of our parcels, on its way back to us: the same octets, from and to the same people.

        A mark can be copied, and this is what it is worth: to send again, to those a reviewer let it go to, what he let go.
        Raises StoreUnavailable; OSError if the message cannot be read.
        """
        head = block(mail.content)
        for name, purpose in ((RELEASE, Purpose.RELEASE), (NOTICE, Purpose.NOTICE)):
            start, id_ = behind(head, name.encode()), _text(values(head, name.encode())[:1])
            parcel = await self._outbox.parcel(id_) if start and _ID.fullmatch(id_) else None
            if parcel and parcel.purpose is purpose and await asyncio.to_thread(_same, parcel.mail, mail, head[:start]):
                log.info("mail.returned", id=parcel.hold, parcel=parcel.id, purpose=str(purpose))
                return True
        return False

    async def _renew(self) -> None:
        """Keep what is under way, long before its lease ends. Where that fails another gateway may send it again."""
        now = self._clock.now()
        if self._under_way and not timedelta() <= now - self._renewed < self._patience.lease / 3:
            try:
                await self._outbox.renew(tuple(self._under_way.values()), now + self._patience.lease)
                self._renewed = now
            except StoreUnavailable:
                log.exception("delivery.store_away")

    async def _begun(self) -> bool:
        try:
            return await self._begin()
        except StoreUnavailable:
            log.exception("delivery.store_away")
            return False

    async def _begin(self) -> bool:
        """Begin with what is due, as far as there is room; one that takes long keeps no other waiting."""
        await self._write_down()
        now, room = self._clock.now(), _AT_ONCE - len(self._under_way)
        until = now + self._patience.lease
        farthest = until + max(self._patience.retry) + ASTRAY
        parcels = await self._outbox.lease(now, until, room, farthest=farthest) if room else ()
        if not self._under_way:
            self._renewed = now
        ours = set(self._under_way.values())  # their leases look astray for a moment if the clock was set back just now
        for parcel in (one for one in parcels if one.id not in ours):
            task = asyncio.create_task(self._attempt(parcel))
            self._under_way[task] = parcel.id
            task.add_done_callback(self._over)
        return bool(parcels)

    async def _write_down(self) -> None:
        """What the relay said while the store was away: at once, since another gateway sends it again when our lease ends."""
        ours = set(self._under_way.values())
        for key, said in [(key, said) for key, said in self._said.items() if said.away and said.parcel.id not in ours]:
            try:
                await self._settle(said.parcel, said.receipt)
                self._said.pop(key, None)
            except StoreUnavailable:
                if self._said.pop(key, None):
                    self._said[key] = said  # behind the others: this one may be damaged, and they are not
                return
            except Exception:
                if key in self._said:
                    self._said[key] = replace(said, away=False)
                log.exception("delivery.fault", id=said.parcel.hold, parcel=said.parcel.id)

    def _over(self, task: asyncio.Task[None]) -> None:
        self._under_way.pop(task, None)
        self.wake()

    async def _finished(self, seconds: float | None = None) -> None:
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=seconds)

    async def _rest(self) -> None:
        """Until woken, or for a while. Not by `wait_for`, which in Python 3.11 may swallow a cancellation."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_PAUSE):
                await self._wake.wait()

    async def _attempt(self, parcel: Parcel) -> None:
        """Try one parcel. Whatever goes wrong leaves it leased, to be tried again when the lease ends, and harms no other."""
        try:
            await self._try(parcel)
        except Exception:
            log.exception("delivery.fault", id=parcel.hold, parcel=parcel.id)

    async def _try(self, parcel: Parcel) -> None:
        said = self._said.pop((parcel.id, parcel.attempts), None)
        receipt = said.receipt if said else await self._next_hop.deliver(parcel.mail.envelope, self._message(parcel))
        try:
            await self._settle(parcel, receipt)
        except Exception as fault:  # the store is away, or we stumble over what is to be told: nothing is sent again for that
            while len(self._said) >= _REMEMBERED:  # the oldest are those that were written down all the same
                del self._said[next(iter(self._said))]
            kept = _Said(parcel=_light(parcel), receipt=receipt, away=isinstance(fault, StoreUnavailable))
            self._said[parcel.id, parcel.attempts] = kept
            raise

    async def _settle(self, parcel: Parcel, receipt: Receipt) -> None:
        """Write down what became of the parcel, with all that follows from it, in one transaction."""
        outcome = _sorted(parcel, receipt)
        if self._patience.over(parcel.made, self._clock.now(), parcel.attempts):
            outcome = _given_up(outcome, receipt)
        now = self._clock.now()
        if outcome.later and not outcome.taken and not outcome.never:
            due = now + self._patience.after(parcel.attempts + 1)
            await self._outbox.postponed(parcel, receipt.reply, due)
            self._log("mail.postponed", parcel, receipt, outcome)
            return
        follow = (*self._remainder(parcel, receipt, outcome), *await self._report(parcel, receipt, outcome))
        if outcome.taken:
            await self._outbox.delivered(parcel, receipt, now, follow)
        else:
            await self._outbox.failed(parcel, receipt, now, follow)
        self._log("mail.delivered" if outcome.taken else "mail.undeliverable", parcel, receipt, outcome)

    def _remainder(self, parcel: Parcel, receipt: Receipt, outcome: _Outcome) -> Iterable[Parcel]:
        """A parcel for the recipients to try again, when others were settled."""
        if outcome.later:
            now, mail = self._clock.now(), parcel.mail
            rest = replace(mail, envelope=mail.envelope.only(frozenset(outcome.later)))
            due = now + self._patience.after(parcel.attempts + 1)
            yield replace(parcel, id=new_id(now), mail=rest, due=due, attempts=parcel.attempts + 1, last=receipt.reply)

    async def _report(self, parcel: Parcel, receipt: Receipt, outcome: _Outcome) -> tuple[Parcel, ...]:
        """Reports to sender and reviewers of the recipients that will never get it. A notice that fails is only logged.

        So is what cannot be read any more: of that nobody knows who its reviewers are, and what was to be said.
        """
        if not outcome.never or parcel.purpose is Purpose.NOTICE:
            return ()
        try:
            held = await self._store.get(parcel.hold)
        except StoreFault as why:
            log.error("store.unreadable", id=parcel.hold, why=str(why))  # noqa: TRY400  -- where it was read says nothing more
            return ()
        return await self._post.on_failure(held, replace(receipt, refused=outcome.never)) if held else ()

    def _message(self, parcel: Parcel) -> Outgoing:
        mail: Mail = parcel.mail
        if parcel.purpose is Purpose.NOTICE:
            return Outgoing(head=own_field(NOTICE, parcel.id), content=mail.content)
        marks = [own_field("X-Hatchway-Id", parcel.hold), own_field(RELEASE, parcel.id)]
        return outgoing(mail.content, prepend=[received(mail, self._hostname), *marks])

    def _log(self, event: str, parcel: Parcel, receipt: Receipt, outcome: _Outcome) -> None:
        self.outcomes[str(parcel.purpose), event.removeprefix("mail.")] += 1
        log.info(
            event,
            id=parcel.hold,
            parcel=parcel.id,
            purpose=str(parcel.purpose),
            taken=len(outcome.taken),
            later=len(outcome.later),
            refused=len(outcome.never),
            attempt=parcel.attempts + 1,
            relay=str(receipt.reply),
        )


def _text(values: Sequence[bytes]) -> str:
    return b"".join(values).decode("ascii", "replace").strip()


def _same(sent: Mail, mail: Mail, head: bytes) -> bool:
    """Whether `mail` is, behind the trace fields in `head`, what was sent, from its sender and to some of its recipients."""
    before = list(fields(head))
    if b"".join(name + b":" + value + b"\r\n" for name, value in before) != head:
        return False
    if not {name.lower() for name, _ in before} <= _TRACE:
        return False
    if sent.content.data is None and sent.content.path is None:
        return False
    people = mail.envelope.sender == sent.envelope.sender and set(mail.envelope.recipients) <= set(sent.envelope.recipients)
    return people and b"".join(outgoing(sent.content, prepend=()).chunks()) == b"".join(mail.content.chunks(len(head)))


def _sorted(parcel: Parcel, receipt: Receipt) -> _Outcome:
    """Each recipient by its own reply where it has one, else by the reply to the whole."""
    said = dict(receipt.refused)
    replies = [(address, said.get(address, receipt.reply)) for address in parcel.mail.envelope.recipients]
    return _Outcome(
        taken=tuple(a for a, reply in replies if reply.good),
        later=tuple(a for a, reply in replies if reply.transient),
        never=tuple((a, reply) for a, reply in replies if not reply.good and not reply.transient),
    )


def _given_up(outcome: _Outcome, receipt: Receipt) -> _Outcome:
    """Nobody is tried again: what the relay said last of each of them stands."""
    said = dict(receipt.refused)
    last = tuple((address, said.get(address, receipt.reply)) for address in outcome.later)
    return replace(outcome, later=(), never=(*outcome.never, *last))


def _light(parcel: Parcel) -> Parcel:
    """A release without its octets, which the shelf has."""
    if parcel.purpose is Purpose.NOTICE:
        return parcel
    return replace(parcel, mail=replace(parcel.mail, content=Content(size=parcel.mail.content.size)))
