"""What stands before every operation: whose token it is, what it is for, how often it asks, and that the trail has it.

A token is refused in one way whatever is wrong with it; what is wrong, and of which token, is in the trail.
"""

import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC
from http import HTTPStatus
from typing import Any

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from gateway.console.api import told
from gateway.console.api.fields import Faults, read
from gateway.console.api.operation import Operation
from gateway.console.api.trouble import Trouble
from gateway.console.house import client_of, house
from gateway.people import Account
from gateway.ports import StoreUnavailable
from gateway.tokens import Answered, Scope, Token, parts, refused, ruler, waste
from gateway.trail import Step

log = structlog.get_logger()

_LARGEST = 256 * 1024
_WRONG_TOKENS = 30
"""Tokens that do not serve, from one address in a minute."""
_KEY, _ID = 200, 20
JSON = "application/json"
Act = Callable[[], Awaitable[Response]]


def behind(operation: Operation) -> Callable[[Request], Awaitable[Response]]:
    """The operation for those who may, as a route."""

    async def answered(request: Request) -> Response:
        if operation.scope is None and operation.free:
            return _response(request, await operation.handler(request, {}))
        token, account = await _admitted(request)
        request.state.token, request.state.me, request.state.ruler = token, account, ruler(token, account)
        await _paced(request, token)
        await _permitted(request, operation)
        asked, octets = await _asked(request, operation)
        await _record(request, operation)

        async def act() -> Response:
            return _response(request, await operation.handler(request, asked))

        return await _once(request, token, octets, act) if operation.method == "POST" else await act()

    return answered


def scoped(request: Request, scope: Scope) -> bool:
    """Whether the token is for that, too."""
    token: Token = request.state.token
    return scope in token.scopes


async def _admitted(request: Request) -> tuple[Token, Account]:
    """Whose token it is. Raises Trouble."""
    if {"token", "access_token", "api_key"} & set(request.query_params):
        remedy = "Send it in the header Authorization, and make another: addresses are written down on their way."
        raise Trouble(400, "token-in-address", "A token has no place in an address.", remedy)
    here, now = house(request), house(request).clock.now()
    scheme, _, written = request.headers.get("authorization", "").partition(" ")
    given = parts(written.strip()) if scheme.casefold() == "bearer" else None
    found = await here.tokens.token(given[0]) if given else None
    if found is None:
        waste(given[1] if given else "")
        raise await _unknown(request, "")
    token, account = found
    why = "" if given and token.proves(given[1]) else "it is not its secret"
    why = why or await refused(token, account, here.factors, now, here.settings.vouched_for)
    if why:
        raise await _unknown(request, why, token)
    return token, account


async def _unknown(request: Request, why: str, token: Token | None = None) -> Trouble:
    """What whoever has no good token is told; of one that we know the trail is told why."""
    here, sent = house(request), bool(request.headers.get("authorization"))
    wait = here.pace.wait(f"from {client_of(request)}", _WRONG_TOKENS, here.clock.now()) if sent else 0
    if wait:
        return _too_many(wait)
    if token is not None:
        said = {"client": client_of(request), "token": token.name, "why": why}
        await here.trail.record(Step.PROGRAM_REFUSED, actor="nobody", detail=said)
    log.warning(
        "api.refused", why=why or "no token of ours", client=client_of(request), **({"token": token.name} if token else {})
    )
    challenge = 'Bearer realm="Hatchway"' + (', error="invalid_token"' if sent else "")
    remedy = "Send `Authorization: Bearer TOKEN` with a token of `hatchway token create` that is neither expired nor revoked."
    detail = "The token does not serve." if sent else "There is no token."
    return Trouble(401, "no-token", detail, remedy, headers={"WWW-Authenticate": challenge})


async def _paced(request: Request, token: Token) -> None:
    here = house(request)
    if wait := here.pace.wait(f"token {token.id}", here.settings.api_per_minute, here.clock.now()):
        raise _too_many(wait)


def _too_many(wait: int) -> Trouble:
    remedy = f"Wait {wait} s. Webhooks tell of what happens without being asked."
    return Trouble(429, "too-many-requests", "That was asked too often.", remedy, headers={"Retry-After": str(wait)})


async def _permitted(request: Request, operation: Operation) -> None:
    scope, account = operation.scope, request.state.me
    why = ""
    if scope is not None and not scoped(request, scope):
        why = f"The token has not the scope {scope}."
        challenge = {"WWW-Authenticate": f'Bearer realm="Hatchway", error="insufficient_scope", scope="{scope}"'}
        trouble = Trouble(403, "insufficient-scope", why, "Make a token that has it.", headers=challenge)
    elif account.role not in operation.roles:
        why = f"That is not for accounts with the role {account.role}."
        trouble = Trouble(403, "not-for-this-role", why, f"It is for {', '.join(sorted(operation.roles))}.")
    if why:
        detail = {"token": request.state.token.name, "client": client_of(request), "asked": operation.called, "why": why}
        await house(request).trail.record(Step.PROGRAM_REFUSED, actor=request.state.ruler.name, detail=detail)
        raise trouble


async def _record(request: Request, operation: Operation) -> None:
    """What is not in the trail is not done. The message is named there if it is a name that a message can have."""
    here, named = house(request), _named(request)
    said = {"token": request.state.token.name, "client": client_of(request), "asked": operation.called}
    now = here.clock.now().astimezone(UTC)
    await here.tokens.used(request.state.token, now, request.state.ruler.name, named, dict(said))


def _named(request: Request) -> str:
    hold = str(request.path_params.get("hold", ""))
    return hold if hold.isascii() and hold.isalnum() and len(hold) <= _ID else ""


async def _asked(request: Request, operation: Operation) -> tuple[dict[str, Any], bytes]:
    """What the address and the body say, and the body. Raises Trouble."""
    try:
        asked = read(operation.query, request.query_params, "?")
    except Faults as faults:
        raise _wrong(400, faults, "Correct the address.") from None
    if operation.method != "POST":
        return asked, b""
    octets = await _octets(request)
    try:
        return asked | read(operation.body, _object(request, octets), "/"), octets
    except Faults as faults:
        raise _wrong(422, faults, "Correct the body.") from None


def _wrong(status: int, faults: Faults, remedy: str) -> Trouble:
    errors = [{"at": where, "says": what} for where, what in faults.faults.items()]
    return Trouble(status, "invalid", f"{faults}.", remedy, more={"errors": errors})


async def _octets(request: Request) -> bytes:
    """The whole body: of half of one, or of none that was still to come, nothing is done. Raises Trouble."""
    octets = b""
    try:
        async for piece in request.stream():
            octets += piece
            if len(octets) > _LARGEST:
                raise Trouble(413, "too-large", "The body is too large.", f"Send at most {_LARGEST} octets.")
    except ClientDisconnect:
        raise Trouble(400, "cut-off", "The connection ended before the body did.", "Nothing was done. Send it again.") from None
    return octets


def _object(request: Request, octets: bytes) -> Mapping[str, Any]:
    if not octets:
        return {}
    kind = request.headers.get("content-type", "").partition(";")[0].strip().casefold()
    if kind != JSON:
        raise Trouble(415, "not-json", "The body is not said to be JSON.", f"Send Content-Type: {JSON}.")
    try:
        said = json.loads(octets)
    except (ValueError, RecursionError) as wrong:
        raise Trouble(400, "not-json", f"The body is no JSON: {wrong}.", "Send one JSON object.") from None
    if not isinstance(said, dict):
        raise Trouble(400, "not-json", "The body is no JSON object.", 'Send for example {"reason": "…"}.')
    return said


async def _once(request: Request, token: Token, octets: bytes, act: Act) -> Response:
    """Do it, and only once under one idempotency key. What was refused may be asked again under the same."""
    key = request.headers.get("idempotency-key", "").strip().strip('"')
    if not key:
        return await act()
    if len(key) > _KEY or not key.isascii() or not key.isprintable():
        raise Trouble(400, "invalid", "The header Idempotency-Key is no key.", f"Send up to {_KEY} characters of ASCII.")
    here = house(request)
    print_ = hashlib.sha256(b"\0".join((request.method.encode(), request.url.path.encode(), octets))).hexdigest()
    begun = Answered(print=print_, at=here.clock.now(), hold=_named(request))
    before = await here.tokens.begin(token.id, key, begun)
    if before is not None:
        return _again(before, print_)
    request.state.key = key
    try:
        response = await act()
    except BaseException:
        with suppress(StoreUnavailable):
            await here.tokens.finish(token.id, key, None)
        raise
    done = replace(begun, status=response.status_code, body=bytes(response.body).decode())
    await here.tokens.finish(token.id, key, done)
    return response


def _again(before: Answered, print_: str) -> Response:
    if before.print != print_:
        remedy = "Take a new key for each thing that is asked."
        raise Trouble(422, "key-used", "Something else was asked under this Idempotency-Key.", remedy)
    if not before.status:
        remedy = "Ask again under the same key; it is not done twice."
        raise Trouble(409, "in-progress", "The same is being done now.", remedy, headers={"Retry-After": "2"})
    return Response(before.body, before.status, headers={"Idempotency-Replayed": "true"}, media_type=JSON)


def _response(request: Request, answer: object) -> Response:
    """A response as it is; anything else as JSON, or 304 for who has it already (RFC 9110 §13.1.2)."""
    if isinstance(answer, Response):
        return answer
    octets = told.octets(answer)
    mark = getattr(request.state, "etag", "") or told.etag({"": octets.decode()})
    known = [one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")]
    if request.method in {"GET", "HEAD"} and mark in known:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers={"ETag": mark})
    return Response(octets, headers={"ETag": mark}, media_type=JSON)
