"""Holds that nobody sent, on which templates are tried before they are used.

One has everything that a hold can have, one next to nothing.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Literal

from gateway.decision import Authority, Decision, Hold, Reviewers
from gateway.hold import HeldMail, Review, Ruling
from gateway.mail import Address, Client, Command, Envelope, Mail, Place, Reply, Unread
from gateway.mail.content import in_memory
from gateway.notice.told import Item, Waits
from gateway.source import Location
from gateway.verdict import Category, Evidence, Finding, Kind, Label, Verdict

AT = datetime(2026, 11, 24, 16, 42, tzinfo=UTC)
_SENDER = Address(local="secretary", domain="association.example")
_RECIPIENTS = tuple(Address(local=f"officer{number}", domain="department.example") for number in range(1, 61))

WAITS = Waits(
    items=tuple(
        Item(id="3XwZk9dQ2bN7p", subject="Meeting", sender=str(_SENDER), deadline=AT + timedelta(hours=hours), link=link)
        for hours, link in ((-1, "https://hatchway.department.example/go/1"), (5, ""))
    ),
    count=3,
    appeals=1,
)
FAILURES = tuple((address, Reply(code=550, status="5.1.1", text="User unknown")) for address in _RECIPIENTS)


def specimens() -> Iterator[HeldMail]:
    """Holds waiting and ruled on, in every way there is."""
    for held in (_full(), _bare()):
        yield held
        everybody = held.mail.envelope.recipients
        yield held.ruled(_review(Ruling.RELEASED, everybody))
        yield held.ruled(_review(Ruling.RELEASED, everybody[:1], note="For the first only."))
        yield held.ruled(_review(Ruling.DENIED, everybody, note="Not by department e-mail."))
        yield held.ruled(_review(Ruling.RETURNED, everybody, note="Without the last paragraph."))
        yield held.ruled(replace(_review(Ruling.WITHDRAWN, everybody), reviewer=str(_SENDER)))
        yield held.ruled(replace(_review(Ruling.RELEASED, everybody), by_deadline=True))
        yield held.ruled(replace(_review(Ruling.DENIED, everybody, note="Too late."), by_deadline=True))


def _full() -> HeldMail:
    evidence = tuple(Evidence(place=Place(part="1", start=n, end=n + 20), quote="Vote for Alex Example") for n in range(3))
    finding = Finding(
        category=Category.POLITICAL,
        kind=Kind.ENDORSEMENT,
        detector="specimen",
        says="supports a candidate",
        weight=0.9,
        evidence=evidence,
    )
    unread = Unread(place=Place(part="2", name="flyer.pdf", page=2), why="encrypted")
    verdict = Verdict(
        labels={Category.POLITICAL: Label.MATCH, Category.RELIGIOUS: Label.CLEAR},
        scores={Category.POLITICAL: 0.9, Category.RELIGIOUS: 0.0},
        findings=(finding,) * 9,
        unread=(unread,) * 9,
    )
    return _held(_RECIPIENTS, "Meeting and more", verdict, "deny")


def _bare() -> HeldMail:
    return _held(_RECIPIENTS[:2], "", None, "wait")


def _held(recipients: tuple[Address, ...], subject: str, verdict: Verdict | None, then: Literal["deny", "wait"]) -> HeldMail:
    envelope = Envelope(
        sender=_SENDER,
        recipients=recipients,
        client=Client(address="192.0.2.1"),
        mail=Command(path=str(_SENDER).encode()),
        rcpts=tuple(Command(path=str(a).encode()) for a in recipients),
    )
    return HeldMail(
        mail=Mail(id="3XwZk9dQ2bN7p", envelope=envelope, content=in_memory(b"\r\n"), received=AT),
        decision=_decision(verdict, then),
        since=AT,
        subject=subject,
    )


def _decision(verdict: Verdict | None, then: Literal["deny", "wait"]) -> Decision:
    reviewers = Reviewers(
        name="command",
        members=(Address(local="captain", domain="department.example"),),
        deadline=timedelta(days=2),
        then=then,
    )
    return Decision(
        disposition=Hold(reviewers=reviewers),
        policy="specimen",
        rule=Location("policies/specimen.yaml", 1, 1),
        grounds="specimen",
        authority=(Authority(name="§ 1", title="Title", text="Text"), Authority(name="§ 2", title="", text="Text")),
        verdict=verdict,
    )


def _review(ruling: Ruling, recipients: tuple[Address, ...], note: str = "") -> Review:
    return Review(reviewer="captain@department.example", ruling=ruling, recipients=recipients, note=note, at=AT)
