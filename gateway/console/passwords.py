"""Passwords and the codes of a second factor.

Hashing takes 64 MiB and a tenth of a second on purpose; it is done in a thread, no more than two at once. An account that is
not there takes as long to refuse as a wrong password.
"""

import asyncio
import re
import secrets
from datetime import datetime

import pyotp
import segno
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from gateway.people import Account

SHORTEST, LONGEST = 12, 256
_STEP = 30
_SECRET = re.compile(r"[A-Z2-7]{32}")


class Passwords:
    """argon2id with the library's parameters (RFC 9106, low memory)."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._nobody = self._hasher.hash(secrets.token_urlsafe(16))
        self._turns = asyncio.Semaphore(2)

    async def hashed(self, password: str) -> str:
        """What is kept of a password."""
        async with self._turns:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def fits(self, account: Account | None, password: str) -> bool:
        """Whether it is his password."""
        kept = (account.password if account else "") or self._nobody
        async with self._turns:
            right = await asyncio.to_thread(self._verified, kept, password[: LONGEST + 1])
        return right and account is not None and bool(account.password)

    def _verified(self, kept: str, password: str) -> bool:
        try:
            return self._hasher.verify(kept, password)
        except (VerificationError, InvalidHashError):
            return False


def weakness(password: str, again: str, account: Account) -> str:
    """Why a new password will not do; "" if it will. Length counts; no rule asks for odd characters (NIST SP 800-63B)."""
    if password != again:
        return "The two passwords are not the same."
    if not SHORTEST <= len(password) <= LONGEST:
        return f"A password has at least {SHORTEST} characters and at most {LONGEST}. A few words in a row make a good one."
    if len(set(password)) < SHORTEST // 2:
        return "That password is too easy to guess: it repeats a few characters."
    if account.login.partition("@")[0] in password.casefold():
        return "A password does not contain your own address."
    return ""


def new_secret() -> str:
    """A secret for a second factor."""
    return pyotp.random_base32()


def is_secret(written: str) -> bool:
    """Whether that could be one."""
    return _SECRET.fullmatch(written) is not None


def step_of(secret: str, code: str, at: datetime) -> int | None:
    """The time step whose code that is, of this half minute and its two neighbours (RFC 6238 §5.2); None if of none."""
    given = re.sub(r"\s", "", code)[:8]
    now, totp = int(at.timestamp()) // _STEP, pyotp.TOTP(secret)
    steps = (step for step in (now - 1, now, now + 1) if secrets.compare_digest(totp.generate_otp(step).encode(), given.encode()))
    return next(steps, None)


def setup_link(secret: str, login: str, issuer: str) -> str:
    """What an authenticator app opens."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=issuer)


def picture(link: str) -> str:
    """The same as a QR code, as a data: URL of an SVG."""
    return segno.make(link, error="m").svg_data_uri(scale=5, border=3, light="#fff")
