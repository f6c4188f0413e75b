"""What `hatchway queue withdraw` and `hatchway appeal` may ask for."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog

from gateway.control.answers import appealed, row, ruler, unless_recused
from gateway.control.server import Answer
from gateway.hearing import Hearings
from gateway.hold import ENTERED, HeldMail
from gateway.people import Ruler
from gateway.ports import HoldStore, Pleas, StoreFault, StoreUnavailable, StoreUncertain, Trail
from gateway.review import Reviews

log = structlog.get_logger()

_MOST = 1000


def appeal_answers(  # noqa: PLR0913  -- the parts are wired by name
    *, store: HoldStore, trail: Trail, pleas: Pleas, reviews: Reviews, hearings: Hearings, wake: Callable[[], None]
) -> dict[str, Answer]:
    """Every request about the sender's side by its name."""

    async def listed(_user: str, _asked: Mapping[str, Any]) -> object:
        return [await _line(store, pleas, hold) for hold in (await pleas.open())[:_MOST]]

    async def withdrawn(user: str, asked: Mapping[str, Any]) -> object:
        """On the sender's behalf: both are recorded."""
        held = await store.get(asked["id"])
        if held is None:
            raise KeyError(asked["id"])
        done = await reviews.withdraw(asked["id"], sender=f"{held.mail.envelope.sender or '<>'}{ENTERED}{user})")
        wake()
        return row(done)

    async def found(act: Awaitable[HeldMail], asked: Mapping[str, Any], by: Ruler) -> object:
        """What stands then. Raises StoreUncertain where that cannot be read: it was done."""
        await unless_recused(trail, act, asked["id"], by)
        wake()
        try:
            return await _appeal(store, pleas, asked["id"])
        except StoreUnavailable as away:
            raise StoreUncertain(str(away)) from away

    async def overturned(user: str, asked: Mapping[str, Any]) -> object:
        by = await ruler(reviews.bench, user, asked)
        return await found(hearings.overturn(asked["id"], supervisor=by, note=str(asked.get("note", ""))), asked, by)

    async def upheld(user: str, asked: Mapping[str, Any]) -> object:
        by = await ruler(reviews.bench, user, asked)
        return await found(hearings.uphold(asked["id"], supervisor=by, reason=str(asked.get("note", ""))), asked, by)

    return {
        "queue.withdraw": withdrawn,
        "appeal.list": listed,
        "appeal.overturn": overturned,
        "appeal.uphold": upheld,
    }


async def _line(store: HoldStore, pleas: Pleas, hold: str) -> dict[str, object]:
    """One of many: that it cannot be read is said of it alone."""
    try:
        return await _appeal(store, pleas, hold)
    except StoreFault as why:
        log.error("store.unreadable", id=hold, why=str(why))  # noqa: TRY400  -- where it was read says nothing more
        return {"id": hold, "state": "appealed", "unreadable": str(why)}


async def _appeal(store: HoldStore, pleas: Pleas, hold: str) -> dict[str, object]:
    held = await store.get(hold)
    if held is None:
        raise KeyError(hold)
    return {**row(held), **appealed(await pleas.appealed(hold))}
