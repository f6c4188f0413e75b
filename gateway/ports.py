"""The few shapes the stories need from the world. Who implements them is no business of this room."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from gateway.decision import Decision
from gateway.hold import Assent, HeldMail, Review
from gateway.mail import Address, Client, Command, Envelope, Mail, Outgoing, Receipt, Reply
from gateway.plea import Appeal, Finding, Statement
from gateway.timetable import Timetable
from gateway.trail import Detail, Entry, Head


class Clock(Protocol):
    """The time, so that tests can move it."""

    def now(self) -> datetime:
        """Now, in UTC, aware."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """A decision, and the decoded subject for those who review ("" if it could not be read)."""

    decision: Decision
    subject: str = ""


class Judge(Protocol):
    """Reading, classification and policy, wherever they run."""

    async def judge(self, mail: Mail) -> Judgement:
        """The judgement of one message.

        Never raises for anything in the message: where the judgement itself fails, the decision is what the sender's
        policy says under `on error`.
        """
        ...


class Transaction(Protocol):
    """One mail transaction that the relay has open, its recipients accepted (RFC 5321 §3.3)."""

    async def send(self, message: Outgoing) -> Reply:
        """DATA, the message, and the relay's reply. Any failure is a 4yz reply; nothing is raised."""
        ...

    async def abort(self) -> None:
        """Drop the transaction; the relay delivers nothing."""
        ...


class Conversation(Transaction, Protocol):
    """One connection to the relay for one client session. Failures are 4yz replies; nothing is raised."""

    async def mail(self, command: Command) -> Reply:
        """MAIL FROM, the octets as given."""
        ...

    async def rcpt(self, command: Command) -> Reply:
        """RCPT TO, the octets as given."""
        ...

    async def close(self) -> None:
        """QUIT if the connection is whole; in any case let it go."""
        ...


class NextHop(Protocol):
    """The relay."""

    @property
    def extensions(self) -> Mapping[str, str]:
        """EHLO keywords (upper case) with their parameters, as the relay last offered them; empty before it was reached.

        What was given once does not change: when the relay offers others, others are given.
        """
        ...

    def converse(self, client: Client) -> Conversation:
        """A conversation on behalf of a client; it connects at the first command."""
        ...

    async def deliver(self, envelope: Envelope, message: Outgoing) -> Receipt:
        """A whole transaction on a connection of its own. Failures are 4yz replies; nothing is raised."""
        ...


class Purpose(StrEnum):
    """Why a parcel goes out."""

    RELEASE = "release"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """Outgoing mail in the outbox.

    id: of the parcel, also its Release-Id; hold: the id of the held message it is or speaks of
    made: when it was put together; due: not to be sent before; attempts: made so far; last: what the relay said last
    """

    id: str
    hold: str
    purpose: Purpose
    mail: Mail
    made: datetime
    due: datetime
    attempts: int = 0
    last: Reply | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatch:
    """What became of a parcel, for those who look at a hold. state: waiting, delivered, postponed or failed."""

    purpose: Purpose
    recipients: tuple[Address, ...]
    state: str
    attempts: int
    last: Reply | None
    at: datetime


class HoldStore(Protocol):
    """The shelf. Every write is on stable storage when it returns. Raises StoreUnavailable, and then nothing was written."""

    async def hold(self, held: HeldMail, notices: Sequence[Parcel]) -> None:
        """Keep a message and the notices that go with it, in one transaction."""
        ...

    async def get(self, hold: str) -> HeldMail | None:
        """The held message of that id, ruled on or not."""
        ...

    async def list(self, *, waiting: bool = True, limit: int = 1000) -> Sequence[HeldMail]:
        """Holds without their content (its size is true), earliest deadline first; with `waiting`, only those not ruled on."""
        ...

    async def rule(self, hold: str, review: Review, parcels: Sequence[Parcel], *, turn: int | None = None) -> HeldMail:
        """Write a ruling with all it sends, in one transaction. Raises AlreadyRuled or KeyError, and then nothing was written.

        turn: of the course it rests on; Turned is raised if there was another one meanwhile
        """
        ...

    async def turning(self, now: datetime) -> Sequence[str]:
        """Ids of all waiting holds whose course goes on by itself now (`HeldMail.turns`), the longest due first."""
        ...

    async def turn(self, held: HeldMail, step: str, actor: str, detail: Detail, parcels: Sequence[Parcel]) -> None:
        """Write a hold's course after one change, its entry in the trail ("" for none), and what it sends, in one transaction.

        Raises AlreadyRuled, KeyError, or Turned if it changed meanwhile, and then nothing was written.
        """
        ...

    async def dispatches(self, hold: str) -> Sequence[Dispatch]:
        """All that went out or is to go out for a hold, in the order it was put in."""
        ...

    async def due(self, now: datetime) -> Sequence[str]:
        """Ids of all waiting holds whose next reminder or deadline has come, the longest due first."""
        ...

    async def remind(self, hold: str, reminded: int, parcels: Sequence[Parcel]) -> bool:
        """Write that the reminders up to number `reminded` are sent; False if they already were, and then nothing was written."""
        ...

    async def righted(self, now: datetime) -> int:
        """Have reminders go on from now where more were sent than are due, since a clock was ahead; how many holds those are."""
        ...


class Witness(Protocol):
    """Reads held messages again, somewhere else, for what they say of persons. Raises `gateway.display.Unviewable`."""

    async def authors(self, held: HeldMail) -> Sequence[Address]:
        """Who the header says wrote or sent it."""
        ...

    async def named(self, held: HeldMail, called: Mapping[str, Sequence[str]]) -> frozenset[str]:
        """Those (keys of `called`) of whose names and addresses one stands in what a reader reads of it."""
        ...


class Pleas(Protocol):
    """What senders say of their held messages. Durable like HoldStore, raises as it does, and puts each step in the trail."""

    async def state(self, hold: str, statement: Statement, parcels: Sequence[Parcel]) -> None:
        """Keep what the sender said. Raises KeyError, AlreadyRuled or NotNow, and then nothing was written."""
        ...

    async def statements(self, hold: str) -> Sequence[Statement]:
        """All he said, the first first."""
        ...

    async def appeal(self, hold: str, appeal: Appeal, parcels: Sequence[Parcel]) -> None:
        """Keep an appeal, and the content with it until it is answered.

        Raises KeyError or NotNow, and then nothing was written.
        """
        ...

    async def appealed(self, hold: str) -> Appeal | None:
        """The appeal there is."""
        ...

    async def open(self) -> Sequence[str]:
        """Ids of holds with an appeal that waits for an answer, the oldest first."""
        ...

    async def assent(self, hold: str, assent: Assent, parcels: Sequence[Parcel]) -> None:
        """Keep that the first of two supervisors would grant an appeal.

        Raises KeyError, NotNow or OwnRuling, and then nothing was written.
        """
        ...

    async def remind(self, hold: str, reminded: int, parcels: Sequence[Parcel]) -> bool:
        """Write that so many reminders of an appeal were sent; False if they were already, or if it is answered."""
        ...

    async def find(self, hold: str, finding: Finding, review: Review | None, parcels: Sequence[Parcel]) -> None:
        """Answer an appeal; `review` takes the place of the ruling it was against.

        Raises KeyError, NotNow or OwnRuling, and then nothing was written.
        """
        ...


class Rounds(Protocol):
    """Mail that goes out at its times, each once. Durable like HoldStore, and raises as it does."""

    async def last(self, name: str, first: datetime) -> datetime:
        """When mail of that name last went out, or would have; `first`, which is kept then, where it never did."""
        ...

    async def go(self, name: str, last: datetime, at: datetime, parcels: Sequence[Parcel]) -> bool:
        """Write that it goes out at `at`, with what goes; False if it did since `last`, and then nothing was written."""
        ...

    async def hashes(self, holds: Sequence[str]) -> Mapping[str, str]:
        """SHA-256 of held messages by id."""
        ...

    async def wishes(self) -> Mapping[str, Timetable]:
        """When people want to hear of what waits, by account, where they said so."""
        ...

    async def wish(self, account: str, wanted: Timetable | None) -> None:
        """Write what somebody wants; None for what his group has."""
        ...


class Examples(Protocol):
    """Where rulings are kept as labelled examples, for a department's own thresholds and training."""

    async def keep(self, ruled: HeldMail) -> None:
        """Keep one that a person ruled on. Raises OSError."""
        ...


class Outbox(Protocol):
    """Outgoing mail, until taken or refused. Durable like HoldStore, and raises as it does."""

    async def put(self, parcels: Sequence[Parcel]) -> None:
        """Add mail to go out."""
        ...

    async def parcel(self, parcel: str) -> Parcel | None:
        """The parcel of that id, whatever became of it; without octets where they were destroyed."""
        ...

    async def lease(self, now: datetime, until: datetime, limit: int, *, farthest: datetime | None = None) -> Sequence[Parcel]:
        """Parcels that are due, held by nobody else until `until`.

        farthest: what is due, or leased, for later than that was written while a clock was wrong, and is due
        """
        ...

    async def renew(self, parcels: Sequence[str], until: datetime) -> None:
        """Keep leased parcels, by their ids, until then, because they are still being delivered."""
        ...

    async def delivered(self, parcel: Parcel, receipt: Receipt, at: datetime, parcels: Sequence[Parcel]) -> None:
        """The relay took it; `parcels` go out in the same transaction."""
        ...

    async def postponed(self, parcel: Parcel, reply: Reply, due: datetime) -> None:
        """The relay did not take it now; try again when due."""
        ...

    async def failed(self, parcel: Parcel, receipt: Receipt, at: datetime, parcels: Sequence[Parcel]) -> None:
        """The relay refused it for good; `parcels` (the report to those concerned) go out in the same transaction."""
        ...

    async def recent(self, recipient: str, since: datetime, until: datetime) -> int:
        """How many notices for that recipient were made between these."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which entries of the trail; what is left out asks for all.

    hold, actor, step: exactly these; since, until: not before the one, before the other; after, before: by their numbers
    """

    hold: str = ""
    actor: str = ""
    step: str = ""
    since: datetime | None = None
    until: datetime | None = None
    after: int = 0
    before: int | None = None


class Trail(Protocol):
    """The audit trail. What the store itself writes (holds, rulings, deliveries) it records in the same transaction."""

    async def record(self, step: str, *, actor: str, hold: str = "", detail: Detail | None = None) -> Entry:
        """Add an entry for a step that changes nothing on the shelf. Raises StoreUnavailable, and then nothing was written."""
        ...

    async def entries(self, asked: Asked, *, limit: int = 1000, newest: bool = False) -> Sequence[Entry]:
        """The first so many of them, or the newest so many; in their order either way."""
        ...

    async def head(self) -> Head | None:
        """The last entry's number and hash; None where nothing was recorded yet."""
        ...


class Archive(Protocol):
    """The shelf as a place of records: what is kept, for how long, and what is left of what was destroyed."""

    async def keep(self, hold: str, *, actor: str, reason: str) -> None:
        """Put a legal hold on it: its content is not destroyed. Raises KeyError."""
        ...

    async def lift(self, hold: str, *, actor: str, reason: str) -> None:
        """Lift a legal hold; nothing happens where there is none. Raises KeyError."""
        ...

    async def expendable(self, ruled_before: Mapping[str, datetime], limit: int) -> Mapping[str, str]:
        """Ids of holds whose content may be destroyed, each with how it ended: released, denied, returned, withdrawn or expired.

        They ended so before the time given for that, cannot be appealed any more, are under no legal hold, and nothing of
        them is still to go out.
        """
        ...

    async def destroy(self, hold: str, *, actor: str, why: str) -> bool:
        """Destroy the octets of the message and of its notices, and the passages quoted as evidence.

        False if that was done, or may not be now: it waits, it is kept, or something of it is still to go out. Raises KeyError.
        """
        ...

    async def files(self, hold: str) -> Mapping[str, bytes]:
        """All that is on the shelf of a hold, as files by name: octets and records exactly as they are kept. Raises KeyError."""
        ...

    async def prints(self, after: str, limit: int) -> Mapping[str, Mapping[str, str]]:
        """SHA-256 of each hold's message, envelope, decision and ruling ("" before one), by id, from after `after` on."""
        ...


class StoreUnavailable(Exception):  # noqa: N818  -- a state of the world, answered with 451
    """The store could not write or read; nothing was changed."""


class StoreFault(StoreUnavailable):
    """What was asked about cannot be read, now or ever; the store is there, and all else in it."""


class StoreUncertain(StoreUnavailable):
    """The store was lost while it wrote: what was asked for was done whole, or not at all."""
