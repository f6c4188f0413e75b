"""`hatchway.yaml` as frozen data.

Relative paths are taken from the folder the file is in. Loading raises `gateway.source.Mistakes` with every mistake and
its place; nothing is half loaded.
"""

import hashlib
import ssl
from collections.abc import Iterator
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Literal

from gateway import database, listing, sealing, webhook
from gateway.database import Lease, Store
from gateway.identity import Ldap, Oidc, contradictions
from gateway.listing import Listing
from gateway.source import Document, Field, Mistakes, Model, OneOrMore, Problem, Size, load
from gateway.spelling import LAST_PORT, Domain, Endpoint, Host, Local, Mailbox, Mode, Name, Networks, Public, Time

Network = IPv4Network | IPv6Network

MOST_FRONTS = 32
_LONGEST_SOCKET = 107
"""Octets of a Unix socket's path (unix(7))."""


class Tls(Model):
    """A certificate with its chain, and its key, as PEM files."""

    certificate: Path
    key: Path


class Listener(Model):
    """A door in. tls: none, starttls (offered, not forced) or implicit (RFC 8314)."""

    address: Endpoint
    tls: Literal["none", "starttls", "implicit"] = "none"


class Milter(Model):
    """The door for an MTA that asks by the milter protocol: a Unix socket, or an address on this machine.

    mode, group: of the socket. others: what becomes of senders from none of `sender domains` who did not log in at the MTA
    login_domain: what a login without a domain is completed by
    """

    socket: Path | None = None
    mode: Mode = "0660"
    group: str = ""
    address: Local = ""
    others: Literal["refuse", "pass"] = "refuse"
    login_domain: Domain = ""


class Relay(Model):
    """The one machine all mail goes to. verify: its certificate must be valid for `host`.

    certificate, key: of ours, for a relay that knows its clients by them; read again when they change
    """

    host: Host
    port: int = Field(default=25, ge=1, le=LAST_PORT)
    tls: Literal["none", "starttls", "implicit"] = "none"
    verify: bool = True
    ca_file: Path | None = None
    certificate: Path | None = None
    key: Path | None = None
    user: str = ""
    password_file: Path | None = None
    xforward: bool = True
    connect_timeout: Time = timedelta(seconds=10)
    reply_timeout: Time = timedelta(seconds=60)


class Limits(Model):
    """What one client may use, and what all may use together."""

    message_size: Size = Field(default=25 * 1024**2, gt=0)
    recipients: int = Field(default=1000, ge=100)
    connections: int = Field(default=1000, gt=0)
    connections_per_client: int = Field(default=500, gt=0)
    in_flight: Size = Field(default=256 * 1024**2, gt=0)
    in_memory: Size = Field(default=1024**2, gt=0)
    command_timeout: Time = timedelta(minutes=5)
    data_timeout: Time = timedelta(minutes=3)
    message_timeout: Time = timedelta(minutes=10)
    errors: int = Field(default=10, gt=0)
    received: int = Field(default=50, gt=0)
    drain: Time = timedelta(seconds=30)


class Judging(Model):
    """The worker processes that read and judge.

    workers: of all fronts together, one for each at least
    memory: address space a worker may take over what it has at start
    ocr: read the words in pictures and on scanned pages
    model: judge with the trained model, and not by rules and roster alone
    unsure, match: from which score (0..1) on; both or neither, and none for those that were measured with the model
    """

    workers: int = Field(default=2, gt=0)
    time: Time = timedelta(seconds=20)
    memory: Size = Field(default=1024**3, ge=64 * 1024**2)
    ocr: bool = True
    model: bool = True
    unsure: Annotated[float, Field(gt=0.0, le=1.0)] | None = None
    match: Annotated[float, Field(gt=0.0, le=1.0)] | None = None


class Notices(Model):
    """Mail that Hatchway itself writes. per_hour: hold notices and reminders to one person."""

    from_: Mailbox
    name: str = "Hatchway"
    contact: str = ""
    templates: Path | None = None
    per_hour: int = Field(default=20, gt=0)


class Console(Model):
    """The web console of those who review; without it there is none.

    public_url: as browsers reach it; http only on this machine. proxy_from: reverse proxies whose word on the client counts
    idle, longest: how long a session lives unused, and at all; reasons: what a denial may say, to choose from
    key file: what second factors are sealed with, besides the key in the store
    api_per_minute: requests of one token
    vouched_for: so long after somebody last signed in by a provider or a directory his tokens serve
    """

    listen: Endpoint
    public_url: Public
    name: str = "Hatchway"
    tls: Tls | None = None
    proxy_from: Networks = ()
    idle: Time = timedelta(minutes=30)
    longest: Time = timedelta(hours=12)
    second_factor: Literal["optional", "required"] = "optional"
    key_file: Path | None = None
    api_per_minute: int = Field(default=120, ge=1)
    vouched_for: Time = timedelta(days=30)
    oidc: Oidc | None = None
    ldap: Ldap | None = None
    reasons: tuple[str, ...] = (
        "It promotes a political position, candidate or party.",
        "It promotes a religious position.",
        "It asks for money or work for a campaign.",
        "It links to a campaign's site or account.",
        "It could not be read; please send it as plain text.",
    )


class Delivery(Model):
    """How released mail and notices go out. After `give_up` a message is reported as undeliverable.

    lease: so long after a gateway died another one that shares the store takes over what it was delivering
    """

    retry: Annotated[tuple[Time, ...], Field(min_length=1)] = (
        timedelta(seconds=10),
        timedelta(minutes=1),
        timedelta(minutes=5),
        timedelta(minutes=15),
        timedelta(hours=1),
    )
    give_up: Time = timedelta(days=5)
    lease: Lease = timedelta(minutes=2)


class Retention(Model):
    """For how long the content of a hold is kept after it ended so; for ever where nothing is said.

    What can still be appealed is kept until that time is over, or the appeal is answered.
    """

    released: Time | None = None
    denied: Time | None = None
    expired: Time | None = None
    returned: Time | None = None
    withdrawn: Time | None = None


class Audit(Model):
    """The audit trail. head_to: addresses outside that get its head each day, so that nobody here can rewrite it unseen."""

    head_to: OneOrMore[Mailbox] = ()


class Monitor(Model):
    """Where a monitoring system asks for `/healthz`, `/readyz` and `/metrics`: on this machine, unless it says otherwise."""

    listen: Endpoint = "127.0.0.1:9125"
    tls: Tls | None = None


class Canary(Model):
    """A message of ours from a protected group. to: somebody the relay takes mail for; maildir: where its notices arrive."""

    sender: Mailbox
    to: Mailbox
    expect: Literal["hold", "tag", "reject", "defer"] = "hold"
    maildir: Path | None = None
    text: str = ""


class Vigil(Model):
    """The watch over the gateway itself.

    through: where canaries are handed in, such as the Postfix in front; our own first door if nothing is said
    within: by when all must be well; silence: so long without a message is an alarm
    """

    canaries: dict[str, Canary] = Field(default_factory=dict)
    every: Time = timedelta(days=1)
    within: Time = timedelta(minutes=15)
    through: Endpoint | None = None
    silence: Time | None = None
    alarm_to: OneOrMore[Mailbox] = ()


class Settings(Model):
    """The whole file. fronts: processes on this machine that share the doors and the work; more than one need PostgreSQL."""

    _sha256: str = ""

    hostname: Name
    listen: tuple[Listener, ...] = ()
    milter: Milter | None = None
    relay: Relay
    client_networks: Networks = ()
    sender_domains: tuple[Domain, ...] = Field(min_length=1)
    fronts: int = Field(default=1, ge=1, le=MOST_FRONTS)
    policies: Path
    roster: Path
    store: Store
    encryption: sealing.Sealing = sealing.DEFAULT
    control_socket: Path
    notices: Notices
    spool: Path | None = None
    examples: Path | None = None
    directories: dict[str, Listing] = Field(default_factory=dict)
    directory_cache: Path = Path("/var/lib/hatchway/directories")
    tls: Tls | None = None
    console: Console | None = None
    xforward_from: Networks = ()
    xclient_from: Networks = ()
    proxy_from: Networks = ()
    bare_line_ends: Literal["reject", "normalize"] = "reject"
    limits: Limits = Limits()
    judging: Judging = Judging()
    delivery: Delivery = Delivery()
    retention: Retention = Retention()
    audit: Audit = Audit()
    monitor: Monitor | None = None
    vigil: Vigil = Vigil()
    webhooks: dict[str, webhook.Webhook] = Field(default_factory=dict)
    log: Literal["json", "plain"] = "plain"

    @property
    def sha256(self) -> str:
        """Of the file as it was loaded, in hexadecimal."""
        return self._sha256

    def of_front(self, number: int, gateway: int) -> "Settings":
        """What is one front's part of it, in the gateway with that process number."""
        workers = -(-self.judging.workers // self.fronts)
        judging = self.judging.model_copy(update={"workers": workers})
        store = self.store.of_front(number, gateway) if isinstance(self.store, database.Postgres) else self.store
        return self.model_copy(update={"judging": judging, "store": store})


def networks(written: tuple[str, ...]) -> tuple[Network, ...]:
    """The networks, ready to be asked whether an address is in them."""
    return tuple(ip_network(network) for network in written)


def load_settings(path: Path) -> Settings:
    """`hatchway.yaml` at `path`. Raises Mistakes."""
    settings, document = load(path, Settings)
    placed = _placed(settings, path.parent)
    placed._sha256 = hashlib.sha256(path.read_bytes()).hexdigest()  # noqa: SLF001  -- no key of the file, and written once
    problems = list(_contradictions(settings, document))
    sockets = ((("control socket",), placed.control_socket), (("milter", "socket"), placed.milter and placed.milter.socket))
    for key, socket in sockets:
        if socket and len(str(socket).encode()) > _LONGEST_SOCKET:
            remedy = f"A socket's path has at most {_LONGEST_SOCKET} octets, with the folder before it."
            problems.append(document.problem(key, "is too long", remedy))
    if problems:
        raise Mistakes(problems)
    return placed


def _contradictions(settings: Settings, document: Document) -> Iterator[Problem]:
    yield from _doors(settings, document)
    for number, listener in enumerate(settings.listen):
        if listener.tls != "none" and settings.tls is None:
            yield document.problem(
                ("listen", number, "tls"), "needs a certificate", "Add `tls: {certificate: FILE, key: FILE}` at the top level."
            )
        if listener.address in {other.address for other in settings.listen[:number]} and not listener.address.endswith(":0"):
            yield document.problem(("listen", number, "address"), "stands there twice", "Each door has its own address and port.")
        if listener.address in {f"{settings.relay.host}:{settings.relay.port}", f"[{settings.relay.host}]:{settings.relay.port}"}:
            remedy = "Mail would go round in circles. Write where the relay itself listens."
            yield document.problem(("relay",), f"{listener.address} is our own door", remedy)
    judging = settings.judging
    if (judging.unsure is None) != (judging.match is None):
        yield document.problem(("judging",), "unsure and match go together", "Write both, or neither for the measured ones.")
    elif judging.unsure is not None and judging.match is not None and judging.unsure > judging.match:
        yield document.problem(("judging", "match"), "is below unsure", "A match needs no less than what is unsure.")
    yield from _relay(settings.relay, document)
    yield from database.contradictions(settings.store, document, settings.fronts)
    yield from sealing.contradictions(settings.encryption, document)
    if settings.vigil.canaries and settings.vigil.through is None and not settings.listen:
        yield document.problem(("vigil",), "needs through", "Write where the MTA in front takes mail, such as 127.0.0.1:25.")
    yield from listing.contradictions(settings.directories, document)
    yield from webhook.contradictions(settings.webhooks, document)
    if settings.console is not None:
        yield from contradictions(settings.console.oidc, settings.console.ldap, document)


def _relay(relay: Relay, document: Document) -> Iterator[Problem]:
    if bool(relay.user) != bool(relay.password_file):
        yield document.problem(("relay",), "user and password file go together", "Write both or neither.")
    if bool(relay.certificate) != bool(relay.key):
        yield document.problem(("relay",), "certificate and key go together", "Write both or neither.")
    elif relay.certificate and relay.tls == "none":
        yield document.problem(("relay", "certificate"), "is shown to nobody", "Only TLS asks for one: write `tls: starttls`.")


def _doors(settings: Settings, document: Document) -> Iterator[Problem]:
    milter = settings.milter
    if not settings.listen and milter is None:
        yield document.problem((), "there is no door for mail", "Write `listen: [{address: ...}]`, or `milter: {socket: ...}`.")
    if settings.listen and not settings.client_networks:
        yield document.problem(("listen",), "nobody may connect", "Write `client networks: [...]`, whose mail is taken.")
    if milter is not None and bool(milter.socket) == bool(milter.address):
        yield document.problem(("milter",), "stands on one thing", "Write `socket: FILE`, or `address: 127.0.0.1:PORT`.")
    if milter is not None and milter.address and milter.address in {listener.address for listener in settings.listen}:
        yield document.problem(("milter", "address"), "stands there twice", "Each door has its own address and port.")


def _placed(settings: Settings, folder: Path) -> Settings:
    """The settings with every path absolute, taken from `folder`."""

    def kept(value: object) -> object:
        if isinstance(value, Path):
            return (folder / value).absolute()
        if isinstance(value, dict):
            return {name: kept(one) for name, one in value.items()}
        return place(value) if isinstance(value, Model) else value

    def place(model: Model) -> Model:
        return model.model_copy(update={name: kept(getattr(model, name)) for name in type(model).model_fields})

    placed = place(settings)
    assert isinstance(placed, Settings)  # noqa: S101  -- place() returns the type it was given
    return placed


def server_tls(tls: Tls | None) -> ssl.SSLContext | None:
    """The context of the doors in: TLS 1.2 or later. Raises OSError (ssl.SSLError) if the files do not serve."""
    if tls is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(tls.certificate, tls.key)
    return context


def relay_tls(relay: Relay) -> ssl.SSLContext | None:
    """The context of the door out: TLS 1.2 or later. Raises OSError (ssl.SSLError) if the files do not serve."""
    if relay.tls == "none":
        return None
    context = ssl.create_default_context(cafile=relay.ca_file)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if not relay.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if relay.certificate and relay.key:
        context.load_cert_chain(relay.certificate, relay.key)
    return context
