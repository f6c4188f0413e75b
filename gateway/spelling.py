"""How hosts, addresses, networks and lengths of time are written in `hatchway.yaml`, and what is said where they are not."""

import re
from datetime import timedelta
from ipaddress import ip_address, ip_network
from typing import Annotated

from gateway.source import AfterValidator, Duration, Wrong

_HOST = re.compile(r"(?=.{1,253}\Z)[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")
_DOMAIN = re.compile(r"(?:[\w-]+\.)*[\w-]+")
_URL = re.compile(r"(https?)://([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?/?")
_MAILBOX = re.compile(r'[^\s@<>()\[\]",;:*\\]+@(?:[\w-]+\.)*[\w-]+')
LAST_PORT = 65535


def _networks(written: tuple[str, ...]) -> tuple[str, ...]:
    for network in written:
        try:
            ip_network(network)
        except ValueError:
            raise Wrong(f'"{network}" is no network', _meant(network)) from None
    return written


def _meant(network: str) -> str:
    try:
        return f"Write {ip_network(network, strict=False)}, or {network.partition('/')[0]} for that one address."
    except ValueError:
        return "Write for example 192.0.2.0/24, 2001:db8::/32, or one address."


def _endpoint(written: str) -> str:
    host, colon, port = written.rpartition(":")
    if not _is_ip(host.strip("[]")) or not colon or not port.isdecimal() or int(port) > LAST_PORT:
        msg = f'"{written}" is no address and port; write for example 127.0.0.1:2525 or [::1]:2525'
        raise ValueError(msg)
    return written


def _mailbox(written: str) -> str:
    if not _MAILBOX.fullmatch(written):
        msg = f'"{written}" is no mail address; write for example hatchway@department.example'
        raise ValueError(msg)
    return written


def _name(written: str) -> str:
    if not _HOST.fullmatch(written):
        msg = f'"{written}" is no host name; write for example hatchway.department.example'
        raise ValueError(msg)
    return written


def _host(written: str) -> str:
    if not _HOST.fullmatch(written) and not _is_ip(written):
        raise Wrong(f'"{written}" is no host', "Write a host name or an IP address; the port has a key of its own.")
    return written


def _domain(written: str) -> str:
    if not _DOMAIN.fullmatch(written):
        raise Wrong(f'"{written}" is no domain', "Write for example department.example, and sub-domains one by one, or any.")
    return written


def _is_ip(written: str) -> bool:
    try:
        ip_address(written)
    except ValueError:
        return False
    return True


def _local(written: str) -> str:
    _endpoint(written)
    if not ip_address(written.rpartition(":")[0].strip("[]")).is_loopback:
        raise Wrong(f'"{written}" is not on this machine', "Whoever reaches it decides what is judged. Write 127.0.0.1 or [::1].")
    return written


def _mode(written: str) -> str:
    if not re.fullmatch("0[0-7]{3}", written):
        raise Wrong(f'"{written}" is no mode of a socket', 'Write it in quotation marks, for example "0660".')
    return written


def _lasting(written: timedelta) -> timedelta:
    if not written:
        raise Wrong("{key} leaves no time", "Write for example 30s.")
    return written


def _public(written: str) -> str:
    found = _URL.fullmatch(written)
    if not found:
        raise Wrong(f'"{written}" is no address of a console', "Write for example https://hatchway.department.example")
    if found[1] == "http" and found[2] not in {"localhost", "127.0.0.1", "[::1]"}:
        raise Wrong(f'"{written}" is not encrypted', "Write https, and give the console a certificate or put a proxy before it.")
    return written.rstrip("/").lower().removesuffix(":443" if found[1] == "https" else ":80")


Networks = Annotated[tuple[str, ...], AfterValidator(_networks)]
Endpoint = Annotated[str, AfterValidator(_endpoint)]
Mailbox = Annotated[str, AfterValidator(_mailbox)]
Time = Annotated[Duration, AfterValidator(_lasting)]
"""A length of time that is not nothing."""
Name = Annotated[str, AfterValidator(_name)]
Host = Annotated[str, AfterValidator(_host)]
Domain = Annotated[str, AfterValidator(_domain)]
Mode = Annotated[str, AfterValidator(_mode)]
Local = Annotated[str, AfterValidator(_local)]
"""An address and port on this machine."""
Public = Annotated[str, AfterValidator(_public)]
"""Where browsers reach a site of ours."""
