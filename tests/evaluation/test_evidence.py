"""The passages that carry a verdict carry the offence: they stand where people marked it, and without them it falls."""

import json
import re
from importlib.resources import files

import pytest

from gateway.classify import Classifier, load_roster
from gateway.evaluation.labelled import written
from gateway.model import load_judge
from gateway.reading import Reader
from gateway.verdict import Category, Label
from tests.support.classify import ROSTER

ROWS = files("gateway.training").joinpath("unseen", "writer_p.jsonl").read_text(encoding="utf-8").splitlines()
MOST = 90


@pytest.fixture(scope="module")
def flagged():
    """Violations nobody trained on that are flagged as what they are: row, classifier, findings of the category."""
    classifier, reader = Classifier(load_roster(ROSTER), scorer=load_judge()), Reader()

    def judge(row):
        return classifier.classify(reader.read(written(row["subject"], row["body"])))

    found = []
    for row in [row for row in map(json.loads, ROWS) if row["expect"] != "neither"][:MOST]:
        verdict = judge(row)
        category = Category(row["expect"])
        if verdict.labels[category] is not Label.CLEAR:
            found.append((row, category, verdict, judge))
    return found


def words(text):
    return set(re.findall(r"\w+", text.lower()))


def test_most_violations_are_flagged_at_all(flagged):
    assert len(flagged) >= MOST * 0.75


def test_the_weightiest_passage_stands_where_the_writer_marked_the_offence(flagged):
    hits = 0
    for row, category, verdict, _ in flagged:
        said = words(verdict.of(category)[0].evidence[0].quote)
        hits += any(len(said & words(span)) >= min(3, len(said), len(words(span))) for span in row["spans"])
    assert hits >= 0.9 * len(flagged)


def test_without_its_passages_a_message_is_no_longer_flagged(flagged):
    still = []
    for row, category, verdict, judge in flagged:
        left = dict(row)
        for quote in {e.quote for finding in verdict.of(category) for e in finding.evidence}:
            left = {**left, "subject": left["subject"].replace(quote, ""), "body": left["body"].replace(quote, "")}
        if judge(left).labels[category] is not Label.CLEAR:
            still.append(row["id"])
    assert len(still) <= 0.1 * len(flagged), still
