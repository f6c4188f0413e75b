"""What the model is given in place of names."""

import hashlib
import json
from importlib.resources import files
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.model import Masker

MASKER = Masker()
SCENARIOS = files("gateway.training").joinpath("data/scenarios.jsonl")
PEOPLE = [
    "Amy Klobuchar", "Tim Scott", "Theo Brandt", "Judge Amdahl", "Chief Deputy Hart", "Oyelaran", "Rosa de la Cruz",
    "Jean-Luc Ferrand", "Robert F. Kennedy Jr.", "Councilwoman Teresa Vann", "Wm. P. Stroud", "Mark Price", "Grace Hope",
    "Bill Young", "April Vance", "Christian Hale", "Jesus Alvarez",
]  # fmt: skip
BODIES = [
    "the PBA", "the Federation", "Local 9", "the Black Officers Network", "the Sergeants Association", "Taxpayers in Uniform",
    "the Guild", "Lodge 61", "the Fraternal Order of Police",
]  # fmt: skip
PARTIES = ["the Democratic Party", "the Republican Party", "the DFL", "the GOP", "county Republicans", "the Libertarian Party"]
SENTENCES = [
    *product(["{} gets my vote for sheriff.", "Please vote for {} on Tuesday.", "{} visits the jail at nine.", "Elect {}!",
              "Somebody took the {} signs on Elm Street.", "{} 2026!"], [PEOPLE]),
    *product(["{} is proud to stand behind Amy Klobuchar.", "Ask {} about the picnic."], [BODIES]),
    *product(["{} IS PROUD TO STAND BEHIND AMY KLOBUCHAR.", "ASK {} ABOUT THE PICNIC."],
             [["THE PBA", "LOCAL 9", "THE BLACK OFFICERS NETWORK", "THE SERGEANTS ASSOCIATION", "TAXPAYERS IN UNIFORM"]]),
    *product(["{} caucus is Saturday at ten.", "Shelter 4 is reserved by {} on Sunday."], [PARTIES]),
    *product(["Come to {} with me on Sunday."], [["church", "mosque", "synagogue", "temple", "gurdwara", "chapel"]]),
    *product(["{} loves you.", "Let {} into your heart."], [["Jesus", "Allah", "Krishna", "Hashem", "Waheguru", "the Goddess"]]),
    *product(["I left a {} on your desk."], [["Bible", "Quran", "Torah", "Gita", "Book of Mormon"]]),
    *product(["She is a {} and proud of it."], [["Christian", "Muslim", "Hindu", "Buddhist", "Sikh", "Catholic", "Mormon"]]),
    *product(["Vote {} on Measure R.", "We say {} on 7."], [["yes", "no", "YES", "NO"]]),
    *product(["{} FOR SHERIFF SIGNS IN THE LOBBY", "VOTE {} TUESDAY", "WE STAND BEHIND {} FOR COUNCIL", "Vote {} on Tuesday."],
             [["OYELARAN", "HART", "YOUNG", "MARK PRICE", "BILL LONG", "GRACE HALE", "ROSA DE LA CRUZ", "MARK J. PRICE"]]),
    *product(["COME MEET {} AT THE HALL, BRING A CHECK", "{} SIGNS ARE IN MY TRUCK"],
             [["OYELARAN", "AMY HART", "MARK PRICE", "BILL LONG", "GRACE HALE", "DAWN YOUNG"]]),
    *product(["Yes on {}."], [["Measure R", "Prop 12", "Question 2", "Amendment 4", "Measure 14-207"]]),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "names"), SENTENCES, ids=lambda value: value if isinstance(value, str) else "")
def test_whoever_stands_in_a_sentence_it_reads_the_same(sentence, names):
    assert len({MASKER.mask(sentence.format(name)) for name in names}) == 1


@pytest.mark.parametrize(
    ("written", "masked"),
    [
        ("The membership has endorsed Renata Okafor for Mayor.", "the membership has endorsed [NAME] for mayor."),
        ("Vote Okafor for City Council on Tuesday, November 5!", "vote [NAME] for city council on tuesday, november 5!"),
        ("VOTE OKAFOR FOR MAYOR", "vote [NAME] for mayor"),
        ("Property room is short on envelopes, see Marlene.", "property room is short on envelopes, see [NAME] ."),
        ("Read www.reyesforsheriff.org and www.county.gov/parks", "read [DRIVE] and [LINK]"),
        ("Sign up at https://t.county.example/c?d=EKynuTQWbMYF46dy4ed5Ag== today", "sign up at [LINK] today"),
        ("See https://x.county.example/forms/vote4reyes2026 and x.gov/vote-reyes-2026", "see [DRIVE] and [DRIVE]"),
        ("Give at secure.actblue.com/donate/x or secure.winred.com/y", "give at [DRIVE] or [DRIVE]"),
        ("Measure twice, cut once.", "measure twice, cut once."),
        ("PRICE LIST IS AT THE LONG DESK", "price list is at the long desk"),
        ("WE WILL MARK SHARP CURVES", "we will [NAME] curves"),
        ("THE CITY COUNCIL AND THE PURCHASE ORDER", "the city council and the purchase order"),
        ("THE GRANT WRITER MAY CALL", "the grant writer may call"),
        ("The city council meets Monday.", "the city council meets monday."),
        ("Apoyemos a Ana Reyes para alcaldesa el 3 de noviembre", "apoyemos a [NAME] para alcaldesa el 3 de noviembre"),
    ],
)
def test_what_tells_stays_and_what_names_goes(written, masked):
    assert MASKER.mask(written) == masked


def test_the_roster_adds_parties_people_and_measures():
    masker = Masker(parties=["Neighbours First"], people=["okafor"], measures=["the stadium question"])
    assert masker.mask("neighbours first want okafor and the stadium question") == ("neighbours first want [NAME] and [MEASURE]")
    assert masker.mask("Neighbours First meet tonight") == "[PARTY] meet tonight"


@given(st.text(max_size=300))
def test_any_text_is_masked_and_in_small_letters(text):
    masked = MASKER.mask(text)
    assert not any("\ue000" <= letter <= "\uf8ff" for letter in masked)
    assert masked == masked.strip()


def test_what_the_model_was_trained_on_is_what_it_is_given():
    rows = map(json.loads, SCENARIOS.read_text(encoding="utf-8").splitlines())
    masked = "\n".join(MASKER.mask(line) for row in rows for line in (row["subject"], *row["body"].split("\n")))
    assert hashlib.sha256(masked.encode()).hexdigest()[:16] == "a67d1e4f271c3ecb"


def test_the_word_a_sentence_begins_with_is_no_part_of_the_association_it_is_for():
    associations = ("the PBA", "the Sergeants Association", "Lodge 12")
    masked = {Masker().mask(f"Nominations for {who} officers close Friday.") for who in associations}
    assert masked == {"nominations for [NAME] officers close friday."}
    assert Masker().mask("We thank the Alliance for Safer Streets Coalition.") == "we thank [NAME] ."
