"""The tables of people: accounts, how they sign in, and what they want; as `schema` has those of mail."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, LargeBinary, String, Table

from gateway.store.columns import Instant, Text, Words, metadata

accounts = Table(
    "accounts",
    metadata,
    Column("id", Text, primary_key=True),
    Column("login", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("reviewers", Text, nullable=False),
    Column("also", Text, nullable=False),
    Column("password", Text, nullable=False),
    Column("totp", Text, nullable=False),
    Column("spent", BigInteger, nullable=False),
    Column("made", Instant, nullable=False),
    Column("disabled", Instant),
    Column("origin", Text, nullable=False),
    Column("lapsed", Boolean, nullable=False),
    Index(None, "login", unique=True),
)
"""Who may use the console. reviewers and also are JSON lists; totp is sealed by the console."""

invitations = Table(
    "invitations",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("account", Text, ForeignKey("accounts.id"), nullable=False),
    Column("until", Instant, nullable=False),
    Column("void", Boolean, nullable=False),
    Index(None, "account"),
)
"""One-time links. void: used, or replaced by another."""

sessions = Table(
    "sessions",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("account", Text, ForeignKey("accounts.id"), nullable=False),
    Column("made", Instant, nullable=False),
    Column("seen", Instant, nullable=False),
    Column("whole", Boolean, nullable=False),
    Column("address", Text, nullable=False),
    Column("agent", Text, nullable=False),
    Column("ended", Boolean, nullable=False),
    Column("how", Text, nullable=False),
    Column("strong", Boolean, nullable=False),
    Column("shown", Instant),
    Index(None, "account", "seen"),
)

passkeys = Table(
    "passkeys",
    metadata,
    Column("id", Text, primary_key=True),
    Column("account", Text, ForeignKey("accounts.id"), nullable=False),
    Column("name", Words, nullable=False),
    Column("key", LargeBinary, nullable=False),
    Column("count", BigInteger, nullable=False),
    Column("made", Instant, nullable=False),
    Column("used", Instant),
    Column("synced", Boolean, nullable=False),
    Column("void", Boolean, nullable=False),
    Index(None, "account"),
)

recovery = Table(
    "recovery",
    metadata,
    Column("account", Text, ForeignKey("accounts.id"), primary_key=True),
    Column("digest", String(64), primary_key=True),
    Column("made", Instant, nullable=False),
    Column("used", Instant),
    Column("void", Boolean, nullable=False),
)
"""Codes for who has lost his second factor."""

identities = Table(
    "identities",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("by", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("account", Text, ForeignKey("accounts.id"), nullable=False),
    Column("made", Instant, nullable=False),
    Column("void", Boolean, nullable=False),
    Index(None, "by", "subject"),
    Index(None, "account"),
)
"""What accounts are elsewhere: an issuer, or `ldap`, and the name there."""

once = Table(
    "once",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("until", Instant, nullable=False),
    Index(None, "until"),
)
"""What served once and may not again; of no use after `until`, and then deleted."""

tries = Table(
    "tries",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("key", String(64), nullable=False),
    Column("at", Instant, nullable=False),
    Index(None, "key", "at"),
    Index(None, "at"),
)
"""Tries to sign in, for a quarter of an hour; key: the SHA-256 of whose or from where."""

keys = Table(
    "keys",
    metadata,
    Column("name", Text, primary_key=True),
    Column("octets", LargeBinary, nullable=False),
)
"""Secrets the gateway signs with."""

timetables = Table(
    "timetables",
    metadata,
    Column("account", Text, ForeignKey("accounts.id"), primary_key=True),
    Column("written", Text, nullable=False),
)
"""When somebody wants to hear of what waits, where that is not as his group does; "" where it is again."""

tokens = Table(
    "tokens",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("account", Text, ForeignKey("accounts.id"), nullable=False),
    Column("scopes", Text, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("made", Instant, nullable=False),
    Column("by", Text, nullable=False),
    Column("expires", Instant),
    Column("used", Instant),
    Column("revoked", Instant),
    Index(None, "name", unique=True),
)
"""What programs prove themselves by. scopes: with blanks between them."""

answers = Table(
    "answers",
    metadata,
    Column("token", Text, ForeignKey("tokens.id"), primary_key=True),
    Column("key", String(64), primary_key=True),
    Column("print", String(64), nullable=False),
    Column("at", Instant, nullable=False),
    Column("status", Integer, nullable=False),
    Column("body", Words, nullable=False),
    Index(None, "at"),
)
"""What was answered under an idempotency key, for a day. key, print: SHA-256 of the key, and of what was asked."""
