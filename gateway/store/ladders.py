"""Reviewers as a record and back: the first rung, the rungs above it, on-duty times, and who does not rule.

What a ladder of one has not is not written, so that its record is the same as ever.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from gateway.decision import Recusal, Reviewers, Rung
from gateway.duty import Duty
from gateway.mail import Address
from gateway.timetable import Timetable

_TICK = timedelta(microseconds=1)
_TO_APPEAL = timedelta(days=14)
"""In records from before it was written down."""

Json = dict[str, Any]


def written(reviewers: Reviewers) -> Json:
    """The record."""
    more = {
        "later": [_rung(rung) for rung in reviewers.later],
        "hurry": reviewers.hurry,
        "pair": reviewers.pair,
        "recusal": _recusal(reviewers.recusal),
        **_duty(reviewers),
    }
    return {
        "name": reviewers.name,
        "members": _addresses(reviewers.members),
        "deadline": reviewers.deadline // _TICK,
        "then": reviewers.then,
        "reminders": [reminder // _TICK for reminder in reviewers.reminders],
        "appeal": reviewers.appeal // _TICK,
        "told": str(reviewers.told),
        **{key: value for key, value in more.items() if value},
    }


def read(j: Mapping[str, Any]) -> Reviewers:
    """The reviewers of a record. Raises what a damaged record makes Python raise."""
    recusal = j.get("recusal") or {}
    return Reviewers(
        name=j["name"],
        members=_to_addresses(j["members"]),
        deadline=j["deadline"] * _TICK,
        then=j["then"],
        reminders=_to_spans(j["reminders"]),
        appeal=j.get("appeal", _TO_APPEAL // _TICK) * _TICK,
        told=Timetable.parse(j.get("told", "at once")),
        later=tuple(_to_rung(rung) for rung in j.get("later", ())),
        hurry=j.get("hurry", ""),
        pair=j.get("pair", ""),
        recusal=Recusal(
            named=recusal.get("named", False),
            groups=tuple(recusal.get("groups", ())),
            authors=_to_addresses(recusal.get("authors", [])),
        ),
        **_to_duty(j),
    )


def _rung(rung: Rung) -> Json:
    return {
        "name": rung.name,
        "members": _addresses(rung.members),
        "lasts": rung.lasts // _TICK,
        "reminders": [reminder // _TICK for reminder in rung.reminders],
        **_duty(rung),
    }


def _to_rung(j: Mapping[str, Any]) -> Rung:
    return Rung(
        name=j["name"],
        members=_to_addresses(j["members"]),
        lasts=j["lasts"] * _TICK,
        reminders=_to_spans(j["reminders"]),
        **_to_duty(j),
    )


def _recusal(recusal: Recusal) -> Json:
    said = {"named": recusal.named, "groups": list(recusal.groups), "authors": _addresses(recusal.authors)}
    return said if recusal != Recusal() else {}


def _duty(one: Reviewers | Rung) -> Json:
    if one.duty is None:
        return {}
    duty = one.duty
    hours = {"name": duty.name, "zone": duty.zone, "days": list(duty.days), "begins": duty.begins, "ends": duty.ends}
    return {"duty": {**hours, "holidays": [day.isoformat() for day in duty.holidays]}, "off_duty": one.off_duty}


def _to_duty(j: Mapping[str, Any]) -> Json:
    hours = j.get("duty")
    if hours is None:
        return {}
    duty = Duty(
        name=hours["name"],
        zone=hours["zone"],
        days=tuple(hours["days"]),
        begins=hours["begins"],
        ends=hours["ends"],
        holidays=tuple(date.fromisoformat(day) for day in hours["holidays"]),
    )
    return {"duty": duty, "off_duty": j["off_duty"]}


def _addresses(addresses: tuple[Address, ...]) -> list[Json]:
    return [{"local": address.local, "domain": address.domain} for address in addresses]


def _to_addresses(j: list[Mapping[str, Any]]) -> tuple[Address, ...]:
    return tuple(Address(local=one["local"], domain=one["domain"]) for one in j)


def _to_spans(j: list[int]) -> tuple[timedelta, ...]:
    return tuple(span * _TICK for span in j)
