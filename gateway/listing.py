"""Where groups of senders are listed besides the policies: LDAP directories, Entra, CSV files, as `hatchway.yaml` writes them."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

from gateway.identity import Patience, Proxy, Server, endpoint
from gateway.source import AfterValidator, Document, Duration, Field, Model, Problem, Wrong

_LOCAL = {"localhost", "127.0.0.1", "::1"}


def _some_time(written: timedelta) -> timedelta:
    if not timedelta(seconds=10) <= written <= timedelta(days=1):
        raise Wrong("{key} is no time between two looks", "Write between 10s and 1d, for example 15m.")
    return written


def _web(written: str) -> str:
    scheme, _, rest = written.partition("://")
    host = rest.partition("/")[0].rpartition(":")[0] or rest.partition("/")[0]
    if scheme != "https" and not (scheme == "http" and host.strip("[]") in _LOCAL):
        raise Wrong(f'"{written}" is not encrypted', "It is asked over https, but for one on this machine.")
    return written.rstrip("/")


Web = Annotated[str, AfterValidator(_web)]


class LdapList(Model):
    """An LDAP directory or Active Directory.

    servers: tried in this order; starttls: for ldap://, and only false on this machine; base: people are below it
    nested: groups in groups are walked through, or followed by Active Directory itself (1.2.840.113556.1.4.1941), or left out
    """

    servers: tuple[Server, ...] = Field(min_length=1)
    starttls: bool = True
    ca_file: Path | None = None
    bind_dn: str = ""
    bind_secret_file: Path | None = None
    base: str = Field(min_length=1)
    nested: Literal["walk", "matching rule", "no"] = "walk"
    address_attributes: tuple[str, ...] = Field(default=("mail", "proxyAddresses"), min_length=1)
    timeout: Patience = timedelta(seconds=10)


class EntraList(Model):
    """Microsoft Entra, asked by Graph as an application (GroupMember.Read.All, User.Read.All). graph, sign_in: other clouds'."""

    tenant: str = Field(min_length=1)
    client_id: str = Field(min_length=1)
    client_secret_file: Path
    graph: Web = "https://graph.microsoft.com"
    sign_in: Web = "https://login.microsoftonline.com"
    ca_file: Path | None = None
    proxy: Proxy = ""
    timeout: Patience = timedelta(seconds=30)


class CsvList(Model):
    """A CSV file with a header line, such as a personnel system writes each night."""

    file: Path
    group_column: str = "group"
    address_column: str = "address"
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = ","


class Listing(Model):
    """One of them. refresh: how often it is asked."""

    ldap: LdapList | None = None
    entra: EntraList | None = None
    csv: CsvList | None = None
    refresh: Annotated[Duration, AfterValidator(_some_time)] = timedelta(minutes=15)


def contradictions(listings: Mapping[str, Listing], document: Document) -> Iterator[Problem]:
    """What is wrong in them."""
    for name, one in listings.items():
        at = ("directories", name)
        if sum(kind is not None for kind in (one.ldap, one.entra, one.csv)) != 1:
            yield document.problem(at, "is one thing", "Write one of ldap, entra and csv.", key=True)
        if one.ldap is not None:
            yield from _of_ldap(one.ldap, (*at, "ldap"), document)


def _of_ldap(ldap: LdapList, at: tuple[str, ...], document: Document) -> Iterator[Problem]:
    for number, server in enumerate(ldap.servers):
        host, _, secure = endpoint(server)
        if not secure and not ldap.starttls and host not in _LOCAL:
            remedy = "Write ldaps://, or `starttls: true`: a password travels there."
            yield document.problem((*at, "servers", number), "is not encrypted", remedy)
    if bool(ldap.bind_dn) != bool(ldap.bind_secret_file):
        yield document.problem(at, "bind dn and bind secret file go together", "Write both or neither.")
