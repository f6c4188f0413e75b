"""Whether an answer of the API is as the OpenAPI document says."""

import json
import re
from functools import cache

from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from gateway.console.api import document

WHOLE = "urn:hatchway:api"


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
    said, at = responses[str(answer.status_code)], ("paths", found, method, "responses", str(answer.status_code))
    if "$ref" in said:
        at = tuple(said["$ref"].split("/")[1:])
        said = described[at[0]][at[1]][at[2]]
    if kind not in said["content"]:
        return [f"{method} {path} answers with {kind}"]
    if kind not in {"application/json", "application/problem+json"}:
        return []
    return [one.message for one in validator(*at, "content", kind, "schema").iter_errors(json.loads(answer.content))]


@cache
def validator(*at: str) -> Draft202012Validator:
    """Of the schema that stands there in the document."""
    pointer = "/".join(one.replace("~", "~0").replace("/", "~1").replace("{", "%7B").replace("}", "%7D") for one in at)
    return Draft202012Validator({"$ref": f"{WHOLE}#/{pointer}"}, registry=registry())


@cache
def registry() -> Registry:
    return Registry().with_resource(WHOLE, DRAFT202012.create_resource(json.loads(json.dumps(document())))).crawl()
