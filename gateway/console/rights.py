"""Who may do what: one table for all routes, and the two questions asked of a single message."""

from collections.abc import Iterable

from gateway.hold import HeldMail
from gateway.mail import Address
from gateway.people import Account, Role

ANYBODY: frozenset[Role] | None = None
EVERY_ROLE = frozenset(Role)
RULING = frozenset({Role.REVIEWER, Role.SUPERVISOR})
READING = RULING | {Role.AUDITOR}
ANSWERING = frozenset({Role.SUPERVISOR, Role.AUDITOR})
LOOKING_AFTER = frozenset({Role.ADMINISTRATOR})

RIGHTS: dict[str, frozenset[Role] | None] = {
    "GET /healthz": ANYBODY,
    "GET /static/{name}": ANYBODY,
    "GET /sign-in": ANYBODY,
    "POST /sign-in": ANYBODY,
    "GET /sign-in/code": ANYBODY,
    "POST /sign-in/code": ANYBODY,
    "GET /welcome/{token}": ANYBODY,
    "POST /welcome/{token}": ANYBODY,
    "POST /sign-out": ANYBODY,
    "GET /": EVERY_ROLE,
    "GET /me": EVERY_ROLE,
    "POST /me/password": EVERY_ROLE,
    "GET /me/second-factor": EVERY_ROLE,
    "POST /me/second-factor": EVERY_ROLE,
    "POST /me/sessions": EVERY_ROLE,
    "GET /go/{hold}/{token}": READING,
    "GET /queue": READING,
    "GET /queue/lines": READING,
    "POST /queue/confirm": RULING,
    "POST /queue/rule": RULING,
    "GET /mail/{hold}": READING,
    "GET /mail/{hold}/state": READING,
    "GET /mail/{hold}/page": READING,
    "GET /mail/{hold}/source": READING,
    "GET /mail/{hold}/original": READING,
    "GET /mail/{hold}/part/{number}": READING,
    "POST /mail/{hold}/release": RULING,
    "POST /mail/{hold}/deny": RULING,
    "POST /mail/{hold}/note": RULING,
    "GET /report": ANSWERING,
    "GET /report/file/{form}": ANSWERING,
    "GET /people": LOOKING_AFTER,
    "POST /people": LOOKING_AFTER,
    "GET /people/{account}": LOOKING_AFTER,
    "POST /people/{account}": LOOKING_AFTER,
    "POST /people/{account}/link": LOOKING_AFTER,
    "POST /people/{account}/disable": LOOKING_AFTER,
    "POST /people/{account}/enable": LOOKING_AFTER,
}


def groups(account: Account) -> tuple[str, ...] | None:
    """Whose holds he may see: those of these groups of reviewers, None for all."""
    return account.reviewers if account.role is Role.REVIEWER else None


def sees(account: Account, held: HeldMail) -> bool:
    """Whether he may read this message."""
    seen = groups(account)
    return account.role in READING and (seen is None or held.reviewers.name in seen)


def recused(account: Account, held: HeldMail, authors: Iterable[Address | None] = ()) -> str:
    """Why he may not rule on this message though he may on others; "" if he may.

    authors: whom the message itself says it is from
    """
    if account.is_at(held.mail.envelope.sender) or any(map(account.is_at, authors)):
        return "This is your own mail. Somebody else has to decide on it."
    return ""


def may_rule(account: Account) -> bool:
    """Whether he rules on anything."""
    return account.role in RULING
