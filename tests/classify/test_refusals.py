"""Who asks to be spared campaign mail and quotes it has not sent any; who says so and passes it on has."""

import pytest

from gateway.classify import Classifier, load_roster
from gateway.evaluation.labelled import written
from gateway.model import load_judge
from gateway.reading import Reader
from gateway.verdict import Category, Label
from tests.support.classify import ROSTER

QUOTED = (
    "> Hello neighbors, please support Ani Petrosyan for State Assembly. She\n> has earned our vote in June.",
    "> Vote YES on Measure 12, our libraries need it. Sign up to walk\n> precincts on Saturday!",
)


@pytest.fixture(scope="module")
def label():
    classifier, reader = Classifier(load_roster(ROSTER), scorer=load_judge()), Reader()

    def judged(own, quoted):
        return classifier.classify(reader.read(written("Re: Support us", f"{own}\n\n{quoted}"))).labels[Category.POLITICAL]

    return judged


@pytest.mark.parametrize("quoted", QUOTED)
@pytest.mark.parametrize(
    "own",
    [
        "Take me off this list please. Department policy does not allow campaign mail here.",
        "Please remove my address from this list. I cannot get political mail at work.",
        "Unsubscribe me, this is a work account.",
        "Do not send this to city addresses again. See SO 9-06.",
        "Please stop sending us these.",
    ],
)
def test_who_refuses_what_he_quotes_promotes_nothing(label, own, quoted):
    assert label(own, quoted) is Label.CLEAR


@pytest.mark.parametrize(
    "own",
    [
        "I cannot get political mail at work, but this says it all.",
        "They want to take me off this list. Pass it on!",
        "Management hates this list. Pass it on!",
        "Unsubscribe me if you must, I agree with every word.",
        "Take me off this list after November. Until then: vote for Petrosyan, vote yes on 12!",
        "I agree!",
    ],
)
def test_who_passes_on_what_he_says_he_may_not_send_does_not_refuse_it(label, own):
    assert label(own, QUOTED[0]) is not Label.CLEAR
