"""The listening sockets of all doors that fronts share, opened once, as the settings say."""

import socket
from collections.abc import Iterator
from contextlib import suppress

from gateway.milter import bound as bound_milter
from gateway.settings import Settings
from gateway.sockets import adopted, bound


class Doors:
    """Open from the start. Raises OSError that names the address, and then none is."""

    def __init__(self, settings: Settings) -> None:
        self._milter = settings.milter.socket if settings.milter is not None else None
        self.sockets: list[tuple[str, socket.socket]] = []
        try:
            for address, listening in _opened(settings):
                listening.settimeout(0)
                self.sockets.append((address, listening))
        except OSError:
            self.close()
            raise

    def close(self) -> None:
        """Nobody connects any more, once the fronts have closed theirs."""
        for _, listening in self.sockets:
            listening.close()
        if self._milter is not None and self.sockets:
            with suppress(OSError):
                self._milter.unlink()
        self.sockets.clear()


def _opened(settings: Settings) -> Iterator[tuple[str, socket.socket]]:
    for listener in settings.listen:
        yield listener.address, bound(listener.address)
    if settings.console is not None:
        yield settings.console.listen, bound(settings.console.listen)
    if settings.milter is not None:
        where = str(settings.milter.socket or settings.milter.address)
        yield where, adopted(where) or bound_milter(settings.milter)
