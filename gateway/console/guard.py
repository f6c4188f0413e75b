"""What stands before every page: our own origin only, headers that browsers obey, and who is asking.

Requests that change something must come from our own pages: browsers say so in Sec-Fetch-Site, or by Origin where they do
not; what says neither is refused. There are no tokens that go stale.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import timedelta
from urllib.parse import quote

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.console.house import House, house
from gateway.console.pages import trouble
from gateway.lately import lately
from gateway.people import Account, Role, Session, digest

log = structlog.get_logger()

Page = Callable[[Request], Awaitable[Response]]

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_LARGEST = 256 * 1024
_TOUCHED = timedelta(seconds=60)
_HALFWAY = timedelta(minutes=5)
"""How long there is for the code after the password."""

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; "
    "frame-src 'self'; frame-ancestors 'none'; base-uri 'none'"
)
FRAME_CSP = (
    "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'; form-action 'none'; frame-ancestors 'self'; "
    "base-uri 'none'"
)
_HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "X-Robots-Tag": "noindex, nofollow",
    "Cache-Control": "no-store",
}


class Guard:
    """ASGI middleware around all pages. signed: paths where no browser asks, and what is sent has to prove itself.

    programs: below this path no cookie counts, each request proves itself by a token, and what is refused is told as JSON
    """

    def __init__(self, app: ASGIApp, *, public_url: str, signed: Collection[str] = (), programs: str = "") -> None:
        self._app = app
        self._signed = frozenset(signed)
        self._programs = programs
        self._origin = public_url
        self._headers = dict(_HEADERS)
        if public_url.startswith("https:"):
            self._headers["Strict-Transport-Security"] = "max-age=31536000"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        refusal = self._refusal(scope["method"], scope["path"], Headers(scope=scope))
        await (refusal or self._app)(scope, receive, told)

    def _refusal(self, method: str, path: str, headers: Headers) -> Response | None:
        if method in _SAFE or (self._programs and path.startswith(f"{self._programs}/")):
            return None
        if path not in self._signed and not is_ours(headers, self._origin):
            return PlainTextResponse("This came from another site, and was not done. Open the console and try again.", 403)
        size = headers.get("content-length", "")
        if not size.isdecimal() or int(size) > _LARGEST:
            return PlainTextResponse("That is too large.", 413)
        return None


def is_ours(headers: Mapping[str, str], origin: str) -> bool:
    """Whether a request comes from our own pages, or was typed in by the user himself."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    return headers.get("origin") == origin


def cookie_name(of: House) -> str:
    """`__Host-` binds the cookie to this very host (RFC 6265bis §4.1.3.2); browsers allow it where we are encrypted."""
    return "__Host-hatchway" if of.secure else "hatchway"


def allowed(page: Page, roles: frozenset[Role] | None, *, quiet: bool = False, half: bool = False) -> Page:
    """The page for these roles only, None for anybody. quiet: it does not keep a session awake; half: it sets up the factor."""

    async def guarded(request: Request) -> Response:
        found = await whose(request, quiet=quiet)
        if found is not None:
            request.state.session, request.state.me = found
        if roles is None:
            return await page(request)
        if found is None:
            return _to_sign_in(request)
        account = found[1]
        if house(request).settings.second_factor == "required" and not found[0].strong and not half:
            return RedirectResponse("/me/second-factor", 303)
        if account.role not in roles:
            return trouble(request, 403, "That is not for you", "Your role does not include this.")
        return await page(request)

    return guarded


async def whose(request: Request, *, quiet: bool = False, whole: bool = True) -> tuple[Session, Account] | None:
    """The session and account of a request; None if it has none that is good. whole=False: one that lacks the code yet."""
    here = house(request)
    cookie = request.cookies.get(cookie_name(here), "")
    found = await here.book.session(digest(cookie)) if cookie else None
    if found is None:
        return None
    session, account = found
    now = here.clock.now()
    if account.disabled or session.whole is not whole or not _alive(here, session):
        return None
    if not quiet and now - session.seen >= _TOUCHED:
        await here.book.touch(session.digest, now)
    return session, account


def _alive(here: House, session: Session) -> bool:
    now, wishes = here.clock.now(), here.settings
    if not session.whole:
        return lately(session.made, now, _HALFWAY)
    return lately(session.seen, now, wishes.idle) and lately(session.made, now, wishes.longest)


def _to_sign_in(request: Request) -> Response:
    """The sign-in page, and afterwards back; a poll by htmx reloads the page around it."""
    if request.headers.get("hx-request"):
        return Response(status_code=401, headers={"HX-Refresh": "true"})
    if request.method not in _SAFE:
        return RedirectResponse("/sign-in?late=1", 303)
    target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse("/sign-in" if target == "/" else f"/sign-in?next={quote(target, safe='/')}", 303)


def local(path: str) -> str:
    """A path of ours to go on to, "/" for anything else."""
    fine = path.startswith("/") and not path.startswith("//") and "\\" not in path and path.isprintable()
    return path if fine and path.isascii() else "/"
