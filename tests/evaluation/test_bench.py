"""Many messages, judged on several cores."""

import os
from concurrent.futures import Executor, Future
from concurrent.futures.process import BrokenProcessPool

import pytest

from gateway.classify import Thresholds, load_roster
from gateway.cli.common import Exit, ends_told
from gateway.evaluation.bench import Ended, Judgeship, judged_by, verdicts
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


class Deadly(bytes):
    """A message at which the process that is given it ends at once, as one that is killed does."""

    def __reduce__(self):
        return os._exit, (9,)


class Mortal(Executor):
    """Workers that have done a few handfuls when they die: what they were given then is broken, and they take no more."""

    def __init__(self, *, done, taken):
        self._done, self._taken = done, taken

    def submit(self, _work, /, *about, **_more):
        if not self._taken:
            raise BrokenProcessPool
        self._taken -= 1
        self._done -= 1
        future = Future()
        if self._done >= 0:
            future.set_result([None for _ in about[0]])
        else:
            future.set_exception(BrokenProcessPool())
        return future


def test_a_worker_that_dies_is_said_and_not_waited_for():
    judgeship = Judgeship(roster=load_roster(ROSTER), model=False)
    with pytest.raises(Ended, match="ended before its time, killed or out of memory; 0 messages were judged"):
        list(verdicts([*MESSAGES, ("last", Deadly())], judgeship, jobs=2))


@pytest.mark.parametrize(("done", "taken"), [(3, 3), (3, 5), (3, 100)])
@pytest.mark.parametrize("ahead", [0, 2, 50])
def test_what_was_judged_before_a_worker_died_is_answered_for_in_its_order(done, taken, ahead):
    found = []
    with pytest.raises(Ended) as ended:
        found.extend(known for known, _ in judged_by(Mortal(done=done, taken=taken), ((n, b"") for n in range(60)), ahead=ahead))
    assert found == list(range(24))
    assert ended.value.judged == 24


def test_a_command_whose_worker_died_says_what_was_judged_and_what_to_do(capsys):
    with pytest.raises(SystemExit) as status, ends_told("no table is drawn of a part of the messages"):
        raise Ended(1)
    assert status.value.code == Exit.TRY_LATER
    said = capsys.readouterr().err
    assert "1 message was judged; no table is drawn of a part of the messages. " in said
    assert "with fewer --jobs" in said
