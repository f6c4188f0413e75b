"""Who may do what: one table for all routes, and the two questions asked of a single message."""

from gateway.hold import HeldMail
from gateway.people import RULING, Account, Role
from gateway.recusal import sees as was_brought_to

ANYBODY: frozenset[Role] | None = None
EVERY_ROLE = frozenset(Role)
READING = RULING | {Role.AUDITOR}
SUPERVISING = frozenset({Role.SUPERVISOR})
ANSWERING = frozenset({Role.SUPERVISOR, Role.AUDITOR})
LOOKING_AFTER = frozenset({Role.ADMINISTRATOR})

RIGHTS: dict[str, frozenset[Role] | None] = {
    "GET /healthz": ANYBODY,
    "GET /static/{name}": ANYBODY,
    "GET /sign-in": ANYBODY,
    "POST /sign-in": ANYBODY,
    "GET /sign-in/code": ANYBODY,
    "POST /sign-in/code": ANYBODY,
    "GET /sign-in/oidc": ANYBODY,
    "GET /sign-in/oidc/back": ANYBODY,
    "POST /sign-in/oidc/signed-out": ANYBODY,
    "POST /sign-in/passkey/question": ANYBODY,
    "POST /sign-in/passkey": ANYBODY,
    "GET /signed-out": ANYBODY,
    "GET /welcome/{token}": ANYBODY,
    "POST /welcome/{token}": ANYBODY,
    "POST /sign-out": ANYBODY,
    "GET /": EVERY_ROLE,
    "GET /me": EVERY_ROLE,
    "POST /me/password": EVERY_ROLE,
    "GET /me/second-factor": EVERY_ROLE,
    "POST /me/second-factor": EVERY_ROLE,
    "GET /me/passkeys": EVERY_ROLE,
    "POST /me/passkeys": EVERY_ROLE,
    "POST /me/passkeys/invitation": EVERY_ROLE,
    "POST /me/passkeys/{passkey}": EVERY_ROLE,
    "POST /me/passkeys/{passkey}/remove": EVERY_ROLE,
    "GET /me/recovery": EVERY_ROLE,
    "POST /me/recovery": EVERY_ROLE,
    "POST /me/sessions": EVERY_ROLE,
    "POST /me/told": RULING,
    "GET /status/{hold}/{token}": ANYBODY,
    "POST /status/{hold}/{token}/withdraw": ANYBODY,
    "POST /status/{hold}/{token}/explain": ANYBODY,
    "POST /status/{hold}/{token}/answer": ANYBODY,
    "POST /status/{hold}/{token}/appeal": ANYBODY,
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
    "GET /mail/{hold}/frame/{number}": READING,
    "POST /mail/{hold}/release": RULING,
    "POST /mail/{hold}/deny": RULING,
    "POST /mail/{hold}/return": RULING,
    "POST /mail/{hold}/overturn": SUPERVISING,
    "POST /mail/{hold}/uphold": SUPERVISING,
    "POST /mail/{hold}/note": RULING,
    "POST /mail/{hold}/agree": RULING,
    "POST /mail/{hold}/disagree": RULING,
    "POST /mail/{hold}/hand-over": RULING,
    "GET /report": ANSWERING,
    "GET /report/file/{form}": ANSWERING,
    "GET /people": LOOKING_AFTER,
    "POST /people": LOOKING_AFTER,
    "GET /people/{account}": LOOKING_AFTER,
    "POST /people/{account}": LOOKING_AFTER,
    "POST /people/{account}/link": LOOKING_AFTER,
    "POST /people/{account}/reset": LOOKING_AFTER,
    "POST /people/{account}/disable": LOOKING_AFTER,
    "POST /people/{account}/enable": LOOKING_AFTER,
}


def groups(account: Account) -> tuple[str, ...] | None:
    """Whose holds he may see: those of these groups of reviewers and his own, None for all."""
    return account.seats if account.role is Role.REVIEWER else None


def sees(account: Account, held: HeldMail) -> bool:
    """Whether he may read this message."""
    return account.role in READING and was_brought_to(account, held)


def may_rule(account: Account) -> bool:
    """Whether he rules on anything."""
    return account.role in RULING
