"""Who somebody is, by the directory: found, proven by his password, and with all his groups."""

import asyncio
import re
import ssl
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import structlog
from ldap3.utils.dn import escape_rdn

from gateway.identity import Ldap, Vouched
from gateway.ldap.wire import IN_CHAIN, DirectoryAway, Found, Line, escaped, line, same

log = structlog.get_logger()
T = TypeVar("T")

_TYPED = re.compile(r"[^\x00-\x1f\x7f]{1,320}")
_LONGEST = 256
_DEPTH, _GROUPS = 10, 500
"""How far groups in groups are followed, and how many of them."""


class Directory:
    """One directory. Raises OSError (ssl.SSLError) when it is made, if the secret or the CA file does not serve."""

    def __init__(self, settings: Ldap) -> None:
        self.settings = settings
        self._secret = settings.bind_secret_file.read_text(encoding="utf-8").strip() if settings.bind_secret_file else ""
        self._context = ssl.create_default_context(cafile=str(settings.ca_file) if settings.ca_file else None)
        self._threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="hatchway-ldap")

    async def vouch(self, login: str, password: str) -> Vouched | None:
        """Whom it knows by that name and password; None if it knows nobody by them. Raises DirectoryAway."""
        if not password or len(password) > _LONGEST or "\x00" in password or not _TYPED.fullmatch(login):
            return None
        return await self._aside(self._vouched, login, password)

    async def probe(self) -> str:
        """Bind, look for nobody, and say that it answers. Raises DirectoryAway."""
        return await self._aside(self._probed)

    def close(self) -> None:
        """Ask no more."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _aside(self, work: Callable[..., T], *said: str) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work, *said)

    def _vouched(self, login: str, password: str) -> Vouched | None:
        wishes = self.settings
        with line(wishes, self._context, self._secret) as open_:
            look = self._by_template if wishes.dn_template else self._by_search
            person = look(open_, login, password)
            if person is None:
                return None
            if wishes.bind_dn and not open_.bind(wishes.bind_dn, self._secret):
                raise DirectoryAway("bind secret file", f"{wishes.bind_dn} is let in no more")
            return self._known(open_, person)

    def _by_search(self, open_: Line, login: str, password: str) -> Found | None:
        wishes = self.settings
        asked = wishes.filter.replace("{login}", escaped(login))
        found = open_.search(wishes.base, asked, self._attributes(), setting="base")
        if len(found) > 1:
            log.warning("ldap.ambiguous", setting="console.ldap.filter", found=len(found))
        return found[0] if len(found) == 1 and open_.bind(found[0].dn, password) else None

    def _by_template(self, open_: Line, login: str, password: str) -> Found | None:
        dn = self.settings.dn_template.replace("{login}", escape_rdn(login))
        if not open_.bind(dn, password):
            return None
        found = open_.search(dn, "(objectClass=*)", self._attributes(), deep=False, setting="dn template")
        return found[0] if len(found) == 1 else None

    def _known(self, open_: Line, person: Found) -> Vouched:
        wishes = self.settings
        address = person.first(wishes.address_attribute)
        if not address:
            raise DirectoryAway("address attribute", f"{person.dn} has no {wishes.address_attribute}")
        held = _groups(open_, wishes, person)
        return Vouched(
            by="ldap",
            subject=person.id or same(person.dn),
            address=address,
            name=person.first(wishes.name_attribute),
            groups=tuple(one.group for one in wishes.roles if _same(one.group) in held),
        )

    def _attributes(self) -> list[str]:
        wishes = self.settings
        return [wishes.address_attribute, wishes.name_attribute, wishes.groups_attribute]

    def _probed(self) -> str:
        wishes = self.settings
        with line(wishes, self._context, self._secret) as open_:
            if wishes.base and not open_.search(wishes.base, "(objectClass=*)", [], deep=False, setting="base"):
                raise DirectoryAway("base", f"there is no {wishes.base}, or it may not be seen")
        return f"{wishes.servers[0]} answers"


def _groups(open_: Line, wishes: Ldap, person: Found) -> set[str]:
    """The names of all groups somebody is in, each written as `same` does."""
    held: set[str] = set()
    ring = _above(open_, wishes, person)
    for _ in range(_DEPTH if wishes.nested and wishes.groups_by != "matching rule" else 1):
        fresh = {name: one for one in ring if (name := _same(one.dn)) and name not in held}
        held |= fresh.keys()
        if len(held) > _GROUPS:
            log.warning("ldap.too_many_groups", setting="console.ldap.groups by", followed=_GROUPS)
            break
        if not fresh:
            return held
        ring = [above for one in fresh.values() for above in _above(open_, wishes, one)] if wishes.nested else []
    return held


def _above(open_: Line, wishes: Ldap, of: Found) -> list[Found]:
    """The groups that an entry is in itself, or by the matching rule all of them."""
    if wishes.groups_by == "attribute":
        texts = of.texts
        if wishes.groups_attribute.casefold() not in texts:
            texts = next((one.texts for one in _read(open_, wishes, of.dn)), {})
        return [Found(dn=dn, texts={}) for dn in texts.get(wishes.groups_attribute.casefold(), ())]
    rule = f":{IN_CHAIN}:" if wishes.groups_by == "matching rule" else ""
    name = escaped(of.dn)
    asked = f"(member{rule}={name})" if rule else f"(|(member={name})(uniqueMember={name}))"
    return open_.search(wishes.groups_base, asked, [], setting="groups base")


def _read(open_: Line, wishes: Ldap, dn: str) -> Iterable[Found]:
    return open_.search(dn, "(objectClass=*)", [wishes.groups_attribute], deep=False, setting="groups attribute")


def _same(dn: str) -> str:
    try:
        return same(dn)
    except ValueError:
        return ""
