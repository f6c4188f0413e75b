"""One connection to a directory: TLS as the standard library verifies it, bounded waiting, plain entries out.

Calls block; they are made in a thread.
"""

import ssl
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

import ldap3
from ldap3.core.exceptions import LDAPException, LDAPInvalidDnError, LDAPInvalidFilterError, LDAPOperationResult
from ldap3.utils.conv import escape_filter_chars
from ldap3.utils.dn import parse_dn

from gateway.identity import endpoint

_MOST = 1000
_PAGE = 500
_UNKNOWN = 32
_REFUSED = 49
_NO = {_REFUSED, 19, 48, 50, 53}
"""What a server says to a bind that is not to be (RFC 4511 §A.1): wrong, constrained, inappropriate, no right, unwilling."""
_SAID = 200
_TURNS = 4
"""So many times `timeout` all questions about one person may take together."""
_PAGED = "1.2.840.113556.1.4.319"
IN_CHAIN = "1.2.840.113556.1.4.1941"
"""The matching rule by which Active Directory follows groups in groups."""


class Reached(Protocol):
    """How a directory is reached."""

    @property
    def servers(self) -> tuple[str, ...]:
        """Tried in this order."""
        ...

    @property
    def starttls(self) -> bool:
        """For ldap://."""
        ...

    @property
    def bind_dn(self) -> str:
        """Who looks things up; "" for nobody."""
        ...

    @property
    def timeout(self) -> timedelta:
        """For one answer."""
        ...


class DirectoryAway(Exception):  # noqa: N818  -- it states a fact
    """There is no answer. setting: the key to look at; said: what the server said, or why it could not be asked."""

    def __init__(self, setting: str, said: object) -> None:
        self.setting = setting
        self.said = " ".join(str(said).split())[:_SAID]
        super().__init__(f"{setting}: {self.said}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """An entry: its name, and texts by attribute in lower case; id: what stays when the name changes, "" if it says none."""

    dn: str
    texts: Mapping[str, tuple[str, ...]]
    id: str = ""

    def first(self, attribute: str) -> str:
        """The first text of an attribute, "" if it has none."""
        return next(iter(self.texts.get(attribute.casefold(), ())), "")


class _Verified(ldap3.Tls):  # type: ignore[misc]  # ldap3 has no types
    """TLS by a context of the standard library's, which verifies the host's name itself."""

    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__(validate=ssl.CERT_REQUIRED)
        self._context = context

    def wrap_socket(self, connection: Any, do_handshake: bool = False) -> None:  # noqa: FBT001, FBT002  -- ldap3's own form
        """Called by ldap3 with a connected socket."""
        host = connection.server.host
        connection.socket = self._context.wrap_socket(
            connection.socket, server_hostname=host, do_handshake_on_connect=do_handshake
        )


class Line:
    """An open connection."""

    def __init__(self, connection: Any, turns: int = _TURNS) -> None:
        self._connection = connection
        self._until = time.monotonic() + turns * connection.receive_timeout

    def bind(self, dn: str, password: str) -> bool:
        """Whether they go together. Raises DirectoryAway for what is no answer to that."""
        if not dn or not password:
            return False
        try:
            self._connection.rebind(user=dn, password=password, authentication=ldap3.SIMPLE)
        except LDAPOperationResult as said:
            if said.result in _NO:
                return False
            raise DirectoryAway("servers", said) from None
        except (LDAPException, OSError) as error:
            raise DirectoryAway("servers", error) from None
        return True

    def search(self, base: str, filter_: str, attributes: Sequence[str], *, deep: bool = True, setting: str) -> list[Found]:
        """Entries; none if `base` is not there. Raises DirectoryAway."""
        scope = ldap3.SUBTREE if deep else ldap3.BASE
        return self._asked(base, filter_, attributes, setting, search_scope=scope, size_limit=_MOST)

    def pages(self, base: str, filter_: str, attributes: Sequence[str], *, most: int) -> Iterator[Found]:
        """Entries below `base`, asked for page by page (RFC 2696). Raises DirectoryAway, also if it is not there."""
        count, cookie = 0, None
        while True:
            paging = {"paged_size": _PAGE, "paged_cookie": cookie}
            found = self._asked(base, filter_, attributes, "base", absent=False, search_scope=ldap3.SUBTREE, **paging)
            count += len(found)
            if count > most:
                raise DirectoryAway("base", f"there are more than {most} entries")
            yield from found
            controls = (self._connection.result or {}).get("controls", {})
            cookie = controls.get(_PAGED, {}).get("value", {}).get("cookie")
            if not cookie:
                return

    def _asked(
        self, base: str, filter_: str, attributes: Sequence[str], setting: str, *, absent: bool = True, **how: Any
    ) -> list[Found]:
        """Entries. absent: whether `base` may be not there."""
        if time.monotonic() > self._until:
            raise DirectoryAway("timeout", "the answers take too long together")
        wanted, seconds = [*attributes, "entryUUID", "objectGUID"], int(self._connection.receive_timeout)
        try:
            self._connection.search(base, filter_, attributes=wanted, time_limit=seconds, **how)
        except LDAPOperationResult as said:
            if said.result == _UNKNOWN and not absent:
                raise DirectoryAway(setting, f"there is no {base}, or it may not be seen") from None
            if said.result == _UNKNOWN:
                return []
            raise DirectoryAway(setting, said) from None
        except LDAPInvalidFilterError as error:
            raise DirectoryAway("filter", error) from None
        except (LDAPException, OSError) as error:
            raise DirectoryAway(setting, error) from None
        return [_found(one) for one in self._connection.response or () if one.get("type") == "searchResEntry"]


@contextmanager
def line(settings: Reached, context: ssl.SSLContext, secret: str, *, turns: int = _TURNS) -> Iterator[Line]:
    """A connection to the first server that answers, bound as the one who looks up. Raises DirectoryAway."""
    connection = _open(settings, context)
    try:
        made = Line(connection, turns)
        if settings.bind_dn and not made.bind(settings.bind_dn, secret):
            raise DirectoryAway("bind secret file", f"{settings.servers[0]} does not let {settings.bind_dn} in")
        yield made
    finally:
        with suppress(LDAPException, OSError):
            connection.unbind()


def _open(settings: Reached, context: ssl.SSLContext) -> Any:
    why: list[str] = []
    for server in settings.servers:
        host, port, secure = endpoint(server)
        try:
            return _opened(settings, context, host, port, secure=secure)
        except (LDAPException, OSError) as error:
            why.append(f"{server}: {error}")
    raise DirectoryAway("servers", "; ".join(why))


def _opened(settings: Reached, context: ssl.SSLContext, host: str, port: int, *, secure: bool) -> Any:
    seconds = max(1, round(settings.timeout.total_seconds()))
    server = ldap3.Server(host, port=port, use_ssl=secure, tls=_Verified(context), get_info=ldap3.NONE, connect_timeout=seconds)
    connection = ldap3.Connection(
        server,
        authentication=ldap3.ANONYMOUS,
        auto_bind=ldap3.AUTO_BIND_NONE,
        auto_referrals=False,
        check_names=False,
        raise_exceptions=True,
        receive_timeout=seconds,
    )
    try:
        connection.open(read_server_info=False)
        if not secure and settings.starttls:
            connection.start_tls(read_server_info=False)
    except BaseException:
        if connection.socket is not None:  # ldap3 leaves it open
            connection.socket.close()
        raise
    return connection


def escaped(text: str) -> str:
    """A text as it may stand in a filter (RFC 4515 §3)."""
    return str(escape_filter_chars(text))


def same(dn: str) -> str:
    """A name, written so that equal names are equal texts. Raises ValueError for what is none."""
    try:
        parts = parse_dn(dn, escape=False, strip=True)
    except LDAPInvalidDnError as error:
        raise ValueError(dn) from error
    return ",".join(f"{name.casefold()}={' '.join(value.casefold().split())}" for name, value, _ in parts)


def _found(entry: Mapping[str, Any]) -> Found:
    raw: Mapping[str, Sequence[bytes]] = entry["raw_attributes"]
    texts = {name.casefold(): tuple(value.decode("utf-8", "replace") for value in values) for name, values in raw.items()}
    guid = next(iter(raw.get("objectGUID", ())), b"")
    named = str(uuid.UUID(bytes_le=guid)) if len(guid) == 16 else next(iter(texts.get("entryuuid", ())), "")  # noqa: PLR2004  -- a GUID's octets
    return Found(dn=str(entry["dn"]), texts=texts, id=named)
