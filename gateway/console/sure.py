"""Whether it is still he who sits there: for what would lock him out, or let somebody else in for good."""

from datetime import timedelta
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gateway.console.house import house, me, session
from gateway.lately import lately

FRESH = timedelta(minutes=15)


def is_fresh(request: Request) -> bool:
    """Whether he signed in just now."""
    return lately(session(request).made, house(request).clock.now(), FRESH)


def sign_in_again(onward: str) -> Response:
    """To sign in anew, and then on."""
    return RedirectResponse(f"/sign-in?again=1&next={quote(onward, safe='/')}", 303)


async def doubt(request: Request, password: str) -> str:
    """Why it may be somebody else, "" if it is not. Who has no password here must have signed in just now."""
    own = me(request)
    if own.password:
        return "" if await house(request).passwords.fits(own, password) else "That is not your password."
    return "" if is_fresh(request) else "You signed in a while ago. Sign out, sign in again and do this then."
