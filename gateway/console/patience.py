"""How many wrong tries are borne: per login and client, per login, and per client, within a quarter of an hour.

Of IPv6 a client is the /64 it comes from: that is what one customer, or one machine, is given, to take any address of it.
They are counted in the store, so that neither a restart nor a second front forgets them. A try is counted before it is
looked at, in one step with the question whether there were too many: tries made at once do not slip through together.
"""

from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network

from gateway.factors import FactorBook, Limit

_WITHIN = timedelta(minutes=15)
_BOTH, _LOGIN, _CLIENT = 5, 50, 30
_GIVEN_OUT = 64
"""RFC 6177 §2."""


class Patience:
    """Asks the store."""

    def __init__(self, book: FactorBook) -> None:
        self._book = book

    async def bears(self, login: str, client: str, now: datetime) -> bool:
        """Count a try; False if there were too many, and this one is not to be heard."""
        limits = Limit(key=_both(login, client), most=_BOTH), *_last(login, client)
        return await self._book.try_(limits, now, _WITHIN)

    async def heeds(self, client: str, now: datetime) -> bool:
        """Count what a stranger failed at; False if it was so often that the trail, which keeps all for ever, is spared it."""
        return await self._book.try_((Limit(key=f"told {_whole(client)}", most=_CLIENT),), now, _WITHIN)

    async def forget(self, login: str, client: str) -> None:
        """He was let in: that try was none of the wrong ones."""
        await self._book.forget(_both(login, client), [limit.key for limit in _last(login, client)])


def _both(login: str, client: str) -> str:
    return f"both {_whole(client)} {login}"


def _last(login: str, client: str) -> tuple[Limit, ...]:
    return Limit(key=f"login {login}", most=_LOGIN), Limit(key=f"client {_whole(client)}", most=_CLIENT)


def _whole(client: str) -> str:
    try:
        address = ip_address(client)
    except ValueError:
        return client
    alone = address.version == 4 or address.ipv4_mapped  # noqa: PLR2004  -- RFC 4291 §2.5.5.2
    return str(address if alone else ip_network((int(address), _GIVEN_OUT), strict=False))
