"""Names for messages: short, sortable by time, and safe to read out over a telephone."""

import secrets
from datetime import datetime

_ALPHABET = "0123456789BCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz"
"""Postfix's alphabet for long queue ids: no vowels, so no words (postconf(5), enable_long_queue_ids)."""


def new_id(at: datetime) -> str:
    """A new id of 13 characters: microseconds since 1970, then 20 random bits. Ids made later sort later."""
    number = (int(at.timestamp() * 1_000_000) << 20) | secrets.randbits(20)
    digits = ""
    while number:
        number, rest = divmod(number, len(_ALPHABET))
        digits = _ALPHABET[rest] + digits
    return digits
