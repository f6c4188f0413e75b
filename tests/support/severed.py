"""A wire to PostgreSQL that breaks at a commit: before the server hears of it, or when its answer is on its way back.

    with Severed(postgres, folder) as wire:
        wire.breaks = "after"        # the next COMMIT is done, and nobody is told
        ...                          # connect by wire.place(database, folder)

It stands as a Unix socket; each connection through it is two threads that hand octets on.
"""

import socket
import threading
from contextlib import suppress
from pathlib import Path
from typing import Self

from gateway.database import Postgres

COMMIT = b"COMMIT\0"


class Severed:
    """broken: how often it did."""

    def __init__(self, cluster, folder: Path) -> None:
        self._cluster = cluster
        self._folder = folder
        self._door = socket.socket(socket.AF_UNIX)
        self.breaks = ""
        self.broken = 0

    def __enter__(self) -> Self:
        self._door.bind(str(self._folder / f".s.PGSQL.{self._cluster.port}"))
        self._door.listen()
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._door.close()

    def place(self, database: str, folder: Path) -> Postgres:
        url = f"postgresql://hatchway@/{database}?host={self._folder}&port={self._cluster.port}"
        return Postgres.model_validate({"url": url, "folder": folder})

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._door.accept()
                server = socket.socket(socket.AF_UNIX)
                server.connect(str(self._cluster.folder / f".s.PGSQL.{self._cluster.port}"))
                for work in (self._there, self._back):
                    threading.Thread(target=work, args=(client, server), daemon=True).start()

    def _there(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError), client, server:
            while octets := client.recv(65536):
                breaks = self.breaks if COMMIT in octets else ""
                if breaks:
                    self.breaks, self.broken = "", self.broken + 1
                if breaks:
                    client.shutdown(socket.SHUT_RDWR)
                if breaks != "before":
                    server.sendall(octets)
                if breaks:
                    server.shutdown(socket.SHUT_RDWR)
                    return

    @staticmethod
    def _back(client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while octets := server.recv(65536):
                client.sendall(octets)
        with suppress(OSError):
            client.shutdown(socket.SHUT_RDWR)
