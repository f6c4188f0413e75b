"""Held messages to speak of, and notices read back as a mail program reads them."""

import email
import email.policy
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, timezone
from email.message import EmailMessage
from pathlib import Path

from gateway.decision import Authority, Decision, Hold, Reviewers
from gateway.hold import HeldMail, Review, Ruling
from gateway.mail import Address, Client, Command, Envelope, Mail, Place, Unread
from gateway.mail.content import in_memory
from gateway.source import Location
from gateway.verdict import Category, Evidence, Finding, Kind, Label, Verdict

NOW = datetime(2026, 11, 24, 16, 42, tzinfo=UTC)
CENTRAL = timezone(timedelta(hours=-6), "CST")
SENDER = Address.parse("secretary@association.example")
RECIPIENTS = tuple(Address.parse(f"officer{n}@department.example") for n in (1, 2, 3))
MEMBERS = tuple(Address.parse(a) for a in ("captain@department.example", "lieutenant@department.example"))
SPECIAL_ORDER = Authority(
    name="SO 9-06 §C",
    title="Use/Misuse of Department Computer System",
    text="Promotion of political or religious positions, opinions or actions",
)
ENDORSEMENT = Finding(
    category=Category.POLITICAL,
    kind=Kind.ENDORSEMENT,
    detector="rules",
    says="supports a candidate",
    weight=0.9,
    evidence=(Evidence(place=Place(part="1", start=20, end=62), quote="The board is backing Alex Example for mayor"),),
)
HEADER = (
    b"From: Secretary <secretary@association.example>\r\n"
    b"To: all@department.example\r\n"
    b"Subject: Monthly meeting\r\n"
    b"Message-ID: <20261124.1@association.example>\r\n"
)
BODY = b"\r\nMeeting on Monday. The board is backing Alex Example for mayor.\r\n"


@dataclass(frozen=True, kw_only=True)
class Wishes:
    from_: str = "postmaster@department.example"
    name: str = "Hatchway"
    contact: str = "Lt. Pat Example, 555-0100"
    templates: Path | None = None


@dataclass(frozen=True, kw_only=True)
class Case:
    """A hold in the making; `held()` builds it."""

    sender: Address | None = SENDER
    recipients: tuple[Address, ...] = RECIPIENTS
    header: bytes = HEADER
    body: bytes = BODY
    mail_parameters: tuple[bytes, ...] = ()
    rcpt_parameters: Sequence[tuple[bytes, ...]] = ()
    subject: str = "Monthly meeting"
    findings: tuple[Finding, ...] = (ENDORSEMENT,)
    unread: tuple[Unread, ...] = ()
    labels: dict = field(default_factory=lambda: {Category.POLITICAL: Label.MATCH, Category.RELIGIOUS: Label.CLEAR})
    grounds: str = "to 3 recipients in department, and political content was found"
    authority: tuple[Authority, ...] = (SPECIAL_ORDER,)
    members: tuple[Address, ...] = MEMBERS
    then: str = "deny"
    judged: bool = True

    def held(self) -> HeldMail:
        verdict = Verdict(labels=self.labels, scores={}, findings=self.findings, unread=self.unread)
        reviewers = Reviewers(name="command", members=self.members, deadline=timedelta(hours=48), then=self.then)
        decision = Decision(
            disposition=Hold(reviewers=reviewers),
            policy="command review",
            rule=Location("policies/department.yaml", 29, 9),
            grounds=self.grounds,
            authority=self.authority,
            verdict=verdict if self.judged else None,
        )
        mail = Mail(id="3XwZk9dQ2bN7p", envelope=self.envelope(), content=in_memory(self.header + self.body), received=NOW)
        return HeldMail(mail=mail, decision=decision, since=NOW, subject=self.subject)

    def envelope(self) -> Envelope:
        parameters = self.rcpt_parameters or [()] * len(self.recipients)
        return Envelope(
            sender=self.sender,
            recipients=self.recipients,
            client=Client(address="192.0.2.7", name="mail.association.example"),
            mail=Command(path=_path(self.sender) if self.sender else b"", parameters=self.mail_parameters),
            rcpts=tuple(Command(path=_path(a), parameters=p) for a, p in zip(self.recipients, parameters, strict=True)),
        )

    def having(self, **changes: object) -> "Case":
        return replace(self, **changes)


def _path(address: Address) -> bytes:
    return str(address).encode("utf-8", "replace")


def ruled(held: HeldMail, ruling: Ruling, *, to: Sequence[Address] | None = None, **changes: object) -> HeldMail:
    """`held`, ruled on by the captain at 10:42 the next day."""
    given = {"reviewer": "captain@department.example", "note": "", "at": NOW + timedelta(days=1), "by_deadline": False} | changes
    recipients = held.mail.envelope.recipients if to is None else tuple(to)
    return held.ruled(Review(ruling=ruling, recipients=recipients, **given))


def released(held: HeldMail, **changes: object) -> HeldMail:
    return ruled(held, Ruling.RELEASED, **changes)


def denied(held: HeldMail, **changes: object) -> HeldMail:
    return ruled(held, Ruling.DENIED, **{"note": "Endorsements do not go out by department e-mail."} | changes)


def read(mail: Mail) -> EmailMessage:
    """A notice as a mail program reads it."""
    message = email.message_from_bytes(mail.content.read(), policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def part_of(mail: Mail, content_type: str) -> EmailMessage | None:
    """The first part of that type, wherever it stands."""
    return next((part for part in read(mail).walk() if part.get_content_type() == content_type), None)


def text_of(mail: Mail) -> str:
    part = part_of(mail, "text/plain")
    assert part is not None
    return part.get_content().replace("\r\n", "\n")


def html_of(mail: Mail) -> str:
    part = part_of(mail, "text/html")
    assert part is not None
    return part.get_content().replace("\r\n", "\n")


def status_of(mail: Mail) -> list[dict[str, str]]:
    """The groups of a delivery report: the message's first, then one for each recipient; [] for a plain notice."""
    part = part_of(mail, "message/delivery-status")
    return [dict(group.items()) for group in part.get_payload()] if part else []
