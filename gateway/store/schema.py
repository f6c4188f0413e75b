"""The tables as they stand at the newest migration. Rows are added and brought up to date; only octets are ever deleted.

Records of ours (envelope, decision, review, reply, receipt) are JSON text of `gateway.store.codec`; columns beside them
exist to be asked for. A change here needs a new file in `migrations/versions`, and a test compares the two.
"""

import json
from datetime import UTC, datetime, timedelta

from sqlalchemy import BigInteger, Column, Dialect, ForeignKey, Index, Integer, LargeBinary, MetaData, String, Table, Text
from sqlalchemy.types import TypeDecorator

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)


class Instant(TypeDecorator[datetime]):
    """A moment, as microseconds since 1970. An aware datetime goes in, one in UTC comes out."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002  -- the hook's form
        """Raises TypeError for a datetime without a time zone."""
        return None if value is None else (value - _EPOCH) // _TICK

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  -- the hook's form
        """The moment, in UTC."""
        return None if value is None else _EPOCH + value * _TICK


class Words(TypeDecorator[str]):
    """Text from a message, as a JSON string: lone surrogates and NUL, which a database refuses, come back as they were."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002  -- the hook's form
        """ASCII only."""
        return None if value is None else json.dumps(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002  -- the hook's form
        """The text."""
        return None if value is None else str(json.loads(value))


metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

contents = Table(
    "contents",
    metadata,
    Column("id", Text, primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("destroyed", Instant),
)
"""Message octets by the id of the hold or of the notice they belong to; sha256 in hexadecimal; destroyed: when they were."""

pieces = Table(
    "pieces",
    metadata,
    Column("content", Text, ForeignKey("contents.id", deferrable=True, initially="DEFERRED"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("octets", LargeBinary, nullable=False),
)
"""The octets themselves in order, so that a large message is never in memory as a whole."""

holds = Table(
    "holds",
    metadata,
    Column("id", Text, ForeignKey("contents.id"), primary_key=True),
    Column("received", Instant, nullable=False),
    Column("since", Instant, nullable=False),
    Column("subject", Words, nullable=False),
    Column("envelope", Text, nullable=False),
    Column("decision", Text, nullable=False),
    Column("reviewers", Text, nullable=False),
    Column("deadline", Instant, nullable=False),
    Column("reminded", Integer, nullable=False),
    Column("next", Instant),
    Column("review", Text),
    Column("kept", Words),
    Column("ended", Text),
    Column("ended_at", Instant),
    Index(None, "next"),
    Index(None, "deadline"),
    Index(None, "ended", "ended_at"),
)
"""`next`: when the hold is due for a reminder or its deadline; null once it is ruled on. kept: why it is under legal hold.
ended: released, denied or expired, from the ruling until its content is destroyed.
"""

parcels = Table(
    "parcels",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("id", Text, nullable=False),
    Column("hold", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("mail", Text, nullable=False),
    Column("envelope", Text, nullable=False),
    Column("received", Instant, nullable=False),
    Column("content", Text, ForeignKey("contents.id"), nullable=False),
    Column("made", Instant, nullable=False),
    Column("due", Instant, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("last", Text),
    Column("at", Instant, nullable=False),
    Column("leased_until", Instant),
    Index(None, "id", unique=True),
    Index(None, "hold"),
    Index(None, "state", "due"),
)
"""The outbox. number: the order they were put in; mail: the id of the mail; at: when it last changed its state."""

attempts = Table(
    "attempts",
    metadata,
    Column("parcel", Text, ForeignKey("parcels.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("state", Text, nullable=False),
    Column("receipt", Text, nullable=False),
)
"""What the relay said each time; `state` is what that made of the parcel."""

addressees = Table(
    "addressees",
    metadata,
    Column("parcel", Text, ForeignKey("parcels.id"), primary_key=True),
    Column("mailbox", Text, primary_key=True),
    Column("made", Instant, nullable=False),
    Index(None, "mailbox", "made"),
)
"""Whom notices go to, by the mailbox however it is written."""

trail = Table(
    "trail",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("at", Text, nullable=False),
    Column("step", Text, nullable=False),
    Column("hold", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Index(None, "hold"),
)
"""The audit trail, every column as it is hashed (see `gateway.trail`). Triggers take new rows at its end and nothing else."""
