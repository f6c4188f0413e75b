"""A YAML file as written: its values, and where each of them stands."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from gateway.source.model import Model
from gateway.source.problem import Location, Mistakes, Problem, did_you_mean

M = TypeVar("M", bound=Model)
Keys = tuple[int | str, ...]

_TAG = "tag:yaml.org,2002:"


class _Loader(yaml.SafeLoader):
    """YAML with JSON's scalars: `no`, `off` and dates stay the words that were written (YAML 1.2 §10.2)."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in pairs if tag.removeprefix(_TAG) not in {"timestamp", "bool"}]
    for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(f"{_TAG}bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF"))


@dataclass(frozen=True, slots=True)
class Document:
    """What a file says (`data`) and where it says it.

    Keys are paths into the data, as in `("policies", "restricted", "rules", 0, "action")`.
    """

    path: str
    lines: tuple[str, ...]
    data: Any
    _values: dict[Keys, yaml.Node] = field(repr=False)
    _keys: dict[Keys, yaml.Node] = field(repr=False)

    def at(self, *keys: int | str) -> Location:
        """Where the value at `keys` stands, or its nearest written parent."""
        node = self._nearest(keys, self._values)
        return self._location(node)

    def problem(self, keys: Keys, message: str, remedy: str = "", *, key: bool = False) -> Problem:
        """A mistake at the value (or with `key`, at the key itself) named by `keys`."""
        node = self._nearest(keys, self._keys if key and keys in self._keys else self._values)
        start, end = node.start_mark, node.end_mark
        written = self.lines[start.line] if start.line < len(self.lines) else ""
        width = (end.column if end.line == start.line else len(written)) - start.column
        return Problem(location=self._location(node), message=message, remedy=remedy, written=written, width=max(1, width))

    def _nearest(self, keys: Keys, nodes: dict[Keys, yaml.Node]) -> yaml.Node:
        while keys not in nodes and keys:
            keys, nodes = keys[:-1], self._values
        return nodes[keys]

    def _location(self, node: yaml.Node) -> Location:
        return Location(self.path, node.start_mark.line + 1, node.start_mark.column + 1)


def read(path: Path, *, name: str | None = None) -> Document:
    """The file at `path`, under the name that messages should give it. Raises Mistakes: unreadable, no YAML, doubled keys."""
    shown = name or str(path)
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise Mistakes(
            [Problem(location=Location(shown), message="is not UTF-8 text", remedy=f"Octet {error.start} is not.")]
        ) from None
    except OSError as error:
        raise Mistakes([Problem(location=Location(shown), message=f"cannot be read: {error.strerror}")]) from None
    return parse(text, shown)


def parse(text: str, name: str) -> Document:
    """YAML `text` from a file called `name`. Raises Mistakes."""
    lines = tuple(text.splitlines())
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        if node is None:
            raise Mistakes([Problem(location=Location(name), message="is empty")])
        values: dict[Keys, yaml.Node] = {}
        keys: dict[Keys, yaml.Node] = {}
        problems = list(_index(node, (), values, keys, Location(name), lines))
        if problems:
            raise Mistakes(problems)
        data = loader.construct_document(node)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Location(name, mark.line + 1, mark.column + 1) if mark else Location(name)
        written = lines[mark.line] if mark and mark.line < len(lines) else ""
        raise Mistakes([Problem(location=place, message=f"is not YAML: {error.problem}", written=written)]) from None
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise Mistakes([Problem(location=Location(name), message=f"is not YAML: {error}")]) from None
    return Document(name, lines, data, values, keys)


def _index(  # noqa: PLR0913, PLR0917  -- a walk carries what it fills
    node: yaml.Node, at: Keys, values: dict[Keys, yaml.Node], keys: dict[Keys, yaml.Node], name: Location, lines: tuple[str, ...]
) -> Iterator[Problem]:
    values[at] = node
    if isinstance(node, yaml.SequenceNode):
        for position, item in enumerate(node.value):
            yield from _index(item, (*at, position), values, keys, name, lines)
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            word = str(key.value)
            if (*at, word) in keys:
                mark = key.start_mark
                first = keys[(*at, word)].start_mark.line + 1
                yield Problem(
                    location=Location(name.path, mark.line + 1, mark.column + 1),
                    message=f'"{word}" is written twice',
                    remedy=f"It stands in line {first} already; keep one of them.",
                    written=lines[mark.line],
                    width=len(word),
                )
            keys[(*at, word)] = key
            yield from _index(value, (*at, word), values, keys, name, lines)


def load(path: Path, model: type[M], *, name: str | None = None) -> tuple[M, Document]:
    """The file at `path` as a `model`. Raises Mistakes with everything that is wrong in it."""
    document = read(path, name=name)
    return validate(document, model), document


def validate(document: Document, model: type[M]) -> M:
    """The document as a `model`. Raises Mistakes with everything that is wrong in it."""
    try:
        written = json.dumps(document.data)
    except (TypeError, ValueError) as error:
        raise Mistakes([document.problem((), f"holds a value that cannot be used: {error}")]) from None
    try:
        return model.model_validate_json(written, strict=True)
    except ValidationError as error:
        raise Mistakes(_problem(document, details, model) for details in error.errors(include_url=False)) from None


_SAYS = {
    "missing": "is missing",
    "string_type": "should be text",
    "int_type": "should be a whole number",
    "int_parsing": "should be a whole number",
    "bool_type": "should be true or false",
    "tuple_type": "should be a list",
    "dict_type": "should be a mapping of names to values",
    "model_type": "should be a mapping of names to values",
}


def _problem(document: Document, details: ErrorDetails, model: type[BaseModel]) -> Problem:
    keys = _written(document, details["loc"])
    kind, last = details["type"], str(details["loc"][-1]) if details["loc"] else ""
    if kind == "extra_forbidden":
        return document.problem(keys, f'unknown key "{last}"', did_you_mean(last, _fields(model, keys[:-1])), key=True)
    if kind == "missing":
        return document.problem(keys, f'"{last}" is missing', "It has no default, so that nothing is decided unseen.")
    if kind in {"literal_error", "enum"}:
        allowed = re.findall(r"'([^']*)'", str(details.get("ctx", {}).get("expected", "")))
        name = keys[-1] if keys and isinstance(keys[-1], str) else "value"
        return document.problem(keys, f'unknown {name} "{details["input"]}"', did_you_mean(str(details["input"]), allowed))
    said = str(details.get("ctx", {}).get("error") or "") if kind == "value_error" else _SAYS.get(kind, details["msg"])
    subject = f'"{keys[-1]}" ' if kind in _SAYS and keys and isinstance(keys[-1], str) else ""
    return document.problem(keys, f"{subject}{said}")


def _written(document: Document, loc: tuple[int | str, ...]) -> Keys:
    """Pydantic's location without the steps that stand for types rather than for something written."""
    keys: Keys = ()
    for step in loc:
        if (*keys, step) in document._values:  # noqa: SLF001  -- same module
            keys = (*keys, step)
    return keys


def _fields(model: type[BaseModel], keys: Keys) -> list[str]:
    """The keys that the model at `keys` has, found by walking the annotations; empty if that is not one model."""
    here: Any = model
    for step in keys:
        here = _step(here, step)
    return [info.alias or name for m in _models(here) for name, info in m.model_fields.items()]


def _step(annotation: Any, step: int | str) -> Any:
    for found in _models(annotation):
        for name, info in found.model_fields.items():
            if step in (name, info.alias):
                return info.annotation
    return annotation


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in getattr(annotation, "__args__", ()):
        yield from _models(argument)
