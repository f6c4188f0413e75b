"""Master keys by name, and the keys of messages that they wrap.

A wrapped key is text: `1.NAME.BASE64`, the form, the master key's name, and what that sealed. It opens as the key of that
message only. What a message's key seals is octets, or as text `s1.BASE64`; base64 is the URL's alphabet, written in the one way.
"""

import os
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from collections.abc import Mapping
from dataclasses import dataclass, field

from gateway.vault.cipher import Broken, Cipher, derived

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
"""What a master key may be called."""
_WRAPPED, _SEALED = "1", "s1"
_PROOF = b"hatchway"


class NoKey(Exception):  # noqa: N818  -- it states what is missing
    """A master key that is needed was not given, or another one was; `name` is its name."""

    def __init__(self, name: str, says: str) -> None:
        super().__init__(f'the key "{name}" {says}')
        self.name = name


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """The key of what belongs to `of`. Without a cipher nothing is sealed: that is for what is kept in the clear."""

    of: str
    wrapped: str | None = None
    cipher: Cipher | None = field(default=None, repr=False)

    def close(self, part: str, octets: bytes) -> bytes:
        """Sealed, to be opened only as that part."""
        return octets if self.cipher is None else self.cipher.close(octets, _bound(self.of, part))

    def open(self, part: str, octets: bytes) -> bytes:
        """What was sealed. Raises Broken."""
        return octets if self.cipher is None else self.cipher.open(octets, _bound(self.of, part))

    def close_text(self, part: str, text: str) -> str:
        """Text that is sealed, as text."""
        if self.cipher is None:
            return text
        return f"{_SEALED}.{_written(self.close(part, text.encode('utf-8', 'surrogatepass')))}"

    def open_text(self, part: str, text: str) -> str:
        """What was sealed. Raises Broken."""
        if self.cipher is None:
            return text
        mark, dot, written = text.partition(".")
        if mark != _SEALED or not dot:
            raise Broken("is not sealed, and should be")
        return self.open(part, _octets(written)).decode("utf-8", "surrogatepass")


class Masters:
    """secrets: of every master key, by its name; use: the name of the one that new keys are wrapped with, "" for none."""

    def __init__(self, secrets: Mapping[str, bytes], use: str = "") -> None:
        self._ciphers = {name: derived(secret, b"", b"hatchway store 1") for name, secret in secrets.items()}
        self.use = use

    @property
    def names(self) -> frozenset[str]:
        """Of all that are known."""
        return frozenset(self._ciphers)

    def fresh(self, of: str) -> Key:
        """A new key for what belongs to `of`."""
        if not self.use:
            return Key(of=of)
        octets = os.urandom(32)
        return Key(of=of, wrapped=self._wrapped(of, octets), cipher=Cipher(octets))

    def key(self, of: str, wrapped: str | None) -> Key:
        """The key that was wrapped; for None that of what is kept in the clear. Raises NoKey, Broken."""
        if wrapped is None:
            return Key(of=of)
        return Key(of=of, wrapped=wrapped, cipher=Cipher(self._unwrapped(of, wrapped)))

    def again(self, of: str, wrapped: str) -> str:
        """The same key, wrapped with the master key in use. Raises NoKey, Broken."""
        return self._wrapped(of, self._unwrapped(of, wrapped))

    def proof(self, name: str) -> str:
        """What shows later whether a master key is still the one of that name. Raises NoKey."""
        return _written(self._master(name).close(_PROOF, _bound("proof", name)))

    def proves(self, name: str, proof: str) -> bool:
        """Whether ours is the master key that the proof was made with. Raises NoKey if there is none of that name."""
        try:
            return self._master(name).open(_octets(proof), _bound("proof", name)) == _PROOF
        except Broken:
            return False

    def _wrapped(self, of: str, octets: bytes) -> str:
        return f"{_WRAPPED}.{self.use}.{_written(self._master(self.use).close(octets, _bound(of, f'key {self.use}')))}"

    def _unwrapped(self, of: str, wrapped: str) -> bytes:
        name = master_of(wrapped)
        return self._master(name).open(_octets(wrapped.rpartition(".")[2]), _bound(of, f"key {name}"))

    def _master(self, name: str) -> Cipher:
        try:
            return self._ciphers[name]
        except KeyError:
            raise NoKey(name, "was not given") from None


def master_of(wrapped: str) -> str:
    """The name of the master key that wrapped it. Raises Broken."""
    form, _, rest = wrapped.partition(".")
    name = rest.partition(".")[0]
    if form != _WRAPPED or not NAME.fullmatch(name):
        raise Broken("is no wrapped key")
    return name


def begins(name: str) -> str:
    """How every key begins that the master key of that name wrapped."""
    return f"{_WRAPPED}.{name}."


def _bound(of: str, part: str) -> bytes:
    """Whose it is and which part, so that no two pairs are written the same."""
    return b"".join(b"%d:%b" % (len(one), one) for one in (of.encode("utf-8"), part.encode("utf-8")))


def _written(octets: bytes) -> str:
    return urlsafe_b64encode(octets).decode("ascii")


def _octets(text: str) -> bytes:
    """Base64 written in the one way it is written. Raises Broken."""
    try:
        octets = urlsafe_b64decode(text.encode("ascii"))
    except (Error, ValueError):
        raise Broken("is no base64") from None
    if urlsafe_b64encode(octets).decode("ascii") != text:
        raise Broken("is written in another way than it was sealed")
    return octets


CLEAR = Masters({})
"""No master key: everything is kept in the clear."""
