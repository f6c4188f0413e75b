"""Labelled messages as JSON Lines, one a line: id, subject, body (or eml, a path), expect, and what else is known of it.

`rows` raises ValueError with file and line for a row that is none.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gateway.verdict import Category

NEITHER = "neither"


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """expect: political, religious or neither; writer: the name of the file; content: the message as octets."""

    id: str
    writer: str
    expect: str
    content: bytes
    subtype: str = ""
    difficulty: str = ""
    side: str = ""

    @property
    def offends(self) -> bool:
        """True for a violation."""
        return self.expect != NEITHER


def rows(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of a file, the message of each in `subject` and `body`, or its file in `eml`."""
    with path.open(encoding="utf-8") as lines:
        for number, text in enumerate(lines, 1):
            if text.strip():
                try:
                    yield _row(json.loads(text))
                except (ValueError, KeyError, TypeError) as wrong:
                    raise ValueError(f"{path}:{number}: no labelled message: {wrong!r}") from wrong


def labelled(path: Path) -> Iterator[Labelled]:
    """The messages of a file. Raises OSError for an `eml` that cannot be read."""
    for row in rows(path):
        yield Labelled(
            id=str(row["id"]),
            writer=path.stem,
            expect=row["expect"],
            content=_octets(path, row),
            subtype=row.get("subtype") or "",
            difficulty=row.get("difficulty") or "",
            side=row.get("side") or row.get("lean") or row.get("faith") or "",
        )


def written(subject: str, body: str) -> bytes:
    """The plain message that says this."""
    head = f"Subject: {' '.join(subject.split())}\r\nContent-Type: text/plain; charset=utf-8\r\n"
    text = head + "Content-Transfer-Encoding: 8bit\r\n\r\n" + body.replace("\r", "").replace("\n", "\r\n")
    return text.encode("utf-8", "replace")


def _octets(path: Path, row: dict[str, Any]) -> bytes:
    return (path.parent / row["eml"]).read_bytes() if "eml" in row else written(row["subject"], row["body"])


def _row(row: dict[str, Any]) -> dict[str, Any]:
    """Some rows hold the whole message in the subject: they are parted at its first line end."""
    if row["expect"] not in {NEITHER, *Category}:
        raise ValueError(f"expect {row['expect']!r}; it is political, religious or neither")
    _ = row["id"]
    if "eml" in row:
        return row
    subject, body = row["subject"], row["body"]
    if not body and "\n" in subject:
        subject, _, body = subject.partition("\n")
    return {**row, "subject": subject, "body": body}
