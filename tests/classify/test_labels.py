from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.classify.labels import Thresholds, combine, label, settled
from gateway.mail import Place
from gateway.verdict import Category, Evidence, Finding, Kind, Label

WEIGHTS = st.lists(st.floats(min_value=0.0, max_value=1.0), max_size=12)


def finding(weight: float, detector: str = "endorsement") -> Finding:
    evidence = (Evidence(place=Place(part="1"), quote="x"),)
    return Finding(
        category=Category.POLITICAL, kind=Kind.ENDORSEMENT, detector=detector, says="It x.", weight=weight, evidence=evidence
    )


FINDINGS = st.builds(
    lambda weight, kind, words: replace(
        finding(weight, kind), kind=kind, evidence=(Evidence(place=Place(part="1"), quote=words),)
    ),
    st.floats(min_value=0.0, max_value=1.0),
    st.sampled_from([Kind.ENDORSEMENT, Kind.PROMOTION, Kind.CAMPAIGN_WORK]),
    st.sampled_from("xy"),
)


@given(WEIGHTS, st.floats(min_value=0.0, max_value=1.0), st.sampled_from("ab"))
def test_one_more_finding_never_lowers_a_score(weights, more, detector):
    before = combine([finding(weight, "a") for weight in weights])
    after = combine([*(finding(weight, "a") for weight in weights), finding(more, detector)])
    assert after[Category.POLITICAL] >= before[Category.POLITICAL]
    assert after[Category.RELIGIOUS] == 0.0


@given(st.lists(FINDINGS, max_size=9), FINDINGS)
def test_one_more_finding_of_any_kind_never_lowers_a_score(findings, more):
    before, after = (combine(some)[Category.POLITICAL] for some in (findings, [*findings, more]))
    assert after >= before


UNSURE = 0.3


def test_what_stands_by_itself_is_never_clear():
    link = replace(finding(0.8), kind=Kind.LINK)
    assert settled([link], 0.85) == {Category.POLITICAL: 0.85, Category.RELIGIOUS: 0.0}
    assert settled([finding(0.8)], 0.85)[Category.POLITICAL] == 0.0


def test_a_link_to_a_campaign_stands_by_itself_and_words_do_not():
    link = replace(finding(0.9), kind=Kind.LINK)
    assert settled([link], UNSURE)[Category.POLITICAL] == 0.9
    assert settled([finding(0.9), replace(link, weight=0.5)], UNSURE)[Category.POLITICAL] == 0.0


def test_a_detector_that_says_the_same_again_counts_less_than_another_that_agrees():
    same = combine([finding(0.5), finding(0.5)])[Category.POLITICAL]
    other = combine([finding(0.5), finding(0.5, "voting advice")])[Category.POLITICAL]
    assert 0.5 < same < other


def test_many_weak_findings_of_one_detector_are_never_a_match():
    scores = combine([finding(0.3)] * 1000)
    assert label(scores[Category.POLITICAL], Thresholds()) is not Label.MATCH


@pytest.mark.parametrize(
    ("score", "expected"), [(0.39, Label.CLEAR), (0.4, Label.UNSURE), (0.74, Label.UNSURE), (0.75, Label.MATCH)]
)
def test_the_label_is_what_the_score_earns(score, expected):
    assert label(score, Thresholds()) is expected


@pytest.mark.parametrize(("unsure", "match"), [(0.0, 0.5), (0.8, 0.7), (0.5, 1.5)])
def test_thresholds_that_do_not_rise_are_refused(unsure, match):
    with pytest.raises(ValueError, match="thresholds rise"):
        Thresholds(unsure=unsure, match=match)
