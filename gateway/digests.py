"""Story 6: mail that goes out at its times: to reviewers what waits for them, and to an address outside the audit trail's head.

When somebody is told is written in the policies for his group, or in his account for himself. Where nothing waits, nothing is
sent. Whoever does not hear of each hold hears of one whose time is nearly over, and of one that goes up a ladder to him
(`gateway.escalation`), whatever his times are. Each mail is written down with the round it belongs to, so that a restart
neither repeats nor forgets one. It fails with StoreUnavailable, and is tried again at the next call; a hold that cannot
be read is tried again later, and keeps no other waiting.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog

from gateway.decision import Reviewers
from gateway.desk import Desk, Line, Search
from gateway.hold import HeldMail
from gateway.lately import astray
from gateway.later import Later
from gateway.mail import Address
from gateway.notice import Item, Waits
from gateway.people import RULING, Account, AccountBook, Role, not_disabled
from gateway.ports import Asked, Clock, HoldStore, Rounds, Trail
from gateway.post import Post
from gateway.timetable import Timetable
from gateway.trail import Step

log = structlog.get_logger()

Link = Callable[[str, str, datetime, Address], str]
"""Where somebody reads a held message: by its id, its SHA-256 and its deadline."""

_NEAR = timedelta(hours=4)
"""How long before its deadline a hold is told of at once, or a quarter of its whole time if that is less."""
_SHOWN = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who is told. groups: whose holds, None for all."""

    address: Address
    told: Timetable
    groups: tuple[str, ...] | None

    def has(self, held: HeldMail) -> bool:
        """Whether he is told of that hold."""
        return self.groups is None or not set(self.groups).isdisjoint(held.desks)


class Audience:
    """Who is told of what waits, and when. law: the reviewers as the policies in force have them."""

    def __init__(self, *, book: AccountBook, rounds: Rounds, law: Callable[[], Sequence[Reviewers]]) -> None:
        self._book = book
        self._rounds = rounds
        self._law = law

    async def people(self) -> list[Person]:
        """Everybody, once for each of his times."""
        own = await self._own()
        theirs = {address.key for account, _ in own for address in account.addresses}
        found = [Person(address=one.addresses[0], told=told, groups=self._groups(one)) for one, told in own]
        by_group: dict[tuple[Address, Timetable], list[str]] = {}
        for group in self._law():
            for member in await not_disabled(self._book, group.members):
                if member.key not in theirs:
                    by_group.setdefault((member, group.told), []).append(group.name)
        return found + [Person(address=who, told=told, groups=tuple(names)) for (who, told), names in by_group.items()]

    async def eager(self, held: HeldMail) -> Sequence[Address]:
        """Who hears of this hold at once: of its reviewers all but those who want to hear later, and others who want to."""
        members, name = held.desk.members, held.desk.name
        own = await self._own()
        usual = next((group.told for group in self._law() if group.name == name), held.reviewers.told)
        told = {address.key: wanted for account, wanted in own for address in account.addresses}
        eager = [member for member in members if told.get(member.key, usual).at_once]
        known = {member.key for member in members}
        for account, wanted in own:
            groups = self._groups(account)
            strange = not known & {address.key for address in account.addresses}
            if wanted.at_once and strange and (groups is None or name in groups):
                eager.append(account.addresses[0])
        return tuple(eager)

    async def _own(self) -> list[tuple[Account, Timetable]]:
        """Those who say themselves when they want to be told."""
        wishes = await self._rounds.wishes()
        if not wishes:
            return []
        accounts = await self._book.accounts()
        return [(one, wishes[one.id]) for one in accounts if one.id in wishes and not one.disabled and _rules(one)]

    def _groups(self, account: Account) -> tuple[str, ...] | None:
        if account.role is Role.SUPERVISOR:
            return None
        written = [group.name for group in self._law() if any(account.is_at(member) for member in group.members)]
        return tuple(dict.fromkeys((*account.seats, *written)))


class Digests:
    """What goes out at its times. link: None without a console; zone: in which times of day count that name none."""

    def __init__(  # noqa: PLR0913  -- the parts are wired by name
        self,
        *,
        audience: Audience,
        desk: Desk,
        store: HoldStore,
        rounds: Rounds,
        trail: Trail,
        post: Post,
        clock: Clock,
        zone: Callable[[], str],
        link: Link | None = None,
    ) -> None:
        self._audience = audience
        self._desk = desk
        self._store = store
        self._rounds = rounds
        self._trail = trail
        self._post = post
        self._clock = clock
        self._zone = zone
        self._link = link
        self._later = Later()

    async def round(self) -> None:
        """Send what is due now."""
        now, people = self._clock.now(), await self._audience.people()
        for person in people:
            due = person.told.last(now, self._zone())
            if due is not None:
                await self._digest(person, due, now)
        if lazy := [person for person in people if not person.told.at_once]:
            await self._nearing(lazy, now)

    async def send_head(self, to: Sequence[Address]) -> str:
        """The trail's head, mailed to these once a day (UTC); what it is."""
        head, now = str(await self._trail.head()), self._clock.now()
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        last = await self._rounds.last("audit head", datetime(1970, 1, 1, tzinfo=UTC))
        if to and (last < midnight or astray(last, now)):
            await self._rounds.go("audit head", last, now, self._post.head(to, head))
        return head

    async def _digest(self, person: Person, due: datetime, now: datetime) -> None:
        name = f"digest {person.address} {person.told}"
        last = await self._rounds.last(name, now)
        if last >= due and not astray(last, now):
            return
        waits = await self._waits(person, now)
        parcels = self._post.digest(person.address, waits) if waits.count or waits.appeals else ()
        if await self._rounds.go(name, last, now, parcels) and parcels:
            log.info("digest.sent", waiting=waits.count, appeals=waits.appeals)

    async def _waits(self, person: Person, now: datetime) -> Waits:
        tally = await self._desk.tally(person.groups, now)
        leaf = await self._desk.find(Search(groups=person.groups, together=False, size=_SHOWN))
        hashes = await self._rounds.hashes([line.id for line in leaf.lines]) if self._link else {}
        items = tuple(self._item(line, hashes.get(line.id, ""), person.address) for line in leaf.lines)
        return Waits(items=items, count=tally.waiting, appeals=tally.appeals if person.groups is None else 0)

    def _item(self, line: Line, sha256: str, to: Address) -> Item:
        link = self._link(line.id, sha256, line.deadline, to) if self._link else ""
        return Item(id=line.id, subject=line.subject, sender=line.sender, deadline=line.deadline, link=link)

    async def _nearing(self, lazy: Sequence[Person], now: datetime) -> None:
        """Tell those who do not hear of each hold of those whose time is nearly over, of each once."""
        everywhere = any(person.groups is None for person in lazy)
        groups = None if everywhere else tuple({group for person in lazy for group in person.groups or ()})
        near = {line.id: line for line in await self._near(groups, now)}
        for hold in self._later.now(near, now):
            await self._tell(near[hold], lazy, now)

    async def _near(self, groups: tuple[str, ...] | None, now: datetime) -> list[Line]:
        """What waits for these groups, and whose time is nearly over."""
        found, after = list[Line](), ""
        while True:
            leaf = await self._desk.find(Search(groups=groups, together=False, size=_SHOWN, after=after))
            soon = [line for line in leaf.lines if line.deadline - now <= _NEAR]
            found += [line for line in soon if now >= line.deadline - _near(line)]
            after = leaf.after
            if not after or len(soon) < len(leaf.lines):
                return found

    async def _tell(self, line: Line, lazy: Sequence[Person], now: datetime) -> None:
        """Once it was looked at whether anybody has opened it: who was told that nobody had is not told the same again."""
        name = f"near {line.id}"
        if await self._rounds.last(name, line.since) != line.since:
            self._later.failed(line.id, now)
            return
        held = await self._later.load(self._store, line.id, now)
        if held is None or held.course.warned is None:
            return
        warned = await self._warned(line.id)
        to = list(_once(person.address for person in lazy if person.has(held) and str(person.address) not in warned))
        if to:
            await self._rounds.go(name, line.since, now, self._post.on_nearing(held, to))
            log.info("hold.nearing", id=line.id, told=len(to))

    async def _warned(self, hold: str) -> frozenset[str]:
        """Who was told that nobody had opened it."""
        told = await self._trail.entries(Asked(hold=hold, step=Step.UNOPENED))
        sent = [parcel for one in told for parcel in json.loads(one.detail)["sends"]]
        return frozenset(recipient for parcel in sent for recipient in parcel["recipients"])


def _rules(account: Account) -> bool:
    return account.role in RULING


def _near(line: Line) -> timedelta:
    return min(_NEAR, (line.deadline - line.since) / 4)


def _once(addresses: Iterator[Address]) -> Iterator[Address]:
    yield from {address.key: address for address in addresses}.values()
