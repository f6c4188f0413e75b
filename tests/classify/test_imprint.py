"""Who paid for it: a campaign's imprint is never clear, whoever's it is; other people's payments are none."""

import pytest

from gateway.classify import Classifier, load_roster
from gateway.classify.imprint import _LOW, _MAYBE
from gateway.model import load_judge
from gateway.verdict import Category, Label
from tests.support.classify import ROSTER, message

BODY = "Thank you all for coming on Saturday. The grass has been mown again and the tables are back in the hall.\n\n"
COMMITTEES = (
    "Friends of Ana Reyes",
    "Marsh for Sheriff",
    "Okonkwo 2028",
    "the Ohio Republican Party",
    "Ohio Democratic Party",
    "the Libertarian Party of Iowa",
    "Ohio Republicans",
    "Ohio Democrats",
    "Ohio Libertarians",
    "Ohio Greens",
    "Citizens for Safer Streets, J. Doe, Treasurer",
    "Neighbors Against Measure 7",
    "Committee to Re-Elect Judge Nguyen",
    "Local 12 PAC",
)
OTHERS = (
    "a grant of the state",
    "the City of Marsh Harbor",
    "the holiday committee",
    "the PTA, and by nobody else",
    "petty cash",
    "the retirement party fund",
    "the Sheriff's Office",
)


@pytest.fixture(scope="module")
def judge():
    """Judges a body with rules and model."""
    classifier = Classifier(load_roster(ROSTER), scorer=load_judge())
    return lambda body: classifier.classify(message(body))


@pytest.mark.parametrize("who", COMMITTEES)
@pytest.mark.parametrize(
    "form", ["Paid for by {}", "PAID FOR BY {}.", "Political ad paid for by {}", "Authorized and paid for by {}"]
)
def test_an_imprint_is_never_clear_whatever_stands_above_it(judge, form, who):
    verdict = judge(BODY + form.format(who))
    assert verdict.labels[Category.POLITICAL] is not Label.CLEAR
    assert any(who.split()[-1].rstrip(".") in e.quote for f in verdict.findings if f.detector == "imprint" for e in f.evidence)


def test_what_no_candidate_authorized_is_a_committees(judge):
    assert judge(BODY + "Not authorized by any candidate or candidate's committee.").labels[Category.POLITICAL] is not Label.CLEAR


@pytest.mark.parametrize("who", OTHERS)
def test_what_others_pay_for_is_no_imprint(judge, who):
    verdict = judge(BODY + f"Paid for by {who}.")
    assert verdict.labels[Category.POLITICAL] is Label.CLEAR
    assert not any(finding.detector == "imprint" for finding in verdict.findings)


def test_an_imprint_that_is_told_of_in_a_sentence_is_none(judge):
    said = "The sign on Elm Street lacked the words paid for by Friends of Ana Reyes, so the clerk was told."
    assert not any(finding.detector == "imprint" for finding in judge(said).findings)


def test_what_may_be_an_imprint_is_not_passed_over_in_small_letters():
    assert all(any(words in maybe.lower() for words in _LOW) for maybe in _MAYBE)
