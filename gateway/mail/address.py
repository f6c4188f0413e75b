"""A mailbox: the local part and the domain, as RFC 5321 §4.1.2 has them."""

import re
from dataclasses import dataclass
from typing import Self

_QUOTING = re.compile(r'\\(.)|"()')
_ATOM = re.compile(r"[^\s\"(),:;<>@\[\\\]\x00-\x1f\x7f]+")


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Address:
    """A mailbox as it was written. `domain` is empty only for `<postmaster>` (RFC 5321 §4.5.1)."""

    local: str
    domain: str

    def __post_init__(self) -> None:
        if not self.local:
            msg = "an address has a local part"
            raise ValueError(msg)

    def __str__(self) -> str:
        local = self.local if _ATOM.fullmatch(self.local) else '"' + re.sub(r'(["\\])', r"\\\1", self.local) + '"'
        return f"{local}@{self.domain}" if self.domain else local

    @classmethod
    def parse(cls, text: str) -> Self:
        """An address written `local@domain`, the local part perhaps quoted, or words of it (RFC 5322 §4.4). Raises ValueError."""
        local, at, domain = text.strip().rpartition("@")
        if not at:
            local, domain = domain, ""
        return cls(local=_QUOTING.sub(r"\1", local), domain=domain)

    @property
    def key(self) -> tuple[str, str]:
        """(local, domain) by which the same mailbox is known however it was written.

        Letter case, a plus-tag, dots at the ends of the local part and the root dot of the domain do not make another
        person. Servers may treat local parts as distinct by case (RFC 5321 §2.4); for a sender policy that would be a
        way around it.
        """
        local = self.local.casefold()
        local = (local.split("+", 1)[0] or local).strip(".") or local
        return local, self.domain.casefold().rstrip(".")
