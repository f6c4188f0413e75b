"""A shelf set back to an older form, as an older Hatchway left it."""

_SIGN_IN = (("accounts", "origin"), ("accounts", "lapsed"), ("sessions", "how"), ("sessions", "strong"))
_MADE = {
    "0006": (("statements", "appeals", "timetables", "rounds"), (("holds", "needed"),)),
    "0005": (("courses", "seats"), ()),
    "0004": (("passkeys", "recovery", "identities", "once", "tries"), _SIGN_IN),
    "0003": (("cards", "remarks", "invitations", "sessions", "accounts", "keys"), ()),
}
"""Tables and columns by the form that brought them, the newest first."""


def set_back(raw, form: str) -> None:
    """Undo what came after that form. raw: runs a statement on a shelf that nobody has open."""
    for number, (tables, columns) in _MADE.items():
        if number > form:
            for table, column in columns:
                raw(f"ALTER TABLE {table} DROP COLUMN {column}")
            for table in tables:
                raw(f"DROP TABLE {table}")
    raw("UPDATE alembic_version SET version_num = ?", form)
