"""How often a program may ask: so many requests a minute, counted in this process alone.

What is counted lives as long as the process; nothing of it is kept.
"""

from datetime import datetime, timedelta

from gateway.lately import lately

_MINUTE = timedelta(minutes=1)
_REMEMBERED = 10_000


class Pace:
    """A minute begins with the first request in it."""

    def __init__(self) -> None:
        self._began: dict[str, tuple[datetime, int]] = {}

    def wait(self, key: str, most: int, now: datetime) -> int:
        """Count a request; seconds until another is taken, 0 if this one is."""
        began, count = self._began.get(key, (now, 0))
        if not lately(began, now, _MINUTE):
            began, count = now, 0
        if count >= most:
            return max(1, round((began + _MINUTE - now).total_seconds()))
        if len(self._began) >= _REMEMBERED:
            self._began = {known: one for known, one in self._began.items() if lately(one[0], now, _MINUTE)}
        self._began[key] = (began, count + 1)
        return 0
