"""The last hop of a test: a small SMTP server that takes everything and keeps it, commands and content as they came."""

import socket
import socketserver
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from tests.support.waiting import wait_until

_EHLO = (
    "250-sink.example\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-DSN\r\n"
    "250-XFORWARD NAME ADDR PORT HELO PROTO SOURCE IDENT\r\n250 SIZE"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """What the sink took: the commands as they came, and the content as it was before its dots were stuffed."""

    mail: bytes
    recipients: tuple[bytes, ...]
    xforward: tuple[bytes, ...]
    content: bytes


class Sink:
    """The last hop: an SMTP server that takes everything and keeps it. Use it in `with`."""

    def __init__(self) -> None:
        self.delivered: list[Delivered] = []
        sink = self

        class Session(_Session):
            kept = sink.delivered

        self._server = _Server(("127.0.0.1", 0), Session)
        self.port: int = self._server.server_address[1]

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.hang_up()
        self._server.server_close()
        self._thread.join()

    def wait_for(self, count: int = 1, seconds: float = 20) -> list[Delivered]:
        """The messages taken so far, once there are `count` of them."""
        wait_until(lambda: len(self.delivered) >= count, seconds, f"{count} messages; there are {len(self.delivered)}")
        return list(self.delivered)


@dataclass(slots=True)
class _Commands:
    """The lines of the transaction so far, by their first four letters."""

    lines: dict[bytes, list[bytes]] = field(default_factory=dict)

    def with_content(self, content: bytes) -> Delivered:
        return Delivered(
            mail=b"".join(self.lines.get(b"MAIL", ())),
            recipients=tuple(self.lines.get(b"RCPT", ())),
            xforward=tuple(self.lines.get(b"XFOR", ())),
            content=content,
        )


class _Server(socketserver.ThreadingTCPServer):
    def __init__(self, address: tuple[str, int], handler: type[socketserver.BaseRequestHandler]) -> None:
        self.open: set[socket.socket] = set()
        super().__init__(address, handler)

    def hang_up(self) -> None:
        for each in tuple(self.open):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)


class _Session(socketserver.StreamRequestHandler):
    kept: list[Delivered]

    def handle(self) -> None:
        self.server.open.add(self.connection)
        with suppress(OSError):
            self._talk()
        self.server.open.discard(self.connection)

    def _talk(self) -> None:
        self._say("220 sink.example ESMTP")
        kept = _Commands()
        for line in iter(self.rfile.readline, b""):
            match line[:4].upper():
                case b"EHLO":
                    self._say(_EHLO)
                case b"DATA":
                    self._say("354 End data with <CR><LF>.<CR><LF>")
                    self.kept.append(kept.with_content(self._content()))
                    self._say(f"250 2.0.0 Ok: sunk as {len(self.kept)}")
                    kept = _Commands()
                case b"QUIT":
                    self._say("221 2.0.0 Bye")
                    return
                case b"RSET":
                    kept = _Commands()
                    self._say("250 2.0.0 Ok")
                case verb:
                    kept.lines.setdefault(verb, []).append(line.rstrip(b"\r\n"))
                    self._say("250 2.0.0 Ok")

    def _content(self) -> bytes:
        return b"".join(line.removeprefix(b".") for line in iter(self.rfile.readline, b".\r\n"))

    def _say(self, reply: str) -> None:
        self.wfile.write(f"{reply}\r\n".encode())
