"""Seals what the console must be able to read again: secrets of second factors, and errands that a browser carries.

AES-256-GCM with a random nonce. The key comes from the store's own, and where the settings name a `key file`, from what is
in that as well; then who has the database alone opens nothing. What is sealed says by a mark which of the two it needs, so
that a key file can be added later. It fails with Broken for what was altered, belongs to somebody else or needs another file.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode

from gateway.factors import FactorBook
from gateway.settings import Console
from gateway.source import Location, Mistakes, Problem
from gateway.vault import Broken, Cipher, derived, secret

_STORE, _FILE = "s1", "f1"


class Seal:
    """key: the store's; more: what is in the key file, b"" without one."""

    def __init__(self, key: bytes, more: bytes = b"") -> None:
        self._keys = {_STORE: _derived(key, b"")}
        if more:
            self._keys[_FILE] = _derived(key, more)
        self._mark = _FILE if more else _STORE

    def close(self, text: str, of: str) -> str:
        """Sealed, to be opened only as being `of` the same."""
        sealed = self._keys[self._mark].close(text.encode(), of.encode())
        return f"{self._mark}.{urlsafe_b64encode(sealed).decode()}"

    def open(self, sealed: str, of: str) -> str:
        """What was sealed. Raises Broken."""
        mark, _, written = sealed.partition(".")
        try:
            return self._keys[mark].open(_octets(written), of.encode()).decode()
        except KeyError:
            raise Broken(
                "a second factor needs the key file it was sealed with" if mark == _FILE else "what should be sealed is not"
            ) from None
        except ValueError:
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


async def opened_seal(settings: Console, key: bytes, book: FactorBook) -> Seal:
    """The seal, and every second factor sealed with it. Raises Mistakes if the key file does not serve."""
    try:
        seal = Seal(key, secret(settings.key_file) if settings.key_file else b"")
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


def _derived(key: bytes, more: bytes) -> Cipher:
    return derived(key, more, b"hatchway seal 1")
