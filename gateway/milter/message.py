"""A message as the MTA tells it: the envelope, and the octets that it will send, put together again.

A field is its name, a colon, and its value with the space that was before it; Postfix's own Received field is not told to
us, and so not among them. A CR or LF that stands alone is refused at the end, or made a CR LF where the settings say so.

How it fails: with a reply, kept until the MTA may hear it; what comes after that is dropped as it comes.
"""

import re
from collections.abc import Iterable

import structlog

from gateway.intake import BARE_ENDS, BIG_HEADER, NO_ROOM, TOO_BIG, Body, stands_alone
from gateway.mail import Address, Client, Command, Content, Envelope, Reply

log = structlog.get_logger()

_LARGEST_HEADER = 1024 * 1024
_LINE_END = re.compile(rb"\r\n|\r|\n")
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f]")
_HOP = r"@(?:\[[^\]\s]*\]|[^@,:\[\s]+)"
_ROUTE = re.compile(rf"{_HOP}(?:,{_HOP})*:")
"""Before a mailbox, and no part of it (RFC 5321 §4.1.2, A-d-l)."""
_MAILBOX = re.compile(r"""(?:"(?:[^"\\]|\\.)+"|[^\s"(),:;<>@\[\\\]]+)(?P<domain>@(?:[^\s"(),:;<>@\[\\\]]+|\[[^\s\[\\\]]+\]))?""")
"""As all programs read it. MTAs take more, such as comments and several quoted words, and pass it on without them."""
_PARAMETER = re.compile(rb"[A-Za-z0-9][A-Za-z0-9-]*(?:=[!-~\x80-\xff]+)?")

BAD_SENDER = Reply(code=501, status="5.1.7", text="This is no sender address")
BAD_RECIPIENT = Reply(code=501, status="5.1.3", text="This is no recipient address")

Path = tuple[Address | None, Command]
"""A mailbox (None: `<>`), and the command that named it."""


def path(said: Iterable[bytes], resolved: str) -> Path | None:
    """What MAIL or RCPT says: the path, then parameters. None if it is no mailbox.

    resolved: the mailbox as the MTA understands it, for one that is written without its domain, or otherwise than plainly.
    """
    written, *parameters = said
    bare = written.removeprefix(b"<").removesuffix(b">")
    kept = tuple(parameter for parameter in parameters if _PARAMETER.fullmatch(parameter))
    if not bare:
        return None, Command(path=b"", parameters=kept)
    try:
        text = bare.decode()
        found = _mailbox(text)
        if (not found or not found["domain"]) and "@" in resolved:
            text, found = resolved, _mailbox(resolved)
        address = Address.parse(found[0]) if found else None
    except ValueError:  # UnicodeDecodeError among them
        return None
    return None if address is None or _UNSAFE.search(text) else (address, Command(path=text.encode(), parameters=kept))


def _mailbox(text: str) -> re.Match[str] | None:
    route = _ROUTE.match(text)
    return _MAILBOX.fullmatch(text, route.end() if route else 0)


class Message:
    """One message, as far as it was told."""

    def __init__(self, sender: Path, body: Body, *, limit: int, normalize: bool) -> None:
        self.recipients: list[tuple[Address, Command]] = []
        self.refusal: Reply | None = None
        self.body = body
        self._sender = sender
        self._limit = limit
        self._normalize = normalize
        self._head = 0
        self._headed = False
        self._held = b""
        self._last = b""
        self._bare = False
        self._ascii = True

    @property
    def headed(self) -> bool:
        """Whether its header is complete."""
        return self._headed

    def header(self, name: bytes, value: bytes) -> None:
        """One more header field, its value folded with CR LF."""
        field = name + b":" + value + b"\r\n"
        self._head += len(field)
        if self._head > _LARGEST_HEADER:
            self.refuse(BIG_HEADER)
        self._keep(field)

    def end_header(self) -> None:
        """The empty line behind the header."""
        self._headed = True
        self._keep(b"\r\n")

    def text(self, octets: bytes) -> None:
        """More of the body. A CR at the end may be half a line end."""
        octets = self._held + octets
        cut = len(octets) - octets.endswith(b"\r")
        self._held = octets[cut:]
        self._keep(octets[:cut])

    def complete(self) -> Content | Reply:
        """The whole message, or why there is none."""
        if not self._headed:
            self.end_header()
        self._keep(self._held)
        if not self._last.endswith(b"\n"):
            self._keep(b"\r\n")
        if self._bare and not self._normalize:
            self.refuse(BARE_ENDS)
        if self.refusal is None:
            try:
                return self.body.content()
            except OSError:
                log.exception("milter.spool_failed")
                self.refuse(NO_ROOM)
        return self.refusal or NO_ROOM

    def envelope(self, client: Client) -> Envelope:
        """With the parameters that the message needs, where nobody said so: mail from sendmail(1) comes without any."""
        sender, command = self._sender
        parameters = list(command.parameters)
        if not self._ascii and command.parameter(b"BODY") is None:
            parameters.append(b"BODY=8BITMIME")
        paths = (command.path, *(rcpt.path for _, rcpt in self.recipients))
        if command.parameter(b"SMTPUTF8") is None and not all(each.isascii() for each in paths):
            parameters.append(b"SMTPUTF8")
        return Envelope(
            sender=sender,
            recipients=tuple(address for address, _ in self.recipients),
            client=client,
            mail=Command(path=command.path, parameters=tuple(parameters)),
            rcpts=tuple(rcpt for _, rcpt in self.recipients),
        )

    def refuse(self, reply: Reply) -> None:
        """It will not be taken; the first reason counts."""
        self.refusal = self.refusal or reply
        self.body.discard()

    def _keep(self, octets: bytes) -> None:
        if not octets or self.refusal is not None:
            return
        if stands_alone(octets):
            self._bare = True
            octets = _LINE_END.sub(b"\r\n", octets) if self._normalize else octets
        self._ascii = self._ascii and octets.isascii()
        self._last = octets[-1:]
        if self.body.size + len(octets) > self._limit:
            self.refuse(TOO_BIG)
            return
        try:
            self.body.add(octets)
        except OSError:
            log.exception("milter.spool_failed")
            self.refuse(NO_ROOM)
