"""Who had agreed to a ruling that took two, so that accounts of even-handedness count both."""

import json

import sqlalchemy as sa
from alembic import op

from gateway.store.columns import Text

revision = "0010"
down_revision = "0009"

_FIGURES = ["since", "id", "state", "policy", "political", "religious", "author", "ruled", "ruled_by", "agreed_by", "expired"]


def upgrade() -> None:
    """Make the column, and write who had agreed so far."""
    op.add_column("cards", sa.Column("agreed_by", Text))
    op.drop_index("ix_cards_figures", "cards")
    cards = sa.table("cards", sa.column("id", Text), sa.column("agreed_by", Text))
    for hold, review in op.get_bind().execute(sa.text("SELECT id, review FROM holds WHERE review LIKE '%\"also\"%'")).all():
        if also := json.loads(review).get("also"):
            op.execute(cards.update().where(cards.c.id == hold).values(agreed_by=json.dumps(also)))
    op.create_index("ix_cards_figures", "cards", _FIGURES)
