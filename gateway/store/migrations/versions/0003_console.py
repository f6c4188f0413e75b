"""The console: lists of holds to search, notes, accounts with their one-time links and sessions, and keys to sign with."""

import sqlalchemy as sa
from alembic import op

from gateway.store.columns import Text

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the tables. Lines for the holds that are there are written when the shelf is opened."""
    _cards()
    _remarks()
    _accounts()
    _invitations()
    _sessions()
    _keys()


def _cards() -> None:
    op.create_table(
        "cards",
        sa.Column("id", Text, nullable=False),
        sa.Column("cluster", Text, nullable=False),
        sa.Column("state", Text, nullable=False),
        sa.Column("reviewers", Text, nullable=False),
        sa.Column("deadline", sa.BigInteger, nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("policy", Text, nullable=False),
        sa.Column("political", sa.Boolean, nullable=False),
        sa.Column("religious", sa.Boolean, nullable=False),
        sa.Column("author", Text, nullable=False),
        sa.Column("sender", Text, nullable=False),
        sa.Column("first", Text, nullable=False),
        sa.Column("recipients", sa.Integer, nullable=False),
        sa.Column("subject", Text, nullable=False),
        sa.Column("grounds", Text, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("ruled", sa.BigInteger),
        sa.Column("ruled_by", Text),
        sa.Column("sketch", sa.LargeBinary, nullable=False),
        sa.Column("about", Text, nullable=False),
        sa.Column("addressed", Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_cards"),
        sa.ForeignKeyConstraint(["id"], ["holds.id"], name="fk_cards_id"),
    )
    op.create_index("ix_cards_state_deadline_id", "cards", ["state", "deadline", "id"])
    op.create_index("ix_cards_state_since_id", "cards", ["state", "since", "id"])
    op.create_index("ix_cards_state_author_id", "cards", ["state", "author", "id"])
    op.create_index("ix_cards_state_reviewers_deadline_id", "cards", ["state", "reviewers", "deadline", "id"])
    op.create_index("ix_cards_cluster_state_deadline_id", "cards", ["cluster", "state", "deadline", "id"])
    op.create_index("ix_cards_author_since", "cards", ["author", "since"])
    op.create_index("ix_cards_policy", "cards", ["policy"])


def _remarks() -> None:
    op.create_table(
        "remarks",
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("hold", Text, nullable=False),
        sa.Column("by", Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("text", Text, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_remarks"),
        sa.ForeignKeyConstraint(["hold"], ["holds.id"], name="fk_remarks_hold"),
    )
    op.create_index("ix_remarks_hold", "remarks", ["hold"])


def _accounts() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", Text, nullable=False),
        sa.Column("login", Text, nullable=False),
        sa.Column("name", Text, nullable=False),
        sa.Column("role", Text, nullable=False),
        sa.Column("reviewers", Text, nullable=False),
        sa.Column("also", Text, nullable=False),
        sa.Column("password", Text, nullable=False),
        sa.Column("totp", Text, nullable=False),
        sa.Column("spent", sa.BigInteger, nullable=False),
        sa.Column("made", sa.BigInteger, nullable=False),
        sa.Column("disabled", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_accounts"),
    )
    op.create_index("ix_accounts_login", "accounts", ["login"], unique=True)


def _invitations() -> None:
    op.create_table(
        "invitations",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("account", Text, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
        sa.Column("void", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_invitations"),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name="fk_invitations_account"),
    )
    op.create_index("ix_invitations_account", "invitations", ["account"])


def _sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("account", Text, nullable=False),
        sa.Column("made", sa.BigInteger, nullable=False),
        sa.Column("seen", sa.BigInteger, nullable=False),
        sa.Column("whole", sa.Boolean, nullable=False),
        sa.Column("address", Text, nullable=False),
        sa.Column("agent", Text, nullable=False),
        sa.Column("ended", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_sessions"),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name="fk_sessions_account"),
    )
    op.create_index("ix_sessions_account_seen", "sessions", ["account", "seen"])


def _keys() -> None:
    op.create_table(
        "keys",
        sa.Column("name", Text, nullable=False),
        sa.Column("octets", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_keys"),
    )
