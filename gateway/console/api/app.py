"""All operations as an application of its own below the console's, so that what is refused here is told as JSON."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.console.api.document import openapi
from gateway.console.api.gate import behind
from gateway.console.api.operation import Operation
from gateway.console.api.operations import OPERATIONS
from gateway.console.api.trouble import Trouble, told
from gateway.console.house import House
from gateway.ports import StoreUnavailable

log = structlog.get_logger()
AT = "/api/v1"


async def _described(_request: Request, _asked: Mapping[str, Any]) -> object:
    return document()


EVERYTHING = (
    Operation(
        name="getDocument",
        method="GET",
        path="/openapi.json",
        says="This document.",
        handler=_described,
        answer="object",
        free=True,
    ),
    *OPERATIONS,
)


@cache
def document() -> dict[str, Any]:
    """The OpenAPI document of all operations."""
    return openapi(EVERYTHING)


def programs(here: House) -> Starlette:
    """The API, to be mounted at AT."""
    routes = [Route(one.path, behind(one), methods=[one.method]) for one in EVERYTHING]
    faults = {Trouble: _trouble, HTTPException: _http, StoreUnavailable: _store_away, Exception: _fault}
    app = Starlette(routes=routes, exception_handlers=faults)
    app.state.house = here
    return app


async def _trouble(_request: Request, error: Exception) -> Response:
    assert isinstance(error, Trouble)  # noqa: S101  -- Starlette hands over what the handler is for
    return told(error)


async def _http(_request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
    says = {404: "There is no such address.", 405: "That cannot be done here."}.get(status, "That cannot be answered.")
    return told(Trouble(status, "no-such-operation", says, f"{AT}/openapi.json has all there is.", headers=headers))


async def _store_away(_request: Request, error: Exception) -> Response:
    log.error("api.store_away", why=str(error))
    remedy = "Ask again in a minute, under the same Idempotency-Key."
    return told(Trouble(503, "store-away", "The store cannot be reached now.", remedy, headers={"Retry-After": "60"}))


async def _fault(_request: Request, _error: Exception) -> Response:
    return told(
        Trouble(
            500, "fault", "Something went wrong on our side; the log says what.", "Nothing is lost. Look before you ask again."
        )
    )
