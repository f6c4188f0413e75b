"""The card that stands beside the weights."""

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.classify import Thresholds
from gateway.model.card import Scale, WeightsError, read_card
from gateway.verdict import Category

SCALE = {"slope": 1.0, "rules": 2.0, "shift": 0.0}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "upper.onnx").write_bytes(b"weights")
    card = {
        "version": "judge-1",
        "size": 256,
        "files": {"upper.onnx": hashlib.sha256(b"weights").hexdigest()},
        "scales": {"political": SCALE, "religious": SCALE},
        "thresholds": {"unsure": 0.4, "match": 0.8},
        "screen": {"words": 0.02, "scale": 0.01, "bias": -1.0, "least": -2.0},
        "skim": {"scale": 0.01, "bias": -1.0, "least": -2.0},
        "early": -0.5,
    }
    (tmp_path / "card.json").write_text(json.dumps(card), encoding="utf-8")
    return tmp_path


def rewritten(folder, **changes):
    card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
    (folder / "card.json").write_text(json.dumps({**card, **changes}), encoding="utf-8")


def test_a_card_whose_files_are_as_it_says_is_read(folder):
    card = read_card(folder)
    assert (card.version, card.size, card.scales[Category.RELIGIOUS].rules) == ("judge-1", 256, 2.0)
    assert card.thresholds == Thresholds(unsure=0.4, match=0.8)


def test_weights_that_were_changed_are_refused(folder):
    (folder / "upper.onnx").write_bytes(b"wEights")
    with pytest.raises(WeightsError, match=r"upper\.onnx is not the file"):
        read_card(folder)


def test_weights_that_are_missing_are_refused(folder):
    (folder / "upper.onnx").unlink()
    with pytest.raises(WeightsError, match="cannot be read"):
        read_card(folder)


@pytest.mark.parametrize(
    "changes",
    [
        {"files": {}},
        {"files": {"../upper.onnx": "0"}},
        {"files": 3},
        {"size": "wide"},
        {"screen": {"scale": 1}},
        {"skim": {"scale": 1, "bias": 0.0, "least": 0.0, "words": 2}},
        {"thresholds": {"unsure": "high"}},
        {"thresholds": {"unsure": 0.9, "match": 0.8}},
        {"scales": {"political": SCALE}},
        {"scales": {"political": SCALE, "religious": {**SCALE, "slope": None}}},
    ],
)
def test_a_card_that_is_none_is_refused_and_named(folder, changes):
    rewritten(folder, **changes)
    with pytest.raises(WeightsError, match=r"card\.json is no model card"):
        read_card(folder)


def test_a_folder_without_a_card_is_refused(tmp_path):
    with pytest.raises(WeightsError, match=r"card\.json"):
        read_card(tmp_path)


@given(st.floats(allow_nan=False), st.floats(0.0, 1.0))
def test_any_logit_has_a_probability(logit, found):
    assert 0.0 <= Scale(slope=0.8, rules=2.0, shift=-0.3).probability(logit, found) <= 1.0


@given(st.floats(-20, 20), st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_what_the_rules_found_never_lowers_a_probability(logit, one, other):
    low, high = sorted((one, other))
    scale = Scale(slope=0.8, rules=2.0, shift=-0.3)
    assert scale.probability(logit, low) <= scale.probability(logit, high)


@given(st.floats(-20, 20), st.floats(-10, 10), st.floats(-10, 10))
def test_the_surer_the_screen_the_higher_a_probability(logit, one, other):
    low, high = sorted((one, other))
    scale = Scale(slope=0.8, rules=2.0, screen=0.2, shift=-0.3)
    assert scale.probability(logit, screened=low) <= scale.probability(logit, screened=high)
