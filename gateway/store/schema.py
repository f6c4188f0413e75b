"""The tables of mail as they stand at the newest migration; `roll` has those of people. Rows are added and brought up to date;
only octets, tries to sign in and what served once are ever deleted.

Records of ours (envelope, decision, review, reply, receipt) are JSON text of `gateway.store.codec`; columns beside them
exist to be asked for. A change here needs a new file in `migrations/versions`, and a test compares the two.
"""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, LargeBinary, String, Table

from gateway.store.columns import Instant, Text, Words, metadata

contents = Table(
    "contents",
    metadata,
    Column("id", Text, primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("destroyed", Instant),
    Column("wrapped", Text),
)
"""Message octets by the id of the hold or of the notice they belong to; sha256 in hexadecimal, of what was not sealed yet;
destroyed: when they were; wrapped: the key that seals all that belongs to it, null where that is in the clear.
"""

masters = Table(
    "masters",
    metadata,
    Column("name", Text, primary_key=True),
    Column("proof", Text, nullable=False),
    Column("made", Instant, nullable=False),
    Column("retired", Instant),
)
"""Master keys that wrapped any of those keys. proof: shows whether one of that name is still the same; retired: since when
nothing is wrapped with it.
"""

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
    Column("needed", Instant),
    Index(None, "next"),
    Index(None, "deadline"),
    Index(None, "ended", "ended_at"),
)
"""`next`: when the hold is due for a reminder or its deadline; null once it is ruled on. kept: why it is under legal hold.
ended: released, denied, returned, withdrawn or expired, from the ruling until its content is destroyed.
needed: until when its content has to be there for an appeal.
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

cards = Table(
    "cards",
    metadata,
    Column("id", Text, ForeignKey("holds.id"), primary_key=True),
    Column("cluster", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("reviewers", Text, nullable=False),
    Column("deadline", Instant, nullable=False),
    Column("since", Instant, nullable=False),
    Column("policy", Text, nullable=False),
    Column("political", Boolean, nullable=False),
    Column("religious", Boolean, nullable=False),
    Column("author", Text, nullable=False),
    Column("sender", Words, nullable=False),
    Column("first", Words, nullable=False),
    Column("recipients", Integer, nullable=False),
    Column("subject", Words, nullable=False),
    Column("grounds", Words, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("ruled", Instant),
    Column("ruled_by", Words),
    Column("agreed_by", Words),
    Column("expired", Boolean, nullable=False),
    Column("sketch", LargeBinary, nullable=False),
    Column("about", Text, nullable=False),
    Column("addressed", Text, nullable=False),
    Index(None, "state", "deadline", "id"),
    Index(None, "state", "since", "id"),
    Index(None, "state", "author", "id"),
    Index(None, "state", "reviewers", "deadline", "id"),
    Index(None, "cluster", "state", "deadline", "id"),
    Index(None, "author", "since"),
    Index(None, "policy"),
    Index(
        "ix_cards_figures",
        *("since", "id", "state", "policy", "political", "religious", "author", "ruled", "ruled_by", "agreed_by", "expired"),
    ),
)
"""A line of the reviewers' lists for each hold; the last index has all that accounts are drawn up from. agreed_by: who had
agreed to the ruling before, where it took two; expired: the deadline ruled. author, about and addressed are sender, subject and
recipients for searching, in lower case; cluster is the id of the first of those alike, sketch what tells them."""

grouped = Table(
    "grouped",
    metadata,
    Column("hold", Text, ForeignKey("holds.id"), primary_key=True),
    Column("name", Text, primary_key=True),
    Index(None, "name", "hold"),
)
"""The policies' groups that a hold's sender was in when it came."""

decided = Table(
    "decided",
    metadata,
    Column("day", String(10), primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("word", Text, primary_key=True),
    Column("count", BigInteger, nullable=False),
)
"""How often the rules decided what (relay, tag, hold, reject, defer), a day; kind: all, policy or group."""

remarks = Table(
    "remarks",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("hold", Text, ForeignKey("holds.id"), nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("text", Words, nullable=False),
    Index(None, "hold"),
)
"""Notes that reviewers leave for each other; `by` is an account's login."""

courses = Table(
    "courses",
    metadata,
    Column("hold", Text, ForeignKey("holds.id"), primary_key=True),
    Column("course", Text, nullable=False),
    Column("turn", Integer, nullable=False),
    Column("next", Instant),
    Column("desk", Text, nullable=False),
    Column("since", Instant, nullable=False),
    Column("until", Instant, nullable=False),
    Column("above", Text),
    Column("assented", Words),
    Column("given", Integer, nullable=False),
    Index(None, "next"),
)
"""How far a hold has come on its ladder. next: when it goes on by itself; desk: whose it is, from `since` to `until`, and then
that of the rung `above`; assented: who was the first of two to agree; given: how often
it was handed over.
"""

seats = Table(
    "seats",
    metadata,
    Column("hold", Text, ForeignKey("holds.id"), primary_key=True),
    Column("name", Text, primary_key=True),
    Index(None, "name"),
)
"""Whose a hold is beyond its first rung: names of rungs, and persons in angle brackets."""

statements = Table(
    "statements",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("hold", Text, ForeignKey("holds.id"), nullable=False),
    Column("record", Text, nullable=False),
    Index(None, "hold"),
)
"""What senders said of their held messages, in order."""

appeals = Table(
    "appeals",
    metadata,
    Column("hold", Text, ForeignKey("holds.id"), primary_key=True),
    Column("record", Text, nullable=False),
    Column("open", Boolean, nullable=False),
    Index(None, "open"),
)
"""Appeals, one for each hold; open: no supervisor has answered yet."""

rounds = Table(
    "rounds",
    metadata,
    Column("name", Text, primary_key=True),
    Column("at", Instant, nullable=False),
)
"""Mail that goes out at its times, by name, and when it last did."""

hooks = Table(
    "hooks",
    metadata,
    Column("name", Text, primary_key=True),
    Column("told", Integer, nullable=False),
)
"""Webhooks by name. told: the number of the last entry of the trail that was looked at for it."""

calls = Table(
    "calls",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("hook", Text, nullable=False),
    Column("id", Text, nullable=False),
    Column("event", Text, nullable=False),
    Column("hold", Text, nullable=False),
    Column("body", Words, nullable=False),
    Column("made", Instant, nullable=False),
    Column("due", Instant, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("last", Words, nullable=False),
    Column("at", Instant, nullable=False),
    Column("leased_until", Instant),
    Index(None, "hook", "id", unique=True),
    Index(None, "state", "due"),
    Index(None, "at"),
)
"""What webhooks are to be told, in order; id: the same for every attempt; last: what came of the last one."""
