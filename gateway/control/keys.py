"""What `hatchway store rekey` may ask for."""

from collections.abc import Mapping
from typing import Any, Protocol

from gateway.control.server import Answer


class Rekeyed(Protocol):
    """The shelf, as far as it is asked here."""

    async def rekey(self, *, actor: str) -> Mapping[str, object]:
        """Wrap some keys anew."""
        ...


def key_answers(store: Rekeyed) -> dict[str, Answer]:
    """Every request about master keys by its name."""

    async def rekey(user: str, _asked: Mapping[str, Any]) -> object:
        return await store.rekey(actor=user)

    return {"store.rekey": rekey}
