"""XFORWARD and XCLIENT: what a listed front says of the client it speaks for (Postfix XFORWARD_README, XCLIENT_README).

Only the attributes are read here; who may use them is for `terms` to say. Refusals are values.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from ipaddress import ip_address

from gateway.mail import Client

XFORWARD = ("NAME", "ADDR", "PORT", "PROTO", "HELO", "IDENT", "SOURCE")
XCLIENT = ("NAME", "ADDR", "PORT", "PROTO", "HELO", "LOGIN", "DESTADDR", "DESTPORT")

_PAIR = re.compile(rb"(?P<name>[A-Za-z_]+)=(?P<value>[!-~\x80-\xff]*)")
_HEX = re.compile(rb"\+([0-9A-Fa-f]{2})")
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f]")
_UNKNOWN = frozenset({"[UNAVAILABLE]", "[TEMPUNAVAIL]"})
_LONGEST = 255
_PORTS = 65536


def attributes(argument: bytes, known: tuple[str, ...]) -> Mapping[str, str] | None:
    """The attributes by name in upper case, xtext decoded, "" for one that is unavailable; None if they are not well formed."""
    found: dict[str, str] = {}
    for written in argument.split():
        pair = _PAIR.fullmatch(written)
        name = pair["name"].decode().upper() if pair else ""
        value = _decoded(pair["value"]) if pair else ""
        if name not in known or not _sound(name, value):
            return None
        found[name] = value
    return found or None


def described(client: Client, said: Mapping[str, str]) -> Client:
    """The client with what was said of it."""
    return replace(
        client,
        name=said.get("NAME", client.name),
        address=_bare(said.get("ADDR", client.address)),
        port=int(said.get("PORT") or client.port),
        protocol=said.get("PROTO", "").upper() or client.protocol,
        helo=said.get("HELO", client.helo),
        ident=said.get("IDENT", client.ident),
        login=said.get("LOGIN", client.login),
    )


def _decoded(value: bytes) -> str:
    text = _HEX.sub(lambda found: bytes.fromhex(found[1].decode()), value).decode("utf-8", "replace")
    return "" if text.upper() in _UNKNOWN else text


def _sound(name: str, value: str) -> bool:
    if len(value) > _LONGEST or _UNSAFE.search(value):
        return False
    if not value:
        return True
    match name:
        case "ADDR" | "DESTADDR":
            return _is_address(_bare(value))
        case "PORT" | "DESTPORT":
            return value.isascii() and value.isdigit() and int(value) < _PORTS
        case "PROTO":
            return value.isascii() and value.isalnum()
        case "SOURCE":
            return value.upper() in {"LOCAL", "REMOTE"}
        case _:
            return True


def _bare(address: str) -> str:
    return address[5:] if address[:5].upper() == "IPV6:" else address


def _is_address(written: str) -> bool:
    try:
        ip_address(written)
    except ValueError:
        return False
    return True
