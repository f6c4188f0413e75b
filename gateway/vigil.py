"""The watch over the gateway itself: canaries that must be stopped, notices that must arrive, and mail that must keep coming.

A canary is a message of ours, from an address in a protected group, handed in where everybody's mail is handed in. It is well
if a gateway of ours judged it and it came out as expected and, where that is a hold, if it is on the shelf and every notice of
it was taken by the relay (and lies in the Maildir, if one is named). Then it is withdrawn. If not, mail may be going by unread,
or nobody hears of what is held: the log says so, a metric, and a mail to the admin, which is the least sure of the three.

How it fails: a store that is away is a canary that is missed; a fault of ours is in the log, and the watch begins anew.
"""

import asyncio
import json
import re
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from secrets import token_hex

import structlog

from gateway.hold import AlreadyRuled
from gateway.lately import lately
from gateway.mail import Address, Client, Command, Envelope, Mail, Outgoing, Reply
from gateway.mail.content import in_memory
from gateway.mail.header import block, values
from gateway.ports import Asked, Clock, HoldStore, Judge, Judgement, NextHop, Outbox, Purpose, Rounds, StoreUnavailable, Trail
from gateway.post import Post
from gateway.review import Reviews
from gateway.settings import Canary, Relay, Settings, Vigil
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
_US = Client(address="127.0.0.1", helo="localhost")
_WHO = "canary"
_NAMED = re.compile(r"<([0-9a-f]{24})@[^<>\s]+>")
_TEXT = """\
Please vote for the candidate we endorse on election day, put up a yard sign, and give to the campaign today.
Call five neighbors and ask them to vote for our slate.

(This is a test that the mail gateway sends to itself. If it is held, it is taken back by itself in a few minutes.)
"""


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
        self._flying: dict[str, _Seen | None] = {}
        self._senders = {Address.parse(one.sender).key for one in settings.canaries.values()}
        self._last = clock.now()
        self._silent = False
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
        token, decision = self._token(mail), judgement.decision
        if token is None:
            self.hear(self._clock.now())
            return judgement
        seen = _Seen(token=token, id=mail.id, word=decision.word, policy=decision.policy)
        if token in self._flying or self._tell is None:
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
            self._flying[token] = seen
        elif self._trail is not None and self._may_write():
            with suppress(StoreUnavailable):
                await self._trail.record(Step.CANARY, actor=GATEWAY, detail=asdict(seen))

    def _may_write(self) -> bool:
        now = self._clock.now()
        if len(self._written) == _SIGHTINGS and lately(self._written[0], now, _PER):
            return False
        self._written.append(now)
        return True

    def _token(self, mail: Mail) -> str | None:
        """Which canary this is, if it is one."""
        sender = mail.envelope.sender
        if sender is None or sender.key not in self._senders:
            return None
        with suppress(OSError):
            named = b"".join(values(block(mail.content), b"message-id")).decode("ascii", "replace")
            if found := _NAMED.search(named):
                return found[1]
        return None

    async def watch(self) -> None:
        """Send canaries when they are due, and listen for silence, for ever."""
        while True:
            await self.round()
            await asyncio.sleep(_LOOK)

    async def round(self) -> None:
        """All canaries that are due, to their ends, and one look at how long it is silent."""
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
        token = token_hex(12)
        self._flying[token] = None
        try:
            await self._landed(name, await self._missed(canary, token))
        finally:
            del self._flying[token]

    async def _missed(self, canary: Canary, token: str) -> str:
        """Send it and look for it until all is well ("") or the time is over, and then why it is not."""
        since = self._clock.now()
        message, after = self._message(canary, token), await self._end_of_trail()
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
        seen = self._flying[token]
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
        seen = self._flying[token]
        if seen is None or seen.word != canary.expect:
            later = await self._elsewhere(token, after)
            if later is not None and self._flying[token] is seen:
                self._flying[token] = later
        return self._flying[token]

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
        if canary.maildir and not await asyncio.to_thread(_arrived, canary.maildir, hold):
            return f"the relay took the notices of {hold}, but none lies in {canary.maildir}"
        with suppress(AlreadyRuled, KeyError):
            await self._reviews.withdraw(hold, sender=_WHO)
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

    def _message(self, canary: Canary, token: str) -> tuple[Envelope, Outgoing]:
        message = EmailMessage()
        message["From"], message["To"] = canary.sender, canary.to
        message["Subject"] = "Test of the mail gateway, please ignore"
        message["Date"] = self._clock.now()
        message["Message-ID"] = f"<{token}@{self._hostname}>"
        message.set_content(canary.text or _TEXT, cte="quoted-printable")
        octets = message.as_bytes().replace(b"\n", b"\r\n")
        sender, to = Address.parse(canary.sender), Address.parse(canary.to)
        rcpt = Command(path=canary.to.encode())
        envelope = Envelope(sender=sender, recipients=(to,), client=_US, mail=Command(path=canary.sender.encode()), rcpts=(rcpt,))
        return envelope, Outgoing(head=b"", content=in_memory(octets))


def handed_in(settings: Settings) -> Relay:
    """Where canaries are handed in: as settings say, or at our own first door, whose certificate is not looked at here."""
    door = settings.listen[0] if settings.listen and settings.vigil.through is None else None
    host, _, port = (settings.vigil.through or (door.address if door else "127.0.0.1:25")).rpartition(":")
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host.strip("[]"), host.strip("[]"))  # noqa: S104  -- reached, not bound to
    relay = Relay(host=host, port=int(port) or 25, tls=door.tls if door else "none", verify=False, xforward=False)
    patience = timedelta(minutes=2)  # our own door waits for the relay and the judges
    return relay.model_copy(update={"reply_timeout": patience})


def _arrived(maildir: Path, hold: str) -> bool:
    """Whether a message in it speaks of that hold."""
    for folder in ("new", "cur"):
        for path in (maildir / folder).glob("*"):
            with suppress(OSError):
                if hold.encode() in path.read_bytes():
                    return True
    return False
