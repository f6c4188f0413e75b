"""All routes, each behind its rights."""

import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route

from gateway.console import accounts, appeals, elsewhere, entry, mail, own, passkeys, queue, recovery, report, sender
from gateway.console.api import AT, programs
from gateway.console.guard import Guard, Page, allowed
from gateway.console.house import House
from gateway.console.pages import static_file, trouble
from gateway.console.rights import RIGHTS
from gateway.ports import StoreUnavailable, StoreUncertain

log = structlog.get_logger()


async def health(_request: Request) -> Response:
    """Whether we answer at all."""
    return PlainTextResponse("ok\n")


async def static(request: Request) -> Response:
    """Our own style sheet, script and picture; their addresses change when they do."""
    try:
        octets, kind = static_file(request.path_params["name"])
    except KeyError:
        return PlainTextResponse("There is no such file.", 404)
    return Response(octets, media_type=kind, headers={"Cache-Control": "public, max-age=31536000, immutable"})


PAGES: dict[str, Page] = {
    "GET /healthz": health,
    "GET /static/{name}": static,
    "GET /sign-in": entry.sign_in,
    "POST /sign-in": entry.signed_in,
    "GET /sign-in/code": entry.code,
    "POST /sign-in/code": entry.coded,
    "GET /sign-in/oidc": elsewhere.there,
    "GET /sign-in/oidc/back": elsewhere.back,
    "POST /sign-in/oidc/signed-out": elsewhere.farewell,
    "POST /sign-in/passkey/question": passkeys.question,
    "POST /sign-in/passkey": passkeys.answered,
    "GET /signed-out": elsewhere.signed_out,
    "GET /welcome/{token}": entry.welcome,
    "POST /welcome/{token}": entry.welcomed,
    "POST /sign-out": entry.sign_out,
    "GET /": queue.home,
    "GET /me": own.account,
    "POST /me/password": own.password,
    "GET /me/second-factor": own.second_factor,
    "POST /me/second-factor": own.second_factored,
    "GET /me/passkeys": passkeys.passkeys,
    "POST /me/passkeys": passkeys.added,
    "POST /me/passkeys/invitation": passkeys.invitation,
    "POST /me/passkeys/{passkey}": passkeys.renamed,
    "POST /me/passkeys/{passkey}/remove": passkeys.removed,
    "GET /me/recovery": recovery.recovery,
    "POST /me/recovery": recovery.renewed,
    "POST /me/sessions": own.end_sessions,
    "POST /me/told": own.told,
    "GET /go/{hold}/{token}": mail.go,
    "GET /status/{hold}/{token}": sender.status,
    "POST /status/{hold}/{token}/withdraw": sender.withdraw,
    "POST /status/{hold}/{token}/explain": sender.explain,
    "POST /status/{hold}/{token}/answer": sender.answer,
    "POST /status/{hold}/{token}/appeal": sender.appeal,
    "GET /queue": queue.queue,
    "GET /queue/lines": queue.lines,
    "POST /queue/confirm": queue.confirm,
    "POST /queue/rule": queue.decide,
    "GET /mail/{hold}": mail.mail,
    "GET /mail/{hold}/state": mail.state,
    "GET /mail/{hold}/page": mail.body,
    "GET /mail/{hold}/source": mail.source,
    "GET /mail/{hold}/original": mail.original,
    "GET /mail/{hold}/part/{number}": mail.part,
    "GET /mail/{hold}/frame/{number}": mail.frame,
    "POST /mail/{hold}/release": mail.release,
    "POST /mail/{hold}/deny": mail.deny,
    "POST /mail/{hold}/return": appeals.send_back,
    "POST /mail/{hold}/overturn": appeals.overturn,
    "POST /mail/{hold}/uphold": appeals.uphold,
    "POST /mail/{hold}/note": mail.note,
    "POST /mail/{hold}/agree": mail.agree,
    "POST /mail/{hold}/disagree": mail.disagree,
    "POST /mail/{hold}/hand-over": mail.hand_over,
    "GET /report": report.report,
    "GET /report/file/{form}": report.export,
    "GET /people": accounts.people,
    "POST /people": accounts.add,
    "GET /people/{account}": accounts.person,
    "POST /people/{account}": accounts.change,
    "POST /people/{account}/link": accounts.link,
    "POST /people/{account}/reset": accounts.reset,
    "POST /people/{account}/disable": accounts.disable,
    "POST /people/{account}/enable": accounts.enable,
}
_QUIET = {"GET /queue/lines", "GET /mail/{hold}/state"}
_HALF = {
    *("GET /me/second-factor", "POST /me/second-factor", "GET /me/passkeys", "POST /me/passkeys"),
    *("POST /me/passkeys/invitation", "GET /me/recovery", "POST /me/recovery"),
}


def application(here: House) -> Starlette:
    """The console as an ASGI application."""
    app = Starlette(
        routes=[Mount(AT, app=programs(here)), *(_route(name, page) for name, page in PAGES.items())],
        middleware=[Middleware(Guard, public_url=here.settings.public_url, signed={elsewhere.FAREWELL}, programs=AT)],
        exception_handlers={HTTPException: _http, StoreUnavailable: _store_away, Exception: _fault},
    )
    app.state.house = here
    return app


def _route(name: str, page: Page) -> Route:
    """Raises KeyError for a page whose rights nobody wrote down."""
    method, _, path = name.partition(" ")
    return Route(path, allowed(page, RIGHTS[name], quiet=name in _QUIET, half=name in _HALF), methods=[method])


async def _http(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    said = {404: "There is no such page", 405: "That cannot be done here"}.get(status, "That did not work")
    return trouble(request, status, said, "Go back, or begin again from the start page.")


async def _store_away(request: Request, error: Exception) -> Response:
    log.error("console.store_away", why=str(error))
    if isinstance(error, StoreUncertain):
        return trouble(request, 503, "The store was lost while it wrote", "Look in a minute whether it was done, or do it again.")
    looks = request.method in {"GET", "HEAD"}
    said = "Nothing was changed. Try again in a minute." if looks else "Look in a minute whether it was done, or do it again."
    return trouble(request, 503, "The store cannot be reached now", said)


async def _fault(request: Request, _error: Exception) -> Response:
    return trouble(request, 500, "Something went wrong on our side", "Nothing is lost. Try again; the log says what it was.")
