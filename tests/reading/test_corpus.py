"""Other people's mail, beside this repository where it is developed: all of it is read."""

import json

import pytest

from gateway.reading import Reader
from tests.support.reading import SHARED, collected, texts, whys

HEAD = b"From: a@d.example\r\nContent-Type: text/%s; charset=utf-8\r\n\r\n"


def whole(octets):
    reading = Reader().read(octets)
    for passage in reading.passages:
        assert len(passage.offsets) == len(passage.folded) + 1
    return reading


@pytest.mark.parametrize(
    "folder", ["corpus/mime", "corpus/bombs", "corpus/html-xss", "corpus/strings", "corpus/unicode", "evasion"]
)
def test_every_file_is_read_and_none_is_damaged(folder):
    damaged = [path for path in collected(folder) if any("damaged" in why for why in whys(whole(path.read_bytes())))]
    assert damaged == []


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
        reading = Reader().read((SHARED / "evasion" / "violations" / row["file"]).read_bytes())
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
        reading = Reader().read((SHARED / "evasion" / "violations" / row["file"]).read_bytes())
        words = " ".join(" ".join([*texts(reading), reading.subject]).split()).casefold()
        assert row["key"].casefold() in words, row["technique"]
        assert reading.unread == (), row["technique"]
