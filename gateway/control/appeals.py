"""What `hatchway return`, `hatchway withdraw` and `hatchway appeal` may ask for."""

from collections.abc import Callable, Mapping
from typing import Any

from gateway.control.answers import appealed, reviewer, row
from gateway.control.server import Answer
from gateway.hearing import Hearings
from gateway.plea import OwnRuling
from gateway.ports import HoldStore, Pleas
from gateway.review import Reviews

_MOST = 1000


def appeal_answers(
    *, store: HoldStore, pleas: Pleas, reviews: Reviews, hearings: Hearings, wake: Callable[[], None]
) -> dict[str, Answer]:
    """Every request about the sender's side by its name."""

    async def listed(_user: str, _asked: Mapping[str, Any]) -> object:
        return [await _appeal(store, pleas, hold) for hold in (await pleas.open())[:_MOST]]

    async def returned(user: str, asked: Mapping[str, Any]) -> object:
        held = await reviews.send_back(asked["id"], reviewer=reviewer(user, asked), note=str(asked.get("note", "")))
        wake()
        return row(held)

    async def withdrawn(user: str, asked: Mapping[str, Any]) -> object:
        """On the sender's behalf: both are recorded."""
        held = await store.get(asked["id"])
        if held is None:
            raise KeyError(asked["id"])
        done = await reviews.withdraw(asked["id"], sender=f"{held.mail.envelope.sender or '<>'} (entered by {user})")
        wake()
        return row(done)

    async def overturned(user: str, asked: Mapping[str, Any]) -> object:
        return await _found(user, asked, upheld=False)

    async def upheld(user: str, asked: Mapping[str, Any]) -> object:
        return await _found(user, asked, upheld=True)

    async def _found(user: str, asked: Mapping[str, Any], *, upheld: bool) -> object:
        hold, who, note = asked["id"], reviewer(user, asked), str(asked.get("note", ""))
        try:
            if upheld:
                await hearings.uphold(hold, supervisor=who, reason=note)
            else:
                await hearings.overturn(hold, supervisor=who, note=note)
        except OwnRuling as own:
            raise ValueError(str(own)) from None
        wake()
        return await _appeal(store, pleas, hold)

    return {
        "queue.return": returned,
        "queue.withdraw": withdrawn,
        "appeal.list": listed,
        "appeal.overturn": overturned,
        "appeal.uphold": upheld,
    }


async def _appeal(store: HoldStore, pleas: Pleas, hold: str) -> dict[str, object]:
    held = await store.get(hold)
    if held is None:
        raise KeyError(hold)
    return {**row(held), **appealed(await pleas.appealed(hold))}
