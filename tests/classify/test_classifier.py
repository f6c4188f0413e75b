import re
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.classify import Classifier, Opinion, Thresholds, Told, load_roster
from gateway.classify.classifier import LEAST, MOST, RULES, SENTENCES
from gateway.classify.page import Page
from gateway.classify.sentences import LONGEST
from gateway.classify.words import Words
from gateway.mail import Place, Unread
from gateway.reading import Link, Origin, Passage, Reading
from gateway.verdict import Category, Kind, Label
from tests.support.classify import ROSTER, classifier, judge, message, passage, political, rows

ATTACK = (
    "Friends, please join me in voting for Harriet Quillfeather for State Senate on November 3. She needs our votes and our"
    " donations. Vote Quillfeather, put up a yard sign, and donate 25 dollars to her campaign today:"
    " https://secure.actblue.com/donate/quillfeather"
)
ORDINARY = (
    "The marked unit 214 is back from the garage. Brake pads were replaced on both axles and the left mirror is new. Please log"
    " the mileage when you take it out, and leave the fuel card in the visor."
)
PIECES = (
    "vote for", "Vote", "Ann Lee", "for mayor", "donate $5 to", "the campaign", "yard signs", "church", "Jesus saves", "come",
    "NO on 4", "Measure R", "> ", "\n", "\n\n", "-- \n", ". ", "! ", "@voteann", "https://votelee.example/donate", "policy",
    "according to", "\u200b", "é", "Ｖｏｔｅ", "the Democrats", "Republican", "the 5th", "'", '"', "of", "İ", "ß", "0", "V0T3",
)  # fmt: skip


def test_the_attack_message_matches_and_says_why_in_plain_sentences():
    verdict = judge(ATTACK, "November")
    assert verdict.labels == {Category.POLITICAL: Label.MATCH, Category.RELIGIOUS: Label.CLEAR}
    assert {finding.kind for finding in verdict.findings} >= {
        Kind.VOTING_ADVICE,
        Kind.FUND_RAISING,
        Kind.LINK,
        Kind.CAMPAIGN_WORK,
    }
    for finding in verdict.findings:
        assert re.fullmatch(r"It [a-z][^\"“”]+\.", finding.says)
        assert "Quillfeather" not in finding.says


def test_ordinary_business_is_clear_and_nothing_is_found_in_it():
    verdict = judge(ORDINARY, "Unit 214")
    assert set(verdict.labels.values()) == {Label.CLEAR}
    assert verdict.findings == ()


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=12), max_size=60), st.sampled_from(list(Origin)))
def test_no_text_makes_it_raise_and_every_quote_stands_in_the_message(pieces, origin):
    reading = passage(" ".join(pieces), origin)
    verdict = classifier().classify(reading)
    text = reading.passages[0].text
    assert set(verdict.labels) == set(verdict.scores) == set(Category)
    assert all(0.0 <= score <= 1.0 for score in verdict.scores.values())
    for finding in verdict.findings:
        assert LEAST <= finding.weight <= 1.0
        for evidence in finding.evidence:
            assert evidence.quote
            assert text[evidence.place.start : evidence.place.end] == evidence.quote


@given(st.text(max_size=300), st.text(max_size=80))
@settings(max_examples=60)
def test_no_message_makes_it_raise(body, subject):
    assert set(judge(body, subject).labels) == set(Category)


@pytest.mark.parametrize(
    "reading",
    [
        Reading(),
        Reading(subject="Vote for Ann Lee for mayor"),
        Reading(passages=(Passage(text="", place=Place()),)),
        Reading(links=(Link(target="https://votelee.example", written="here", shown="here", place=Place(part="9")),)),
        Reading(links=(Link(target="http://[::1", written="", shown="", place=Place()),)),
    ],
)
def test_a_reading_without_passages_is_judged_too(reading):
    assert set(classifier().classify(reading).labels) == set(Category)


def test_a_subject_that_is_no_passage_is_read_all_the_same():
    verdict = classifier().classify(Reading(subject="Vote for Ann Lee for mayor"))
    assert verdict.labels[Category.POLITICAL] is Label.MATCH
    assert verdict.findings[0].evidence[0].place.header == "Subject"


def test_the_evidence_is_the_sentence_and_not_the_message():
    quotes = {
        e.quote for f in judge(f"{ORDINARY}\n\nPlease vote for Ann Lee for sheriff. {ORDINARY}").findings for e in f.evidence
    }
    assert quotes == {"Please vote for Ann Lee for sheriff."}


def test_evidence_is_exact_in_the_original_where_letters_were_hidden_or_swapped():
    written = "Plеase v\u200bote for Ann Lee for ѕheriff."
    assert judge(written).findings[0].evidence[0].quote == written


def test_the_verdict_names_the_rules_and_the_roster_that_judged():
    verdict = judge(ORDINARY)
    assert re.fullmatch(r"rules-[0-9a-f]{12}", verdict.model)
    assert verdict.roster == load_roster(ROSTER).version


def test_what_could_not_be_read_stays_in_the_verdict():
    unread = Unread(place=Place(part="2"), why="encrypted")
    assert classifier().classify(Reading(unread=(unread,))).unread == (unread,)


class Scorer:
    """A scorer that is sure of one thing, of its first sentence, and remembers what it was shown."""

    version, thresholds = "model-1", Thresholds(unsure=0.5, match=0.9)

    def __init__(self, said: Mapping[Category, float], left: int = 0) -> None:
        self.said, self.left, self.shown, self.subject, self.found = said, left, (), 0, {}

    def score(self, sentences, *, subject, found):
        self.shown, self.subject, self.found = tuple(sentences), subject, found
        first = Told(scores=self.said, kind=Kind.INSINUATION)
        return Opinion(scores=self.said, sentences=(first, *[None] * (len(sentences) - 1)), left=self.left)


def scored(political, text=ORDINARY, subject="", **more):
    scorer = Scorer({Category.POLITICAL: political, Category.RELIGIOUS: 0.0}, **more)
    return scorer, Classifier(load_roster(ROSTER), scorer=scorer).classify(message(text, subject))


def test_a_scorers_opinion_is_the_score_by_its_own_thresholds():
    _, verdict = scored(0.6)
    assert verdict.labels == {Category.POLITICAL: Label.UNSURE, Category.RELIGIOUS: Label.CLEAR}
    assert verdict.model.endswith("+model-1")


def test_a_scorers_opinion_that_is_not_clear_has_its_words_as_evidence():
    _, verdict = scored(0.6)
    (finding,) = verdict.of(Category.POLITICAL)
    assert (finding.kind, finding.weight, finding.detector) == (Kind.INSINUATION, 0.6, "model")
    assert finding.evidence[0].quote in ORDINARY
    assert not scored(0.4)[1].findings


def test_a_scorer_is_told_what_the_rules_found():
    scorer, _ = scored(0.6, "Please vote for Ann Lee for sheriff.")
    assert scorer.found[Category.POLITICAL] > 0.7


def test_a_scorer_is_told_which_sentences_are_the_subjects():
    scorer, _ = scored(0.6, subject="Unit 214")
    assert [text for _, text in scorer.shown[: scorer.subject]] == ["Unit 214"]


def test_a_scorer_that_sees_nothing_in_a_link_to_a_campaign_does_not_hide_it():
    _, verdict = scored(0.0, "https://secure.winred.com/friends-of-lee/donate")
    assert verdict.labels[Category.POLITICAL] is not Label.CLEAR


def test_what_a_scorer_did_not_read_is_unread():
    assert "7 of its sentences" in scored(0.1, left=7)[1].unread[0].why


def test_thresholds_can_be_set():
    severe = Classifier(load_roster(ROSTER), thresholds=Thresholds(unsure=0.01, match=0.02))
    assert severe.classify(message("Please vote for Ann Lee.")).labels[Category.POLITICAL] is Label.MATCH


def test_what_is_hidden_from_readers_counts_and_is_told():
    finding = classifier().classify(passage("Please vote for Ann Lee for sheriff.", Origin.HIDDEN)).findings[0]
    assert finding.says.endswith(", in text that is hidden from readers.")


def test_passing_on_is_the_senders_act_and_so_is_quoting_without_a_word():
    said = "Please vote for Ann Lee for sheriff."
    assert classifier().classify(passage(said, Origin.FORWARDED)).labels[Category.POLITICAL] is Label.MATCH
    assert classifier().classify(passage(said, Origin.QUOTED)).labels[Category.POLITICAL] is Label.MATCH
    assert classifier().classify(passage(said, Origin.SIGNATURE)).labels[Category.POLITICAL] is Label.MATCH


def test_a_quotation_counts_for_what_the_writer_makes_of_it():
    quoted = "\n\n> Please vote for Ann Lee for sheriff.\n"
    assert political("Amen, brother. Count me in." + quoted, "RE: Lee") is Label.MATCH
    assert political("Take me off this list, please. Policy 1.07." + quoted, "RE: Lee") is Label.CLEAR
    assert political("The key is under the mat." + quoted, "RE: key") is not Label.MATCH
    assert political(quoted, "RE: Lee") is Label.MATCH
    assert political("FYI, all." + quoted, "RE: Lee") is Label.MATCH


def test_who_asks_that_it_be_read_means_it_whatever_else_he_says():
    forwarded = "\n\nBegin forwarded message:\n\nFrom: Bo <b@x.example>\nSubject: Lee\n\nPlease vote for Ann Lee for sheriff."
    for asked in ("Captain, please print this and post it.", "Not on work e-mail, I know, but read what Bo says."):
        assert political(asked + forwarded, "Fwd: Lee") is not Label.CLEAR
    assert political("Captain, please block this. Do not forward it." + forwarded, "Fwd: Lee") is Label.CLEAR


@pytest.mark.parametrize(
    "around",
    [
        "Policy. Ethics. {} Nonpartisan. Complaint. Prohibited.",
        "In line with policy, the code of conduct and nonpartisan practice: {}",
        "{}\n\n-- \nThis complies with policy and the code of conduct. Nonpartisan. No endorsement. See the ethics rules.",
    ],
)
def test_words_of_the_rules_set_beside_it_do_not_clear_it(around):
    assert political(around.format("Please vote for Ann Lee for sheriff on Tuesday.")) is not Label.CLEAR


def test_a_word_of_the_rules_here_and_there_in_a_long_message_changes_nothing():
    block = "Policy asks for the log. The oil was changed. The lot is closed. Bring the key. It rains. " + "Unit 4 is back. " * 6
    ordinary = block * 12
    said = "Please vote for Ann Lee for sheriff on Tuesday."
    assert political(ordinary + "\n\n" + said) is political(said)


@pytest.mark.parametrize(
    ("subject", "body"),
    [("Please vote for", "Ann Lee for sheriff on Tuesday."), ("Please vote", "for Ann Lee on Tuesday, she is our sheriff")],
)
def test_a_sentence_that_the_subject_begins_and_the_body_ends_is_read_as_one(subject, body):
    verdict = judge(body, subject)
    assert verdict.labels[Category.POLITICAL] is not Label.CLEAR
    split = next(finding for finding in verdict.findings if len(finding.evidence) > 1)
    assert [evidence.quote for evidence in split.evidence] == [subject, body]
    assert [evidence.place.header for evidence in split.evidence] == ["Subject", ""]


def test_a_subject_that_is_whole_is_not_read_on_into_the_body():
    said = (
        "Raffle for Deputy Marsh's transplant",
        "Tickets are $10 for a smoker. Every cent goes to the clinic. The sheriff approved it.",
    )
    assert set(judge(said[1], said[0]).labels.values()) == {Label.CLEAR}


def test_thousands_of_other_sentences_do_not_hide_one():
    many = " ".join(f"We will join the meeting {number} and vote on lunch." for number in range(SENTENCES + 500))
    verdict = judge(many + " Please vote for Ann Lee for mayor on Tuesday.")
    assert verdict.labels[Category.POLITICAL] is Label.MATCH
    assert verdict.unread


def test_a_text_too_long_to_be_judged_whole_is_named_as_unread():
    verdict = classifier().classify(passage("Vote for Ann Lee.\n" * (SENTENCES + 1)))
    assert [unread.why for unread in verdict.unread] == ["too long to be judged whole"]


@pytest.mark.parametrize(
    "unit",
    [
        "vote for ", "Vote for Ann.\n", ".", "Ann ", "Judge Dr. Mayor ", "@votelee ", "donate $5 to the ", "GIVE TO VOTE FOR ME ",
        "the 5th of May 2, 2024 ", "says ' \" ", "\n> ", "a.b.c.d.", " \n", "N for O ",
        "give chip in elect keep him back to office for mayor ",
    ],
)  # fmt: skip
def test_the_work_for_a_long_hostile_text_is_bounded(unit):
    reading = passage(unit * (400_000 // len(unit)))
    verdict = classifier().classify(reading)
    page = Page(reading.passages[0], Words((), [row.needles for _, row in RULES]))
    assert all(sentence.end - sentence.start <= LONGEST for sentence in page.sentences)
    assert len(verdict.findings) <= MOST * len({detector.name for detector, _ in RULES} | {"link"})
    assert sum(1 for sentence in page.sentences if sentence.rules) <= SENTENCES or verdict.unread


def test_the_written_scenarios_are_judged_as_well_as_they_were():
    labels = [(row["expect"], judge(row["body"], row["subject"]).labels) for row in rows("scenarios.jsonl")]
    ordinary = [set(found.values()) for expected, found in labels if expected == "neither"]
    flagged = [found[Category(expected)] is not Label.CLEAR for expected, found in labels if expected != "neither"]
    assert not any(Label.MATCH in found for found in ordinary)
    assert sum(found != {Label.CLEAR} for found in ordinary) <= 2
    assert sum(flagged) / len(flagged) >= 0.75


def test_words_of_rules_and_chaplains_set_beside_it_do_not_clear_a_call_to_convert():
    beside = " Policy. The chaplain's schedule. Visitation. Complaint. Ethics."
    assert judge("Accept Jesus Christ into your heart today." + beside).labels[Category.RELIGIOUS] is not Label.CLEAR
    assert judge("Accept Krishna into your heart today." + beside).labels[Category.RELIGIOUS] is not Label.CLEAR
