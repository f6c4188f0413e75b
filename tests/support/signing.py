"""A DKIM key of a test: it signs a message, and says whether a signature still verifies."""

import base64

import dkim
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

FIELDS = [b"from", b"to", b"subject", b"date", b"message-id"]


class Signer:
    """One key, published under every name that is asked for. simple: sign every octet as it stands, the strictest there is."""

    def __init__(self) -> None:
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        form, plain = serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
        self._private = key.private_bytes(serialization.Encoding.PEM, form, plain)
        spki = serialization.PublicFormat.SubjectPublicKeyInfo
        self._record = b"v=DKIM1; k=rsa; p=" + base64.b64encode(key.public_key().public_bytes(serialization.Encoding.DER, spki))

    def signed(self, message: bytes, sender: str, *, simple: bool = True) -> bytes:
        how = (b"simple", b"simple") if simple else (b"relaxed", b"simple")
        domain = sender.partition("@")[2].encode()
        return dkim.sign(message, b"s1", domain, self._private, include_headers=FIELDS, canonicalize=how) + message

    def verifies(self, message: bytes) -> bool:
        return dkim.verify(message, dnsfunc=lambda *_args, **_named: self._record)
