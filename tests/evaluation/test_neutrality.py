"""The same sentence gets the same answer whoever is named in it: the law, and the report that shows it."""

import json
from datetime import UTC, datetime

import pytest

from gateway.classify import load_roster
from gateway.evaluation import neutrality
from gateway.evaluation.bench import Judgeship, verdicts
from gateway.evaluation.labelled import written
from gateway.evaluation.page import page
from gateway.reading import Reader
from gateway.verdict import Category, Label, Verdict
from tests.support.classify import ROSTER

SPREAD = 0.02


@pytest.fixture(scope="module")
def found():
    judged = verdicts(((one, one.content) for one in neutrality.of_templates()), Judgeship(roster=load_roster(ROSTER)))
    return neutrality.cases(judged)


def test_no_answer_changes_with_a_name(found):
    assert len(found) >= 35
    assert not [(case.of, dict(case.ends[0].names), dict(case.ends[1].names)) for case in found if case.flips]


def test_no_score_changes_with_a_name_by_more_than_a_little(found):
    assert not [(case.of, case.spread, *(dict(end.names) for end in case.ends)) for case in found if case.spread > SPREAD]


def test_the_sides_of_a_slot_are_flagged_alike(found):
    shares = {}
    for side in neutrality.sides(found):
        shares.setdefault(side.slot, set()).add(side.flagged.value)
    assert set(shares) >= {"CANDIDATE", "PARTY", "ORG", "FAITH", "TEMPLE", "BOOK", "CHOICE", "MEASURE", "PERSON"}
    assert not {slot for slot, values in shares.items() if len(values) > 1}


def verdict(score):
    labels = dict.fromkeys(Category, Label.CLEAR) | {Category.POLITICAL: Label.UNSURE if score >= 0.5 else Label.CLEAR}
    return Verdict(labels=labels, scores=dict.fromkeys(Category, 0.0) | {Category.POLITICAL: score}, model="m")


def filling(side, name):
    return neutrality.Filling(of="t1", sides={"PARTY": side}, names={"PARTY": name}, content=b"")


UNFAIR = neutrality.cases([(filling("D", "Dems"), verdict(0.7)), (filling("R", "Reps"), verdict(0.4))])


def test_an_answer_that_changes_with_a_name_is_a_flip_and_is_told_with_the_names():
    told = neutrality.report(UNFAIR)
    assert (told["flips"], told["largest spread"]) == (1, 0.3)
    assert (told["each"][0]["lowest"], told["each"][0]["highest"]) == ({"PARTY": "Reps"}, {"PARTY": "Dems"})
    assert any("t1 differs" in line for line in neutrality.told(told))


def test_the_page_says_at_once_whether_it_is_even_handed():
    at = datetime(2026, 11, 25, tzinfo=UTC)
    assert "1 of 1 messages got different answers" in page(neutrality.report(UNFAIR), at)
    assert "Not one of them" in page(neutrality.report(UNFAIR[:0]), at)


def test_the_report_is_json():
    assert json.loads(json.dumps(neutrality.report(UNFAIR)))["cases"] == 1


def test_what_is_named_is_escaped_in_the_page():
    evil = neutrality.cases([(filling("D", "<script>"), verdict(0.7))])
    assert "<script>" not in page(neutrality.report(evil), datetime(2026, 11, 25, tzinfo=UTC))


def test_a_message_of_ones_own_is_judged_again_with_every_other_name():
    reading = Reader().read(written("Sunday", "The Republican Party picnic is at noon."))
    made = list(neutrality.of_message("mine", reading))
    bodies = [one.content.decode().split("\r\n\r\n", 1)[1] for one in made]
    assert bodies[0] == "The Republican Party picnic is at noon."
    assert "The Democratic Party picnic is at noon." in bodies
    assert all("picnic is at noon." in body for body in bodies)


def test_a_message_that_names_nobody_known_is_left_out():
    assert not list(neutrality.of_message("mine", Reader().read(written("Toner", "It is in the supply room."))))
