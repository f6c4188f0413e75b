"""A few lines of HTTP/1.1 (RFC 9112): GET and HEAD, one request a connection, nothing kept, nothing believed."""

import asyncio
import socket
import ssl
from contextlib import suppress
from typing import Protocol

import structlog

from gateway.monitor.meters import KIND

log = structlog.get_logger()

_PATIENCE = 10.0
_LONGEST = 8192
_AT_ONCE = 50
_PLAIN = "text/plain; charset=utf-8"
_WORDS = {200: "OK", 404: "Not Found", 405: "Method Not Allowed", 503: "Service Unavailable"}

Answer = tuple[int, str, bytes]
"""Status, type, and what is said."""


class Asked(Protocol):
    """Who knows the answers. It raises nothing that is to be expected."""

    @property
    def alive(self) -> str:
        """What speaks against leaving us alone; "" if nothing does."""
        ...

    async def ready(self) -> tuple[bool, str]:
        """Whether mail may be sent to us, and a line about it."""
        ...

    async def metrics(self) -> bytes:
        """In Prometheus' text format."""
        ...


class Monitor:
    """On a listening socket."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._server: asyncio.Server | None = None
        self._open = 0

    async def start(self, listening: socket.socket, tls: ssl.SSLContext | None = None) -> None:
        """Answer from now on; nobody without TLS, where that is given."""
        patience = _PATIENCE if tls else None
        self._server = await asyncio.start_server(
            self._serve, sock=listening, limit=_LONGEST, ssl=tls, ssl_handshake_timeout=patience, ssl_shutdown_timeout=patience
        )

    async def close(self) -> None:
        """Answer no more."""
        if self._server is not None:
            self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open += 1
        try:
            async with asyncio.timeout(_PATIENCE):
                if self._open <= _AT_ONCE:
                    method, path = _asked(await reader.readuntil(b"\r\n\r\n"))
                    writer.write(_http(*await self._answer(method, path), head=method == "HEAD"))
                await writer.drain()
        except (OSError, EOFError, ValueError, asyncio.LimitOverrunError):
            pass
        except Exception:
            log.exception("monitor.fault")
        finally:
            self._open -= 1
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def _answer(self, method: str, path: str) -> Answer:
        if path not in {"/healthz", "/readyz", "/metrics"}:
            return 404, _PLAIN, b"There is /healthz, /readyz and /metrics.\n"
        if method not in {"GET", "HEAD"}:
            return 405, _PLAIN, b"Only GET.\n"
        if path == "/healthz":
            trouble = self._asked.alive
            return 503 if trouble else 200, _PLAIN, f"{trouble or 'ok'}\n".encode()
        if path == "/metrics":
            return 200, KIND, await self._asked.metrics()
        ready, says = await self._asked.ready()
        return 200 if ready else 503, _PLAIN, f"{says}\n".encode()


def _asked(head: bytes) -> tuple[str, str]:
    """Method and path. Raises ValueError for what is no HTTP."""
    method, target, version = head.partition(b"\r\n")[0].decode("ascii").split(" ")
    if not version.startswith("HTTP/1."):
        raise ValueError(version)
    return method, target.partition("?")[0]


def _http(status: int, kind: str, said: bytes, *, head: bool) -> bytes:
    lines = (
        f"HTTP/1.1 {status} {_WORDS[status]}",
        f"Content-Type: {kind}",
        f"Content-Length: {len(said)}",
        "Cache-Control: no-store",
        "X-Content-Type-Options: nosniff",
        "Connection: close",
    )
    return "\r\n".join((*lines, "", "")).encode() + (b"" if head else said)
