"""The first form: held mail, its octets in pieces, and the outbox with its history."""

import sqlalchemy as sa
from alembic import op

from gateway.store.columns import Text

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make all tables."""
    _contents()
    _holds()
    _parcels()
    _history()


def _contents() -> None:
    op.create_table(
        "contents",
        sa.Column("id", Text, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_contents"),
    )
    op.create_table(
        "pieces",
        sa.Column("content", Text, nullable=False),
        sa.Column("number", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("octets", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("content", "number", name="pk_pieces"),
        sa.ForeignKeyConstraint(["content"], ["contents.id"], name="fk_pieces_content", deferrable=True, initially="DEFERRED"),
    )


def _holds() -> None:
    op.create_table(
        "holds",
        sa.Column("id", Text, nullable=False),
        sa.Column("received", sa.BigInteger, nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("subject", Text, nullable=False),
        sa.Column("envelope", Text, nullable=False),
        sa.Column("decision", Text, nullable=False),
        sa.Column("reviewers", Text, nullable=False),
        sa.Column("deadline", sa.BigInteger, nullable=False),
        sa.Column("reminded", sa.Integer, nullable=False),
        sa.Column("next", sa.BigInteger),
        sa.Column("review", Text),
        sa.PrimaryKeyConstraint("id", name="pk_holds"),
        sa.ForeignKeyConstraint(["id"], ["contents.id"], name="fk_holds_id"),
    )
    op.create_index("ix_holds_next", "holds", ["next"])
    op.create_index("ix_holds_deadline", "holds", ["deadline"])


def _parcels() -> None:
    op.create_table(
        "parcels",
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("id", Text, nullable=False),
        sa.Column("hold", Text, nullable=False),
        sa.Column("purpose", Text, nullable=False),
        sa.Column("mail", Text, nullable=False),
        sa.Column("envelope", Text, nullable=False),
        sa.Column("received", sa.BigInteger, nullable=False),
        sa.Column("content", Text, nullable=False),
        sa.Column("made", sa.BigInteger, nullable=False),
        sa.Column("due", sa.BigInteger, nullable=False),
        sa.Column("state", Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("last", Text),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("leased_until", sa.BigInteger),
        sa.PrimaryKeyConstraint("number", name="pk_parcels"),
        sa.ForeignKeyConstraint(["content"], ["contents.id"], name="fk_parcels_content"),
    )
    op.create_index("ix_parcels_id", "parcels", ["id"], unique=True)
    op.create_index("ix_parcels_hold", "parcels", ["hold"])
    op.create_index("ix_parcels_state_due", "parcels", ["state", "due"])


def _history() -> None:
    op.create_table(
        "attempts",
        sa.Column("parcel", Text, nullable=False),
        sa.Column("number", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("state", Text, nullable=False),
        sa.Column("receipt", Text, nullable=False),
        sa.PrimaryKeyConstraint("parcel", "number", name="pk_attempts"),
        sa.ForeignKeyConstraint(["parcel"], ["parcels.id"], name="fk_attempts_parcel"),
    )
    op.create_table(
        "addressees",
        sa.Column("parcel", Text, nullable=False),
        sa.Column("mailbox", Text, nullable=False),
        sa.Column("made", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("parcel", "mailbox", name="pk_addressees"),
        sa.ForeignKeyConstraint(["parcel"], ["parcels.id"], name="fk_addressees_parcel"),
    )
    op.create_index("ix_addressees_mailbox_made", "addressees", ["mailbox", "made"])
