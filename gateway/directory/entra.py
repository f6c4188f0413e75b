"""Groups of Microsoft Entra by Graph: signed in as an application, `transitiveMembers` page by page.

A group is named by its object id or by its display name; a name that two groups have is no answer.
"""

import re
import time
from collections.abc import AsyncIterator, Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from gateway.directory.sources import Away, of_people
from gateway.listing import EntraList
from gateway.oidc import Unproven, Wire

_ID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_USER = "#microsoft.graph.user"
_PAGE = 500
_PAGES = 400
_EARLY = 120.0
"""Seconds before its end that a token is not used any more."""


class Entra:
    """Raises OSError when it is made, if the secret or the CA file does not serve."""

    def __init__(self, settings: EntraList) -> None:
        self._settings = settings
        self._secret = settings.client_secret_file.read_text(encoding="utf-8").strip()
        self._wire = Wire(settings)
        self._token, self._until = "", 0.0

    async def members(self, group: str) -> frozenset[str]:
        """The addresses of those in the group, and in the groups in it. Raises Away."""
        try:
            id_ = group if _ID.fullmatch(group) else await self._named(group)
            fields = "$select=id,mail,userPrincipalName,proxyAddresses"
            url = f"{self._settings.graph}/v1.0/groups/{id_}/transitiveMembers?{fields}&$top={_PAGE}"
            people = [(_is_somebody(member), _written(member)) async for member in self._pages(url)]
        except Unproven as away:
            raise Away(away.setting, away.said) from None
        return of_people(people, "entra", " that may be seen; it takes User.Read.All")

    def close(self) -> None:
        """Nothing is open between two questions."""

    async def _named(self, group: str) -> str:
        doubled = group.replace("'", "''")
        asked = quote(f"displayName eq '{doubled}'")
        found = [one async for one in self._pages(f"{self._settings.graph}/v1.0/groups?$select=id&$filter={asked}")]
        if len(found) != 1:
            raise Away("group", f"{len(found) or 'no'} groups are called {group}; name it by its object id")
        return str(found[0].get("id"))

    async def _pages(self, url: str) -> AsyncIterator[Mapping[str, Any]]:
        for _ in range(_PAGES):
            answer = await self._wire.get(url, "entra", await self._bearer())
            values = answer.get("value")
            if not isinstance(values, list):
                raise Away("entra", "the answer has no list of values")
            for value in values:
                if isinstance(value, dict):
                    yield value
            url = str(answer.get("@odata.nextLink") or "")
            if not url:
                return
            if urlsplit(url)[:2] != urlsplit(self._settings.graph)[:2]:
                raise Away("entra", "the next page would be somewhere else, and gets no token of ours")
        raise Away("entra", f"there are more than {_PAGES} pages")

    async def _bearer(self) -> str:
        """A token by client credentials (RFC 6749 §4.4)."""
        if time.monotonic() > self._until:
            wishes = self._settings
            form = {
                "grant_type": "client_credentials",
                "client_id": wishes.client_id,
                "client_secret": self._secret,
                "scope": f"{wishes.graph}/.default",
            }
            url = f"{wishes.sign_in}/{quote(wishes.tenant, safe='')}/oauth2/v2.0/token"
            answer = await self._wire.post(url, "client secret file", form)
            self._token = str(answer.get("access_token") or "")
            if not self._token:
                raise Away("client secret file", "the answer has no access token")
            lasts = answer.get("expires_in")
            self._until = time.monotonic() + (float(lasts) if isinstance(lasts, int) else 0.0) - _EARLY
        return self._token


def _is_somebody(member: Mapping[str, Any]) -> bool:
    return str(member.get("@odata.type", _USER)) == _USER


def _written(person: Mapping[str, Any]) -> list[str]:
    proxies = person.get("proxyAddresses")
    written = [person.get("mail"), person.get("userPrincipalName"), *(proxies if isinstance(proxies, list) else ())]
    return [one for one in written if isinstance(one, str)]
