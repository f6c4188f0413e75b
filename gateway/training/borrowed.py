"""Real mail of third parties, where somebody has it: campaigns, devotional lists, offices, prosecutors, Congress, spam.

It is not part of the project and none of it is kept. `borrow` draws, always the same, from a folder of `political`,
`religious` and `neither` in gzipped JSON Lines (id, source, subject, body, and party where known), and writes six files
beside one another: what is trained on, a heap that hard windows are looked for in and the screen learns from, more that only
the screen learns from, what thresholds answer to, and two to test with.
Training works without it, and then knows campaigns' own mail less well. It raises OSError for a folder that lacks a file.
"""

import gzip
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

LONGEST = 6000
"""Characters of a body that are taken."""
_EXTRA = {
    "princeton2020": 330,
    "fivethirtyeight2019": 110,
    "markup2019": 40,
    "devotional_list": 120,
    "congress_press": 160,
    "enron_ucb": 160,
    "da_orange_ca": 100,
    "spamassassin": 120,
    "votegov": 15,
}
_PLENTY = {"congress_press": 900, "enron_ucb": 700, "da_orange_ca": 500, "spamassassin": 900}
_MORE = {"congress_press": 529, "enron_ucb": 244, "da_orange_ca": 900, "spamassassin": 1400}
_OFFICE = ("congress_press", "enron_ucb", "da_orange_ca", "spamassassin")
_THRESHOLD, _TEST, _CAMPAIGN, _FAITH = 110, 120, 150, 60

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Borrowed:
    """Files. ordinary and offending are to test with, and nothing else is made of them."""

    extra: Path
    plenty: Path
    more: Path
    threshold: Path
    ordinary: Path
    offending: Path


def borrow(folder: Path, out: Path, *, seed: int = 31) -> Borrowed:
    """Draws from `folder` and writes to `out`."""
    rnd = Random(seed)  # noqa: S311  -- a draw that can be repeated, no secret
    drawn = {name: _Heap(folder / f"{name}.jsonl.gz", name, rnd) for name in ("neither", "political", "religious")}
    office = drawn["neither"]
    threshold = [row for source in _OFFICE for row in office.take(source, _THRESHOLD)]
    ordinary = [row for source in _OFFICE for row in office.take(source, _TEST)]
    offending = [*drawn["political"].any(_CAMPAIGN), *drawn["religious"].any(_FAITH)]
    extra = [row for heap in drawn.values() for source, count in _EXTRA.items() for row in heap.take(source, count)]
    plenty = [row for source, count in _PLENTY.items() for row in office.take(source, count)]
    more = [row for source, count in _MORE.items() for row in office.take(source, count)]
    rnd.shuffle(extra)
    return Borrowed(
        extra=_written(out / "real_extra.jsonl", extra),
        plenty=_written(out / "real_plenty.jsonl", plenty),
        more=_written(out / "real_more.jsonl", more),
        threshold=_written(out / "real_threshold.jsonl", threshold),
        ordinary=_written(out / "real_ordinary.jsonl", ordinary),
        offending=_written(out / "real_offending.jsonl", offending),
    )


class _Heap:
    """The messages of a file, by source, shuffled; what is taken is gone."""

    def __init__(self, path: Path, expect: str, rnd: Random) -> None:
        self._left: defaultdict[str, list[Row]] = defaultdict(list)
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                self._left[row["source"]].append({**row, "expect": expect})
        for rows in self._left.values():
            rnd.shuffle(rows)
            rows[:] = _even(rows)

    def take(self, source: str, count: int) -> list[Row]:
        taken, self._left[source] = self._left[source][:count], self._left[source][count:]
        return taken

    def any(self, count: int) -> list[Row]:
        """From every source, as many of each as it has a share."""
        whole = sum(map(len, self._left.values()))
        return [row for source, rows in list(self._left.items()) for row in self.take(source, round(count * len(rows) / whole))]


def _even(rows: Sequence[Row]) -> list[Row]:
    """The one party most messages are of, and all others, by turns as long as there are both."""
    most = [row for row in rows if row.get("party") == "D"]
    others = [row for row in rows if row.get("party") != "D"]
    both = [row for pair in zip(most, others, strict=False) for row in pair]
    count = min(len(most), len(others))
    return [*both, *most[count:], *others[count:]]


def _written(path: Path, rows: Sequence[Row]) -> Path:
    path.write_text("".join(_lines(rows)), encoding="utf-8")
    return path


def _lines(rows: Sequence[Row]) -> Iterator[str]:
    for row in rows:
        kept = {"id": row["id"], "subject": row["subject"], "body": row["body"][:LONGEST], "expect": row["expect"]}
        yield json.dumps({**kept, "subtype": row["source"], "side": row.get("party") or ""}, ensure_ascii=False) + "\n"
