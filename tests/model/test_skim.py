"""What need not be masked."""

import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.model.heart import SINGLE
from gateway.model.skim import SIZE, Skim, _known, numbers


def said(*sentences):
    """The numbers of the words."""
    return numbers(sentences)[0].tolist()


def skim(least=0.0, **weights):
    """With a weight for each word."""
    octets = bytearray(SIZE)
    for word, weight in weights.items():
        octets[said(f"a {word}")[2]] = weight
    return Skim(bytes(octets), scale=0.1, bias=-0.5, least=least)


def test_a_telling_word_lets_its_sentence_and_what_stands_around_it_be_heard():
    texts = ["The gate is shut.", "Keys.", "Please vote.", "The desk.", "The range.", "Radios."]
    look = skim(vote=10)
    assert look.near(texts, 0) == [False, True, True, True, False, False]
    assert look.near(texts, 1) == [True, True, True, True, True, False]


def test_three_sentences_are_added_up():
    assert skim(vote=10).scores(["Please vote.", "They vote.", "The desk."]).tolist() == pytest.approx([1.5, 1.5, 0.5])


def test_a_message_without_a_sentence_has_no_scores():
    assert skim().scores([]).tolist() == []
    assert skim().near([], 4) == []


def test_a_sentence_of_nothing_is_one():
    assert skim(vote=10).scores(["", " \n", "They vote."]).tolist() == pytest.approx([-0.5, 0.5, 0.5])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("I am with Delgado for sheriff", "I am with Baker for sheriff"),
        ("I am with Delgado for sheriff", "I am with Grace for sheriff"),
        ("Ask the Democrats about it", "Ask the Republicans about it"),
        ("ask the democrats about it", "ask the Republicans about it"),
        ("Come to the mosque", "Come to the church"),
        ("He walks with Allah", "He walks with Krishna"),
        ("Read the Quran", "Read the Bible"),
        ("Vote yes on R", "Vote no on R"),
        ("vota s\u00ed", "vota no"),
        ("It\u2019s the voters\u2019 choice", "it's the voters' choice"),
        ("Ask Chief Hart", "Ask Oyelaran"),
        ("PLEASE VOTE", "please vote"),
        ("The PBA is proud to stand behind her", "The Black Officers Network is proud to stand behind her"),
        ("Sheriff's deputies back Amy Klobuchar Hart", "Sheriff's deputies back Baker"),
        ("Vote at the station", "vote at the station"),
        ("Local 9 is with her", "the Black Officers Network is with her"),
        ("Taxpayers in Uniform are with her", "The Federation are with her"),
        ("Two bundles of Rosa de la Cruz hangers", "Two bundles of Oyelaran hangers"),
        ("Grace Hale is with us", "Oyelaran is with us"),
        ("Signs are in", "signs are in"),
        ("MARK PRICE FOR SHERIFF SIGNS IN THE LOBBY", "OYELARAN FOR SHERIFF SIGNS IN THE LOBBY"),
        ("BILL LONG SIGNS ARE IN", "HART SIGNS ARE IN"),
        ("VOTE GRACE YOUNG", "VOTE DELGADO"),
        ("Young signs are in my garage", "Oyelaran signs are in my garage"),
        ("Signs", "signs"),
    ],
)
def test_they_are_the_same_to_it(one, other):
    assert said(one) == said(other)


@pytest.mark.parametrize(("one", "other"), [("we vote", "we sign"), ("two tables", "two Tables"), ("vote for", "for vote")])
def test_they_are_not(one, other):
    assert said(one) != said(other)


def test_every_process_knows_words_by_the_same_numbers():
    program = "from gateway.model.skim import _known; print(sorted(_known().items()))"
    seeds = ({**os.environ, "PYTHONHASHSEED": seed} for seed in "12")
    told = [subprocess.run([sys.executable, "-c", program], env=seed, capture_output=True, check=True) for seed in seeds]
    assert told[0].stdout == told[1].stdout != b""


@given(st.lists(st.text(max_size=80), min_size=1, max_size=6))
def test_the_numbers_of_sentences_are_those_of_each(texts):
    ids, ends = numbers(texts)
    assert [part.tolist() for part in np.split(ids, ends[:-1])] == [said(text) for text in texts]
    assert all(0 <= number < SINGLE for number in ids)


def test_no_word_passes_for_the_beginning_of_a_sentence():
    assert sorted(_known().values())[-2:] != [SINGLE - 1] * 2
    assert said("one ^ two") == said("one two")


def test_a_sentence_weighs_the_same_in_a_long_message():
    texts = [f"They vote and sign {'and vote ' * (number % 7)}today." for number in range(3000)]
    look = skim(vote=10, sign=3)
    together = look.scores(texts)
    apart = [look.scores(texts[max(0, at - 1) : at + 2])[min(at, 1)] for at in range(0, 2999, 7)]
    assert apart == together[0:2999:7].tolist()


def test_a_file_of_another_size_is_refused():
    with pytest.raises(ValueError, match="no weights of a skim"):
        Skim(b"\x00" * (SIZE - 1), scale=1.0, bias=0.0, least=0.0)
