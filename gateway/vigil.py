"""The watch over the gateway itself: canaries that must be stopped, notices that must arrive, and mail that must keep coming.

A canary is a message of ours, from an address in a protected group, handed in where everybody's mail is handed in. It is well
if a gateway of ours judged it and it came out as expected and, where that is a hold, if it is on the shelf and every notice of
it was taken by the relay (and lies in the Maildir, if one is named). If not, mail may be going by unread, or nobody hears of
what is held: the log says so, a metric, and a mail to the admin, which is the least sure of the three.

Well or missed, what was held of it is withdrawn: no reviewer is to rule on it, and no deadline to send it out. What could not
be, since we were stopped, the store was away or it lay in a queue, is looked for when we begin, and before and after each.

How it fails: a store that is away is a canary that is missed; a fault of ours is in the log, and the watch begins anew.
"""

import asyncio
import json
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from secrets import token_hex

import structlog

from gateway.canary import Named, arrived, made, named
from gateway.hold import AlreadyRuled, HeldMail
from gateway.lately import lately
from gateway.mail import Address, Envelope, Mail, Outgoing, Reply
from gateway.ports import (
    Asked,
    Clock,
    HoldStore,
    Judge,
    Judgement,
    NextHop,
    Outbox,
    Purpose,
    Rounds,
    StoreFault,
    StoreUnavailable,
    Trail,
)
from gateway.post import Post
from gateway.review import Reviews
from gateway.settings import Canary, Vigil
from gateway.trail import GATEWAY, Step

log = structlog.get_logger()

_LOOK = 20.0
"""Seconds between two looks at which canary is due."""
_POLL = 1.0
"""Seconds between two looks at one that is under way."""
_AGAIN = 15
"""So many such looks until one that was put off is handed in again."""
_SIGHTINGS, _PER = 10, timedelta(minutes=1)
"""How many canaries of other gateways are written down in that time: whoever may send as one could send many."""
_WHO = "canary"
_SHELF = 10_000
"""Among so many waiting holds those are looked for that were left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flown:
    """How a canary fared. at: when it was last looked for; well_at: when it was last well."""

    well: bool
    says: str
    at: datetime
    well_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """A canary that was judged."""

    token: str
    id: str
    word: str
    policy: str


class Watch:
    """hop: where canaries are handed in; put: takes mail to the admin; judge: whose judgements it listens to.

    tell: takes what was judged of a canary that another front sent; trail: where gateways that share a store read of theirs
    """

    def __init__(  # noqa: PLR0913  -- the parts are wired by name
        self,
        settings: Vigil,
        *,
        judge: Judge,
        hop: NextHop,
        store: HoldStore,
        outbox: Outbox,
        reviews: Reviews,
        post: Post,
        rounds: Rounds,
        clock: Clock,
        hostname: str,
        tell: Callable[..., None] | None = None,
        trail: Trail | None = None,
        poll: float = _POLL,
    ) -> None:
        self._settings = settings
        self._judge = judge
        self._hop = hop
        self._store = store
        self._outbox = outbox
        self._reviews = reviews
        self._post = post
        self._rounds = rounds
        self._clock = clock
        self._hostname = hostname
        self._poll = poll
        self._tell = tell
        self._trail = trail
        self._written = deque[datetime](maxlen=_SIGHTINGS)
        self._flying: dict[str, list[_Seen]] = {}
        self._senders = {Address.parse(one.sender).key for one in settings.canaries.values()}
        self._last = clock.now()
        self._silent = False
        self._cleared = False
        self.flown: dict[str, Flown] = {}

    @property
    def last(self) -> datetime:
        """When the last message that is no canary was judged; when we began, if none was."""
        return self._last

    @property
    def said(self) -> Mapping[str, str]:
        """How each canary fared, in words."""
        return {
            name: f"{'well' if one.well else 'missed'}: {one.says}, {one.at:%Y-%m-%d %H:%M} UTC"
            for name, one in self.flown.items()
        }

    async def judge(self, mail: Mail) -> Judgement:
        """What the judge says; canaries are known by their sender and Message-ID."""
        judgement = await self._judge.judge(mail)
        name, decision = self._named(mail), judgement.decision
        if name is None:
            self.hear(self._clock.now())
            return judgement
        seen = _Seen(token=name.token, id=mail.id, word=decision.word, policy=decision.policy)
        if name.token in self._flying or self._tell is None:
            await self.see(**asdict(seen))
        else:
            self._tell(**asdict(seen))
        return judgement

    def hear(self, at: datetime) -> None:
        """A message that is no canary was judged, here or by another front of ours."""
        if at > self._last:
            self._last, self._silent = at, False

    async def see(self, *, token: str, id: str, word: str, policy: str) -> None:  # noqa: A002  -- as it is called everywhere
        """A canary was judged, here or by another front of ours; one that is not ours is written down for who sent it."""
        seen = _Seen(token=token, id=id, word=word, policy=policy)
        if token in self._flying:
            self._flying[token].append(seen)
        elif self._trail is not None and self._may_write():
            with suppress(StoreUnavailable):
                await self._trail.record(Step.CANARY, actor=GATEWAY, detail=asdict(seen))

    def _may_write(self) -> bool:
        now = self._clock.now()
        if len(self._written) == _SIGHTINGS and lately(self._written[0], now, _PER):
            return False
        self._written.append(now)
        return True

    def _named(self, mail: Mail) -> Named | None:
        """Which canary this is, if it is one."""
        return named(mail) if self._may_be(mail) else None

    def _may_be(self, mail: Mail) -> bool:
        return mail.envelope.sender is not None and mail.envelope.sender.key in self._senders

    async def watch(self) -> None:
        """Send canaries when they are due, and listen for silence, for ever."""
        while True:
            await self.round()
            await asyncio.sleep(_LOOK)

    async def round(self) -> None:
        """All canaries that are due, to their ends, and one look at how long it is silent."""
        self._cleared = self._cleared or await self._clear()
        await asyncio.gather(*(self._fly(name, one) for name, one in self._settings.canaries.items()))
        silence, now = self._settings.silence, self._clock.now()
        self._last = min(self._last, now)
        if silence and not self._silent and now - self._last >= silence:
            self._silent = True
            log.error("vigil.silence", since=self._last.isoformat(timespec="seconds"))
            line = f"No message was judged on {self._hostname} since {self._last:%Y-%m-%d %H:%M} UTC."
            await self.alarm("No mail comes through Hatchway", [line, "If there was mail, it goes another way, and is not read."])

    async def _fly(self, name: str, canary: Canary) -> None:
        """Let a canary fly if it is due."""
        now, every = self._clock.now(), self._settings.every
        round_ = f"canary {name}"
        try:
            last = await self._rounds.last(round_, now - every)
            if lately(last, now, every) or not await self._rounds.go(round_, last, now, ()):
                return
        except StoreUnavailable as away:
            await self._landed(name, f"the store is away: {away}")
            return
        await self._clear()
        token = token_hex(12)
        self._flying[token] = []
        try:
            why = await self._missed(canary, token)
        finally:
            self._cleared = False  # what is on its way to the shelf yet is there at the next look
            for seen in self._flying.pop(token):
                await self._take_back(seen.id)
        await self._landed(name, why)

    async def _clear(self) -> bool:
        """Take back canaries of ours that wait though they fly no more; False if the store is away."""
        try:
            for held in await self._store.list(limit=_SHELF) if self._senders else ():
                if self._may_be(held.mail) and await self._left(held):
                    await self._take_back(held.mail.id)
        except StoreUnavailable:
            log.exception("vigil.store_away")
            return False
        return True

    async def _left(self, held: HeldMail) -> bool:
        """Whether it is one that was left. Raises StoreUnavailable."""
        try:
            there = await self._store.get(held.mail.id)
        except StoreFault:
            return False
        name = self._named(there.mail) if there else None
        return name is not None and name.host == self._hostname and name.token not in self._flying

    async def _take_back(self, hold: str) -> None:
        try:
            with suppress(AlreadyRuled, KeyError):
                await self._reviews.withdraw(hold, sender=_WHO)
        except StoreUnavailable:
            log.exception("canary.left", id=hold)

    async def _missed(self, canary: Canary, token: str) -> str:
        """Send it and look for it until all is well ("") or the time is over, and then why it is not."""
        since = self._clock.now()
        message, after = made(canary, token, hostname=self._hostname, at=self._clock.now()), await self._end_of_trail()
        said = await self._handed_in(*message)
        while why := await self._amiss(canary, token, after):
            since = min(since, now := self._clock.now())
            if now - since >= self._settings.within or self._settled(canary, token):
                return f"{why}; where it was handed in it was answered {said}"
            await asyncio.sleep(self._poll * (_AGAIN if said.transient else 1))
            if said.transient:
                said = await self._handed_in(*message)
        return ""

    async def _handed_in(self, envelope: Envelope, message: Outgoing) -> Reply:
        """What is said to it."""
        receipt = await self._hop.deliver(envelope, message)
        return next((reply for _, reply in receipt.refused), receipt.reply)

    def _settled(self, canary: Canary, token: str) -> bool:
        """Whether it came out otherwise for good; what was deferred comes again."""
        seen = self._last_seen(token)
        return seen is not None and seen.word not in {canary.expect, "defer"}

    async def _amiss(self, canary: Canary, token: str, after: int) -> str:
        try:
            seen = await self._sighting(canary, token, after)
            if seen is None:
                return "it was not judged here"
            if seen.word != canary.expect:
                return f"{canary.expect} was expected, and policy {seen.policy} said {seen.word} (id {seen.id})"
            return await self._amiss_of_hold(seen.id, canary) if canary.expect == "hold" else ""
        except StoreUnavailable as away:
            return f"the store is away: {away}"

    async def _end_of_trail(self) -> int:
        """The number of the last entry; 0 where it does not matter or cannot be known."""
        with suppress(StoreUnavailable):
            head = await self._trail.head() if self._trail is not None else None
            return head.sequence if head else 0
        return 0

    async def _sighting(self, canary: Canary, token: str, after: int) -> _Seen | None:
        """What was judged here; what another gateway wrote of it, while that is not as expected. Raises StoreUnavailable."""
        seen = self._last_seen(token)
        if seen is None or seen.word != canary.expect:
            later = await self._elsewhere(token, after)
            if later is not None and self._last_seen(token) is seen:
                self._flying[token].append(later)
        return self._last_seen(token)

    def _last_seen(self, token: str) -> _Seen | None:
        return self._flying[token][-1] if self._flying[token] else None

    async def _elsewhere(self, token: str, after: int) -> _Seen | None:
        """What another gateway wrote of it last. Raises StoreUnavailable."""
        if self._trail is None:
            return None
        for entry in reversed(await self._trail.entries(Asked(step=Step.CANARY, after=after), newest=True)):
            seen = _Seen(**json.loads(entry.detail))
            if seen.token == token:
                return seen
        return None

    async def _amiss_of_hold(self, hold: str, canary: Canary) -> str:
        if await self._store.get(hold) is None:
            return f"it is not on the shelf as {hold}"
        notices = [one for one in await self._store.dispatches(hold) if one.purpose is Purpose.NOTICE]
        late = [one for one in notices if one.state != "delivered"]
        if not notices:
            return f"nobody was told of {hold}"
        if late:
            return (
                f"the notice to {', '.join(map(str, late[0].recipients))} is {late[0].state}: {late[0].last or 'not tried yet'}"
            )
        if canary.maildir and not await asyncio.to_thread(arrived, canary.maildir, hold):
            return f"the relay took the notices of {hold}, but none lies in {canary.maildir}"
        return ""

    async def _landed(self, name: str, why: str) -> None:
        """Write down how it fared, and raise the alarm if it did not."""
        now, before = self._clock.now(), self.flown.get(name)
        well_at = before.well_at if before else None
        self.flown[name] = Flown(well=not why, says=why or "as expected", at=now, well_at=well_at if why else now)
        if not why:
            log.info("canary.well", canary=name)
            return
        log.error("canary.missed", canary=name, why=why)
        lines = [f"The canary of {name} on {self._hostname} did not fare as it should: {why}."]
        await self.alarm(f"Canary missed: {name}", [*lines, "Mail may be going by unread, or notices may not arrive."])

    async def alarm(self, heading: str, lines: Iterable[str]) -> None:
        """Mail to the admin, if there is one."""
        to = [Address.parse(one) for one in self._settings.alarm_to]
        try:
            if to:
                await self._outbox.put(self._post.alarm(to, heading, tuple(lines)))
        except StoreUnavailable:
            log.exception("vigil.store_away")
