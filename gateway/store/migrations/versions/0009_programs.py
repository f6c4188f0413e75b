"""Programs: tokens, what was answered under idempotency keys, and what webhooks are to be told."""

import sqlalchemy as sa
from alembic import op

from gateway.store.columns import Text

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Make the tables."""
    _tokens()
    _answers()
    op.create_table(
        "hooks",
        sa.Column("name", Text, nullable=False),
        sa.Column("told", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_hooks"),
    )
    _calls()


def _tokens() -> None:
    op.create_table(
        "tokens",
        sa.Column("id", Text, nullable=False),
        sa.Column("name", Text, nullable=False),
        sa.Column("account", Text, nullable=False),
        sa.Column("scopes", Text, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("made", sa.BigInteger, nullable=False),
        sa.Column("by", Text, nullable=False),
        sa.Column("expires", sa.BigInteger),
        sa.Column("used", sa.BigInteger),
        sa.Column("revoked", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_tokens"),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name="fk_tokens_account"),
    )
    op.create_index("ix_tokens_name", "tokens", ["name"], unique=True)


def _answers() -> None:
    op.create_table(
        "answers",
        sa.Column("token", Text, nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("print", sa.String(64), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("body", Text, nullable=False),
        sa.PrimaryKeyConstraint("token", "key", name="pk_answers"),
        sa.ForeignKeyConstraint(["token"], ["tokens.id"], name="fk_answers_token"),
    )
    op.create_index("ix_answers_at", "answers", ["at"])


def _calls() -> None:
    op.create_table(
        "calls",
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("hook", Text, nullable=False),
        sa.Column("id", Text, nullable=False),
        sa.Column("event", Text, nullable=False),
        sa.Column("hold", Text, nullable=False),
        sa.Column("body", Text, nullable=False),
        sa.Column("made", sa.BigInteger, nullable=False),
        sa.Column("due", sa.BigInteger, nullable=False),
        sa.Column("state", Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("last", Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("leased_until", sa.BigInteger),
        sa.PrimaryKeyConstraint("number", name="pk_calls"),
    )
    op.create_index("ix_calls_hook_id", "calls", ["hook", "id"], unique=True)
    op.create_index("ix_calls_state_due", "calls", ["state", "due"])
    op.create_index("ix_calls_at", "calls", ["at"])
