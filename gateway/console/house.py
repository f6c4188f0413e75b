"""What every page has at hand."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from starlette.datastructures import FormData
from starlette.requests import Request

from gateway.console.links import Links
from gateway.console.passwords import Passwords
from gateway.console.patience import Patience
from gateway.desk import Desk
from gateway.display import Shown
from gateway.hold import HeldMail
from gateway.people import Account, AccountBook, Session
from gateway.ports import Clock, HoldStore, Trail
from gateway.report import Counts
from gateway.review import Reviews
from gateway.settings import Console

_FIELDS = 10_000


class Eye(Protocol):
    """Prepares messages to be looked at, somewhere else. Its methods raise `gateway.display.Unviewable`."""

    async def show(self, held: HeldMail) -> Shown:
        """Everything there is to see."""
        ...

    async def part(self, held: HeldMail, number: str) -> tuple[str, bytes]:
        """The name and octets of an attachment. Raises KeyError."""
        ...

    async def source(self, held: HeldMail) -> tuple[str, bool]:
        """The beginning as it is written, and whether there is more."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """wake: to be called when something was put in the outbox."""

    settings: Console
    store: HoldStore
    trail: Trail
    desk: Desk
    book: AccountBook
    figures: Counts
    reviews: Reviews
    eye: Eye
    clock: Clock
    links: Links
    wake: Callable[[], None]
    passwords: Passwords = field(default_factory=Passwords)
    patience: Patience = field(default_factory=Patience)

    @property
    def secure(self) -> bool:
        """Whether browsers reach us encrypted."""
        return self.settings.public_url.startswith("https:")


def house(request: Request) -> House:
    """The house a request came to."""
    found: House = request.app.state.house
    return found


async def form_of(request: Request) -> FormData:
    """What a form says; one can name as many recipients as a message has. No files are taken."""
    return await request.form(max_files=0, max_fields=_FIELDS)


def me(request: Request) -> Account:
    """Who asks. Only for pages that need somebody signed in."""
    found: Account = request.state.me
    return found


def session(request: Request) -> Session:
    """The session he asks in."""
    found: Session = request.state.session
    return found
