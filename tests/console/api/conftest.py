"""Every answer of every test here is held against the OpenAPI document."""

import json
import re

import pytest
from jsonschema import Draft202012Validator

from gateway.console.api import document


@pytest.fixture
async def console(console):
    plain, answers = console.bearer, []

    def watched(token):
        client = plain(token)

        async def noted(answer):
            await answer.aread()
            if answer.request.url.path.startswith("/api/"):
                answers.append(answer)

        client.event_hooks = {"response": [noted]}
        return client

    console.bearer = watched
    yield console
    for answer in answers:
        assert faults(answer) == []


def faults(answer) -> list[str]:
    """What of an answer is not as the document says."""
    described, method = document(), answer.request.method.lower()
    path = answer.request.url.path.removeprefix("/api/v1")
    kind = answer.headers.get("content-type", "").partition(";")[0]
    found = next((known for known in described["paths"] if re.fullmatch(re.sub(r"{\w+}", "[^/]+", known), path)), None)
    if found is None or method not in described["paths"][found]:
        return [] if answer.status_code in {404, 405} else [f"{method} {path} is not described"]
    responses = described["paths"][found][method]["responses"]
    if answer.status_code == 304:
        return []
    if str(answer.status_code) not in responses:
        return [f"{method} {path} answers {answer.status_code}, which is not described"]
    said = responses[str(answer.status_code)]
    said = described["components"]["responses"][said["$ref"].rpartition("/")[2]] if "$ref" in said else said
    if kind not in said["content"]:
        return [f"{method} {path} answers with {kind}"]
    if kind not in {"application/json", "application/problem+json"}:
        return []
    schema = {**said["content"][kind]["schema"], "components": described["components"]}
    return [one.message for one in Draft202012Validator(schema).iter_errors(json.loads(answer.content))]
