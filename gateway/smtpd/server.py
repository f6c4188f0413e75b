"""Listening, admitting and draining.

Connections are taken from sockets that are bound already (and may be inherited, and shared with other processes), in the
running loop. What a connection must pass before it becomes a session: the total, a PROXY header where one is due, the
client's network, the client's own number of sessions, TLS where it is implicit.

How it fails: with OSError when it is made (the certificate) or started (the spool folder); later never. Out of file
descriptors, it pauses for a second.
"""

import asyncio
import socket
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta

import structlog

from gateway.intake import Budget, prepare
from gateway.mail import Client, Reply
from gateway.ports import Clock, NextHop
from gateway.seat import Crowd
from gateway.settings import Listener, Settings, server_tls
from gateway.smtpd import replies
from gateway.smtpd.house import House, Submit
from gateway.smtpd.proxy import Source, read_header
from gateway.smtpd.session import Session
from gateway.smtpd.terms import plain

log = structlog.get_logger()

_AT_ONCE = 64
"""Connections that are taken in one go; one, where other fronts take them, too."""
_PAUSE = 1.0
_HANDSHAKE = 30.0
"""Seconds for a PROXY header, and for implicit TLS."""
_LAST_WORDS = 1.0


@dataclass(frozen=True, slots=True)
class Door:
    """A listening socket, and how one enters by it."""

    listener: Listener
    socket: socket.socket


class Server:
    """The door in, with all its listeners."""

    def __init__(
        self, settings: Settings, *, next_hop: NextHop, submit: Submit, clock: Clock, crowd: Crowd | None = None
    ) -> None:
        self._crowd = crowd or Crowd()
        self._house = House(settings, next_hop=next_hop, submit=submit, clock=clock, crowd=self._crowd)
        self._doors: list[Door] = []
        self._sessions: set[Session] = set()
        self._admissions: set[asyncio.Task[None]] = set()
        self._unheard: set[asyncio.Task[None]] = set()
        self._clients = Counter[str]()

    @property
    def sessions(self) -> int:
        """How many there are now."""
        return len(self._sessions)

    @property
    def budget(self) -> Budget:
        """The memory for messages, for all doors together."""
        return self._house.budget

    async def start(self, listener: Listener, listening: socket.socket) -> None:
        """Take connections from this bound, listening socket; it is the server's from now on. Raises OSError: no spool folder."""
        if not self._doors and (removed := await asyncio.to_thread(prepare, self._house.settings.spool)):
            log.warning("smtp.stale_spool_files_removed", files=removed)
        listening.settimeout(0)
        door = Door(listener, listening)
        self._doors.append(door)
        self._open(door)

    def renew_certificate(self) -> None:
        """Read the certificate's files again, for sessions that begin from now on. Raises OSError, and then the old one stays."""
        self._house.tls = server_tls(self._house.settings.tls)

    async def drain(self, grace: timedelta) -> int:
        """Take no more connections; 421 to sessions between commands; `grace` for those inside one; then cut.

        A message after its final dot is not stopped even then; how many of those are still unfinished is returned.
        """
        self._house.draining = True
        self._close_doors()
        await asyncio.sleep(0)
        for admission in self._unheard:
            admission.cancel()
        for session in self._sessions:
            session.wake()
        await self._ended(grace.total_seconds())
        for session in self._sessions:
            session.cut()
        await self._ended(_LAST_WORDS)
        if self._house.unfinished:
            log.error("smtp.unfinished", messages=len(self._house.unfinished))
        return len(self._house.unfinished)

    async def _ended(self, seconds: float) -> None:
        if self._admissions:
            await asyncio.wait(self._admissions, timeout=seconds)

    def _close_doors(self) -> None:
        loop = asyncio.get_running_loop()
        while self._doors:
            door = self._doors.pop()
            loop.remove_reader(door.socket)
            door.socket.close()

    def _open(self, door: Door) -> None:
        if door in self._doors:
            asyncio.get_running_loop().add_reader(door.socket, self._accept, door)

    def _accept(self, door: Door) -> None:
        for _ in range(1 if self._crowd.shared else _AT_ONCE):
            try:
                connected, peer = door.socket.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:  # out of descriptors or memory: the queue waits, and we do not spin
                log.error("smtp.accept_failed", why=error.strerror)  # noqa: TRY400  -- the reason is all there is
                loop = asyncio.get_running_loop()
                loop.remove_reader(door.socket)
                loop.call_later(_PAUSE, self._open, door)
                return
            self._receive(door, connected, Source(plain(peer[0]), peer[1]))

    def _receive(self, door: Door, connected: socket.socket, peer: Source) -> None:
        connected.settimeout(0)
        if len(self._admissions) + self._crowd.connections >= self._house.limits.connections:
            _turn_away(door, connected, peer, replies.TOO_MANY_SESSIONS)
            return
        task = asyncio.get_running_loop().create_task(self._admit(door, connected, peer))
        self._admissions.add(task)
        self._crowd.connected(len(self._admissions))
        task.add_done_callback(self._over)

    def _over(self, admission: asyncio.Task[None]) -> None:
        self._admissions.discard(admission)
        self._crowd.connected(len(self._admissions))

    async def _admit(self, door: Door, connected: socket.socket, peer: Source) -> None:
        """One connection, from its first octet to its last."""
        try:
            source = await self._source(connected, peer)
        except BaseException:
            connected.close()
            raise
        if source is None:
            log.info("smtp.proxy_header_bad", balancer=peer.address)
            connected.close()
            return
        if refusal := self._refusal(source.address):
            _turn_away(door, connected, source, refusal)
            return
        with self._counting(source.address):
            await self._session(door, connected, Client(address=source.address, port=source.port))

    async def _source(self, connected: socket.socket, peer: Source) -> Source | None:
        """Who speaks, None where a PROXY header is due and does not come, or not as it should be."""
        if not self._house.terms.trust(peer.address).balances:
            return peer
        try:
            async with self._unhearing(), asyncio.timeout(_HANDSHAKE):
                source = await read_header(lambda octets: _exactly(connected, octets))
        except OSError:
            return None
        return Source(plain(source.address), source.port) if source and source.address else source and peer

    def _refusal(self, address: str) -> Reply | None:
        trust = self._house.terms.trust(address)
        if not trust.connect and not trust.xclient:
            return replies.CLIENT_NOT_OURS
        sessions = self._clients[address] + self._crowd.sessions(address)
        return replies.TOO_MANY_SESSIONS if sessions >= self._house.limits.connections_per_client else None

    @contextmanager
    def _counting(self, address: str) -> Iterator[None]:
        self._clients[address] += 1
        self._crowd.add(address, 1)
        try:
            yield
        finally:
            self._clients[address] -= 1
            self._crowd.add(address, -1)
            if not self._clients[address]:
                del self._clients[address]

    @asynccontextmanager
    async def _unhearing(self) -> AsyncIterator[None]:
        """While nothing can be said to the client, nor heard of it; a drain breaks this off."""
        current = asyncio.current_task()
        assert current is not None  # noqa: S101  -- we are in one
        self._unheard.add(current)
        try:
            yield
        finally:
            self._unheard.discard(current)

    async def _session(self, door: Door, connected: socket.socket, client: Client) -> None:
        session = Session(self._house, client, starttls=door.listener.tls == "starttls")
        try:
            await self._connect(door, connected, session)
        except OSError as error:
            log.info("smtp.tls_failed", client=client.address, why=type(error).__name__)
            return
        log.debug("smtp.connected", client=client.address)
        self._sessions.add(session)
        try:
            await asyncio.wait([session.task])
        finally:
            self._sessions.discard(session)
        failure = None if session.task.cancelled() else session.task.exception()
        if failure is not None:
            log.error("smtp.session_failed", client=client.address, exc_info=failure)

    async def _connect(self, door: Door, connected: socket.socket, session: Session) -> None:
        """Join the two, under implicit TLS once its handshake is done. Raises OSError, ssl.SSLError among them."""
        loop = asyncio.get_running_loop()
        if door.listener.tls != "implicit":
            await loop.connect_accepted_socket(lambda: session, connected)
            return
        async with self._unhearing():
            await loop.connect_accepted_socket(lambda: session, connected, ssl=self._house.tls, ssl_handshake_timeout=_HANDSHAKE)


def _turn_away(door: Door, connected: socket.socket, peer: Source, reply: Reply) -> None:
    """Refuse before there is a session. Under implicit TLS that would cost a handshake, so there it is a close."""
    log.info("smtp.refused", client=peer.address, why="connection", reply=str(reply))
    with suppress(OSError):
        if door.listener.tls != "implicit":
            connected.send(reply.wire())
    connected.close()


async def _exactly(connected: socket.socket, octets: int) -> bytes:
    loop, got = asyncio.get_running_loop(), b""
    while len(got) < octets:
        more = await loop.sock_recv(connected, octets - len(got))
        if not more:
            raise ConnectionResetError
        got += more
    return got
