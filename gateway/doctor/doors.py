"""The doors in, tried as clients would: whether they answer, whether it is us, whether there is TLS."""

import smtplib
import socket
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import suppress

from gateway.doctor.findings import Finding, bad, good, mind
from gateway.settings import Listener, Monitor, Settings

_PATIENCE = 10.0


def looked_at(settings: Settings) -> Iterator[Finding]:
    """Each door of the settings."""
    for listener in settings.listen:
        yield _smtp(listener, settings)
    if settings.milter is not None:
        yield _milter(settings)
    if settings.monitor is not None:
        yield _monitor(settings.monitor)
    if settings.console is not None:
        yield _console(settings)


def _smtp(listener: Listener, settings: Settings) -> Finding:
    what, (host, port) = f"door {listener.address}", _reached(listener.address)
    context = _unverified()
    client = (
        smtplib.SMTP_SSL(timeout=_PATIENCE, context=context) if listener.tls == "implicit" else smtplib.SMTP(timeout=_PATIENCE)
    )
    try:
        code, banner = client.connect(host, port)
        if code != 220:  # noqa: PLR2004  -- RFC 5321 §4.2.2
            return mind(
                what,
                f"it says {code} {banner.decode(errors='replace')}",
                "Add this machine to `client networks`, or read the log.",
            )
        if settings.hostname.encode() not in banner:
            return bad(
                what, f"somebody else answers: {banner.decode(errors='replace')}", "Stop that server, or take another port."
            )
        client.ehlo("localhost")
        return _encrypted(what, client, listener, context)
    except (OSError, smtplib.SMTPException) as error:
        return bad(what, f"it does not answer: {error}", "Is Hatchway running (`systemctl status hatchway`)? A firewall?")
    finally:
        with suppress(OSError, smtplib.SMTPException):
            client.quit()
        client.close()


def _encrypted(what: str, client: smtplib.SMTP, listener: Listener, context: ssl.SSLContext) -> Finding:
    if listener.tls == "starttls":
        if not client.has_extn("starttls"):
            return bad(what, "it offers no STARTTLS, though the settings ask for it", "Reload it, and read the log.")
        client.starttls(context=context)
    if listener.tls == "none":
        return good(what, "it answers, and it is us")
    assert isinstance(client.sock, ssl.SSLSocket)  # noqa: S101  -- by the branches above
    return good(what, f"it answers, it is us, and it speaks {client.sock.version()}")


def _milter(settings: Settings) -> Finding:
    assert settings.milter is not None  # noqa: S101  -- asked before
    where = settings.milter.socket or settings.milter.address
    what = f"milter {where}"
    family, address = (socket.AF_UNIX, str(where)) if settings.milter.socket else (socket.AF_INET, _reached(str(where)))
    if ":" in str(address[0]):
        family = socket.AF_INET6
    try:
        with socket.socket(family, socket.SOCK_STREAM) as client:
            client.settimeout(_PATIENCE)
            client.connect(address)
    except PermissionError:
        return mind(what, "we may not open it", "Run this as root or as the MTA's user to be sure.")
    except OSError as error:
        return bad(what, f"it does not answer: {error.strerror or error}", "Is Hatchway running? May the MTA enter the folder?")
    return good(what, "it answers")


def _monitor(door: Monitor) -> Finding:
    address, (host, port) = door.listen, _reached(door.listen)
    where, scheme = f"[{host}]" if ":" in host else host, "https" if door.tls else "http"
    url, own = f"{scheme}://{where}:{port}/readyz", _unverified()
    try:
        with urllib.request.urlopen(url, timeout=_PATIENCE, context=own) as answer:  # noqa: S310  -- one of those two schemes
            return good("readiness", answer.read(200).decode().strip())
    except urllib.error.HTTPError as refused:
        with refused:
            return bad("readiness", refused.read(200).decode(errors="replace").strip(), "The other findings say more.")
    except OSError as error:
        return bad("readiness", f"{address} does not answer: {error}", "Is Hatchway running, since `monitor` is in the settings?")


def _console(settings: Settings) -> Finding:
    """Whether the console's port is there; what stands before it is the admin's."""
    assert settings.console is not None  # noqa: S101  -- asked before
    host, port = _reached(settings.console.listen)
    try:
        socket.create_connection((host, port), _PATIENCE).close()
    except OSError as error:
        return bad(
            "console", f"{settings.console.listen} does not answer: {error}", "Is Hatchway running? Read the log for `console.`."
        )
    return good("console", f"{settings.console.listen} answers; browsers reach it as {settings.console.public_url}")


def _reached(address: str) -> tuple[str, int]:
    """Host and port by which this machine reaches a door of its own."""
    host, _, port = address.rpartition(":")
    host = host.strip("[]")
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host), int(port)  # noqa: S104  -- not bound to, reached


def _unverified() -> ssl.SSLContext:
    """Our own certificate is looked at elsewhere; here only whether TLS is spoken."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context
