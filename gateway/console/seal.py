"""Seals what the console must be able to read again: secrets of second factors, and errands that a browser carries.

AES-256-GCM with a random nonce. The key comes from the store's own, and where the settings name a `key file`, from what is
in that as well; then who has the database alone opens nothing. What is sealed says by a mark which of the two it needs, so
that a key file can be added later. It fails with Broken for what was altered, belongs to somebody else or needs another file.
"""

import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from gateway.factors import FactorBook
from gateway.settings import Console
from gateway.source import Location, Mistakes, Problem

_NONCE = 12
_SHORTEST = 16
_STORE, _FILE = "s1", "f1"


class Broken(ValueError):  # noqa: N818  -- it states a fact
    """That cannot be opened."""


class Seal:
    """key: the store's; more: what is in the key file, b"" without one."""

    def __init__(self, key: bytes, more: bytes = b"") -> None:
        self._keys = {_STORE: _derived(key, b"")}
        if more:
            self._keys[_FILE] = _derived(key, more)
        self._mark = _FILE if more else _STORE

    def close(self, text: str, of: str) -> str:
        """Sealed, to be opened only as being `of` the same."""
        nonce = os.urandom(_NONCE)
        sealed = self._keys[self._mark].encrypt(nonce, text.encode(), of.encode())
        return f"{self._mark}.{urlsafe_b64encode(nonce + sealed).decode()}"

    def open(self, sealed: str, of: str) -> str:
        """What was sealed. Raises Broken."""
        mark, _, written = sealed.partition(".")
        try:
            octets = _octets(written)
            return self._keys[mark].decrypt(octets[:_NONCE], octets[_NONCE:], of.encode()).decode()
        except KeyError:
            raise Broken(
                "a second factor needs the key file it was sealed with" if mark == _FILE else "what should be sealed is not"
            ) from None
        except (ValueError, InvalidTag):
            raise Broken("a seal is broken: it was altered, or made with another key file") from None

    async def renew(self, book: FactorBook) -> None:
        """Seal as we do now what is not sealed so yet. Raises Broken if a secret cannot be opened."""
        for account, kept in await book.seals():
            mark, dot, _ = kept.partition(".")
            if not dot:
                await book.reseal(account, kept, self.close(kept, account))
            elif mark != self._mark:
                await book.reseal(account, kept, self.close(self.open(kept, account), account))
            else:
                self.open(kept, account)


def in_file(path: Path | None) -> bytes:
    """The secret of a key file, b"" for none. Raises OSError, or ValueError if it is too short to be one."""
    if path is None:
        return b""
    octets = path.read_bytes().strip()
    if len(octets) < _SHORTEST:
        raise ValueError(f"holds fewer than {_SHORTEST} octets; make one with: openssl rand -hex 32")
    return octets


async def opened_seal(settings: Console, key: bytes, book: FactorBook) -> Seal:
    """The seal, and every second factor sealed with it. Raises Mistakes if the key file does not serve."""
    try:
        seal = Seal(key, in_file(settings.key_file))
        await seal.renew(book)
    except (OSError, ValueError) as wrong:
        said = wrong.strerror if isinstance(wrong, OSError) else wrong
        remedy = "The settings name it as `key file` of the console. Without the right one no second factor can be checked."
        where = Location(str(settings.key_file or "key file"))
        raise Mistakes([Problem(location=where, message=f"does not serve: {said}", remedy=remedy)]) from None
    return seal


def _octets(written: str) -> bytes:
    """Base64 written in the one way it is written. Raises ValueError."""
    octets = urlsafe_b64decode(written)
    if urlsafe_b64encode(octets) != written.encode():
        raise ValueError(written)
    return octets


def _derived(key: bytes, more: bytes) -> AESGCM:
    return AESGCM(HKDF(algorithm=SHA256(), length=32, salt=more, info=b"hatchway seal 1").derive(key))
