"""The OpenAPI document (3.1), made of the same table as the routes."""

import re
from collections.abc import Mapping
from typing import Any

from gateway.console.api.fields import Field
from gateway.console.api.operation import Operation
from gateway.console.api.shapes import SHAPES
from gateway.console.api.trouble import KIND
from gateway.tokens import Scope

Json = dict[str, Any]
_SCOPES = {
    Scope.QUEUE_READ: "what is held, without its content",
    Scope.MESSAGE_READ: "what messages and their senders say",
    Scope.RULE_WRITE: "release, deny, ask to revise, agree, hand over, answer appeals",
    Scope.NOTES_WRITE: "notes",
    Scope.REPORT_READ: "the account of even-handedness",
    Scope.TRAIL_READ: "the audit trail",
}
_ABOUT = """\
The acts of Hatchway's console for programs. Each request carries a token (`hatchway token create`) in the header
Authorization; it may do what its scopes say and its account may do, and is in the audit trail. Scopes: {scopes}."""
_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "Asked again under the same key within a day, it is not done again: the first answer comes again.",
    "schema": {"type": "string", "maxLength": 200},
}
_MATCH = {
    "name": "If-Match",
    "in": "header",
    "description": "The ETag of the message as it was looked at; if anything happened to it since, nothing is done (412).",
    "schema": {"type": "string"},
}
_TROUBLES = {
    400: "The address, a header or the body cannot be read.",
    401: "No token, or one that does not serve.",
    403: "Not for this token, its account's role, or, of a ruling, not for this account: recusal.",
    404: "No such message in the queues of the token's account.",
    409: "Somebody ruled first, or something happened meanwhile. Nothing was done.",
    410: "The content was destroyed.",
    412: "The message is not as it was looked at. Nothing was done.",
    413: "The body is too large.",
    415: "The body is not said to be JSON.",
    422: "The body says what cannot be done, or the key was used for something else. Nothing was done.",
    428: "It is not said what was looked at: If-Match is missing, or says that anything will do. Nothing was done.",
    429: "Asked too often; Retry-After says how long to wait.",
    500: "Something went wrong on our side. Look before it is asked again.",
    503: "The store cannot be reached now. Ask again in a minute, under the same Idempotency-Key: then nothing is done twice.",
}
_ACTS = {409, 412, 413, 415, 422}


def openapi(operations: tuple[Operation, ...]) -> Json:
    """The document."""
    paths: dict[str, Json] = {}
    for one in operations:
        paths.setdefault(one.path, {})[one.method.lower()] = _operation(one)
    scopes = "; ".join(f"{scope}: {says}" for scope, says in _SCOPES.items())
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Hatchway",
            "version": "1",
            "description": _ABOUT.format(scopes=scopes),
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/api/v1"}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "bearerFormat": "hatchway_ID_SECRET"}},
            "schemas": dict(SHAPES),
            "responses": {str(status): _problem(says) for status, says in _TROUBLES.items()},
        },
    }


def statuses(operation: Operation) -> set[int]:
    """Which problems it may answer with."""
    if operation.free:
        return set()
    found = {400, 401, 403, 429, 500, 503}
    found |= {404} if "{hold}" in operation.path or operation.path.startswith("/trail") else set()
    found |= {428} if operation.shown else set()
    found |= {410} if operation.answer == "message/rfc822" else set()
    return found | (_ACTS if operation.method == "POST" else set())


def _operation(one: Operation) -> Json:
    held = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in re.findall(r"{(\w+)}", one.path)
    ]
    asked = [{"name": name, "in": "query", "description": it.says, "schema": dict(it.schema)} for name, it in one.query.items()]
    parameters = [*held, *asked, *([_KEY, {**_MATCH, "required": True} if one.shown else _MATCH] if one.method == "POST" else [])]
    needs = f"Scope: {one.scope}. " if one.scope else ""
    roles = f"For accounts with the role {', '.join(sorted(one.roles))}." if one.scope else ""
    return {
        "operationId": one.name,
        "summary": one.says,
        "description": " ".join(filter(None, (one.more, f"{needs}{roles}".strip()))) or one.says,
        **({"parameters": parameters} if parameters else {}),
        **({"requestBody": _body(one.body)} if one.body else {}),
        "responses": {"200": _answer(one), **{str(of): {"$ref": f"#/components/responses/{of}"} for of in sorted(statuses(one))}},
        **({"security": []} if one.free else {}),
    }


def _answer(one: Operation) -> Json:
    media = one.answer if "/" in one.answer else "application/json"
    shape: Json = {"$ref": f"#/components/schemas/{one.answer}"} if "/" not in one.answer else {}
    if one.answer == "object":
        shape = {"type": "object"}
    headers = {"ETag": {"description": "For If-None-Match, and of a message for If-Match.", "schema": {"type": "string"}}}
    return {
        "description": one.says,
        "content": {media: {"schema": shape}},
        **({"headers": headers} if "/" not in one.answer else {}),
    }


def _body(fields: Mapping[str, Field]) -> Json:
    required = [name for name, one in fields.items() if one.required]
    schema = {
        "type": "object",
        "properties": {name: {**one.schema, "description": one.says} for name, one in fields.items()},
        **({"required": required} if required else {}),
        "additionalProperties": False,
    }
    return {"required": bool(required), "content": {"application/json": {"schema": schema}}}


def _problem(says: str) -> Json:
    return {"description": says, "content": {KIND: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
