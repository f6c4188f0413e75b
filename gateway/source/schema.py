"""JSON Schema of a file (json-schema.org, 2020-12), for editors that help while somebody writes.

It says which keys there are, what they take and what they are for. What only the whole of a file can show (a name that was
never declared, a rule that no message reaches) is for `hatchway check`.
"""

from collections.abc import Mapping
from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from gateway.source.model import Model

_NOISE = {"title", "default"}
"""Pydantic's titles repeat the key; its defaults are what values become, not what is written."""


def schema(shape: type[Model], title: str) -> dict[str, Any]:
    """Of a file that is to be a `shape`."""
    made = _tidy(shape.model_json_schema(by_alias=True, mode="validation"))
    return {"$schema": GenerateJsonSchema.schema_dialect, "title": title, **made}


def _tidy(part: Any, *, names: bool = False) -> Any:
    """Without noise, and without null, which no file may say. names: the keys are names of fields, not words of the schema."""
    if isinstance(part, list):
        return [_tidy(one) for one in part if one != {"type": "null"}]
    if not isinstance(part, Mapping):
        return part
    kept = {key: _tidy(value, names=key in {"properties", "$defs"} and not names) for key, value in part.items()}
    if names:
        return kept
    kept = {key: _described(key, value) for key, value in kept.items() if key not in _NOISE}
    either = kept.get("anyOf")
    if isinstance(either, list) and len(either) == 1:
        return {**either[0], **{key: value for key, value in kept.items() if key != "anyOf"}}
    return kept


def _described(key: str, value: Any) -> Any:
    return " ".join(value.split()) if key == "description" and isinstance(value, str) else value
