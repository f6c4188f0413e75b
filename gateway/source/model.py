"""The base of everything written in YAML: frozen, strict, and with keys in plain words (`at_least` is written `at least`)."""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, ValidationInfo

from gateway.source.problem import Wrong, did_you_mean

T = TypeVar("T")

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_SIZES = {"": 1, "KiB": 1024, "MiB": 1024**2, "GiB": 1024**3}
_DIGITS = 9
"""A length of time or a size of ten digits and more is a slip of the key."""


class Model(BaseModel):
    """A mapping in a file. Unknown keys are mistakes; a field name's underscores are written as spaces."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        alias_generator=lambda name: name.rstrip("_").replace("_", " "),
        validate_by_name=False,
        validate_by_alias=True,
        arbitrary_types_allowed=True,
    )


Schema = dict[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Written:
    """A mark for JSON Schema: how a value is written, where that is not what it becomes.

    schema: in place of what it becomes; also: besides it; one: besides a list, one of its entries without a list
    """

    schema: Mapping[str, Any] | None = None
    also: Mapping[str, Any] | None = None
    one: bool = False

    def __get_pydantic_json_schema__(self, core: Any, handler: Callable[[Any], Schema]) -> Schema:
        """The hook that pydantic asks."""
        if self.schema is not None:
            return dict(self.schema)
        becomes = handler(core)
        return {"anyOf": [becomes["items"] if self.one else dict(self.also or {}), becomes]}


_LONGEST = 3653 * 24 * 60 * 60
"""Seconds. What is added to a time of day must leave a time of day that calendars have."""


def known(kind: str, instead: Callable[[str], str] = lambda _: "") -> AfterValidator:
    """A mark for words that must have been declared: each has to be among the `context[kind]` that `check` is given.

    instead: what to do about one that is none, "" if it may be misspelt
    """

    def among(word: str, info: ValidationInfo) -> str:
        names = (info.context or {}).get(kind, ())
        if word not in names:
            raise Wrong(f'unknown {kind} "{word}"', instead(word) or did_you_mean(word, names) or f"No {kind} is declared.")
        return word

    return AfterValidator(among)


def _duration(written: object) -> object:
    found = re.fullmatch(rf"(?:\d{{1,{_DIGITS}}}[smhd]\s*)+", written) if isinstance(written, str) else None
    if not found:
        msg = f'"{written}" is no length of time; write for example 30s, 15m, 48h or 2d'
        raise ValueError(msg)
    seconds = sum(int(n) * _UNITS[u] for n, u in re.findall(r"(\d+)([smhd])", found[0]))
    if seconds > _LONGEST:
        msg = f'"{written}" is longer than ten years'
        raise ValueError(msg)
    return dt.timedelta(seconds=seconds)


def _size(written: object) -> object:
    if not isinstance(written, str):
        return written
    found = re.fullmatch(rf"(\d{{1,{_DIGITS}}})\s*(KiB|MiB|GiB|)", written)
    if not found:
        msg = f'"{written}" is no size; write octets, or for example 512KiB or 25MiB'
        raise ValueError(msg)
    return int(found[1]) * _SIZES[found[2]]


def _date(written: object) -> object:
    try:
        return dt.datetime.strptime(str(written), "%Y-%m-%d").date()  # noqa: DTZ007  -- a day has no zone of its own
    except ValueError:
        msg = f'"{written}" is no date; write for example 2026-11-03'
        raise ValueError(msg) from None


def _listed(written: object) -> object:
    return tuple(written) if isinstance(written, list | tuple) else (written,)


Duration = Annotated[
    dt.timedelta,
    BeforeValidator(_duration),
    Written({"type": "string", "pattern": rf"^(?:\d{{1,{_DIGITS}}}[smhd]\s*)+$", "examples": ["30s", "15m", "48h", "2d"]}),
]
"""A length of time, written `30s`, `15m`, `48h`, `2d` or a sum of these."""

Size = Annotated[
    int,
    BeforeValidator(_size),
    Written(
        {
            "anyOf": [{"type": "integer"}, {"type": "string", "pattern": rf"^\d{{1,{_DIGITS}}}\s*(?:KiB|MiB|GiB)?$"}],
            "examples": ["512KiB", "25MiB"],
        }
    ),
]
"""Octets, written as a number or `512KiB`, `25MiB`, `1GiB`."""

Date = Annotated[
    dt.date,
    BeforeValidator(_date),
    Written({"type": "string", "pattern": r"^\d{4}-\d{1,2}-\d{1,2}$", "examples": ["2026-11-03"]}),
]
"""A day of the calendar, written `2026-11-03`."""

OneOrMore = Annotated[tuple[T, ...], BeforeValidator(_listed), Written(one=True)]
"""One thing, or a list of them: `match` or `[match, unsure]`."""
