"""How many wrong tries are borne: per login and client, per login, and per client, within a quarter of an hour.

It is kept in memory: with one front that is enough, and what a restart forgets is a few tries.
"""

from collections import OrderedDict, deque
from datetime import datetime, timedelta

_WITHIN = timedelta(minutes=15)
_BOTH, _LOGIN, _CLIENT = 5, 50, 30
_REMEMBERED = 50_000


class Patience:
    """Remembers wrong tries."""

    def __init__(self) -> None:
        self._tries: OrderedDict[tuple[str, ...], deque[datetime]] = OrderedDict()

    def is_over(self, login: str, client: str, now: datetime) -> bool:
        """Whether no further try is heard for now."""
        return any(len(self._of(key, now)) >= most for key, most in _keys(login, client))

    def tried(self, login: str, client: str, now: datetime) -> None:
        """A wrong try."""
        for key, most in _keys(login, client):
            self._tries.setdefault(key, deque(maxlen=most)).append(now)
            self._tries.move_to_end(key)
        while len(self._tries) > _REMEMBERED:
            self._tries.popitem(last=False)

    def forget(self, login: str, client: str) -> None:
        """He was let in: that try was none of the wrong ones."""
        self._tries.pop(("both", login, client), None)
        for key, _ in _keys(login, client):
            if self._tries.get(key):
                self._tries[key].pop()

    def _of(self, key: tuple[str, ...], now: datetime) -> deque[datetime]:
        tries = self._tries.get(key, deque())
        while tries and tries[0] <= now - _WITHIN:
            tries.popleft()
        return tries


def _keys(login: str, client: str) -> tuple[tuple[tuple[str, ...], int], ...]:
    return ((("both", login, client), _BOTH), (("login", login), _LOGIN), (("client", client), _CLIENT))
