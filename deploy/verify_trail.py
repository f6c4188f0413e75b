#!/usr/bin/env python3
"""Verify an export of Hatchway's audit trail, offline, with nothing but Python (3.9 or newer) and this one file.

    python3 verify_trail.py EXPORT [--head NUMBER:HASH] ... [--excerpt]

EXPORT is JSON Lines or CSV, as `hatchway audit export` writes it. The answer is one line, and the exit status:

    0   every entry is as it was written, and none is missing between the first and the last
    1   the first bad entry is named
    2   the file cannot be read

How it works. Each entry holds its number (sequence), the time (at), what happened (step), the message it is about (hold), who
did it (actor), more of it (detail), the hash of the entry before it (previous), and its own hash (hash). The own hash is the
SHA-256 of all the others, written as one line of JSON: keys sorted, no spaces, every character beyond ASCII as its escape. So
whoever alters one entry must alter its hash, then `previous` of the next entry, then that one's hash, and so on to the end.
Without this file, the hash of line 17 of an export as JSON Lines is what this prints:

    sed -n 17p EXPORT | jq -cajS 'del(.hash)' | sha256sum

What it cannot see by itself: entries cut off at the end, or a trail that was written anew as a whole by somebody who had the
database. For that, give a head (number and hash of an entry) that was noted outside when the trail was that long: it is
in the daily log line `audit.head`, and `hatchway audit head` prints it. Give as many as you have.

--excerpt is for entries taken out of a trail, as audit.jsonl in a records bundle: each must have its hash, and neighbours must
follow each other; gaps are allowed. That they belong to the trail, only an export of the whole trail shows.
"""

import argparse
import csv
import hashlib
import json
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TextIO

COLUMNS = ["sequence", "at", "step", "hold", "actor", "detail", "previous", "hash"]
TEXTS = ["at", "step", "hold", "actor", "previous", "hash"]
BEFORE_ALL = "0" * 64
Entry = dict[str, Any]


class BrokenError(Exception):
    """The first bad entry, and what is wrong with it."""


def main() -> int:
    """Read the arguments, verify, say what was found."""
    parser = argparse.ArgumentParser(description="Verify an export of Hatchway's audit trail.")
    parser.add_argument("export", type=Path, help="a file that `hatchway audit export` wrote, JSON Lines or CSV")
    parser.add_argument("--head", action="append", default=[], type=head, help="NUMBER:HASH of an entry, noted outside")
    parser.add_argument("--excerpt", action="store_true", help="the entries were taken out of a trail; allow gaps")
    given = parser.parse_args()
    try:
        with given.export.open(encoding="utf-8", newline="") as file:
            found = verify(entries(file), given.head, excerpt=given.excerpt)
    except (OSError, UnicodeDecodeError) as error:
        sys.stderr.write(f"{given.export} cannot be read: {error}\n")
        return 2
    except BrokenError as broken:
        sys.stdout.write(f"broken: {broken}\n")
        return 1
    sys.stdout.write(f"{found}\n")
    return 0


def head(written: str) -> tuple[int, str]:
    """The number and the hash of NUMBER:HASH."""
    if not re.fullmatch(r"[1-9][0-9]{0,14}:[0-9a-f]{64}", written.strip()):
        raise argparse.ArgumentTypeError(f"{written} is no head; write it as `hatchway audit head` prints it")
    number, _, hash_ = written.strip().partition(":")
    return int(number), hash_


def verify(found: Iterable[Entry], noted: Iterable[tuple[int, str]] = (), *, excerpt: bool = False) -> str:
    """One sentence on a trail that is whole. Raises BrokenError, which names the first entry that is not."""
    heads: dict[int, set[str]] = {}
    for number, hash_ in noted:
        heads.setdefault(number, set()).add(hash_)
    count, number, hash_ = 0, 0, BEFORE_ALL
    for entry in found:
        follows(entry, number, hash_, excerpt=excerpt)
        count, number, hash_ = count + 1, entry["sequence"], entry["hash"]
        if heads.pop(number, {hash_}) != {hash_}:
            raise BrokenError(f"entry {number} is not the one the head was taken of: the trail was rewritten")
    if heads and excerpt:
        raise BrokenError(f"entry {min(heads)}, of which there is a head, is not in this excerpt")
    if heads:
        raise BrokenError(
            f"entry {number + 1} is missing: the trail ends before it, and a head says that there were {max(heads)}"
        )
    if not count:
        raise BrokenError("there is no entry at all")
    kind = "an excerpt, each entry as it was written" if excerpt else "whole"
    return f"{kind}: {count} entries, the last is {number}:{hash_}"


def follows(entry: Entry, last: int, hash_: str, *, excerpt: bool) -> None:
    """Raise BrokenError if an entry does not follow the last one, which has this number and hash."""
    number, expected = entry["sequence"], last + 1
    if number < expected:
        raise BrokenError(f"entry {number} stands a second time, or was moved behind entry {last}")
    if number > expected and not excerpt:
        raise BrokenError(f"entry {expected} is missing: it was deleted, moved or renumbered; {number} stands in its place")
    if own_hash(entry) != entry["hash"]:
        raise BrokenError(f"entry {number} was altered: it does not have the hash that it states")
    if number == expected and entry["previous"] != hash_:
        raise BrokenError(f"entry {number} does not continue entry {last}: one was replaced, or something between them is gone")


def own_hash(entry: Entry) -> str:
    """The hash that an entry should have."""
    told = {name: value for name, value in entry.items() if name != "hash"}
    return hashlib.sha256(canonical(told).encode("ascii")).hexdigest()


def canonical(value: object) -> str:
    """The one way in which a thing is written."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def entries(file: TextIO) -> Iterator[Entry]:
    """The entries of an export, JSON Lines or CSV. Raises BrokenError for a line that is no entry in its canonical form."""
    begins = file.read(1)
    file.seek(0)
    return json_lines(file) if begins in ("{", "") else csv_rows(file)


def json_lines(file: TextIO) -> Iterator[Entry]:
    """The entries of JSON Lines."""
    for number, line in enumerate(file, 1):
        if not line.endswith("\n"):
            raise BrokenError(f"line {number} ends in the middle")
        yield checked(understood(line[:-1], f"line {number}"), number)


def csv_rows(file: TextIO) -> Iterator[Entry]:
    """The entries of CSV (RFC 4180); `detail` is JSON."""
    csv.field_size_limit(1 << 30)
    rows = csv.reader(file, strict=True)
    try:
        if next(rows) != COLUMNS:
            raise BrokenError("line 1 does not name the columns " + ", ".join(COLUMNS))
        for row in rows:
            yield from_row(row, rows.line_num)
    except csv.Error as error:
        raise BrokenError(f"line {rows.line_num} is no CSV: {error}") from None


def from_row(row: list[str], line: int) -> Entry:
    """The entry of a row. An apostrophe stands before what a spreadsheet would take for a formula, and nowhere else."""
    if len(row) != len(COLUMNS):
        raise BrokenError(f"line {line} has {len(row)} columns, and an entry has {len(COLUMNS)}")
    if any(re.match(r"[=+\-@\t\r]|'(?![=+\-@'\t\r])", cell) for cell in row):
        raise BrokenError(f"line {line} was altered: it is not written as an entry is")
    entry: Entry = {name: row[place].removeprefix("'") for place, name in enumerate(COLUMNS)}
    if not re.fullmatch(r"[1-9][0-9]{0,14}", entry["sequence"]):
        raise BrokenError(f"line {line} does not begin with the number of an entry")
    entry["sequence"] = int(entry["sequence"])
    entry["detail"] = understood(entry["detail"], f"entry {entry['sequence']}")
    return checked(entry, line)


def understood(text: str, where: str) -> Any:
    """What a piece of JSON says. It says each thing once and in one way, or it was altered."""
    try:
        said = json.loads(text)
        as_written = canonical(said) == text
    except (ValueError, RecursionError):
        as_written = False
    if not as_written:
        raise BrokenError(f"{where} was altered: it is not written as an entry is")
    return said


def checked(entry: Any, line: int) -> Entry:
    """The entry, if it has all that an entry has and nothing else."""
    fits = (
        isinstance(entry, dict)
        and sorted(entry) == sorted(COLUMNS)
        and type(entry["sequence"]) is int
        and isinstance(entry["detail"], dict)
        and all(isinstance(entry[name], str) for name in TEXTS)
    )
    if not fits:
        raise BrokenError(f"line {line} was altered: it does not have what an entry has")
    return entry


if __name__ == "__main__":
    sys.exit(main())
