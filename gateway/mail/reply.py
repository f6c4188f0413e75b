"""SMTP replies (RFC 5321 §4.2) with enhanced status codes (RFC 3463)."""

import re
from dataclasses import dataclass
from typing import Self

from gateway.mail.address import Address

_CONTROL = re.compile(r"[^\t\x20-\x7e]")
_STATUS = re.compile(r"([245]\.\d{1,3}\.\d{1,3})(?:\s|$)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """code 200-599; status as "2.0.0" or "" where the speaker gave none; text, lines parted by newline."""

    code: int
    status: str = ""
    text: str = ""

    @classmethod
    def parse(cls, code: int, text: str) -> Self:
        """A reply as heard: the enhanced status code is taken off every line (RFC 2034 §4)."""
        found = _STATUS.match(text)
        if not found or found[1][0] != str(code)[0]:
            return cls(code=code, text=text)
        status = found[1]
        return cls(code=code, status=status, text="\n".join(_behind(line, status) for line in text.split("\n")))

    @property
    def good(self) -> bool:
        """True for 2yz: what was asked is done."""
        return 200 <= self.code < 300  # noqa: PLR2004  -- RFC 5321 §4.2.1

    @property
    def transient(self) -> bool:
        """True for 4yz: try again later."""
        return 400 <= self.code < 500  # noqa: PLR2004  -- RFC 5321 §4.2.1

    def naming(self, id_: str) -> "Reply":
        """This reply with a message's id at its end, so that whoever asks about it can be answered; itself if it has it."""
        if id_ in self.text:
            return self
        return Reply(code=self.code, status=self.status, text=f"{self.text} (id {id_})")

    def __str__(self) -> str:
        """The reply on one line, for logs."""
        return " ".join(filter(None, (str(self.code), self.status, self.text.replace("\n", " / "))))

    def wire(self) -> bytes:
        """The reply as sent, every line ended by CRLF; nothing in the text can end a line or forge another."""
        lines = [f"{self.status} {_CONTROL.sub('?', line)}".strip() for line in self.text.split("\n")]
        last = f"{self.code} {lines.pop()}\r\n"
        return "".join([*(f"{self.code}-{line}\r\n" for line in lines), last]).encode("ascii")


def _behind(line: str, status: str) -> str:
    """The line without the status, and one blank behind that, if it begins with it."""
    if not line.startswith(status):
        return line
    rest = line[len(status) :]
    return rest[1:] if rest[:1].isspace() else rest


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What the relay said of a whole transaction: its last reply, and the recipients it refused, each with its reply."""

    reply: Reply
    refused: tuple[tuple[Address, Reply], ...] = ()
