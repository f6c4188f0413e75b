"""Routes, schemas and document are one; the document in deploy/ is the one that is served."""

import json
import re
from pathlib import Path

import httpx2
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from gateway.cli.token import SCOPES
from gateway.console.api import document
from gateway.console.api.app import EVERYTHING
from gateway.console.app import application
from gateway.people import Role
from gateway.tokens import ROLES, Scope
from tests.support.described import faults

DEPLOY = Path(__file__).parents[3] / "deploy"
R, S, A = Role.REVIEWER, Role.SUPERVISOR, Role.AUDITOR
# Written anew, so that a slip in the other table is seen.
MAY = {
    "GET /openapi.json": (None, {*Role}),
    "GET /token": (None, {*Role}),
    "GET /holds": ("queue:read", {R, S, A}),
    "GET /holds/{hold}": ("queue:read", {R, S, A}),
    "GET /holds/{hold}/content": ("message:read", {R, S, A}),
    "GET /holds/{hold}/history": ("queue:read", {R, S, A}),
    "GET /holds/{hold}/notes": ("queue:read", {R, S, A}),
    "POST /holds/{hold}/notes": ("notes:write", {R, S}),
    "POST /holds/{hold}/release": ("rule:write", {R, S}),
    "POST /holds/{hold}/deny": ("rule:write", {R, S}),
    "POST /holds/{hold}/return": ("rule:write", {R, S}),
    "POST /holds/{hold}/agree": ("rule:write", {R, S}),
    "POST /holds/{hold}/disagree": ("rule:write", {R, S}),
    "POST /holds/{hold}/hand-over": ("rule:write", {R, S}),
    "GET /appeals": ("queue:read", {R, S, A}),
    "POST /holds/{hold}/appeal/overturn": ("rule:write", {S}),
    "POST /holds/{hold}/appeal/uphold": ("rule:write", {S}),
    "GET /report": ("report:read", {S, A}),
    "GET /trail/head": ("trail:read", {A}),
    "GET /trail": ("trail:read", {A}),
    "GET /trail/export": ("trail:read", {A}),
}


def test_the_document_is_an_openapi_document():
    assert list(OpenAPIV31SpecValidator(json.loads(json.dumps(document()))).iter_errors()) == []


def test_a_document_that_is_none_would_be_found():
    broken = json.loads(json.dumps(document()))
    del broken["paths"]["/holds/{hold}/release"]["post"]["parameters"][0]
    assert list(OpenAPIV31SpecValidator(broken).iter_errors())


@pytest.mark.parametrize(
    ("path", "status", "kind", "body", "said"),
    [
        ("/token", 200, "application/json", {}, "'name' is a required property"),
        ("/holds", 200, "application/json", {"holds": [{}], "next": None}, "'id' is a required property"),
        ("/holds", 200, "application/json", {"holds": [], "next": None, "more": 1}, "Additional properties are not allowed"),
        ("/holds", 401, "application/json", {}, "answers with application/json"),
        ("/holds", 401, "application/problem+json", {"title": "x"}, "'type' is a required property"),
        ("/holds", 418, "application/json", {}, "answers 418, which is not described"),
        ("/holds/H1/colour", 200, "application/json", {}, "is not described"),
    ],
)
def test_an_answer_that_is_not_as_the_document_says_would_be_found(path, status, kind, body, said):
    asked = httpx2.Request("GET", f"https://console.department.example/api/v1{path}")
    content = json.dumps(body).encode()
    found = faults(httpx2.Response(status, headers={"Content-Type": kind}, content=content, request=asked))
    assert any(said in one for one in found), found


def test_the_document_in_deploy_is_the_one_that_is_served():
    assert json.loads((DEPLOY / "openapi.json").read_text(encoding="utf-8")) == json.loads(json.dumps(document()))


async def test_it_is_served_to_everybody(console):
    assert (await console.bearer("").get("/openapi.json")).json() == json.loads(json.dumps(document()))


def test_routes_and_document_name_the_same(console):
    [mounted] = [route for route in application(console.house).routes if getattr(route, "path", "") == "/api/v1"]
    routes = {f"{method} {route.path}" for route in mounted.routes for method in route.methods - {"HEAD"}}
    described = {f"{method.upper()} {path}" for path, methods in document()["paths"].items() for method in methods}
    assert routes == described == set(MAY)


def test_what_each_needs_is_what_the_table_says():
    found = {one.called: (one.scope and str(one.scope), set(one.roles)) for one in EVERYTHING}
    assert found == MAY


def test_the_command_line_knows_the_scopes_there_are():
    assert set(SCOPES) == set(Scope) == set(ROLES)


@pytest.mark.parametrize("called", [name for name, (scope, _) in MAY.items() if scope])
async def test_each_is_for_its_scope_and_its_roles_alone(console, called):
    await console.hold()
    scope, roles = MAY[called]
    method, _, path = called.partition(" ")
    body = {"json": {}} if method == "POST" else {}
    for role in Role:
        can_have = [one for one in Scope if role in ROLES[one]]
        others = [str(one) for one in can_have if one != scope]
        if others:
            refused = await (await console.program(role, *others)).request(method, path.format(hold="H1"), **body)
            assert (refused.status_code, refused.json()["type"][-18:]) == (403, "insufficient-scope"[-18:])
            assert f'scope="{scope}"' in refused.headers["www-authenticate"]
        if scope in can_have:
            answer = await (await console.program(role, scope)).request(method, path.format(hold="H1"), **body)
            assert (answer.status_code == 403) == (role not in roles), (role, answer.text)
    assert (await console.bearer("").request(method, path.format(hold="H1"), **body)).status_code == 401


def test_the_page_names_every_operation_and_scope():
    page = (DEPLOY / "api.md").read_text(encoding="utf-8")
    rows = set(re.findall(r"^\| `((?:GET|POST) [^`]+)` \|", page, flags=re.MULTILINE))
    assert rows == set(MAY)
    for scope in Scope:
        assert re.search(rf"^\| `{scope}` \|", page, flags=re.MULTILINE)
