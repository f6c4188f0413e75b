"""The roster before an election: whether it knows the next one, and was looked at since candidates were known."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from gateway.doctor.findings import Finding, good, mind

_NEAR = timedelta(days=120)
"""So long before an election candidates, committees and measures become known, and change."""
_FRESH = timedelta(days=30)
_REMEDY = "Write the next election, its candidates, committees and measures into the roster, all sides alike, and reload."


def looked_at(elections: Mapping[str, date], written: datetime | None, now: datetime) -> Finding:
    """elections: of the roster, by name; written: when its newest file was."""
    today = now.date()
    coming = sorted((day, name) for name, day in elections.items() if day >= today)
    if not coming:
        return mind("roster", "it knows no election to come", _REMEDY)
    day, name = coming[0]
    when = f"{written:%Y-%m-%d}" if written else "nobody knows when"
    says = f"the next election it knows is {name} on {day}, in {(day - today).days} days; it was written {when}"
    if day - today <= _NEAR and (written is None or now - written > _FRESH):
        return mind("roster", f"{says}, too long ago for that", _REMEDY)
    return good("roster", says)
