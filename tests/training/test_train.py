"""Thresholds, the levels of screen and skim, and the papers. Needs torch, which only training does."""

import json
import math
from dataclasses import replace

import pytest

pytest.importorskip("torch")
pytest.importorskip("onnx")

from gateway.model.card import Glance, Level, read_card
from gateway.model.judge import FILES
from gateway.training.card import Apart, Made, write
from gateway.training.recipe import Recipe
from gateway.training.train import FLAGGED, LOST, MATCHED, UNHEARD, scaled
from gateway.training.train import settled as settled_by


def apart(number, expect, political, religious=-6.0, peak=0.0):
    return Apart(id=str(number), writer="w", expect=expect, logits=(political, religious), peak=peak)


def settled(found, scaling, lost=LOST):
    return settled_by(found, scaling, lost, lambda each: each.peak)


FOUND = [
    *(apart(n, "neither", -4.0 + n / 100, -4.0 + n / 100, peak=-3.0 + n / 100) for n in range(400)),
    *(apart(n, "political", 2.0 + n / 100, peak=n / 100) for n in range(200)),
    *(apart(n, "religious", -4.0, 2.0 + n / 100, peak=n / 100) for n in range(60)),
]


@pytest.mark.parametrize(("what", "share"), [("unsure", FLAGGED), ("match", MATCHED)])
def test_no_more_ordinary_messages_reach_a_threshold_of_either_category_than_may(what, share):
    scaling = scaled(FOUND)
    ordinary = [each for each in FOUND if each.expect == "neither"]
    assert sum(scaling.reaches(each, what) for each in ordinary) <= share * len(ordinary)


def test_real_mail_raises_a_threshold_that_it_would_reach():
    office = [apart(n, "neither", 3.0) for n in range(100)]
    assert scaled(FOUND, office).thresholds.unsure > scaled(FOUND).thresholds.unsure


def test_the_screen_settles_hardly_a_violation_that_is_flagged():
    least = settled(FOUND, scaled(FOUND))
    lost = [each for each in FOUND if each.expect != "neither" and each.peak < least]
    assert len(lost) <= 2


def test_what_is_told_without_the_model_does_not_move_the_level_of_the_exit():
    told = [apart(f"told{n}", "political", 3.0, peak=-math.inf) for n in range(20)]
    assert settled([*FOUND, *told], scaled(FOUND)) == settled(FOUND, scaled(FOUND))


def test_the_less_may_be_lost_the_lower_the_level():
    scaling = scaled(FOUND)
    assert settled(FOUND, scaling, 0.001) < settled(FOUND, scaling, LOST) < settled(FOUND, scaling, UNHEARD)


def test_the_level_rests_on_more_than_the_few_lowest():
    lowest = apart("low", "political", 3.0, peak=-9.0)
    moved = settled(FOUND, scaled(FOUND)) - settled([*FOUND, lowest], scaled(FOUND))
    assert 0.0 < moved < 9.0 / 3


def test_what_the_rules_have_read_in_any_case_hardly_moves_the_level():
    read, asked = ([apart(f"more{n}", "political", 3.0, peak=peak) for n in range(20)] for peak in (math.inf, -9.0))
    level = settled(FOUND, scaled(FOUND))
    assert settled([*FOUND, *read], scaled(FOUND)) == pytest.approx(level, abs=0.1)
    assert settled([*FOUND, *asked], scaled(FOUND)) < level - 1.0


def test_where_nothing_is_known_of_violations_everything_is_read():
    office = [each for each in FOUND if each.expect == "neither"]
    assert settled(office, scaled(FOUND)) < -1e6


def test_the_papers_are_those_of_the_files_and_are_read_again(tmp_path):
    for name in FILES:
        (tmp_path / name).write_bytes(name.encode())
    screen = Level(words=0.02, scale=0.01, bias=-1.0, least=-2.0)
    skim = Glance(scale=0.01, bias=-1.0, least=-2.0)
    made = Made(recipe=Recipe(), data=(), found=FOUND, ordinary=(), scaling=scaled(FOUND), screen=screen, skim=skim, early=-0.5)
    write(tmp_path, made)
    card = read_card(tmp_path)
    assert (card.screen, card.skim, card.early) == (screen, skim, -0.5)
    assert json.loads((tmp_path / "card.json").read_text(encoding="utf-8"))["apart"] == ["w"]
    assert card.version in (tmp_path / "MODEL_CARD.md").read_text(encoding="utf-8")


def test_the_version_names_every_file_and_level(tmp_path):
    made = Made(
        recipe=Recipe(),
        data=(),
        found=FOUND,
        ordinary=(),
        scaling=scaled(FOUND),
        screen=Level(words=0.02, scale=0.01, bias=-1.0, least=-2.0),
        skim=Glance(scale=0.01, bias=-1.0, least=-2.0),
        early=-0.5,
    )

    def version(made=made, **octets):
        for name in FILES:
            (tmp_path / name).write_bytes(octets.get(name.partition(".")[0], name.encode()))
        write(tmp_path, made)
        return read_card(tmp_path).version

    assert version() == version()
    others = {version(**{name.partition(".")[0]: b"other"}) for name in FILES}
    levels = {version(replace(made, skim=replace(made.skim, least=0.0))), version(replace(made, early=0.0))}
    assert len({version(), *others, *levels}) == 1 + len(FILES) + 2
