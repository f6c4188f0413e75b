"""Those who rule, for tests without a console: accounts in memory, and an eye that reads right here."""

from dataclasses import dataclass, field, replace

from gateway import display
from gateway.people import Account, Entry, Ruler, new_account
from gateway.recusal import Bench
from tests.support.mails import NOW


class Eye:
    """Prepares and reads messages right here, each once; what a worker process does, without one."""

    def __init__(self):
        self._shown = {}

    async def show(self, held):
        findings = held.decision.verdict.findings if held.decision.verdict else ()
        asked = held.mail.content.read(), findings
        if asked not in self._shown:
            self._shown[asked] = display.show(*asked)
        return self._shown[asked]

    async def part(self, held, number):
        return display.part(held.mail.content.read(), number)

    async def frame(self, held, number):
        findings = held.decision.verdict.findings if held.decision.verdict else ()
        return display.frame(held.mail.content.read(), findings, number)

    async def source(self, held):
        return display.source(held.mail.content.read())

    async def authors(self, held):
        return display.writers(await self.show(held))

    async def named(self, held, called):
        return display.named(held.mail.content.read(), called)


@dataclass
class Book:
    """Accounts to ask for; nobody signs in."""

    people: list[Account] = field(default_factory=list)

    async def accounts(self):
        return list(self.people)

    async def known_as(self, login):
        return next((one for one in self.people if one.login == login.casefold()), None)

    def disable(self, login: str) -> None:
        """He is out from now on."""
        self.people = [replace(one, disabled=NOW) if one.login == login else one for one in self.people]

    def enable(self, login: str) -> None:
        """He is in again."""
        self.people = [replace(one, disabled=None) if one.login == login else one for one in self.people]

    def add(self, login: str, role: str = "reviewer", *, reviewers: tuple[str, ...] = ("command",), **more) -> Ruler:
        """Somebody new, ready to rule."""
        account = new_account(Entry(login=login, role=role, reviewers=reviewers, **more), NOW)
        self.people.append(account)
        return Ruler.of(account)


def bench(book=None, groups: dict[str, set[str]] | None = None) -> Bench:
    """A bench; groups: addresses by the names of groups."""
    members = {} if groups is None else groups
    return Bench(book=book or Book(), witness=Eye(), belongs=lambda group, address: str(address) in members.get(group, set()))
