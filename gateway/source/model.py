"""The base of everything written in YAML: frozen, strict, and with keys in plain words (`at_least` is written `at least`)."""

import re
from datetime import timedelta
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_SIZES = {"": 1, "KiB": 1024, "MiB": 1024**2, "GiB": 1024**3}


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


def _duration(written: object) -> object:
    if not isinstance(written, str):
        return written
    if not re.fullmatch(r"(?:\d+[smhd]\s*)+", written):
        msg = f'"{written}" is no length of time; write for example 30s, 15m, 48h or 2d'
        raise ValueError(msg)
    return timedelta(seconds=sum(int(n) * _UNITS[u] for n, u in re.findall(r"(\d+)([smhd])", written)))


def _size(written: object) -> object:
    if not isinstance(written, str):
        return written
    found = re.fullmatch(r"(\d+)\s*(KiB|MiB|GiB|)", written)
    if not found:
        msg = f'"{written}" is no size; write octets, or for example 512KiB or 25MiB'
        raise ValueError(msg)
    return int(found[1]) * _SIZES[found[2]]


Duration = Annotated[timedelta, BeforeValidator(_duration)]
"""A length of time, written `30s`, `15m`, `48h`, `2d` or a sum of these."""

Size = Annotated[int, BeforeValidator(_size)]
"""Octets, written as a number or `512KiB`, `25MiB`, `1GiB`."""
