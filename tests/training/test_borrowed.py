"""What is drawn from real mail, for those who have it."""

import gzip
import json

import pytest

from gateway.evaluation.labelled import rows
from gateway.training.borrowed import borrow

SOURCES = {
    "political": ("princeton2020", "fivethirtyeight2019", "markup2019"),
    "religious": ("devotional_list",),
    "neither": ("congress_press", "enron_ucb", "da_orange_ca", "spamassassin", "20news", "votegov"),
}


@pytest.fixture
def folder(tmp_path):
    for name, sources in SOURCES.items():
        with gzip.open(tmp_path / f"{name}.jsonl.gz", "wt", encoding="utf-8") as out:
            for source in sources:
                for number in range(900):
                    party = "DDDR"[number % 4] if name == "political" else ""
                    row = {"id": f"{source}-{number}", "source": source, "subject": "s", "body": "b" * 9000, "party": party}
                    out.write(json.dumps(row) + "\n")
    return tmp_path


@pytest.fixture
def drawn(folder, tmp_path):
    return borrow(folder, tmp_path)


def ids(path):
    return [row["id"] for row in rows(path)]


def test_nothing_that_is_tested_with_is_trained_on(drawn):
    trained = {*ids(drawn.extra), *ids(drawn.plenty)}
    for path in (drawn.threshold, drawn.ordinary, drawn.offending):
        assert ids(path)
        assert trained.isdisjoint(ids(path))
    assert set(ids(drawn.threshold)).isdisjoint(ids(drawn.ordinary))


def test_the_same_is_drawn_again(drawn, folder, tmp_path):
    (tmp_path / "again").mkdir()
    again = borrow(folder, tmp_path / "again")
    assert again.extra.read_bytes() == drawn.extra.read_bytes()


def test_parties_are_drawn_evenly(drawn):
    sides = [row["side"] for row in rows(drawn.extra) if row["expect"] == "political"]
    assert sides.count("D") == sides.count("R")


def test_bodies_are_cut(drawn):
    assert max(len(row["body"]) for row in rows(drawn.extra)) == 6000


def test_a_folder_without_the_files_is_refused(tmp_path):
    with pytest.raises(OSError, match="neither"):
        borrow(tmp_path, tmp_path)
