"""Many messages, judged on several cores."""

import pytest

from gateway.classify import Thresholds, load_roster
from gateway.evaluation.bench import Judgeship, verdicts
from gateway.evaluation.labelled import written
from gateway.verdict import Category, Label
from tests.support.classify import ROSTER

MESSAGES = [
    ("endorsement", written("our pick", "Please vote for Ana Reyes for sheriff on Tuesday.")),
    ("none", None),
    ("delivery", written("toner", "The toner is in the supply room.")),
]


@pytest.mark.parametrize("jobs", [1, 2])
def test_answers_come_in_order_and_what_is_no_message_has_none(jobs):
    found = dict(verdicts(MESSAGES, Judgeship(roster=load_roster(ROSTER)), jobs=jobs))
    assert list(found) == ["endorsement", "none", "delivery"]
    assert found["none"] is None
    assert found["endorsement"].labels[Category.POLITICAL] is not Label.CLEAR
    assert found["delivery"].labels[Category.POLITICAL] is Label.CLEAR


def test_rules_and_roster_can_judge_alone():
    judgeship = Judgeship(roster=load_roster(ROSTER), model=False, thresholds=Thresholds(unsure=0.9, match=0.95))
    (_, verdict), *_ = verdicts(MESSAGES, judgeship)
    assert "judge-" not in verdict.model
