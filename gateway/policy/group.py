"""Groups of people and domains, and who is in them however an address was written."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from gateway.mail import Address

_LOCAL = 255
_DOMAIN = 255
"""Octets of a domain (RFC 5321 §4.5.3.1.2); of a longer one only the end can be anybody's."""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A person's mailbox: the local part, and the domain with all it is a sub-domain of, the longest first.

    beyond: the mailbox that the local part names, for servers that pass mail on by it (`all%department.example@relay.example`)
    """

    local: str
    domains: tuple[str, ...]
    beyond: "Mailbox | None" = None

    @property
    def hosted(self) -> bool:
        """Whether a host that is named by its number, or not at all, has it: it may be any domain's."""
        return not self.domains or self.domains[0].startswith("[")

    def same(self, other: "Mailbox") -> bool:
        """Whether both are one person's: `chief@department.example` writes from `chief@mail.department.example` too."""
        near = self.domains[:1] == other.domains[:1] or bool(
            self.domains and other.domains and (self.domains[0] in other.domains or other.domains[0] in self.domains)
        )
        return near and self.local == other.local


@dataclass(frozen=True, slots=True)
class Group:
    """people: (local part, domain); domains: each with its sub-domains; everyone: `anyone`, whom no list needs to name.

    unknown: there may be others in it, whom a directory knows that was never heard
    """

    name: str
    people: frozenset[tuple[str, str]] = frozenset()
    domains: frozenset[str] = frozenset()
    everyone: bool = False
    unknown: bool = False

    def has(self, who: Mailbox) -> bool:
        """Whether the mailbox is in the group."""
        return self.everyone or any(domain in self.domains or (who.local, domain) in self.people for domain in who.domains)

    def may_have(self, who: Mailbox) -> bool:
        """Whether the mailbox is in the group, for all that is known."""
        return self.unknown or self.has(who)


ANYONE = Group("anyone", everyone=True)


def mailbox(address: Address) -> Mailbox:
    """Whose mailbox an address is."""
    written = Address(local=_plain(address.local) or address.local, domain=_domain(address.domain))
    local, domain = written.key
    labels = domain.split(".") if domain else []
    return Mailbox(local, tuple(".".join(labels[start:]) for start in range(len(labels))), _beyond(written.local))


def _beyond(local: str) -> Mailbox | None:
    """One step of `user%host` (RFC 1123 §5.2.16), a quoted `user@host`, or `host!user` (RFC 976)."""
    if found := re.fullmatch(r"(.+)[%@]([^%@]+)", local[-_LOCAL:]):
        user, host = found[1], found[2]
    elif found := re.fullmatch(r"(?:.*!)?([^!]+)!([^!]+)", local[-_LOCAL:]):
        user, host = found[2], found[1]
    else:
        return None
    return mailbox(Address(local=re.sub(r"[%@!]", " ", user), domain=host))


def mailboxes(addresses: Iterable[Address]) -> tuple[Mailbox, ...]:
    """Each of them once, in their order."""
    return tuple(dict.fromkeys(mailbox(address) for address in dict.fromkeys(addresses)))


def domain_key(written: str) -> str:
    """A domain as mailboxes have it."""
    return _domain(written).rstrip(".")


def _domain(written: str) -> str:
    domain = _plain(written[-_DOMAIN:]).casefold()
    if domain.isascii() and "xn--" not in domain:
        return domain
    try:
        return domain.encode("ascii").decode("idna") if domain.isascii() else domain.encode("idna").decode("idna")
    except UnicodeError:
        return domain


def _plain(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text
    return "".join(character for character in unicodedata.normalize("NFKC", text) if character.isprintable())
