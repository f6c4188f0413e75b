"""Who else may vouch for those who use the console: an OpenID provider, a directory; and which of its groups gives what role.

The settings of both stand here as frozen data, with what is told of them where they contradict themselves. The room asks
nobody: `gateway.oidc` and `gateway.ldap` do. It fails with problems that have their place, and never with half of a role.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from gateway.source import AfterValidator, Document, Duration, Field, Model, Problem, Wrong

_ISSUER = re.compile(r"(https?)://([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?(?:/[^\s?#]*)?")
_ADDRESS = re.compile(r"(https?)://([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?(?:/[^\s#]*)?")
_SERVER = re.compile(r"(ldaps?)://([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::(\d{1,5}))?/?")
_NAMED = re.compile(r"[A-Za-z][\w.-]*\s*=")
_HERE = {"localhost", "127.0.0.1", "[::1]"}
_LOGIN = "{login}"


def _issuer(written: str) -> str:
    found = _ISSUER.fullmatch(written)
    if not found:
        raise Wrong(f'"{written}" is no issuer', "Write it as the provider does, for example https://login.department.example")
    if found[1] == "http" and found[2] not in _HERE:
        raise Wrong(f'"{written}" is not encrypted', "A provider is asked over https, but for one on this machine.")
    return written


def _server(written: str) -> str:
    if not _SERVER.fullmatch(written):
        raise Wrong(f'"{written}" is no directory', "Write for example ldaps://dc1.department.example")
    return written


def _place(written: str) -> str:
    found = _ADDRESS.fullmatch(written)
    if not found or (found[1] == "http" and found[2] not in _HERE):
        example = "https://graph.microsoft.com/v1.0/me/transitiveMemberOf/microsoft.graph.group?$select=id"
        raise Wrong(f'"{written}" is no address to ask', f"Write for example {example}")
    return written


def _some_time(written: timedelta) -> timedelta:
    if not timedelta() < written <= timedelta(minutes=2):
        raise Wrong("{key} is no time to wait for an answer", "Write between 1s and 2m; somebody waits for the page.")
    return written


def _proxy(written: str) -> str:
    try:
        parts = urlsplit(written)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        host = ""
    if host and parts.username is not None:
        raise Wrong(
            "{key} has a name or a password in it", "Settings are no place for secrets; let the proxy know us by our address."
        )
    if not host or parts.scheme not in {"http", "https"} or not written.isascii() or not written.isprintable():
        raise Wrong(f'"{written}" is no proxy', "Write for example http://proxy.department.example:3128")
    return written


Proxy = Annotated[str, AfterValidator(_proxy)]
Patience = Annotated[Duration, AfterValidator(_some_time)]
Server = Annotated[str, AfterValidator(_server)]


class RoleOf(Model):
    """What being in a group gives. reviewers: the groups of reviewers, as the policies name them."""

    group: str = Field(min_length=1)
    role: Literal["reviewer", "supervisor", "auditor", "administrator"]
    reviewers: tuple[str, ...] = ()


class Oidc(Model):
    """An OpenID provider (OpenID Connect Core 1.0), asked by authorization code with PKCE.

    name: on the button; address claim: what tells the mailbox, which counts if the provider says it verified it or if
    trust addresses says that it may be relied on; groups claim: a name, or a path with dots
    groups url: where groups are asked for that are too many for a token, as Microsoft Graph answers
    second factor: theirs, where the provider asks for one, or ours; acr values: one of them must have been met
    """

    issuer: Annotated[str, AfterValidator(_issuer)]
    client_id: str = Field(min_length=1)
    client_secret_file: Path | None = None
    name: str = "your organisation"
    scopes: tuple[str, ...] = ("openid", "email", "profile")
    address_claim: str = "email"
    trust_addresses: bool = False
    name_claim: str = "name"
    groups_claim: str = "groups"
    groups_url: Annotated[str, AfterValidator(_place)] | None = None
    roles: tuple[RoleOf, ...] = ()
    new_accounts: bool = False
    second_factor: Literal["theirs", "ours"] = "theirs"
    acr_values: tuple[str, ...] = ()
    ca_file: Path | None = None
    proxy: Proxy = ""
    timeout: Patience = timedelta(seconds=10)


class Ldap(Model):
    """A directory that is asked by a bind, as RFC 4513 has it.

    servers: tried in this order; starttls: for ldap://, and only false on this machine
    bind dn: who looks people up; without it nobody, that is without a name. dn template: no looking up at all
    groups by: the group names of a person's own entry, a search for groups that name him, or the matching rule
    1.2.840.113556.1.4.1941, by which Active Directory follows groups in groups itself; nested: follow them ourselves
    """

    servers: tuple[Server, ...] = Field(min_length=1)
    starttls: bool = True
    ca_file: Path | None = None
    bind_dn: str = ""
    bind_secret_file: Path | None = None
    base: str = ""
    filter: str = "(mail={login})"
    dn_template: str = ""
    address_attribute: str = "mail"
    name_attribute: str = "cn"
    groups_by: Literal["attribute", "member", "matching rule"] = "attribute"
    groups_attribute: str = "memberOf"
    groups_base: str = ""
    nested: bool = True
    roles: tuple[RoleOf, ...] = ()
    new_accounts: bool = False
    timeout: Patience = timedelta(seconds=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Vouched:
    """Somebody, as an issuer or a directory knows him.

    by: the issuer, or `ldap`; subject: what names him there for good; groups: all he is in
    shown: when he showed there that it is he; None where that is not known
    """

    by: str
    subject: str
    address: str
    name: str
    groups: tuple[str, ...]
    strong: bool = False
    shown: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A role, and the groups of reviewers that go with it."""

    role: str
    reviewers: tuple[str, ...]


def role_of(groups: Iterable[str], roles: Iterable[RoleOf]) -> Given | None:
    """What the groups give: the role of the first line that fits, with the reviewers of every line that gives that role."""
    held = set(groups)
    fits = [line for line in roles if line.group in held]
    if not fits:
        return None
    reviewers = (name for line in fits if line.role == fits[0].role for name in line.reviewers)
    return Given(role=fits[0].role, reviewers=tuple(dict.fromkeys(reviewers)))


def endpoint(server: str) -> tuple[str, int, bool]:
    """Host, port, and whether it is TLS from the start."""
    found = _SERVER.fullmatch(server)
    if found is None:
        raise ValueError(server)
    secure = found[1] == "ldaps"
    return found[2].strip("[]"), int(found[3] or (636 if secure else 389)), secure


def contradictions(oidc: Oidc | None, ldap: Ldap | None, document: Document) -> Iterator[Problem]:
    """What is wrong between the settings of one of them."""
    if oidc is not None:
        yield from _of_oidc(oidc, document)
        yield from _of_roles(oidc, document, "oidc")
    if ldap is not None:
        yield from _of_ldap(ldap, document)
        yield from _of_roles(ldap, document, "ldap")


def unknown_reviewers(name: str, of: Oidc | Ldap, known: Iterable[str], document: Document) -> Iterator[Problem]:
    """Groups of reviewers that no policy names: who belongs to nothing else would see an empty queue."""
    named = set(known)
    for number, line in enumerate(of.roles):
        for index, group in enumerate(line.reviewers):
            if group not in named:
                place = ("console", name, "roles", number, "reviewers", index)
                remedy = f"They name {', '.join(sorted(named)) or 'none at all'}."
                yield document.problem(place, f'no policy names reviewers "{group}"', remedy)


def _of_oidc(oidc: Oidc, document: Document) -> Iterator[Problem]:
    if "openid" not in oidc.scopes:
        yield document.problem(("console", "oidc", "scopes"), "has no openid", "Without it a provider vouches for nobody.")
    if oidc.address_claim != "email" and not oidc.trust_addresses:
        remedy = "Add `trust addresses: true` if nobody can choose that claim for himself, or use email."
        yield document.problem(("console", "oidc", "address claim"), "is verified by nobody", remedy)


def _of_ldap(ldap: Ldap, document: Document) -> Iterator[Problem]:
    for number, server in enumerate(ldap.servers):
        host, _, secure = endpoint(server)
        if not secure and not ldap.starttls and host not in {"localhost", "127.0.0.1", "::1"}:
            remedy = "Write ldaps://, or `starttls: true`: passwords travel there."
            yield document.problem(("console", "ldap", "servers", number), "is not encrypted", remedy)
    if bool(ldap.bind_dn) != bool(ldap.bind_secret_file):
        yield document.problem(("console", "ldap"), "bind dn and bind secret file go together", "Write both or neither.")
    if bool(ldap.base) == bool(ldap.dn_template):
        remedy = "Write `base` to look people up below it, or `dn template` to know them without."
        yield document.problem(("console", "ldap"), "needs one of base and dn template", remedy)
    for key, text in (("filter", ldap.filter), ("dn template", ldap.dn_template or _LOGIN)):
        if _LOGIN not in text:
            yield document.problem(("console", "ldap", key), f"has no {_LOGIN}", "It stands for what somebody typed in.")
    if not (ldap.filter.startswith("(") and ldap.filter.count("(") == ldap.filter.count(")")):
        remedy = "Write for example (mail={login}) (RFC 4515)."
        yield document.problem(("console", "ldap", "filter"), "is no filter", remedy)
    if ldap.groups_by != "attribute" and not ldap.groups_base:
        yield document.problem(("console", "ldap"), "needs groups base", "Say below which name the groups are.")


def _of_roles(of: Oidc | Ldap, document: Document, name: str) -> Iterator[Problem]:
    if of.new_accounts and not of.roles:
        yield document.problem(("console", name, "new accounts"), "needs roles", "Say which group gives which role.")
    for number, line in enumerate(of.roles):
        if line.role == "reviewer" and not line.reviewers:
            remedy = "Add `reviewers: [...]`, by the names that the policies give them."
            yield document.problem(("console", name, "roles", number), "is a reviewer of nothing", remedy)
        if name == "ldap" and not _NAMED.match(line.group):
            remedy = "Write its distinguished name, such as cn=command,ou=groups,dc=department,dc=example."
            yield document.problem(("console", name, "roles", number, "group"), "is no name of a group", remedy)
