"""HTTP to a provider, or to who is told of something: within a bounded time, no redirects followed, certificates verified.

What is read is JSON of a bounded size.
"""

import asyncio
import json
import ssl
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol

import httpx2

from gateway.oidc.words import Unproven, tidy

_LARGEST = 1024 * 1024


class Reached(Protocol):
    """How a provider is reached."""

    @property
    def ca_file(self) -> Path | None:
        """Who vouches for its certificate; None for those whom the system trusts."""
        ...

    @property
    def proxy(self) -> str:
        """By which proxy; "" for none."""
        ...

    @property
    def timeout(self) -> timedelta:
        """For one answer."""
        ...


class Wire:
    """Asks one provider. Raises OSError or ssl.SSLError when it is made, if the CA file does not serve."""

    def __init__(self, settings: Reached) -> None:
        self._settings = settings
        self._context = ssl.create_default_context(cafile=str(settings.ca_file) if settings.ca_file else None)

    async def get(self, url: str, setting: str, token: str = "") -> dict[str, Any]:
        """A JSON object. Raises Unproven."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return await self._asked("GET", url, setting, headers=headers)

    async def post(self, url: str, setting: str, form: Mapping[str, str], basic: tuple[str, str] | None = None) -> dict[str, Any]:
        """What comes of a form, a JSON object. Raises Unproven."""
        return await self._asked("POST", url, setting, data=dict(form), auth=httpx2.BasicAuth(*basic) if basic else None)

    async def tell(self, url: str, octets: bytes, headers: Mapping[str, str]) -> tuple[int, str, str]:
        """The status that comes of octets, in words, and its Retry-After; 0 and why where there is none. Nothing else is read."""
        seconds = self._settings.timeout.total_seconds()
        try:
            how: dict[str, Any] = {"content": octets, "headers": dict(headers)}
            async with asyncio.timeout(seconds), self._client() as client, client.stream("POST", url, **how) as answer:
                return answer.status_code, f"answered {answer.status_code}", answer.headers.get("retry-after", "")
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
            why = f"no answer within {seconds:.0f} s" if isinstance(error, TimeoutError) else tidy(error) or type(error).__name__
            return 0, f"cannot be reached: {why}", ""

    async def _asked(self, method: str, url: str, setting: str, **how: Any) -> dict[str, Any]:
        seconds = self._settings.timeout.total_seconds()
        try:
            async with asyncio.timeout(seconds), self._client() as client, client.stream(method, url, **how) as answer:
                octets = await _bounded(answer, setting)
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
            why = f"no answer within {seconds:.0f} s" if isinstance(error, TimeoutError) else tidy(error) or type(error).__name__
            raise Unproven(setting, f"{url} cannot be asked: {why}") from None
        said = _parsed(octets)
        if answer.status_code != httpx2.codes.OK:
            raise Unproven(setting, f"{url} answered {answer.status_code}{_why(said)}")
        if said is None:
            raise Unproven(setting, f"{url} answered with no JSON object")
        return said

    def _client(self) -> httpx2.AsyncClient:
        settings = self._settings
        return httpx2.AsyncClient(
            verify=self._context,
            proxy=settings.proxy or None,
            trust_env=False,
            follow_redirects=False,
            timeout=settings.timeout.total_seconds(),
            headers={"Accept": "application/json"},
        )


async def _bounded(answer: httpx2.Response, setting: str) -> bytes:
    octets = b""
    async for piece in answer.aiter_bytes():
        octets += piece
        if len(octets) > _LARGEST:
            raise Unproven(setting, f"{answer.url} answered with more than a megabyte")
    return octets


def _parsed(octets: bytes) -> dict[str, Any] | None:
    try:
        said = json.loads(octets)
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) else None


def _why(said: dict[str, Any] | None) -> str:
    """The error that a provider names (RFC 6749 §5.2)."""
    words = [tidy(said[name]) for name in ("error", "error_description") if said.get(name)] if said else []
    return f": {', '.join(words)}" if words else ""
