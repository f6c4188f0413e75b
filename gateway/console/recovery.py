"""Recovery codes: ten that serve once each in place of a lost second factor, shown once; only their SHA-256 is kept.

A code has 80 random bits, so that its hash needs no salt and no slowness.
"""

import secrets
from base64 import b32encode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gateway.console.guard import local
from gateway.console.house import house, me
from gateway.console.pages import page
from gateway.console.steps import step
from gateway.console.sure import is_fresh, sign_in_again
from gateway.people import digest

_COUNT, _OCTETS, _GROUP = 10, 10, 4


async def recovery(request: Request) -> Response:
    """How many are left."""
    return await _recovery(request)


async def renewed(request: Request) -> Response:
    """New ones, in place of all before; shown now and never again."""
    if not is_fresh(request):
        return sign_in_again("/me/recovery")
    here, own = house(request), me(request)
    if not own.totp and not await here.factors.passkeys(own.id):
        return RedirectResponse("/me/second-factor", 303)
    codes = [new_code() for _ in range(_COUNT)]
    await here.factors.new_codes(own.id, [digest(plain_code(code)) for code in codes], here.clock.now())
    await step(request, "recovery codes made", count=_COUNT)
    return await _recovery(request, codes)


async def onward(request: Request, done: str) -> str:
    """Where to go after a second factor was set up: to the recovery codes, if there are none yet."""
    left = await house(request).factors.codes_left(me(request).id)
    return f"/me?done={done}" if left else "/me/recovery?first=1"


def new_code() -> str:
    """As people read it: four groups of four."""
    written = b32encode(secrets.token_bytes(_OCTETS)).decode().casefold()
    return "-".join(written[at : at + _GROUP] for at in range(0, len(written), _GROUP))


def plain_code(written: str) -> str:
    """As it is kept, however it was typed."""
    return "".join(letter for letter in written[:100].casefold() if letter.isalnum())


async def _recovery(request: Request, codes: list[str] | None = None) -> Response:
    asked = request.query_params
    return page(
        request,
        "recovery.html",
        left=await house(request).factors.codes_left(me(request).id),
        codes=codes or [],
        fresh=is_fresh(request),
        first="first" in asked,
        used="used" in asked,
        onward=local(asked.get("next", "/")),
    )
