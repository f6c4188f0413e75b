"""The weights that ship, at work."""

import math
import os
import shutil
import subprocess
import sys
from importlib.resources import files
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.model import Masker, WeightsError, load_judge, windows
from gateway.model.judge import FOUND
from gateway.model.judge import NOTHING as NOTHING_SAID
from gateway.model.network import Network
from gateway.reading import Origin
from gateway.verdict import Category, Kind

WEIGHTS = Path(str(files("gateway.model").joinpath("weights")))
NOTHING = dict.fromkeys(Category, 0.0)
POLITICAL, RELIGIOUS = Category.POLITICAL, Category.RELIGIOUS
PEOPLE = ["Amy Klobuchar", "Tim Scott", "Howie Hawkins", "Chief Deputy Hart", "Oyelaran", "Rosa de la Cruz", "Mark Price"]
BODIES = ["the PBA", "the Federation", "Local 9", "the Black Officers Network", "Taxpayers in Uniform"]
TEMPLATES = [
    *product(["{} is proud to stand behind Ana Reyes. We hope you will too when ballots arrive."], [BODIES]),
    *product(
        ["{} gets my vote for sheriff and should get yours.", "A {} banner was cut down and left in the creek.",
         "Two bundles of {} door hangers left. Who can walk the lake streets on Sunday?", "{} tours the jail Monday."],
        [PEOPLE],
    ),
    *product(["Vote {} on Measure R, it keeps the library open."], [["yes", "no", "YES", "NO"]]),
    *product(["Come to {} with me on Sunday, your soul is worth an hour."], [["church", "mosque", "temple", "synagogue"]]),
    *product(["{} loves you and wants your heart. Ask me how to be saved."], [["Jesus", "Allah", "Krishna", "Hashem"]]),
]  # fmt: skip


@pytest.fixture(scope="module")
def judge():
    return load_judge()


def new(*sentences):
    return [(Origin.NEW, sentence) for sentence in sentences]


def score(judge, *sentences, subject=0):
    return judge.score(new(*sentences), subject=subject, found=NOTHING)


def test_the_model_reports_to_nobody_and_leaves_no_id_of_the_machine(tmp_path):
    environment = {"HOME": str(tmp_path), "PATH": os.environ["PATH"], "PYTHONPATH": str(Path(__file__).parents[2])}
    program = "from gateway.model import load_judge; load_judge()"
    subprocess.run([sys.executable, "-c", program], env=environment, check=True, timeout=60)
    assert list(tmp_path.rglob("*")) == []


def test_an_endorsement_stands_far_above_a_delivery(judge):
    endorsement = score(judge, "Please vote for Ana Reyes for mayor on Tuesday, she has earned it.")
    delivery = score(judge, "The toner is in the supply room, please sign for it.")
    assert endorsement.scores[POLITICAL] >= judge.thresholds.unsure
    assert delivery.scores[POLITICAL] < endorsement.scores[POLITICAL] / 4


def test_a_call_to_a_faith_is_religious_and_not_political(judge):
    scores = score(judge, "Accept Jesus as your savior before it is too late, come to our church on Sunday.").scores
    assert scores[RELIGIOUS] >= judge.thresholds.match
    assert scores[POLITICAL] < judge.thresholds.unsure


def test_the_offending_line_is_the_one_that_is_pointed_at(judge):
    opinion = score(
        judge,
        "Newsletter",
        "The lockers on the second floor are being painted this week.",
        "Court slips are in the box.",
        "Please vote for Ana Reyes for mayor on Tuesday, she has earned it.",
        "The range is closed until Friday.",
        subject=1,
    )
    assert max(range(5), key=lambda number: opinion.sentences[number].scores[POLITICAL]) == 3


@pytest.mark.parametrize(
    ("said", "kinds"),
    [
        ("Please vote for Ana Reyes for mayor on Tuesday, she has earned it.", {Kind.ENDORSEMENT, Kind.VOTING_ADVICE}),
        ("Chip in twenty dollars for the Reyes campaign at the union table.", {Kind.FUND_RAISING}),
        ("Vote no on Measure 4, it guts our budget.", {Kind.BALLOT_MEASURE, Kind.VOTING_ADVICE}),
        ("Accept Jesus as your savior before it is too late.", {Kind.RELIGIOUS_PROMOTION}),
    ],
)
def test_a_sentence_is_told_its_kind(judge, said, kinds):
    assert score(judge, said).sentences[0].kind in kinds


def test_what_the_rules_found_counts(judge):
    said = new("The board has made its choice for sheriff.")
    without = judge.score(said, subject=0, found=NOTHING).scores[POLITICAL]
    assert judge.score(said, subject=0, found={POLITICAL: 0.9}).scores[POLITICAL] > without


@pytest.mark.parametrize(("template", "names"), TEMPLATES, ids=lambda value: value if isinstance(value, str) else "")
def test_whoever_is_named_the_score_is_the_same(judge, template, names):
    scores = [score(judge, template.format(name)).scores for name in names]
    assert all(each == scores[0] for each in scores)


def test_a_message_is_judged_alike_alone_and_after_others(judge):
    message = ("Ballots are due.", "You know who kept our pensions whole.")
    alone = score(load_judge(), *message)
    for number in range(5):
        score(judge, f"Car {number} is down.", "Radios are on charger 3.")
    assert score(judge, *message) == alone


def test_what_the_screen_settles_is_not_read(judge):
    opinion = score(judge, *(f"Car {number} is down again and the tow is on its way to the garage." for number in range(2000)))
    assert (opinion.left, set(opinion.sentences)) == (0, {None})


class Watched(Masker):
    """Keeps what it is to mask, in order."""

    def __init__(self):
        super().__init__()
        self.seen = []

    def mask(self, sentence):
        self.seen.append(sentence)
        return super().mask(sentence)


@pytest.fixture
def masker():
    return Watched()


@pytest.fixture
def watched(masker):
    return load_judge(masker=masker)


ORDINARY = [f"Car {number} is down again and the tow is on its way to the garage." for number in range(40)]
APPEAL = "Please vote for Ana Reyes for mayor on Tuesday, she has earned it."


def test_what_the_skim_settles_is_not_even_masked(watched, masker):
    opinion = score(watched, "Cars", *ORDINARY, subject=1)
    assert (masker.seen, set(opinion.sentences)) == ([], {None})
    assert max(opinion.scores.values()) < 0.001


def test_an_appeal_is_masked_with_the_subject_and_what_stands_around_it(watched, masker):
    opinion = score(watched, "Cars", *ORDINARY[:20], APPEAL, *ORDINARY[20:], subject=1)
    assert masker.seen == ["Cars", *ORDINARY[15:20], APPEAL, *ORDINARY[20:25]]
    read = {number for number, told in enumerate(opinion.sentences) if told}
    assert {0, 20, 21, 22} <= read <= {0, *range(16, 27)}
    assert opinion.scores[POLITICAL] >= watched.thresholds.unsure


def test_where_the_rules_found_something_all_is_heard(watched, masker):
    watched.score(new("Cars", *ORDINARY), subject=1, found={POLITICAL: 0.2, RELIGIOUS: 0.0})
    assert masker.seen == ["Cars", *ORDINARY]


def test_what_is_too_long_is_counted(judge):
    opinion = score(
        judge, *(f"Please vote for Ana Reyes for mayor on Tuesday, she has earned it {n} times." for n in range(2000))
    )
    assert opinion.left > 0
    assert len(opinion.sentences) == 2000


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(Origin), st.text(max_size=80)), max_size=6), st.integers(0, 2))
def test_any_message_has_an_opinion(judge, sentences, subject):
    opinion = judge.score(sentences, subject=subject, found=NOTHING)
    told = [said.scores for said in opinion.sentences if said]
    assert len(opinion.sentences) == len(sentences)
    assert all(0.0 <= share <= 1.0 for said in (opinion.scores, *told) for share in said.values())


def test_weights_that_were_changed_are_refused(tmp_path):
    shutil.copytree(WEIGHTS, tmp_path / "weights")
    with (tmp_path / "weights" / "upper.onnx").open("r+b") as weights:
        weights.seek(5000)
        weights.write(b"\x00\x01\x02")
    with pytest.raises(WeightsError, match="not the file"):
        load_judge(tmp_path / "weights")


def test_the_weights_are_small_enough_for_git():
    assert sum(path.stat().st_size for path in WEIGHTS.iterdir()) < 30_000_000


OFFICE = [f"Attached is the sheet with the figures for contract {number}, please call me with questions." for number in range(40)]


def windows_of(judge, *sentences):
    lines = judge.lines(new(*sentences))
    return windows(lines, size=judge.card.size)[0], len(lines)


def test_an_ordinary_window_is_read_by_the_lowest_layer_alone(judge):
    said = judge.said(*windows_of(judge, *OFFICE), 0.0)
    assert (said.early, said.message.max(), said.sentences.max()) == (-math.inf, NOTHING_SAID, NOTHING_SAID)


def test_a_window_with_an_appeal_is_read_to_the_end_and_the_others_are_not(judge):
    cut, count = windows_of(judge, *OFFICE[:20], APPEAL, *OFFICE[20:])
    said = judge.said(cut, count, 0.0)
    assert said.early >= judge.card.early
    assert said.sentences[20].max() > 0.0
    read = {number for number in range(count) if said.sentences[number].max() > NOTHING_SAID}
    holding = [{number for number, _, _ in window.spans} for window in cut]
    assert read == set().union(*(numbers for numbers in holding if 20 in numbers))
    assert len(read) < count


def test_what_the_exit_leaves_out_says_nothing_else_than_before(judge):
    cut, count = windows_of(judge, *OFFICE[:20], APPEAL, *OFFICE[20:])
    network = Network(WEIGHTS)
    whole = max(0.75 * said.max() + 0.25 * parts.max() for said, parts, _ in (network.read(each, -math.inf)[1] for each in cut))
    assert judge.said(cut, count, 0.0).message.max() == pytest.approx(whole)


def test_where_the_rules_found_much_some_window_is_read_to_the_end(judge):
    cut = windows_of(judge, *OFFICE)
    assert judge.said(*cut, FOUND).message.max() > NOTHING_SAID


@pytest.mark.parametrize("around", ["radio unit garage shift report desk keys range overtime ", "kqzvw jxprt mbfgh dlnsc "])
def test_words_without_a_stop_around_an_appeal_do_not_hide_what_the_rules_found(judge, around):
    sentence = around * 4 + "Please vote for Dana Whitaker for county sheriff and donate to her campaign."
    opinion = judge.score(new(sentence[-340:]), subject=0, found={POLITICAL: 0.9, RELIGIOUS: 0.0})
    assert opinion.scores[POLITICAL] > judge.thresholds.unsure


ERRAND = (
    "the fleet shop takes the older cars first and the vans after that and then the bikes and the trailers so that all are ready "
)


@pytest.mark.parametrize("subject", [0, 1])
@pytest.mark.parametrize("before", [1, 5, 20])
def test_an_appeal_at_the_end_of_a_long_sentence_or_a_long_subject_is_read(judge, subject, before):
    said = ERRAND * before + "and bring a friend to the rally for Dana Whitaker for council on Saturday."
    opinion = judge.score(new(said, "The keys are on the desk of the sergeant."), subject=subject, found=NOTHING)
    assert opinion.scores[POLITICAL] > judge.thresholds.unsure
    assert opinion.sentences[0].scores[POLITICAL] > opinion.sentences[1].scores[POLITICAL]
