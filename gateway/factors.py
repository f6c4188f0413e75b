"""What else somebody proves himself by: passkeys, recovery codes, accounts elsewhere; and the book that keeps them.

Beside them stand two things every way in needs: what serves once, and how many tries were made. Of everything secret only
the SHA-256 is kept; a passkey's public key is no secret.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Passkey:
    """A WebAuthn credential. id: as base64url; key: its COSE public key; count: its last sign count; synced: copied by design."""

    id: str
    account: str
    name: str
    key: bytes
    count: int
    made: datetime
    used: datetime | None = None
    synced: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """What an account is elsewhere: the issuer, or `ldap`, and the name it has there for good."""

    by: str
    subject: str
    account: str
    made: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """So many tries under a key."""

    key: str
    most: int


class FactorBook(Protocol):
    """Durable; raises StoreUnavailable, and then nothing was written."""

    async def add_passkey(self, passkey: Passkey) -> bool:
        """A new one; False if somebody has it already."""
        ...

    async def passkey(self, id_: str) -> Passkey | None:
        """By its id, unless it was removed."""
        ...

    async def passkeys(self, account: str) -> Sequence[Passkey]:
        """Somebody's, the oldest first."""
        ...

    async def with_passkeys(self) -> frozenset[str]:
        """Every account that has one."""
        ...

    async def rename_passkey(self, id_: str, account: str, name: str) -> bool:
        """Call it something else; False if he has none of that id."""
        ...

    async def remove_passkey(self, id_: str, account: str) -> bool:
        """It serves no more; False if he has none of that id."""
        ...

    async def passkey_used(self, passkey: Passkey, count: int, at: datetime) -> bool:
        """Note its new count; False if it was removed, or used by another since it was read."""
        ...

    async def new_codes(self, account: str, digests: Sequence[str], at: datetime) -> None:
        """These recovery codes, and none of those before."""
        ...

    async def use_code(self, account: str, digest: str, at: datetime) -> int | None:
        """Use a recovery code up: how many are left, None if it does not serve."""
        ...

    async def codes_left(self, account: str) -> int:
        """How many are left."""
        ...

    async def reset(self, account: str, *, bound: bool = False) -> None:
        """Drop every second factor, and with `bound` what he is elsewhere, and end his sessions. Raises KeyError."""
        ...

    async def bind(self, bound: Bound) -> bool:
        """What an account is elsewhere; False if either is bound already."""
        ...

    async def bound(self, by: str, subject: str) -> str | None:
        """The account of that name there."""
        ...

    async def vouched(self, account: str, now: datetime) -> datetime | None:
        """When he last came in from elsewhere; None for whoever is nobody there."""
        ...

    async def once(self, digest: str, now: datetime, until: datetime) -> bool:
        """Use something up that serves until then; False if it was already."""
        ...

    async def try_(self, limits: Sequence[Limit], now: datetime, within: timedelta) -> bool:
        """Count a try under every key; False, and nothing counted, if one of them had its most within that time."""
        ...

    async def forget(self, whole: str, last: Sequence[str]) -> None:
        """It was none of the wrong tries: none under the one key, and one less under each of the others."""
        ...

    async def seals(self) -> Sequence[tuple[str, str]]:
        """Every account with the secret of its second factor, as it is kept."""
        ...

    async def reseal(self, account: str, before: str, after: str) -> None:
        """Keep that secret otherwise, if it is still the one before."""
        ...
