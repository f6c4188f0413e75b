"""What a request may say, field by field: how it is read, what is said where it is wrong, and its JSON Schema.

A reader raises ValueError with what is wrong and what to write.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any

from gateway.mail import Address

Schema = Mapping[str, Any]
_MOST = 10_000
_DIGITS = re.compile(r"\d{1,15}")
_MOMENT = "a moment such as 2026-11-03T08:00:00Z, or a day such as 2026-11-03"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One of them. usual: what it is where it is not said."""

    says: str
    schema: Schema
    read: Callable[[Any], Any]
    required: bool = False
    usual: Any = field(default="")


class Faults(ValueError):  # noqa: N818  -- there may be several
    """All that is wrong with what was said, by the JSON pointer or the parameter."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{where}: {what}" for where, what in faults.items()))
        self.faults = faults


def text(says: str, *, longest: int = 4000, required: bool = False) -> Field:
    """Words, without blanks around them."""

    def read(written: object) -> str:
        if not isinstance(written, str):
            raise ValueError("is no text")  # noqa: TRY004  -- it is told as what is wrong with a value
        tidy = written.strip()
        if required and not tidy:
            raise ValueError("is empty; write something")
        if len(tidy) > longest:
            raise ValueError(f"is longer than {longest} characters")
        if any("\ud800" <= one <= "\udfff" for one in tidy):
            raise ValueError("holds half of a character; write the character itself")
        return tidy

    least = {"minLength": 1} if required else {}
    return Field(says=says, schema={"type": "string", "maxLength": longest, **least}, read=read, required=required)


def choice(says: str, among: Iterable[str], usual: str = "") -> Field:
    """One of these words."""
    words = [str(one) for one in among]

    def read(written: object) -> str:
        if written not in words:
            raise ValueError(f"is none of {', '.join(words)}")
        return str(written)

    return Field(says=says, schema={"type": "string", "enum": words, **_usual(usual)}, read=read, usual=usual)


def number(says: str, least: int, most: int, usual: int) -> Field:
    """A whole number, as an address has it."""

    def read(written: object) -> int:
        if not isinstance(written, str) or not _DIGITS.fullmatch(written) or not least <= int(written) <= most:
            raise ValueError(f"is no whole number from {least} to {most}")
        return int(written)

    return Field(
        says=says, schema={"type": "integer", "minimum": least, "maximum": most, "default": usual}, read=read, usual=usual
    )


def moment(says: str) -> Field:
    """A moment, or a day, which is its midnight in UTC."""

    def read(written: object) -> datetime:
        try:
            if len(str(written)) == len("2026-11-03"):
                return datetime.combine(date.fromisoformat(str(written)), time(), UTC)
            at = datetime.fromisoformat(str(written))
            zoned = at.astimezone(UTC) if at.tzinfo else None
        except (ValueError, OverflowError):
            raise ValueError(f"is no time; write {_MOMENT}") from None
        if zoned is None:
            raise ValueError(f"has no time zone; write {_MOMENT}")
        return zoned

    return Field(says=f"{says} {_MOMENT[:1].upper()}{_MOMENT[1:]}.", schema={"type": "string"}, read=read, usual=None)


def addresses(says: str) -> Field:
    """Mail addresses."""

    def read(written: object) -> tuple[Address, ...]:
        if not isinstance(written, list) or not written or len(written) > _MOST:
            raise ValueError("is no list of addresses; leave it out for all recipients")
        try:
            return tuple(Address.parse(str(one)) for one in written)
        except ValueError as wrong:
            raise ValueError(f"has something that is no address: {wrong}") from None

    schema = {"type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": _MOST}
    return Field(says=says, schema=schema, read=read, usual=())


def read(fields: Mapping[str, Field], said: Mapping[str, Any], at: str) -> dict[str, Any]:
    """All that is asked for. at: what stands before a name where something is wrong with it. Raises Faults."""
    faults = {f"{at}{name}": f"is not known; there are {', '.join(fields) or 'none'}" for name in said if name not in fields}
    found = {}
    for name, one in fields.items():
        if name not in said:
            if one.required:
                faults[f"{at}{name}"] = "is missing"
            found[name] = one.usual
            continue
        try:
            found[name] = one.read(said[name])
        except ValueError as wrong:
            faults[f"{at}{name}"] = str(wrong)
    if faults:
        raise Faults(faults)
    return found


def _usual(usual: str) -> dict[str, str]:
    return {"default": usual} if usual else {}
