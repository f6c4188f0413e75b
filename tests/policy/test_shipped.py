"""The policies that ship do what their comments say, and treat all associations alike."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway.decision import Hold
from gateway.policy import load_rulebook
from gateway.verdict import Label
from tests.support.policy import NOON, author, envelope, verdict, written_by

POLICIES = Path(__file__).parents[2] / "policies"
PRESIDENT, CHAIR = "president@association.example", "chair@network.example"
RESTRICTED, PRESS, CHAPLAIN = "first.person@department.example", "press@department.example", "chaplain@department.example"
OFFICER = "officer.one@department.example"
INSIDE, OUTSIDE = "sworn@department.example", "someone@other.example"
MATCH, UNSURE, CLEAR = Label.MATCH, Label.UNSURE, Label.CLEAR


@pytest.fixture(scope="module")
def rulebook():
    return load_rulebook(POLICIES)


def decide(rulebook, sender, *recipients, found=None, authors=None, at=NOON):
    names = written_by(sender) if authors is None else tuple(authors)
    return rulebook.decide(envelope(sender, *recipients or (OUTSIDE,)), names, found or verdict(), at)


@pytest.mark.parametrize("board", [PRESIDENT, "treasurer@association.example", CHAIR, "secretary@network.example"])
@pytest.mark.parametrize(
    ("recipients", "found", "word"),
    [
        ([INSIDE], verdict(), "hold"),
        ([OUTSIDE, INSIDE], verdict(), "hold"),
        ([f"member{n}@mail.department.example" for n in range(300)], verdict(), "hold"),
        ([OUTSIDE], verdict(MATCH), "hold"),
        ([OUTSIDE], verdict(CLEAR, UNSURE), "hold"),
        ([OUTSIDE], verdict(unread=True), "hold"),
        ([OUTSIDE], verdict(), "relay"),
    ],
)
def test_every_message_of_a_board_to_the_department_is_held_and_others_if_in_doubt(rulebook, board, recipients, found, word):
    decision = decide(rulebook, board, *recipients, found=found)
    assert (decision.word, decision.policy) == (word, "command review")
    if isinstance(decision.disposition, Hold):
        assert [a.name for a in decision.authority] == ["SO 9-06 §C"]
        assert str(decision.disposition.reviewers.members[0]) == "duty.commander@department.example"


def test_the_boards_message_in_another_name_is_held_too(rulebook):
    assert decide(rulebook, PRESIDENT, authors=written_by(OFFICER)).word == "hold"
    assert decide(rulebook, OFFICER, INSIDE, authors=written_by(CHAIR)).word == "hold"
    assert decide(rulebook, OFFICER, INSIDE, authors=[author(OFFICER), author(CHAIR, "Reply-To")]).word == "hold"


@pytest.mark.parametrize(
    ("found", "word", "cited"),
    [
        (verdict(MATCH), "reject", ["SO 9-06 §C", "AR 150 §IV-G"]),
        (verdict(UNSURE), "hold", ["SO 9-06 §C", "AR 150 §IV-G"]),
        (verdict(CLEAR, MATCH), "hold", ["SO 9-06 §C"]),
        (verdict(CLEAR, UNSURE), "hold", ["SO 9-06 §C"]),
        (verdict(unread=True), "hold", ["SO 9-06 §C"]),
        (verdict(), "relay", []),
    ],
)
def test_a_restricted_sender_is_refused_political_promotion_and_held_in_doubt(rulebook, found, word, cited):
    decision = decide(rulebook, RESTRICTED, found=found)
    assert (decision.word, [a.name for a in decision.authority]) == (word, cited)


def test_the_refusal_cites_both_clauses_in_ascii(rulebook):
    reply = decide(rulebook, RESTRICTED, found=verdict(MATCH)).disposition.reply
    assert reply.wire() == (
        b"550 5.7.1 Political content may not be sent by department e-mail (SO 9-06 sec. C, AR 150 sec. IV-G)\r\n"
    )


@pytest.mark.parametrize(
    ("found", "word", "header"),
    [
        (verdict(MATCH, UNSURE), "tag", ("X-Hatchway-Verdict", "political=match; religious=unsure")),
        (verdict(unread=True), "tag", ("X-Hatchway-Unread", "some of this message could not be read")),
        (verdict(), "relay", None),
    ],
)
def test_public_information_is_marked_and_never_stopped(rulebook, found, word, header):
    decision = decide(rulebook, PRESS, INSIDE, found=found)
    assert decision.word == word
    assert getattr(decision.disposition, "headers", (None,))[0] == header


def test_chaplains_may_write_of_faith_and_not_of_politics(rulebook):
    assert decide(rulebook, CHAPLAIN, INSIDE, found=verdict(CLEAR, MATCH)).word == "relay"
    assert decide(rulebook, CHAPLAIN, INSIDE, found=verdict(UNSURE)).word == "hold"


def test_nobody_gets_a_chaplains_leave_by_writing_in_the_chaplains_name(rulebook):
    found = verdict(CLEAR, MATCH)
    assert decide(rulebook, OFFICER, authors=written_by(CHAPLAIN), found=found).word == "hold"
    assert decide(rulebook, CHAPLAIN, authors=written_by(OFFICER), found=found).word == "hold"


@pytest.mark.parametrize("found", [verdict(MATCH), verdict(CLEAR, MATCH)])
def test_what_anybody_promotes_is_held(rulebook, found):
    assert decide(rulebook, OFFICER, found=found).word == "hold"
    assert decide(rulebook, None, authors=written_by(OFFICER), found=found).word == "hold"


def test_what_may_promote_something_is_marked_and_a_dry_run_notes_the_election_window(rulebook):
    inside, after = (
        decide(rulebook, OFFICER, found=verdict(UNSURE), at=datetime(2026, month, 20, tzinfo=UTC)) for month in (10, 12)
    )
    assert (inside.word, [trial.would for trial in inside.trials]) == ("tag", ["hold"])
    assert (after.word, after.trials) == ("tag", ())


@pytest.mark.parametrize("sender", [PRESIDENT, CHAIR, RESTRICTED, CHAPLAIN, OFFICER])
@pytest.mark.parametrize("authors", [[], [author(None)], written_by(OFFICER, RESTRICTED)])
def test_unreadable_and_doubled_authors_are_held(rulebook, sender, authors):
    assert decide(rulebook, sender, authors=authors).word == "hold"


def test_ordinary_mail_and_delivery_reports_pass(rulebook):
    assert decide(rulebook, OFFICER, INSIDE, OUTSIDE).word == "relay"
    assert decide(rulebook, None, OFFICER, authors=written_by("mailer-daemon@mail.department.example")).word == "relay"


def test_a_failed_judgement_is_held_for_boards_and_deferred_for_others(rulebook):
    words = {
        who: rulebook.failed(envelope(who), "out of time", NOON).word for who in (PRESIDENT, CHAIR, RESTRICTED, OFFICER, None)
    }
    assert words == {PRESIDENT: "hold", CHAIR: "hold", RESTRICTED: "defer", OFFICER: "defer", None: "defer"}


def test_the_clauses_stand_there_in_their_own_words(rulebook):
    clauses = {a.name: a for a in decide(rulebook, RESTRICTED, found=verdict(MATCH)).authority}
    assert clauses["SO 9-06 §C"].title == "Use/Misuse of Department Computer System"
    assert clauses["SO 9-06 §C"].text == "Promotion of political or religious positions, opinions or actions"
    assert clauses["AR 150 §IV-G"].text == (
        "Employees shall not post comments or content about political activity, a political party, or a candidate in a "
        "partisan election. Further, employees shall not link the social media accounts of said party or candidate to any "
        "City website or social media account."
    )
