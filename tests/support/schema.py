"""JSON Schema, as much of it as ours use: any other keyword fails, so that none is passed over."""

import re

_PASSED = {"$schema", "$defs", "title", "description", "examples", "format"}


def faults(schema, data, whole=None, at="$"):
    """What in `data` is not as the schema says."""
    whole = whole or schema
    found = []
    for word, said in schema.items():
        if word not in _PASSED:
            found += _CHECKS[word](said, data, whole, at, schema)
    return found


def _type(said, data, _whole, at, _schema):
    kinds = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int, "number": (int, float)}
    right = isinstance(data, kinds[said]) and not (said in {"integer", "number"} and isinstance(data, bool))
    return [] if right else [f"{at}: no {said}"]


def _properties(said, data, whole, at, _schema):
    inside = data if isinstance(data, dict) else {}
    return [one for key, value in inside.items() if key in said for one in faults(said[key], value, whole, f"{at}.{key}")]


def _additional(said, data, whole, at, schema):
    extra = (
        {key: value for key, value in data.items() if key not in schema.get("properties", {})} if isinstance(data, dict) else {}
    )
    if said is False:
        return [f"{at}: {key} is no key" for key in extra]
    return [] if said is True else [one for key, value in extra.items() for one in faults(said, value, whole, f"{at}.{key}")]


def _names(said, data, whole, at, _schema):
    return [one for key in (data if isinstance(data, dict) else ()) for one in faults(said, key, whole, f"{at}.{key}")]


def _items(said, data, whole, at, _schema):
    inside = data if isinstance(data, list) else []
    return [one for number, value in enumerate(inside) for one in faults(said, value, whole, f"{at}[{number}]")]


def _any(said, data, whole, at, _schema):
    each = [faults(one, data, whole, at) for one in said]
    return [] if any(not one for one in each) else [f"{at}: none of {each}"]


def _ref(said, data, whole, at, _schema):
    return faults(whole["$defs"][said.removeprefix("#/$defs/")], data, whole, at)


def _compare(fits, kind):
    return lambda said, data, _whole, at, _schema: (
        [] if not isinstance(data, kind) or isinstance(data, bool) or fits(data, said) else [f"{at}: {data!r}, {said!r}"]
    )


_CHECKS = {
    "type": _type,
    "properties": _properties,
    "additionalProperties": _additional,
    "propertyNames": _names,
    "items": _items,
    "anyOf": _any,
    "$ref": _ref,
    "required": _compare(lambda data, said: set(said) <= set(data), dict),
    "enum": lambda said, data, _whole, at, _schema: [] if data in said else [f"{at}: {data!r}"],
    "const": lambda said, data, _whole, at, _schema: [] if data == said else [f"{at}: {data!r}"],
    "pattern": _compare(lambda data, said: re.search(said, data), str),
    "minItems": _compare(lambda data, said: len(data) >= said, list),
    "minProperties": _compare(lambda data, said: len(data) >= said, dict),
    "minimum": _compare(lambda data, said: data >= said, (int, float)),
    "maximum": _compare(lambda data, said: data <= said, (int, float)),
    "exclusiveMinimum": _compare(lambda data, said: data > said, (int, float)),
    "exclusiveMaximum": _compare(lambda data, said: data < said, (int, float)),
}
