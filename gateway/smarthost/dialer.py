"""The way to the relay: connect, TLS, AUTH and EHLO by aiosmtplib, whose transport our Wire then takes over.

It fails by a Reply, and writes the reason to the log. The whole way has `connect_timeout`, not each step.
"""

import asyncio
import ssl
from types import MappingProxyType
from typing import cast

import aiosmtplib
import structlog

from gateway.mail import Reply
from gateway.settings import Relay, relay_tls
from gateway.smarthost.replies import INSECURE, LOCKED_OUT, SILENT, UNREACHABLE
from gateway.smarthost.wire import Wire

log = structlog.get_logger()


class Dialer:
    """Makes connections to the relay. hostname: what we say in EHLO."""

    def __init__(self, relay: Relay, *, hostname: str) -> None:
        self._relay = relay
        self._hostname = hostname
        self._context: ssl.SSLContext | None = None
        self._shown: tuple[int, ...] = ()

    async def dial(self, seconds: float) -> Wire | Reply:
        """A connection past EHLO, within so many seconds."""
        step, client, cancelled = "tls", None, _cancelled()
        try:
            context = self._tls()
            step, client = "connect", self._client(seconds, context)
            async with asyncio.timeout(seconds):
                await client.connect()
                await _greet(client)
                step = "tls"
                if self._relay.tls == "starttls":
                    await client.starttls()
                    await _greet(client)
                step = "login"
                if self._relay.user:
                    await client.login(self._relay.user, self._password())
                _heed(cancelled)
            return _wire(client)
        except (aiosmtplib.SMTPException, OSError, ValueError) as trouble:
            _close(client)
            return self._failed(step, trouble)
        except BaseException:
            _close(client)
            raise

    def _client(self, seconds: float, context: ssl.SSLContext | None) -> aiosmtplib.SMTP:
        return aiosmtplib.SMTP(
            hostname=self._relay.host,
            port=self._relay.port,
            local_hostname=self._hostname,
            timeout=seconds,
            use_tls=self._relay.tls == "implicit",
            start_tls=False,
            tls_context=context,
        )

    def _tls(self) -> ssl.SSLContext | None:
        """The context, kept until another certificate of ours is there. Raises OSError (ssl.SSLError)."""
        shown = tuple(file.stat().st_mtime_ns for file in (self._relay.certificate, self._relay.key) if file)
        if self._relay.tls != "none" and (self._context is None or self._shown != shown):
            self._context, self._shown = relay_tls(self._relay), shown
        return self._context

    def _password(self) -> str:
        """Raises OSError; ValueError if it is not UTF-8."""
        file = self._relay.password_file
        return file.read_text("utf-8").rstrip("\r\n") if file else ""

    def _failed(self, step: str, trouble: Exception) -> Reply:
        reply = _told(step, trouble)
        relay = f"{self._relay.host}:{self._relay.port}"
        log.warning("relay.not_reached", relay=relay, step=step, why=f"{type(trouble).__name__}: {trouble}", reply=str(reply))
        return reply


def _cancelled() -> int:
    """How often this task was."""
    task = asyncio.current_task()
    return task.cancelling() if task else 0


def _heed(before: int) -> None:
    """Until Python 3.12 `asyncio.wait_for`, which aiosmtplib waits by, may swallow a cancellation. Raises CancelledError."""
    if _cancelled() > before:
        raise asyncio.CancelledError


async def _greet(client: aiosmtplib.SMTP) -> None:
    """EHLO, or HELO where that is not known (RFC 5321 §3.2)."""
    try:
        await client.ehlo()
    except aiosmtplib.SMTPHeloError:
        if not client.is_connected:
            raise
        await client.helo()


def _wire(client: aiosmtplib.SMTP) -> Wire:
    if not client.is_connected:
        raise aiosmtplib.SMTPServerDisconnected("closed behind the greeting")
    extensions = {keyword.upper(): parameters for keyword, parameters in client.esmtp_extensions.items()}
    return Wire(cast("asyncio.Transport", client.transport), MappingProxyType(extensions))


def _close(client: aiosmtplib.SMTP | None) -> None:
    if client is not None:
        client.close()


def _told(step: str, trouble: Exception) -> Reply:
    if isinstance(trouble, TimeoutError):
        return SILENT
    if step == "tls" or isinstance(trouble, ssl.SSLError) or isinstance(trouble.__cause__, ssl.SSLError):
        return INSECURE
    return LOCKED_OUT if step == "login" else UNREACHABLE
