"""Past mail is judged as in service, in its order, and no message stops the run."""

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from gateway.pipeline import judge
from gateway.ports import Judgement
from gateway.rehearsal.bench import Asked, Bench, Law, Sitting, cases
from gateway.rehearsal.cases import outcome
from gateway.rehearsal.envelopes import Assumed
from gateway.rehearsal.sources import wire
from tests.support.mails import NOW, decision, mail
from tests.support.rehearsal import ENDORSEMENT, law, letter

NOBODY = Assumed()


@dataclass(frozen=True)
class Trap:
    """A rulebook that misbehaves in its process when the sender's name says so."""

    senders: tuple = ()

    def decide(self, sent, _authors, verdict, _at):
        match sent.sender.local:
            case "hang":
                time.sleep(60)
            case "die":
                os.kill(os.getpid(), signal.SIGKILL)
            case "eat":
                return decision(policy=str(len(bytearray(3 * 1024**3))))
            case "raise":
                raise ZeroDivisionError("a fault of ours")
        return decision(verdict=verdict)

    def settled(self, *_):
        return True


@dataclass(frozen=True)
class Fleeting(Trap):
    """One that no new process can have once `shut` is there."""

    shut: Path = Path("/nowhere")

    def __reduce__(self):
        return _had, (self.shut,)


def _had(shut):
    if shut.exists():
        raise OSError("no more of it")
    return Fleeting(shut=shut)


def asked(number, body="hello", **how):
    return Asked(number=number, name=f"message {number}", octets=wire(letter(body, **how)))


def test_a_message_that_hangs_dies_eats_or_fails_costs_only_itself():
    trapped = Law(rulebook=Trap(), roster=law().roster, judged=False)
    bench = Bench(laws=(trapped,), seconds=6, memory=512 * 1024**2)
    hostile = ("hang", "fine", "die", "eat", "raise", "fine")
    messages = [asked(n, sender=f"{name}@x.example") for n, name in enumerate(hostile)]
    messages.insert(3, Asked(number=99, name="gone", problem="cannot be read: it is gone"))
    found = list(cases(messages, bench, NOBODY, jobs=2))
    assert [case.number for case in found] == [0, 1, 2, 99, 3, 4, 5]
    assert [case.problem for case in found] == [
        "it was not judged within 6 seconds",
        "",
        "the process that judged it died (exit code -9)",
        "cannot be read: it is gone",
        "it could not be judged in the memory allowed",
        "it could not be judged (ZeroDivisionError)",
        "",
    ]


def shut_on_the_way(shut, *names):
    yield asked(0, sender="fine@x.example")
    shut.touch()
    yield from (asked(number, sender=f"{name}@x.example") for number, name in enumerate(names, 1))


def test_a_process_that_cannot_be_replaced_leaves_the_work_to_the_others_until_there_are_none(tmp_path):
    trapped = Law(rulebook=Fleeting(shut=tmp_path / "shut"), roster=law().roster, judged=False)
    relieved = cases(shut_on_the_way(tmp_path / "shut", "fine", "fine", "fine"), Bench(laws=(trapped,), term=1), NOBODY)
    assert [case.problem for case in relieved] == ["", "", "", ""]
    (tmp_path / "shut").unlink()
    messages, found = shut_on_the_way(tmp_path / "shut", "die", "fine", "fine", "die"), []
    with pytest.raises(RuntimeError, match="it ended at once"):
        found.extend(case.problem[:7] for case in cases(messages, Bench(laws=(trapped,)), NOBODY, jobs=2))
    assert found == ["", "the pro", "", "", "the pro"]


def test_no_judge_is_had_with_a_model_that_is_not_there(tmp_path):
    bench = Bench(laws=(Law(rulebook=Trap(), roster=law().roster, model=Path(tmp_path)),))
    with pytest.raises(RuntimeError, match=r"card\.json"):
        list(cases([asked(1)], bench, NOBODY))


@pytest.mark.parametrize("body", ["The toner is here.", ENDORSEMENT])
def test_two_laws_decide_as_each_would_alone_though_the_message_is_read_once(body):
    one = law()
    sitting = Sitting(Bench(laws=(one, one)))
    written = mail(wire(letter(body)), to=("x@y.example",))
    alone = judge(
        written,
        reader=type(sitting._reader)(sitting._reader._limits),
        classifier=sitting._classifiers[0],
        rulebook=one.rulebook,
        at=NOW,
    )
    assert sitting.judge(written, NOW) == (alone, alone)
    assert sitting._classifiers[0] is sitting._classifiers[1]


def test_a_case_says_who_when_by_which_rule_and_with_which_words():
    case = Sitting(Bench(laws=(law(),))).case(asked(7, ENDORSEMENT, sender="President <president@association.example>"), NOBODY)
    assert (case.number, case.sender, case.group, case.recipients) == (
        7,
        "president@association.example",
        "association boards",
        1,
    )
    assert case.at.isoformat() == "2026-01-05T09:00:00+00:00"
    [now] = case.outcomes
    assert (now.word, now.policy, now.clause) == ("hold", "command review", ("SO 9-06 §C",))
    assert ENDORSEMENT.startswith(now.passages[0].quote[:40])


def test_a_message_without_a_recipient_is_not_judged_as_if_it_went_nowhere():
    sitting = Sitting(Bench(laws=(law(),)))
    assert "--recipient" in sitting.case(asked(1, to=""), NOBODY).problem
    case = sitting.case(asked(1, to=""), Assumed(sender="president@association.example", recipients=("a@department.example",)))
    assert (case.problem, case.sender, case.outcomes[0].word) == ("", "president@association.example", "hold")


def test_an_outcome_without_a_verdict_is_one_all_the_same():
    assert outcome(Judgement(decision=decision(verdict=None))).score == 0.0
