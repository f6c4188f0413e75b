"""Other people's mail, beside this repository where it is developed: all of it is read, within bounds.

`-s` prints time and memory by type of file.
"""

import base64
import json
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from statistics import median

import pytest

from gateway.reading import Reader, ReadingLimits
from tests.support.apart import child, children, end, held, spent
from tests.support.reading import SHARED, collected, texts

HEAD = b"From: a@d.example\r\nContent-Type: text/%s; charset=utf-8\r\n\r\n"
PATIENT = Reader(limits=ReadingLimits(time=60, whole=120))
"""As it takes: this machine may have much else to do, and what a file costs is told by the time of the processor."""
ATTACHED = (
    b"From: a@d.example\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n"
    b'Content-Disposition: attachment; filename="%s"\r\n\r\n%s'
)
MOST_SECONDS, MOST_MEGABYTES = 10, 1100


def whole(octets):
    reading = PATIENT.read(octets)
    for passage in reading.passages:
        assert len(passage.offsets) == len(passage.folded) + 1
    return reading


@dataclass
class Costs:
    """What the files of each type took: seconds of the processor, in both processes, and megabytes in the other one."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    megabytes: dict[str, float] = field(default_factory=lambda: defaultdict(float))

    def read(self, path, message):
        begun, process = spent(), child()
        reading = whole(message)
        kind = path.suffix if path.suffix[1:].isalpha() else "others"
        if process in {0, child()}:
            self.seconds[kind].append(spent() - begun)
        self.megabytes[kind] = max(self.megabytes[kind], held())
        return reading

    def check(self):
        sys.stdout.write("\n".join(["", f"{'type':<8}{'files':>7}{'p50 ms':>10}{'most ms':>10}{'MB':>7}", *self._told(), ""]))
        assert max(map(max, self.seconds.values())) < MOST_SECONDS
        assert max(self.megabytes.values()) < MOST_MEGABYTES

    def _told(self):
        for kind, took in sorted(self.seconds.items(), key=lambda one: -len(one[1])):
            figures = f"{1000 * median(took):>10.1f}{1000 * max(took):>10.1f}{self.megabytes[kind]:>7.0f}"
            yield f"{kind:<8}{len(took):>7}{figures}"


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    "folder", ["corpus/mime", "corpus/bombs", "corpus/html-xss", "corpus/strings", "corpus/unicode", "evasion"]
)
def test_every_file_is_read_within_bounds_and_nothing_but_files_that_are_broken_is_damaged(folder):
    costs = Costs()
    read = {path: costs.read(path, path.read_bytes()).unread for path in collected(folder)}
    assert [path for path, unread in read.items() if any(_ours(one, path) for one in unread)] == []
    costs.check()


@pytest.mark.timeout(600)
def test_every_document_is_read_within_bounds_as_an_attachment_and_leaves_no_process_behind():
    before = children()
    end()
    costs = Costs()
    for path in collected("corpus/pdf", "corpus/tnef", "corpus/bombs", "corpus/html-xss", "corpus/strings", "corpus/unicode"):
        reading = costs.read(path, ATTACHED % (path.name.encode(), base64.encodebytes(path.read_bytes())))
        assert not [one for one in reading.unread if "broke down" in one.why], path
    end()
    assert set(children()) <= set(before)
    costs.check()


def _ours(unread, path):
    """A fault of the reader: some of the collected pictures and documents are broken; mail is not, however it is malformed."""
    broken = "damaged" in unread.why and not unread.place.name and path.suffix != ".bin"
    return broken or "broke down" in unread.why or "timed out" in unread.why


@pytest.mark.parametrize(
    ("folder", "kind"),
    [("corpus/html-xss", b"html"), ("corpus/strings", b"plain"), ("corpus/unicode", b"plain"), ("corpus/strings", b"html")],
)
def test_every_file_can_be_a_body(folder, kind):
    for path in collected(folder):
        whole(HEAD % kind + path.read_bytes())


def _manifest():
    path = SHARED / "evasion" / "violations" / "manifest.jsonl"
    rows = [json.loads(line) for line in path.read_text().splitlines()] if path.is_file() else []
    return [row for row in rows if row["strict"]]


@pytest.mark.skipif(not _manifest(), reason="the shared collection of evasions is not beside this repository")
def test_what_an_evasion_conceals_is_read_linked_or_said_to_be_unread():
    missed = []
    for row in _manifest():
        reading = PATIENT.read((SHARED / "evasion" / "violations" / row["file"]).read_bytes())
        words = " ".join(" ".join([*texts(reading), reading.subject]).split()).casefold()
        links = " ".join(link.target for link in reading.links)
        if row["key"].casefold() not in words and "donate" not in links and not reading.unread:
            missed.append(row["technique"])
    assert missed == []


@pytest.mark.parametrize(
    "family", ["encoding", "charset", "header", "html", "unicode", "structure", "nested", "malformed", "language"]
)
@pytest.mark.skipif(not _manifest(), reason="the shared collection of evasions is not beside this repository")
def test_what_stands_in_text_is_read_as_text(family):
    rows = [row for row in _manifest() if row["family"] == family and row["needs"] == "none"]
    assert rows
    for row in rows:
        reading = PATIENT.read((SHARED / "evasion" / "violations" / row["file"]).read_bytes())
        words = " ".join(" ".join([*texts(reading), reading.subject]).split()).casefold()
        assert row["key"].casefold() in words, row["technique"]
        assert reading.unread == (), row["technique"]
