"""What is told that is no step of one hold's usual life: a word about a message, and all that waits for somebody."""

from dataclasses import dataclass
from datetime import datetime, tzinfo

from gateway.notice.words import counted, length, plain, when

SHOWN = 50
"""Messages that one digest names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """heading: the subject's first words; lines: sentences; quote: somebody's words; rules: whether it waits for a ruling."""

    heading: str
    lines: tuple[str, ...]
    quote: str
    rules: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A message that waits. link: to its page, "" without a console."""

    id: str
    subject: str
    sender: str
    deadline: datetime
    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """What waits for somebody, the earliest deadline first. count: of all, those not among `items` too; appeals: open ones."""

    items: tuple[Item, ...]
    count: int
    appeals: int


def of_waits(waits: Waits, at: datetime, zone: tzinfo | None) -> dict[str, object]:
    """What a template sees of it: waits, more, count, appeals, and id and subject for the frame."""
    shown = waits.items[:SHOWN]
    parts = [counted(waits.count, "message")] if waits.count else []
    parts += [counted(waits.appeals, "appeal")] if waits.appeals else []
    waiting = waits.count + waits.appeals
    return {
        "waits": tuple(
            {
                "id": plain(one.id, 40),
                "subject": plain(one.subject, 150) or "(no subject)",
                "sender": plain(one.sender, 254),
                "deadline": when(one.deadline, zone),
                "left": f"{length(one.deadline - at)} left" if one.deadline > at else f"overdue by {length(at - one.deadline)}",
                "link": one.link,
            }
            for one in shown
        ),
        "more": max(0, waits.count - len(shown)),
        "count": waits.count,
        "appeals": waits.appeals,
        "what": f"{' and '.join(parts)} {'waits' if waiting == 1 else 'wait'} for you",
        "id": "digest",
        "subject": " and ".join(parts),
    }
