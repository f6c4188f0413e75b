"""Mails, holds and decisions for tests, with only what a test cares about spelled out."""

from datetime import UTC, datetime, timedelta

from gateway.decision import Authority, Decision, Hold, Relay, Reviewers
from gateway.hold import HeldMail
from gateway.mail import Address, Client, Command, Envelope, Mail
from gateway.mail.content import in_memory
from gateway.source import Location

NOW = datetime(2026, 10, 14, 9, 30, tzinfo=UTC)
ORDINARY = (
    b"From: Dana Reed <dreed@department.example>\r\n"
    b"To: watch@department.example\r\n"
    b"Subject: Unit 214\r\n"
    b"Message-ID: <214@department.example>\r\n"
    b"\r\n"
    b"The marked unit is back from the garage. Keys are in the watch office.\r\n"
)
CLAUSE = Authority(
    name="SO 9-06 §C",
    title="Use/Misuse of Department Computer System",
    text="Promotion of political or religious positions, opinions or actions",
)


def envelope(sender: str = "dreed@department.example", *recipients: str) -> Envelope:
    to = recipients or ("watch@department.example",)
    return Envelope(
        sender=Address.parse(sender) if sender else None,
        recipients=tuple(Address.parse(one) for one in to),
        client=Client(address="192.0.2.7", name="desk.department.example", helo="desk.department.example"),
        mail=Command(path=sender.encode()),
        rcpts=tuple(Command(path=one.encode()) for one in to),
    )


def mail(
    octets: bytes = ORDINARY, *, sender: str = "dreed@department.example", to: tuple[str, ...] = (), id_: str = "M1"
) -> Mail:
    return Mail(id=id_, envelope=envelope(sender, *to), content=in_memory(octets), received=NOW)


def reviewers(**changes) -> Reviewers:
    given = {
        "name": "command",
        "members": (Address.parse("captain@department.example"), Address.parse("lieutenant@department.example")),
        "deadline": timedelta(hours=48),
        "then": "deny",
        "reminders": (timedelta(hours=24), timedelta(hours=40)),
    }
    return Reviewers(**{**given, **changes})


def decision(disposition=None, **changes) -> Decision:
    given = {
        "disposition": disposition or Relay(),
        "policy": "command review",
        "rule": Location("policies/department.yaml", 29, 9),
        "grounds": "it goes to 12 recipients in department",
        "authority": (CLAUSE,),
        "verdict": None,
    }
    return Decision(**{**given, **changes})


def held(
    *, id_: str = "H1", to: tuple[str, ...] = ("a@department.example", "b@department.example"), since: datetime = NOW, **changes
) -> HeldMail:
    return HeldMail(
        mail=mail(to=to, id_=id_), decision=decision(Hold(reviewers=reviewers(**changes))), since=since, subject="Unit 214"
    )


class FixedClock:
    """A clock that a test moves."""

    def __init__(self, at: datetime = NOW) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def forward(self, span: timedelta) -> None:
        self.at += span
