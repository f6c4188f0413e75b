"""AES-256-GCM with a random nonce before what it sealed (NIST SP 800-38D); keys from secrets by HKDF-SHA256 (RFC 5869)."""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE = 12


class Broken(ValueError):  # noqa: N818  -- it states a fact
    """That cannot be opened."""


class Cipher:
    """key: 32 octets. Random nonces are good for 2**32 sealings under one key."""

    def __init__(self, key: bytes) -> None:
        self._key = AESGCM(key)

    def close(self, octets: bytes, of: bytes) -> bytes:
        """Sealed, to be opened only as being `of` the same."""
        nonce = os.urandom(_NONCE)
        return nonce + self._key.encrypt(nonce, octets, of)

    def open(self, sealed: bytes, of: bytes) -> bytes:
        """What was sealed. Raises Broken."""
        try:
            return self._key.decrypt(sealed[:_NONCE], sealed[_NONCE:], of)
        except (InvalidTag, ValueError):
            raise Broken("was altered, cut or moved, or sealed with another key") from None


def derived(secret: bytes, salt: bytes, what_for: bytes) -> Cipher:
    """The cipher of a secret for one purpose."""
    return Cipher(HKDF(algorithm=SHA256(), length=32, salt=salt, info=what_for).derive(secret))
