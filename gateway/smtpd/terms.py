"""On what terms the door deals: who may connect, whom it believes, which senders it takes, and what it offers.

Offers and parameters follow the relay: what it does not offer is neither offered here nor passed on to it. The relay may be
several machines, and the last one that any session met may offer less than a client was offered at its EHLO: that is our own
state (RFC 5321 §4.2), and a refusal for now.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv6Address, ip_address

from gateway.intake import Senders
from gateway.mail import Address, Command
from gateway.settings import Network, Settings, networks
from gateway.smtpd import attributes, replies
from gateway.smtpd.replies import Fault

HEADROOM = 4096
"""Octets our own header fields may add to a message; the relay is asked for room for them too."""
_NEEDS = {b"SMTPUTF8": "SMTPUTF8", b"RET": "DSN", b"ENVID": "DSN", b"NOTIFY": "DSN", b"ORCPT": "DSN", b"BODY": "8BITMIME"}
_UNREACHED = {"8BITMIME": ""}


@dataclass(frozen=True, slots=True)
class Trust:
    """What a client's address entitles it to. balances: a PROXY header is expected, and believed, from it."""

    connect: bool
    xforward: bool
    xclient: bool
    balances: bool


class Terms:
    """The settings, ready to be asked."""

    def __init__(self, settings: Settings) -> None:
        self._clients = networks(settings.client_networks)
        self._forwarders = networks(settings.xforward_from)
        self._fronts = networks(settings.xclient_from)
        self._balancers = networks(settings.proxy_from)
        self._senders = Senders(settings.sender_domains)
        self.trust = lru_cache(maxsize=1024)(self._trust)
        """What comes with an address. The same few clients come again and again."""

    def _trust(self, address: str) -> Trust:
        return Trust(
            connect=_among(address, self._clients),
            xforward=_among(address, self._forwarders),
            xclient=_among(address, self._fronts),
            balances=_among(address, self._balancers),
        )

    def sends(self, sender: Address | None) -> bool:
        """Whether mail from this envelope sender is taken; the null sender always is (RFC 5321 §6.1)."""
        return self._senders.ours(sender)


@lru_cache(maxsize=1024)
def plain(address: str) -> str:
    """An IPv4 address that came in IPv6 clothes (RFC 4291 §2.5.5.2) as itself."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return ""
    mapped = parsed.ipv4_mapped if isinstance(parsed, IPv6Address) else None
    return str(mapped or parsed)


def size_limit(ours: int, relay: Mapping[str, str]) -> int:
    """Octets a message may have on its way in: ours, or less if the relay takes less (RFC 1870 §4)."""
    theirs = relay.get("SIZE", "")
    if not (theirs.isascii() and theirs.isdigit()) or int(theirs) <= HEADROOM:
        return ours
    return min(ours, int(theirs) - HEADROOM)


def offer(relay: Mapping[str, str], *, size: int, tls: bool, trust: Trust) -> Iterable[str]:
    """The keywords of our EHLO reply: what we do, less what the relay would have to do and does not."""
    yield "PIPELINING"
    yield f"SIZE {size_limit(size, relay)}"
    yield "ENHANCEDSTATUSCODES"
    yield from (keyword for keyword in ("8BITMIME", "DSN", "SMTPUTF8") if keyword in (relay or _UNREACHED))
    if tls:
        yield "STARTTLS"
    if trust.xforward:
        yield f"XFORWARD {' '.join(attributes.XFORWARD)}"
    if trust.xclient:
        yield f"XCLIENT {' '.join(attributes.XCLIENT)}"


def for_relay(command: Command, relay: Mapping[str, str]) -> Command | Fault:
    """The command as the relay can take it.

    SIZE is raised by what we add, and left out where the relay has none; so is AUTH, which is a claim nobody would read.
    What else the relay does not offer is refused. Before it was ever reached, it is left to the relay to refuse.
    """
    passed: list[bytes] = []
    for written in command.parameters:
        keyword, _, value = written.partition(b"=")
        keyword = keyword.upper()
        if keyword == b"SIZE":
            passed += [b"SIZE=%d" % (int(value) + HEADROOM)] if "SIZE" in relay else []
        elif keyword == b"AUTH":
            passed += [written] if "AUTH" in relay else []
        elif not relay or _NEEDS[keyword] in relay:
            passed.append(written)
        elif value.upper() != b"7BIT":
            return replies.unsupported(keyword)
    return Command(path=command.path, parameters=tuple(passed))


def withdrawn(command: Command, offered: Mapping[str, str], relay: Mapping[str, str]) -> bool:
    """Whether it asks for what the client was offered, and the relay, as it was met last, does not offer."""
    needs = (_NEEDS.get(written.partition(b"=")[0].upper(), "") for written in command.parameters)
    return bool(relay) and any(need in (offered or _UNREACHED) and need not in relay for need in needs)


def _among(address: str, nets: tuple[Network, ...]) -> bool:
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    return any(parsed in net for net in nets)
