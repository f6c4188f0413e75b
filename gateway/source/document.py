"""A YAML file as written: its values, and where each of them stands.

Read is YAML with JSON's scalars, and nothing that reads differently than it looks: no tags, no merge keys, every key a
word and written once. An alias (`*name`) is the written thing over again, with the place where that stands.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from gateway.source.problem import Location, Mistakes, Problem

Keys = tuple[int | str, ...]
"""A path into the data, as in `("policies", "restricted", "rules", 0, "action")`."""

_TAG = "tag:yaml.org,2002:"
_STR = f"{_TAG}str"
_LIMIT = 500_000
"""So many values a file may hold with its aliases written out."""

_SCALARS: dict[str, tuple[re.Pattern[str], str, Callable[[str], object]]] = {
    f"{_TAG}null": (re.compile(r"(?:~|null|Null|NULL|)$"), "~nN", lambda _: None),
    f"{_TAG}bool": (re.compile(r"(?:true|True|TRUE|false|False|FALSE)$"), "tTfF", lambda word: word.lower() == "true"),
    f"{_TAG}int": (re.compile(r"-?(?:0|[1-9][0-9]{0,17})$"), "-0123456789", int),
    f"{_TAG}float": (re.compile(r"-?(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,18})?(?:[eE][-+]?[0-9]{1,2})?$"), "-0123456789", float),
}
"""What a plain word may mean beside itself (RFC 8259 §3): its pattern, its first characters, and its value."""

_REMEDIES = {
    "found character '\\t'": "Indent with spaces, not with tabs.",
    "mapping values are not allowed here": "Put quotes around a text that holds a colon, and check the indentation.",
    "could not find expected ':'": "A key ends with a colon and a space.",
    "found character '@'": "Put quotes around it.",
    "found character '%'": "Put quotes around it.",
    "found character '`'": "Put quotes around it.",
    "expected ',' or": "Close the bracket, or put quotes around a text that holds a colon, a comma or a bracket.",
    "but found another document": "Write one file for each; `---` may stand at the top only.",
    "found undefined alias": "Put quotes around a text that begins with an asterisk.",
}


class _Loader(yaml.SafeLoader):
    """Composes nodes; `no`, `off`, `010` and dates stay the words that were written (YAML 1.2 §10.2)."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012  -- PyYAML's own shape


for _tag, (_pattern, _first, _) in _SCALARS.items():
    _Loader.add_implicit_resolver(_tag, _pattern, [*_first, ""] if _pattern.match("") else list(_first))


@dataclass(frozen=True, slots=True)
class Document:
    """What a file says (`data`) and where it says it."""

    path: str
    lines: tuple[str, ...]
    data: Any
    _values: dict[Keys, yaml.Node] = field(repr=False)
    _keys: dict[Keys, yaml.Node] = field(repr=False)

    def at(self, *keys: int | str, key: bool = False) -> Location:
        """Where the value at `keys` stands (with `key`, the key itself), or its nearest written parent."""
        return self._location(self._nearest(keys, key=key))

    def value(self, keys: Keys) -> Any:
        """The value at `keys`. Raises LookupError."""
        value = self.data
        for step in keys:
            value = value[step]
        return value

    def has(self, keys: Keys) -> bool:
        """Whether something is written at `keys`."""
        return keys in self._values

    def problem(self, keys: Keys, message: str, remedy: str = "", *, key: bool = False) -> Problem:
        """A mistake at the value (or with `key`, at the key itself) named by `keys`, or at its nearest written parent."""
        node = self._nearest(keys, key=key)
        if node is self._values[()]:
            return Problem(location=Location(self.path), message=message, remedy=remedy)
        return _problem(node, self.path, self.lines, message, remedy)

    def _nearest(self, keys: Keys, *, key: bool) -> yaml.Node:
        while keys and keys not in self._values:
            keys = keys[:-1]
        return self._keys.get(keys, self._values[keys]) if key else self._values[keys]

    def _location(self, node: yaml.Node) -> Location:
        return Location(self.path, node.start_mark.line + 1, node.start_mark.column + 1)


def _problem(node: yaml.Node, name: str, lines: tuple[str, ...], message: str, remedy: str) -> Problem:
    start, end = node.start_mark, node.end_mark
    written = lines[start.line] if start.line < len(lines) else ""
    width = max(1, (end.column if end.line == start.line else len(written)) - start.column)
    place = Location(name, start.line + 1, start.column + 1)
    return Problem(location=place, message=message, remedy=remedy, written=written, width=width)


def read(path: Path, *, name: str | None = None) -> Document:
    """The file at `path`, under the name that messages should give it. Raises Mistakes: unreadable, no YAML, doubled keys."""
    shown = name or str(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise Mistakes(
            [
                Problem(
                    location=Location(shown),
                    message="is not UTF-8 text",
                    remedy=f"Save it as UTF-8 (octet {error.start} is not).",
                )
            ]
        ) from None
    except OSError as error:
        raise Mistakes([Problem(location=Location(shown), message=f"cannot be read: {error.strerror}")]) from None
    return parse(text, shown)


def parse(text: str, name: str) -> Document:
    """YAML `text` from a file called `name`. Raises Mistakes."""
    lines = tuple(text.splitlines())
    walk = _Walk(name, lines)
    try:
        node = yaml.compose(text, Loader=_Loader)
        if node is None:
            raise Mistakes([Problem(location=Location(name), message="is empty")])
        data = walk.value(node, ())
    except yaml.MarkedYAMLError as error:
        raise Mistakes([_not_yaml(error, name, lines)]) from None
    except yaml.reader.ReaderError as error:
        raise Mistakes([_not_text(error, text, name)]) from None
    except (RecursionError, ValueError) as error:
        said = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise Mistakes([Problem(location=Location(name), message=f"is not YAML: {said}")]) from None
    if walk.problems:
        raise Mistakes(walk.problems)
    return Document(name, lines, data, walk.values, walk.keys)


def _not_yaml(error: yaml.MarkedYAMLError, name: str, lines: tuple[str, ...]) -> Problem:
    mark, said = error.problem_mark or error.context_mark, error.problem or error.context or "it cannot be parsed"
    place = Location(name, mark.line + 1, mark.column + 1) if mark else Location(name)
    remedy = next((remedy for start, remedy in _REMEDIES.items() if said.startswith(start)), "")
    written = lines[mark.line] if mark and mark.line < len(lines) else ""
    return Problem(location=place, message=f"is not YAML: {said}", written=written, remedy=remedy)


def _not_text(error: yaml.reader.ReaderError, text: str, name: str) -> Problem:
    before = text[: error.position].splitlines() or [""]
    place = Location(name, len(before), len(before[-1]) + 1)
    return Problem(location=place, message=f"holds the character U+{error.character:04X}, which no text has")


class _Walk:
    """One walk over the nodes: makes the data, and remembers every place and every mistake."""

    def __init__(self, name: str, lines: tuple[str, ...]) -> None:
        self.values: dict[Keys, yaml.Node] = {}
        self.keys: dict[Keys, yaml.Node] = {}
        self.problems: list[Problem] = []
        self._name, self._lines = name, lines
        self._open: list[yaml.Node] = []

    def value(self, node: yaml.Node, at: Keys) -> object:
        """The data of the node at `at`."""
        self.values[at] = node
        if len(self.values) > _LIMIT:
            msg = f"it holds more than {_LIMIT} values with its aliases written out"
            raise ValueError(msg)
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node)
        if node in self._open:
            self._note(node, "holds itself by an alias", "Write it out.")
            return None
        if node.tag not in {f"{_TAG}seq", f"{_TAG}map"}:
            self._tagged(node)
        self._open.append(node)
        data = self._mapping(node, at) if isinstance(node, yaml.MappingNode) else self._sequence(node, at)
        self._open.pop()
        return data

    def _sequence(self, node: yaml.Node, at: Keys) -> list[object]:
        return [self.value(item, (*at, position)) for position, item in enumerate(node.value)]

    def _mapping(self, node: yaml.MappingNode, at: Keys) -> dict[str, object]:
        data: dict[str, object] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self._note(key, "a key is a word, not a list or a mapping")
                continue
            word = self._text(key)
            if word in data:
                first = self.keys[(*at, word)].start_mark.line + 1
                self._note(key, f'"{word}" is written twice', f"It stands in line {first} already; keep one of them.")
                continue
            self.keys[(*at, word)] = key
            data[word] = self.value(value, (*at, word))
        return data

    def _scalar(self, node: yaml.ScalarNode) -> object:
        if node.tag == _STR:
            return self._text(node)
        pattern, _, make = _SCALARS.get(node.tag, (None, "", str))
        if pattern is None or not pattern.match(node.value):
            self._tagged(node)
            return None
        return make(node.value)

    def _text(self, node: yaml.ScalarNode) -> str:
        if any("\ud800" <= character <= "\udfff" for character in node.value):
            self._note(node, "holds half of a character", "Write the character itself instead of its two escapes.")
        return str(node.value)

    def _tagged(self, node: yaml.Node) -> None:
        self._note(node, f'has the tag "{node.tag.removeprefix(_TAG)}", which has no meaning here', "Take it out.")

    def _note(self, node: yaml.Node, message: str, remedy: str = "") -> None:
        self.problems.append(_problem(node, self._name, self._lines, message, remedy))
