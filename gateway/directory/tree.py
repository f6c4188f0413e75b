"""Groups of an LDAP directory or Active Directory, with the groups in them (RFC 4511; paging RFC 2696)."""

import asyncio
import ssl
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from gateway.directory.sources import Away, of_people
from gateway.ldap import IN_CHAIN, DirectoryAway, Found, Line, escaped, line, same
from gateway.listing import LdapList

_MOST = 100_000
_MEMBERS = ("member", "uniqueMember")
_KIND = "objectClass"
_TURNS = 60
"""So many times `timeout` all questions about one group may take together."""


class Tree:
    """Asked in a thread of its own. Raises OSError when it is made, if the secret or the CA file does not serve."""

    def __init__(self, settings: LdapList) -> None:
        self._settings = settings
        self._secret = settings.bind_secret_file.read_text(encoding="utf-8").strip() if settings.bind_secret_file else ""
        self._context = ssl.create_default_context(cafile=str(settings.ca_file) if settings.ca_file else None)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="hatchway-groups")

    async def members(self, group: str) -> frozenset[str]:
        """The addresses of those in the group: its name, or a filter in brackets that finds people. Raises Away."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._members, group)

    def close(self) -> None:
        """Ask no more."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _members(self, group: str) -> frozenset[str]:
        try:
            with line(self._settings, self._context, self._secret, turns=_TURNS) as open_:
                people = ((_is_somebody(one), self._texts(one)) for one in self._people(open_, group))
                return of_people(people, "address attributes")
        except DirectoryAway as away:
            raise Away(away.setting, away.said) from None

    def _people(self, open_: Line, group: str) -> Iterator[Found]:
        if group.startswith("("):
            yield from self._found(open_, group)
            return
        top = self._entry(open_, group)
        if top is None:
            raise Away("group", f"there is no {group}, or it may not be seen")
        if self._settings.nested == "matching rule":
            yield from self._found(open_, f"(memberOf:{IN_CHAIN}:={escaped(top.dn)})")
        else:
            yield from self._walked(open_, top)

    def _walked(self, open_: Line, top: Found) -> Iterator[Found]:
        """Everybody in it, and in the groups in it: each entry once, so that a circle ends."""
        seen, ahead = {same(top.dn)}, [top]
        while ahead:
            for dn in _members_of(ahead.pop()):
                if (name := _named(dn)) in seen:
                    continue
                seen.add(name)
                if len(seen) > _MOST:
                    raise Away("group", f"{top.dn} has more than {_MOST} members")
                entry = self._entry(open_, dn)
                if entry is None:
                    continue
                if _members_of(entry) and self._settings.nested == "walk":
                    ahead.append(entry)
                yield entry

    def _entry(self, open_: Line, dn: str) -> Found | None:
        found = open_.search(dn, "(objectClass=*)", self._attributes(), deep=False, setting="group")
        return found[0] if found else None

    def _found(self, open_: Line, filter_: str) -> Iterator[Found]:
        return open_.pages(self._settings.base, filter_, self._attributes(), most=_MOST)

    def _attributes(self) -> list[str]:
        return [*self._settings.address_attributes, *_MEMBERS, _KIND]

    def _texts(self, one: Found) -> Iterator[str]:
        for attribute in self._settings.address_attributes:
            yield from one.texts.get(attribute.casefold(), ())


def _is_somebody(entry: Found) -> bool:
    return not any("group" in kind.casefold() for kind in entry.texts.get(_KIND.casefold(), ()))


def _members_of(entry: Found) -> tuple[str, ...]:
    return tuple(dn for attribute in _MEMBERS for dn in entry.texts.get(attribute.casefold(), ()))


def _named(dn: str) -> str:
    try:
        return same(dn)
    except ValueError:
        return dn
