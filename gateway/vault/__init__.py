"""What seals: AES-256-GCM, keys that are wrapped by master keys, and where master keys come from.

A message's key is random and seals what belongs to that message; a master key, known by its name, wraps the message's key. So
another master key means wrapping anew what is small, and not sealing anew what is large. Everything sealed is bound to whose it
is and which part of it: put elsewhere it does not open. `cryptography` stands behind this door alone.

It also says when a certificate ends.

It knows no store, no settings and no mail. It fails with Broken for what was altered, moved or cut; with NoKey for a master key
that was not given, or is another one of that name; with OSError and ValueError for a file that holds none.
"""

from gateway.vault.certificates import ends
from gateway.vault.cipher import Broken, Cipher, derived
from gateway.vault.keyfile import SHORTEST, credential, made, readable, secret
from gateway.vault.masters import CLEAR, NAME, Key, Masters, NoKey, begins, master_of

__all__ = [
    "CLEAR",
    "NAME",
    "SHORTEST",
    "Broken",
    "Cipher",
    "Key",
    "Masters",
    "NoKey",
    "begins",
    "credential",
    "derived",
    "ends",
    "made",
    "master_of",
    "readable",
    "secret",
]
