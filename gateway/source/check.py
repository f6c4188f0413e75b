"""What is written, held against the shape it should have; and pydantic's errors, turned into words and places."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from gateway.source.document import Document, Keys, read
from gateway.source.model import Model
from gateway.source.problem import Mistakes, Problem, did_you_mean

M = TypeVar("M", bound=Model)
T = TypeVar("T")

_TYPES = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "path_type": "a path",
    "tuple_type": "a list",
    "list_type": "a list",
    "dict_type": "a mapping of names to values",
    "model_type": "a mapping of names to values",
}
"""What pydantic's errors about a type expected instead."""

_SAYS = {
    "greater_than": "should be more than {gt}",
    "greater_than_equal": "should be at least {ge}",
    "less_than": "should be less than {lt}",
    "less_than_equal": "should be at most {le}",
    "too_short": "needs {min_length} or more entries",
    "too_long": "takes {max_length} entries at most",
    "string_too_short": "should not be empty",
}


def load(path: Path, model: type[M], *, name: str | None = None) -> tuple[M, Document]:
    """The file at `path` as a `model`. Raises Mistakes with everything that is wrong in it."""
    document = read(path, name=name)
    return validate(document, model), document


def validate(document: Document, model: type[M]) -> M:
    """The document as a `model`. Raises Mistakes with everything that is wrong in it."""
    found, problems = check(document, model)
    if found is None:
        raise Mistakes(problems)
    return found


def check(
    document: Document, shape: type[T], *, at: Keys = (), context: Mapping[str, Iterable[str]] | None = None
) -> tuple[T | None, tuple[Problem, ...]]:
    """What is written at `at` as `shape` (a Model, or for example `dict[str, object]`), or everything that is wrong with it.

    context: the words that `known` takes, by kind
    """
    anything: Any = shape
    empty = tuple(_empty(document, document.value(at), at))
    try:
        found: T = _adapter(anything).validate_json(json.dumps(document.value(at)), strict=True, context=context)
    except ValidationError as error:
        return None, (*empty, *_problems(document, error.errors(include_url=False), shape, at))
    except RecursionError:
        return None, (document.problem(at, "is nested too deeply"),)
    return (None, empty) if empty else (found, ())


def _empty(document: Document, value: object, keys: Keys) -> Iterator[Problem]:
    """A key without a value says nothing, and is never taken for a default."""
    if value is None:
        yield document.problem(keys, f"{_subject(keys)} is empty", "Write a value, or take it out.", key=True)
    elif isinstance(value, dict | list):
        for step, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _empty(document, inner, (*keys, step))


@lru_cache(maxsize=256)
def _adapter(shape: Any) -> TypeAdapter[Any]:
    return TypeAdapter(shape)


@dataclass(frozen=True, slots=True)
class _Fault:
    """An error of pydantic's. branch: the member of a union it speaks of, and where that union stands."""

    keys: Keys
    branch: tuple[Keys, str] | None
    details: ErrorDetails

    @property
    def expected(self) -> str:
        """The type that the union itself should have had, "" for any other error."""
        at_union = self.branch is not None and self.branch[0] == self.keys
        return _TYPES.get(self.details["type"], "") if at_union else ""


def _problems(document: Document, errors: Iterable[ErrorDetails], shape: Any, at: Keys) -> Iterator[Problem]:
    plain: list[_Fault] = []
    unions: dict[Keys, dict[str, list[_Fault]]] = {}
    for fault in (_fault(document, details, at) for details in errors):
        if _follows(fault, document.value(fault.keys)):
            continue
        if fault.branch is None:
            plain.append(fault)
        else:
            unions.setdefault(fault.branch[0], {}).setdefault(fault.branch[1], []).append(fault)
    yield from _each(document, plain, shape, at)
    for keys, branches in unions.items():
        yield from _union(document, keys, list(branches.values()), shape, at)


def _follows(fault: _Fault, value: object) -> bool:
    """Whether another problem has it all: an empty value, or entries that are too few only because some are wrong."""
    return value is None or (fault.details["type"] == "too_short" and value != [])


def _each(document: Document, faults: Iterable[_Fault], shape: Any, at: Keys) -> Iterator[Problem]:
    missing: dict[Keys, list[str]] = {}
    for fault in faults:
        if fault.details["type"] == "missing":
            missing.setdefault(fault.keys, []).append(f'"{fault.details["loc"][-1]}"')
        else:
            yield _problem(document, fault, shape, at)
    for keys, names in missing.items():
        said = f"{', '.join(names)} {'is' if len(names) == 1 else 'are'} missing"
        yield document.problem(keys, said, "There is no default, so that nothing is decided unseen.", key=True)


def _union(document: Document, keys: Keys, branches: list[list[_Fault]], shape: Any, at: Keys) -> Iterator[Problem]:
    """The complaints of the member that was meant: the one whose type is right; if none is, what the types are."""
    fitting = [faults for faults in branches if not any(fault.expected for fault in faults)]
    if fitting:
        meant = min(fitting, key=len)
        yield from _each(document, meant, shape, at)
    else:
        expected = dict.fromkeys(fault.expected for faults in branches for fault in faults)
        yield _wrong_type(document, keys, " or ".join(expected))


def _fault(document: Document, details: ErrorDetails, at: Keys) -> _Fault:
    """Pydantic's location without the steps that stand for types rather than for something written."""
    keys, branch, loc = at, None, details["loc"]
    for position, step in enumerate(loc):
        if document.has((*keys, step)):
            keys = (*keys, step)
        elif isinstance(step, str) and step != "[key]" and (position + 1 < len(loc) or details["type"] != "missing"):
            branch = branch or (keys, step)
    return _Fault(keys, branch, details)


def _problem(document: Document, fault: _Fault, shape: Any, at: Keys) -> Problem:
    keys, details = fault.keys, fault.details
    kind, last, input_ = details["type"], str(details["loc"][-1]) if details["loc"] else "", details["input"]
    if kind == "extra_forbidden":
        allowed = _fields(shape, keys[len(at) : -1])
        return document.problem(keys, f'unknown key "{last}"', did_you_mean(last, allowed), key=True)
    if kind in {"literal_error", "enum"}:
        allowed = re.findall(r"'([^']*)'", str(details.get("ctx", {}).get("expected", "")))
        return document.problem(keys, f'unknown {_name(keys)} "{_shown(input_)}"', did_you_mean(_shown(input_), allowed))
    if kind in _TYPES:
        return _wrong_type(document, keys, _TYPES[kind])
    if kind == "value_error":
        error = details.get("ctx", {}).get("error")
        said = str(error).replace("{key}", _subject(keys))
        return document.problem(keys, said, getattr(error, "remedy", ""), key=last == "[key]")
    said = _SAYS[kind].format(**details.get("ctx", {})) if kind in _SAYS else re.sub("^Input should", "should", details["msg"])
    return document.problem(keys, f"{_subject(keys)} {said}")


def _wrong_type(document: Document, keys: Keys, expected: str) -> Problem:
    bare = expected == "text" and isinstance(document.value(keys), int | float)
    return document.problem(keys, f"{_subject(keys)} should be {expected}", "Put quotes around it." if bare else "")


def _name(keys: Keys) -> str:
    return next((step for step in reversed(keys) if isinstance(step, str)), "value")


def _subject(keys: Keys) -> str:
    if not keys:
        return "the file"
    return f'"{keys[-1]}"' if isinstance(keys[-1], str) else f'each of "{_name(keys)}"'


def _shown(value: object) -> str:
    """A value as it may have been written."""
    return value if isinstance(value, str) else json.dumps(value)


def _fields(shape: Any, keys: Keys) -> list[str]:
    """The keys that the models at `keys` have, found by walking the annotations."""
    here = [shape]
    for step in keys:
        here = [inner for one in here for inner in _inner(one, step)]
    return [info.alias or name for one in here for model in _models(one) for name, info in model.model_fields.items()]


def _inner(annotation: Any, step: int | str) -> Iterator[Any]:
    for one in _alternatives(annotation):
        if isinstance(one, type) and issubclass(one, BaseModel):
            yield from (info.annotation for name, info in one.model_fields.items() if step == (info.alias or name))
        elif get_args(one) and (get_origin(one) is dict) == isinstance(step, str):
            yield get_args(one)[-1 if get_origin(one) is dict else 0]


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models that may stand here; where one or more of a thing may be written, also the one."""
    for one in _alternatives(annotation):
        if isinstance(one, type) and issubclass(one, BaseModel):
            yield one
        elif get_origin(one) is tuple:
            yield from _models(get_args(one)[0])


def _alternatives(annotation: Any) -> Iterator[Any]:
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from _alternatives(get_args(annotation)[0])
    elif origin in {Union, UnionType}:
        for member in get_args(annotation):
            yield from _alternatives(member)
    else:
        yield annotation
