"""How what is held is sealed in the store, as the settings write it. No key is read here."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from gateway.source import AfterValidator, BeforeValidator, Document, Field, Model, Problem, Written, Wrong
from gateway.vault import NAME

OFF = "off"
OWN = "first"
"""What the key beside the database is called."""


def _name(written: str) -> str:
    if written == OFF or not NAME.fullmatch(written):
        raise Wrong(f'"{written}" is no name of a key', "Write letters, digits, - and _, for example 2026 in quotation marks.")
    return written


class Encryption(Model):
    """How what is held is sealed in the store. `encryption: off` seals nothing new, for those who encrypt the disk.

    keys: master keys by name, each a file with a secret, or credential:NAME for one that systemd hands over; where none is
    named, the file beside the database that ends in .key is taken, which is made with a new SQLite database
    use: the name of the key that new mail is sealed with, or off; it need not be said where there is one
    """

    keys: dict[Annotated[str, AfterValidator(_name)], Path] = Field(default_factory=dict)
    use: str = ""

    @property
    def off(self) -> bool:
        """Whether nothing new is sealed."""
        return self.use == OFF


def _meant(written: object) -> object:
    return {"use": OFF} if written == OFF else written


DEFAULT = Encryption()
"""Where the settings say nothing of it."""
Sealing = Annotated[Encryption, BeforeValidator(_meant), Written(also={"const": OFF})]


def contradictions(encryption: Encryption, document: Document) -> Iterator[Problem]:
    """What no single key shows."""
    names = ", ".join(sorted(encryption.keys))
    if len(encryption.keys) > 1 and not encryption.use:
        yield document.problem(("encryption",), "does not say which key is used", f"Write `use:` with one of {names}.")
    elif encryption.use and not encryption.off and encryption.use not in (encryption.keys or [OWN]):
        yield document.problem(("encryption", "use"), f'no key is called "{encryption.use}"', f"There is {names or OWN}, or off.")
