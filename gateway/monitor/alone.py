"""The answers of a front that is the only one of its gateway."""

from collections.abc import Awaitable, Callable

from gateway.monitor.meters import Meters
from gateway.monitor.standing import Standing


class Alone:
    """standing: asks how things stand; it raises nothing that is to be expected."""

    def __init__(self, meters: Meters, standing: Callable[[], Awaitable[Standing]]) -> None:
        self._meters = meters
        self._standing = standing

    @property
    def alive(self) -> str:
        """Nothing speaks against it, since we answer."""
        return ""

    async def ready(self) -> tuple[bool, str]:
        """As the troubles are."""
        troubles = (await self._standing()).troubles
        return not troubles, ", ".join(troubles) or "ready"

    async def metrics(self) -> bytes:
        """Ours."""
        return self._meters.written(await self._standing())
