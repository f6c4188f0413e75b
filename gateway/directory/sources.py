"""What all kinds of directories have in common. Whatever is no answer raises `Away`."""

from collections.abc import Iterable
from typing import Protocol

from gateway.policy import is_mailbox


class Away(Exception):  # noqa: N818  -- it states a fact
    """There is no answer. setting: the key to look at; said: what was said, or why nobody could be asked."""

    def __init__(self, setting: str, said: str) -> None:
        super().__init__(f"{setting}: {said}")
        self.setting = setting
        self.said = said


class Source(Protocol):
    """A directory."""

    async def members(self, group: str) -> frozenset[str]:
        """The addresses of all who are in the group, those of groups in it too. Raises Away."""
        ...

    def close(self) -> None:
        """Ask no more."""
        ...


def of_people(people: Iterable[tuple[bool, Iterable[str]]], setting: str, remedy: str = "") -> frozenset[str]:
    """The addresses of a group's members, each with whether it is somebody, and not another group.

    Raises Away if there are people and none has an address: it is looked for in the wrong place, or may not be seen.
    """
    found, count = frozenset[str](), 0
    for somebody, written in people:
        found |= addresses(written)
        count += somebody
    if count and not found:
        raise Away(setting, f"of {count} people none has an address{remedy}")
    return found


def addresses(written: Iterable[str]) -> frozenset[str]:
    """The mail addresses among what a directory has of somebody; `smtp:` is taken off (Active Directory's proxyAddresses)."""
    found = set()
    for one in written:
        kind, colon, rest = one.strip().partition(":")
        address = rest if colon and kind.casefold() == "smtp" else one.strip()
        if is_mailbox(address):
            found.add(address.casefold())
    return frozenset(found)
