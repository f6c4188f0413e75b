"""A shelf set back to an older form, as an older Hatchway left it."""

_SIGN_IN = (("accounts", "origin"), ("accounts", "lapsed"), ("sessions", "how"), ("sessions", "strong"))
_MADE = {
    "0011": ((), (("sessions", "shown"),), ()),
    "0010": (("ix_cards_figures",), (("cards", "agreed_by"),), ()),
    "0009": ((), (), ("answers", "tokens", "hooks", "calls")),
    "0008": ((), (("contents", "wrapped"),), ("masters",)),
    "0007": (("ix_cards_figures",), (("cards", "expired"),), ("grouped", "decided")),
    "0006": ((), (("holds", "needed"),), ("statements", "appeals", "timetables", "rounds")),
    "0005": ((), (), ("courses", "seats")),
    "0004": ((), _SIGN_IN, ("passkeys", "recovery", "identities", "once", "tries")),
    "0003": ((), (), ("cards", "remarks", "invitations", "sessions", "accounts", "keys")),
}
"""Indexes, columns and tables by the form that brought them, the newest first."""
_FIGURES = "since, id, state, policy, political, religious, author, ruled, ruled_by, expired"
_BEFORE = {"0010": f"CREATE INDEX ix_cards_figures ON cards ({_FIGURES})"}
"""What a form made anew, as it was."""


def set_back(raw, form: str) -> None:
    """Undo what came after that form. raw: runs a statement on a shelf that nobody has open."""
    for number, (indexes, columns, tables) in _MADE.items():
        if number > form:
            for index in indexes:
                raw(f"DROP INDEX {index}")
            for table, column in columns:
                raw(f"ALTER TABLE {table} DROP COLUMN {column}")
            for table in tables:
                raw(f"DROP TABLE {table}")
            if number in _BEFORE:
                raw(_BEFORE[number])
    raw("UPDATE alembic_version SET version_num = ?", form)
