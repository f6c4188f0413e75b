"""Ladders: how far each hold has come, and whose it is beyond its first rung.

Holds that are there are on the first leg of a ladder of one, and are looked at when the gateway starts.
"""

import sqlalchemy as sa
from alembic import op

from gateway.store.columns import Text

revision = "0005"
down_revision = "0004"

_BEGUN = '{"leg": 0, "since": null, "checked": false, "warned": null, "assent": null, "handed": [], "turn": 0}'


def upgrade() -> None:
    """Make the tables, and a course for each hold."""
    op.create_table(
        "courses",
        sa.Column("hold", Text, nullable=False),
        sa.Column("course", Text, nullable=False),
        sa.Column("turn", sa.Integer, nullable=False),
        sa.Column("next", sa.BigInteger),
        sa.Column("desk", Text, nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
        sa.Column("above", Text),
        sa.Column("assented", Text),
        sa.Column("given", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("hold", name="pk_courses"),
        sa.ForeignKeyConstraint(["hold"], ["holds.id"], name="fk_courses_hold"),
    )
    op.create_index("ix_courses_next", "courses", ["next"])
    op.create_table(
        "seats",
        sa.Column("hold", Text, nullable=False),
        sa.Column("name", Text, nullable=False),
        sa.PrimaryKeyConstraint("hold", "name", name="pk_seats"),
        sa.ForeignKeyConstraint(["hold"], ["holds.id"], name="fk_seats_hold"),
    )
    op.create_index("ix_seats_name", "seats", ["name"])
    _begin()


def _begin() -> None:
    begun = sa.text(
        "INSERT INTO courses (hold, course, turn, next, desk, since, until, given)"
        " SELECT id, :begun, 0, CASE WHEN review IS NULL THEN since END, reviewers, since, deadline, 0 FROM holds"
    )
    op.get_bind().execute(begun, {"begun": _BEGUN})
