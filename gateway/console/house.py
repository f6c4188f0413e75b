"""What every page has at hand."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from starlette.datastructures import FormData
from starlette.requests import Request

from gateway.console.ceremony import Ceremonies
from gateway.console.links import Links
from gateway.console.pace import Pace
from gateway.console.passwords import Passwords
from gateway.console.patience import Patience
from gateway.console.seal import Seal
from gateway.desk import Desk
from gateway.display import Shown
from gateway.factors import FactorBook
from gateway.hearing import Hearings
from gateway.hold import HeldMail
from gateway.ldap import Directory
from gateway.oidc import Provider
from gateway.people import Account, AccountBook, Ruler, Session
from gateway.ports import Clock, HoldStore, Pleas, Rounds, Trail
from gateway.report import Counts
from gateway.review import Reviews
from gateway.settings import Console
from gateway.tokens import TokenBook

_FIELDS = 10_000


class Eye(Protocol):
    """Prepares messages to be looked at, somewhere else. Its methods raise `gateway.display.Unviewable`."""

    async def show(self, held: HeldMail) -> Shown:
        """Everything there is to see."""
        ...

    async def part(self, held: HeldMail, number: str) -> tuple[str, bytes]:
        """The name and octets of an attachment. Raises KeyError."""
        ...

    async def frame(self, held: HeldMail, number: int) -> bytes:
        """A picture or page on which something was found, with a box around it: a JPEG. Raises KeyError."""
        ...

    async def source(self, held: HeldMail) -> tuple[str, bool]:
        """The beginning as it is written, and whether there is more."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """wake: to be called when something was put in the outbox; oidc, ldap: who else vouches for people, if anybody."""

    settings: Console
    store: HoldStore
    trail: Trail
    desk: Desk
    book: AccountBook
    factors: FactorBook
    figures: Counts
    tokens: TokenBook
    seal: Seal
    reviews: Reviews
    pleas: Pleas
    hearings: Hearings
    rounds: Rounds
    eye: Eye
    clock: Clock
    links: Links
    wake: Callable[[], None]
    passwords: Passwords = field(default_factory=Passwords)
    pace: Pace = field(default_factory=Pace)
    oidc: Provider | None = None
    ldap: Directory | None = None

    @property
    def patience(self) -> Patience:
        """How many wrong tries are borne."""
        return Patience(self.factors)

    @property
    def ceremonies(self) -> Ceremonies:
        """What passkeys are asked."""
        return Ceremonies(self.settings.public_url, self.settings.name)

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


def client_of(request: Request) -> str:
    """The address a request came from."""
    return request.client.host if request.client else ""


def me(request: Request) -> Account:
    """Who asks. Only for pages that need somebody signed in."""
    found: Account = request.state.me
    return found


def ruler(request: Request) -> Ruler:
    """He as one who rules: by a token, where he asks by one."""
    found: Ruler | None = getattr(request.state, "ruler", None)
    return found or Ruler.of(me(request))


def session(request: Request) -> Session:
    """The session he asks in."""
    found: Session = request.state.session
    return found
