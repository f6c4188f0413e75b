"""A receiver of webhooks, real HTTP on this machine, and the verifier that is shipped, loaded from where it is."""

import asyncio
import importlib.util
import json
import socket
from dataclasses import dataclass, field
from pathlib import Path

RECEIVER = Path(__file__).parents[2] / "deploy" / "receiver.py"


def _loaded():
    spec = importlib.util.spec_from_file_location("receiver", RECEIVER)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


verified = _loaded().verified


def bound(port: int = 0) -> socket.socket:
    """A port of this machine that nobody answers at yet, and nobody else gets."""
    door = socket.socket()
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    door.bind(("127.0.0.1", port))
    return door


@dataclass
class Receiver:
    """`async with Receiver() as receiver:`; answers are taken from `script`, and are 204 when it is empty."""

    script: list[bytes] = field(default_factory=list)
    heard: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    door: socket.socket = field(default_factory=bound)

    def __post_init__(self):
        self.port = self.door.getsockname()[1]

    async def __aenter__(self):
        if self.door.fileno() < 0:
            self.door = bound(self.port)
        self._server = await asyncio.start_server(self._serve, sock=self.door)
        return self

    async def __aexit__(self, *_):
        self._server.close()
        await self._server.wait_closed()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    @property
    def events(self):
        return [json.loads(body) for _, body in self.heard]

    async def _serve(self, reader, writer):
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            lines = (line.partition(":") for line in head.splitlines()[1:] if line)
            headers = {name.lower(): value.strip() for name, _, value in lines}
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            self.heard.append((headers, body))
            answer = self.script.pop(0) if self.script else b"204 No Content\r\n\r\n"
            if answer == b"hang":
                await reader.read()
            elif answer:
                writer.write(b"HTTP/1.1 " + answer)
                await writer.drain()
        finally:
            writer.close()
