"""All fronts of a gateway as one: what they say to the command line and to those who monitor."""

import asyncio
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import structlog

from gateway import __version__
from gateway.channel import Gone
from gateway.control.server import Answer
from gateway.control.words import UNAVAILABLE, Refused
from gateway.fronts.keeper import Keeper
from gateway.monitor import Sums

log = structlog.get_logger()

_PATIENCE = 8.0
"""Seconds in which a front has to say how it stands; its store has five of them."""
_LAW = 180.0
"""Seconds in which it has to have other policies."""
_NONE_UP = "no front is up; the log says why, and they are started anew"


class Several:
    """It answers `gateway.monitor.Asked`, too. since: when the gateway was started; reloaded: what became of the last reload.

    told: called after each reload, for whoever shows how it stands; obeyed: with a front's number and its law, as soon as it
    has another, so that whoever starts from then on is given that
    """

    def __init__(self, keepers: Sequence[Keeper], *, since: datetime) -> None:
        self._keepers = keepers
        self._since = since
        self._sums = Sums()
        self._reloads = {"loaded": 0, "refused": 0}
        self._changing = asyncio.Lock()
        self.reloaded = "as started"
        self.stopping = False
        self.told: Callable[[], None] = lambda: None
        self.obeyed: Callable[[int, Mapping[str, str]], None] = lambda _number, _law: None

    def left(self, number: int) -> None:
        """That front is gone."""
        self._sums.left(number)

    async def passed(self, user: str, name: str, asked: Mapping[str, Any]) -> object:
        """The answer of a front that is up. Raises Refused."""
        keeper = next(iter(self._up()), None)
        if keeper is None:
            raise Refused(UNAVAILABLE, _NONE_UP)
        try:
            said = await keeper.ask("control", user=user, asked={"request": name, **asked})
        except Gone:
            raise Refused(UNAVAILABLE, "the front that was asked is gone; look whether it was done, and ask again") from None
        if "refused" in said:
            raise Refused(said["refused"], said["says"])
        answer: object = said["answer"]
        return answer

    async def reload(self, actor: str) -> Mapping[str, object]:
        """Have all fronts judge by what is on disk: first one, and the others only if that one takes it."""
        async with self._changing:
            said = await self._reload(actor)
        loaded = bool(said["loaded"])
        self._reloads["loaded" if loaded else "refused"] += 1
        at = f"{datetime.now(self._since.tzinfo):%Y-%m-%d %H:%M} UTC"
        self.reloaded = f"loaded {at}" if loaded else f"refused {at}, the old policies stay"
        self.told()
        return said

    async def _reload(self, actor: str) -> Mapping[str, object]:
        """What the first that answered said; whoever is then without its law, or is starting, is replaced by one that has it."""
        said, without, up = None, list[Keeper](), tuple(self._up())
        for keeper in up:
            answer = await self._obeyed(keeper, actor)
            if answer is None or (said is not None and answer != said):
                log.error("front.not_reloaded", number=keeper.number, said=answer)
                without.append(keeper)
            elif said is None:
                said = answer
                if not said["loaded"]:
                    break
        if said is None:
            return {"loaded": False, "mistakes": _NONE_UP}
        starting = [keeper for keeper in self._keepers if keeper not in up] if said["loaded"] else []
        for keeper in (*without, *starting):
            keeper.replace()
        return said

    async def _obeyed(self, keeper: Keeper, actor: str) -> Mapping[str, object] | None:
        """What it says; None if it does not."""
        try:
            async with asyncio.timeout(_LAW):
                said = dict(await keeper.ask("reload", actor=actor))
        except (Gone, TimeoutError):
            return None
        if law := said.pop("law", None):
            self.obeyed(keeper.number, law)
        return said

    async def status(self) -> Mapping[str, object]:
        """How things stand. Raises Refused if no front is there to say."""
        said = await self._heard("status")
        if not said:
            raise Refused(UNAVAILABLE, _NONE_UP)
        first = said[min(said)]
        laws = [str(one["policies"]).partition(", ")[0] for one in said.values()]
        away = {number: one["store"] for number, one in said.items() if str(one["store"]).startswith("away")}
        shelf = next((one for number, one in said.items() if number not in away), first)
        return {
            **shelf,
            "version": __version__,
            "pid": os.getpid(),
            "since": self._since.isoformat(timespec="seconds"),
            "sessions": sum(one["sessions"] for one in said.values()),
            "milter_connections": sum(one["milter_connections"] for one in said.values()),
            "relay": _distinct(one["relay"] for one in said.values()),
            "policies": f"{_distinct(laws)}, {self.reloaded}",
            "roster": _distinct(one["roster"] for one in said.values()),
            "store": "; ".join([str(shelf["store"]), *(f"front {number}: {says}" for number, says in away.items())])
            if away and len(away) < len(said)
            else shelf["store"],
            "canaries": first["canaries"],
            "fronts": [self._row(keeper, said.get(keeper.number)) for keeper in self._keepers],
        }

    @property
    def summary(self) -> str:
        """One line for `systemctl status`."""
        return f"{sum(1 for _ in self._up())} of {len(self._keepers)} fronts, policies {self.reloaded}"

    @property
    def alive(self) -> str:
        """What speaks against leaving us alone."""
        return "" if any(self._up()) else _NONE_UP

    async def ready(self) -> tuple[bool, str]:
        """Whether a front is there that mail may be sent to; and what is wrong with the others."""
        said = await self._heard("ready")
        troubles = {number: ["stopping"] if self.stopping else one for number, one in said.items()}
        lines = [
            f"front {keeper.number}: {', '.join(troubles.get(keeper.number, ['does not answer' if keeper.up else 'is not up']))}"
            for keeper in self._keepers
            if troubles.get(keeper.number) != []
        ]
        return [] in troubles.values(), "\n".join(["ready"] * ([] in troubles.values()) + lines)

    async def metrics(self) -> bytes:
        """Those of all fronts, as one."""
        said = await self._heard("metrics")
        up = sum(1 for _ in self._up())
        restarts = sum(keeper.restarts for keeper in self._keepers)
        return self._sums.written(said, of=len(self._keepers), up=up, restarts=restarts, reloads=self._reloads)

    def _up(self) -> Iterator[Keeper]:
        return (keeper for keeper in self._keepers if keeper.up)

    async def _heard(self, name: str) -> dict[int, Any]:
        """What those say who answer in time."""

        async def heard(keeper: Keeper) -> Any:
            try:
                async with asyncio.timeout(_PATIENCE):
                    return await keeper.ask(name)
            except (Gone, TimeoutError):
                return None

        up = list(self._up())
        said = await asyncio.gather(*(heard(keeper) for keeper in up))
        return {keeper.number: one for keeper, one in zip(up, said, strict=True) if one is not None}

    @staticmethod
    def _row(keeper: Keeper, said: Mapping[str, Any] | None) -> dict[str, object]:
        return {
            "front": keeper.number,
            "state": "starting" if not keeper.up else "up" if said else "does not answer",
            "pid": keeper.pid,
            "since": keeper.since.isoformat(timespec="seconds"),
            "restarts": keeper.restarts,
            "sessions": said["sessions"] if said else None,
            "policies": str(said["policies"]).partition(", ")[0] if said else None,
        }


class Requests(Mapping[str, Answer]):
    """What the command line may ask for: ours is how all fronts stand, and a reload of all; the rest is for any of them."""

    def __init__(self, several: Several) -> None:
        self._several = several

    def __getitem__(self, name: str) -> Answer:
        async def state(_user: str, _asked: Mapping[str, Any]) -> object:
            return await self._several.status()

        async def reloaded(user: str, _asked: Mapping[str, Any]) -> object:
            return await self._several.reload(user)

        async def passed(user: str, asked: Mapping[str, Any]) -> object:
            return await self._several.passed(user, name, asked)

        return {"status": state, "reload": reloaded}.get(name, passed)

    def __iter__(self) -> Iterator[str]:
        return iter(("status", "reload"))

    def __len__(self) -> int:
        return 2


def _distinct(said: Iterator[Any] | Sequence[Any]) -> str:
    return " and ".join(dict.fromkeys(str(one) for one in said))
