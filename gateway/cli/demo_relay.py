"""A relay for the demonstration: it takes every message and keeps it in memory. For nothing else: it delivers to nobody."""

import asyncio
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """What a transaction brought: the MAIL and RCPT arguments, and the octets without dot-stuffing."""

    sender: str
    recipients: tuple[str, ...]
    octets: bytes


@dataclass(slots=True)
class DemoRelay:
    """An SMTP server on 127.0.0.1; `arrived` grows."""

    arrived: list[Arrived] = field(default_factory=list)
    _server: asyncio.Server | None = None

    async def start(self) -> int:
        """Listen; the port."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=64 * 1024**2)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def close(self) -> None:
        """Stop listening."""
        if self._server is not None:
            self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        sender, recipients = "", list[str]()

        def say(*lines: str) -> None:
            writer.write("".join(f"{line}\r\n" for line in lines).encode())

        say("220 relay.department.example ESMTP demonstration relay")
        try:
            while line := (await reader.readuntil(b"\r\n")).decode("utf-8", "replace").strip():
                match line[:4].upper():
                    case "EHLO":
                        say(
                            "250-relay.department.example",
                            *(f"250-{word}" for word in ("PIPELINING", "8BITMIME", "DSN")),
                            "250 SMTPUTF8",
                        )
                    case "MAIL":
                        sender, recipients = line.partition(":")[2], []
                        say("250 2.1.0 Ok")
                    case "RCPT":
                        recipients.append(line.partition(":")[2])
                        say("250 2.1.5 Ok")
                    case "DATA":
                        say("354 End data with <CR><LF>.<CR><LF>")
                        await writer.drain()
                        octets = (b"\r\n" + await reader.readuntil(b"\r\n.\r\n"))[:-3].replace(b"\r\n.", b"\r\n")[2:]
                        self.arrived.append(Arrived(sender=sender, recipients=tuple(recipients), octets=octets))
                        say(f"250 2.0.0 Ok: queued as RELAY{len(self.arrived):04d}")
                    case "QUIT":
                        say("221 2.0.0 Bye")
                        break
                    case _:
                        say("250 2.0.0 Ok")
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()
