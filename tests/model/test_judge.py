"""The weights that ship, at work."""

import shutil
from importlib.resources import files
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.model import WeightsError, load_judge
from gateway.reading import Origin
from gateway.verdict import Category

WEIGHTS = Path(str(files("gateway.model").joinpath("weights")))
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


def test_an_endorsement_stands_far_above_a_delivery(judge):
    endorsement = judge.score(new("Please vote for Ana Reyes for mayor on Tuesday, she has earned it."))
    delivery = judge.score(new("The toner is in the supply room, please sign for it."))
    assert endorsement.scores[POLITICAL] >= judge.card.scales[POLITICAL].unsure
    assert delivery.scores[POLITICAL] < endorsement.scores[POLITICAL] / 4


def test_a_call_to_a_faith_is_religious_and_not_political(judge):
    scores = judge.score(new("Accept Jesus as your savior before it is too late, come to our church on Sunday.")).scores
    assert scores[RELIGIOUS] >= judge.card.scales[RELIGIOUS].match
    assert scores[POLITICAL] < judge.card.scales[POLITICAL].unsure


def test_the_offending_line_is_the_one_that_is_pointed_at(judge):
    opinion = judge.score(
        new(
            "Newsletter",
            "The lockers on the second floor are being painted this week.",
            "Court slips are in the box.",
            "Please vote for Ana Reyes for mayor on Tuesday, she has earned it.",
            "The range is closed until Friday.",
        ),
        subject=1,
    )
    assert max(range(5), key=lambda number: opinion.sentences[number][POLITICAL]) == 3


@pytest.mark.parametrize(("template", "names"), TEMPLATES, ids=lambda value: value if isinstance(value, str) else "")
def test_whoever_is_named_the_score_is_the_same(judge, template, names):
    scores = [judge.score(new(template.format(name))).scores for name in names]
    assert all(each == scores[0] for each in scores)


def test_a_message_is_judged_alike_alone_and_after_others(judge):
    message = new("Ballots are due.", "You know who kept our pensions whole.")
    alone = load_judge().score(message)
    for number in range(5):
        judge.score(new(f"Car {number} is down.", "Radios are on charger 3."))
    assert judge.score(message) == alone


def test_what_is_too_long_is_counted(judge):
    opinion = judge.score(
        new(*(f"Car {number} is down again and the tow is on its way to the garage." for number in range(2000)))
    )
    assert opinion.left > 0
    assert len(opinion.sentences) == 2000


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(Origin), st.text(max_size=80)), max_size=6), st.integers(0, 2))
def test_any_message_has_an_opinion(judge, sentences, subject):
    opinion = judge.score(sentences, subject=subject)
    assert len(opinion.sentences) == len(sentences)
    assert all(0.0 <= score <= 1.0 for said in (opinion.scores, *opinion.sentences) for score in said.values())


def test_weights_that_were_changed_are_refused(tmp_path):
    shutil.copytree(WEIGHTS, tmp_path / "weights")
    with (tmp_path / "weights" / "judge.onnx").open("r+b") as weights:
        weights.seek(5000)
        weights.write(b"\x00\x01\x02")
    with pytest.raises(WeightsError, match="not the file"):
        load_judge(tmp_path / "weights")


def test_the_weights_are_small_enough_for_git():
    assert sum(path.stat().st_size for path in WEIGHTS.iterdir()) < 30_000_000
