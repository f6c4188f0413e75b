"""Whether it is still he who sits there: for what would lock him out, or let somebody else in for good."""

from datetime import timedelta
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gateway.console.house import house, me, session
from gateway.lately import lately

FRESH = timedelta(minutes=15)


def is_fresh(request: Request) -> bool:
    """Whether he showed just now that it is he: a provider that let him in by what he did there this morning does not say so."""
    shown = session(request).shown
    return shown is not None and lately(shown, house(request).clock.now(), FRESH)


def sign_in_again(onward: str) -> Response:
    """To sign in anew, and then on."""
    return RedirectResponse(f"/sign-in?again=1&next={quote(onward, safe='/')}", 303)


def is_in_doubt(request: Request) -> bool:
    """Whether he has no password here to be asked for, and did not sign in just now."""
    return not me(request).password and not is_fresh(request)
