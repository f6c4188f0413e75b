"""What each notice says, to whom, and what it keeps to itself."""

import html
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.decision import Hold, Rung
from gateway.mail import Address, Place, Receipt, Reply, Unread
from gateway.notice import Notices, Passed
from gateway.notice.view import _ADVICE
from gateway.settings import Notices as Settings
from gateway.verdict import Category, Evidence, Finding, Kind, Label
from tests.support.notices import (
    CENTRAL,
    ENDORSEMENT,
    HEADER,
    MEMBERS,
    NOW,
    RECIPIENTS,
    SENDER,
    Case,
    Wishes,
    denied,
    html_of,
    read,
    released,
    text_of,
)

GOLDEN = Path(__file__).parent / "golden"
RECEIPT = Receipt(reply=Reply(code=250), refused=((RECIPIENTS[0], Reply(code=550, status="5.1.1", text="User unknown")),))
CLEAR = dict.fromkeys(Category, Label.CLEAR)
PASSED = Passed(
    heading="Passed up to you", lines=("The time of command is over, and nobody has ruled",), reason="Beyond <my> desk.\nSorry."
)
THREAD = "<hold.3XwZk9dQ2bN7p@gate.department.example>"


def everything(notices: Notices, case: Case) -> dict:
    """Every notice that a hold can lead to."""
    held = case.held()
    full, some, none = released(held), released(held, to=case.recipients[:1], note="Only for the first."), denied(held)
    late = {"by_deadline": True, "reviewer": "deadline of command"}
    return {
        "sender held": notices.to_sender_held(held, NOW, last=True),
        "sender released": notices.to_sender_ruled(full, NOW),
        "sender released to some": notices.to_sender_ruled(some, NOW),
        "sender denied": notices.to_sender_ruled(none, NOW),
        "sender released by deadline": notices.to_sender_ruled(released(held, **late), NOW),
        "sender denied by deadline": notices.to_sender_ruled(denied(held, **late), NOW),
        "sender undelivered": notices.to_sender_undelivered(full, RECEIPT, NOW),
        "reviewers held": notices.to_reviewers_held(held, NOW),
        "reviewers reminder": notices.to_reviewers_reminder(held, NOW + timedelta(hours=40), 1),
        "reviewers passed": notices.to_reviewers_passed(held, NOW + timedelta(hours=4), PASSED, MEMBERS, last=False),
        "reviewers ruled": notices.to_reviewers_ruled(full, NOW),
        "reviewers ruled for some": notices.to_reviewers_ruled(some, NOW),
        "reviewers denied by deadline": notices.to_reviewers_ruled(denied(held, **late), NOW),
        "reviewers denied unopened": notices.to_reviewers_ruled(denied(held, **late), NOW, unopened=[]),
        "reviewers undelivered": notices.to_reviewers_undelivered(full, RECEIPT, NOW),
    }


NAMES = tuple(everything(Notices(Wishes(), hostname="gate.example"), Case()))
TO_SENDER = tuple(name for name in NAMES if name.startswith("sender"))
TO_REVIEWERS = tuple(name for name in NAMES if name.startswith("reviewers"))


@pytest.fixture(scope="module")
def told(notices) -> dict:
    return everything(notices, Case())


@pytest.mark.parametrize("name", TO_SENDER)
def test_a_notice_to_the_sender_answers_his_message(told, name):
    mail, message = told[name], read(told[name])
    assert mail.envelope.recipients == (SENDER,)
    assert message["To"] == "secretary@association.example"
    assert message["Auto-Submitted"] == "auto-replied"
    assert message["In-Reply-To"] == message["References"] == "<20261124.1@association.example>"
    assert message["Subject"].endswith(": Monthly meeting [3XwZk9dQ2bN7p]")


@pytest.mark.parametrize("name", TO_REVIEWERS)
def test_a_notice_to_reviewers_answers_nobody_and_keeps_to_the_thread_of_its_hold(told, name):
    message = read(told[name])
    assert message["Auto-Submitted"] == "auto-generated"
    ids = (message["Message-ID"], message["In-Reply-To"], message["References"])
    assert THREAD in ids
    assert (ids == (THREAD, None, None)) == (name == "reviewers held")


@pytest.mark.parametrize("name", NAMES)
def test_every_notice_is_from_the_null_sender_and_asks_for_no_answer(told, name):
    mail, message = told[name], read(told[name])
    assert mail.envelope.sender is None
    assert message["From"] == "Hatchway <postmaster@department.example>"
    assert message["X-Auto-Response-Suppress"] == "All"
    assert message["Content-Language"] == "en"
    assert message["Date"].datetime == mail.received
    assert message["MIME-Version"] == "1.0"
    assert not [defect for part in message.walk() for defect in part.defects]


@pytest.mark.parametrize("name", NAMES)
def test_every_notice_has_its_text_first_and_then_the_same_words_in_html(told, name):
    kinds = [part.get_content_type() for part in read(told[name]).walk()]
    assert kinds.index("text/plain") < kinds.index("text/html")
    body = re.sub(r"<head>.*?</head>|<h1.*?</h1>|<[^>]*>", " ", html_of(told[name]), flags=re.DOTALL)
    assert re.findall(r"\w+", html.unescape(body)) == re.findall(r"\w+", text_of(told[name]))


@pytest.mark.parametrize("name", NAMES)
def test_every_notice_names_its_hold_and_is_78_columns_wide(told, name):
    text = text_of(told[name])
    assert "3XwZk9dQ2bN7p" in text
    assert max(map(len, text.splitlines())) <= 78
    assert "\n\n\n" not in text


@pytest.mark.parametrize("name", NAMES)
def test_message_ids_are_unique(notices, told, name):
    again = everything(notices, Case())[name]
    same = read(again)["Message-ID"] == read(told[name])["Message-ID"]
    assert same == (name == "reviewers held")


@pytest.mark.parametrize("name", NAMES)
def test_every_notice_reads_as_it_was_agreed(told, name):
    golden = GOLDEN / f"{name.replace(' ', '_')}.txt"
    assert f"{read(told[name])['Subject']}\n\n{text_of(told[name])}" == golden.read_text(encoding="utf-8")


def test_the_sender_learns_what_why_by_which_clause_and_what_clears_it(notices, held):
    text = " ".join(text_of(notices.to_sender_held(held, NOW)).split())
    assert "Your message has not been sent yet." in text
    assert "To 3 recipients in department, and political content was found." in text
    assert "SO 9-06 §C, Use/Misuse of Department Computer System:" in text
    assert "Promotion of political or religious positions, opinions or actions" in text
    assert "In the text: “The board is backing Alex Example for mayor”" in text
    assert "Leave out the part that supports or opposes a candidate or a party." in text
    assert "by Thursday 26 November 2026, 10:42 CST, it is denied and not sent" in text
    assert "Lt. Pat Example, 555-0100" in text


@pytest.mark.parametrize("name", TO_SENDER)
def test_the_sender_is_not_told_which_line_of_which_file_or_who_the_reviewers_are(told, name):
    everything_said = told[name].content.read().decode()
    assert "department.yaml" not in everything_said
    assert "lieutenant" not in everything_said


def test_the_reviewers_learn_who_what_why_until_when_and_how_to_rule(notices, held):
    mail = notices.to_reviewers_held(held, NOW)
    text = text_of(mail)
    assert mail.envelope.recipients == MEMBERS
    assert "From:      secretary@association.example" in text
    assert "Rule:      policies/department.yaml:29:9" in text
    assert "Verdict:   political match, religious clear" in text
    assert "by Thursday 26 November 2026, 10:42 CST, in 2 days" in text
    for command in ("queue show 3XwZk9dQ2bN7p", "queue release 3XwZk9dQ2bN7p", "queue deny 3XwZk9dQ2bN7p --note"):
        assert f"  hatchway {command}" in text


@pytest.mark.parametrize(
    ("then", "said"),
    [
        ("release", "it is released to all its recipients"),
        ("deny", "it is denied and not sent"),
        ("wait", "it goes on waiting, and the reviewers are reminded"),
    ],
)
def test_both_sides_are_told_what_the_deadline_does(notices, case, then, said):
    held = case.having(then=then).held()
    for mail in (notices.to_sender_held(held, NOW), notices.to_reviewers_held(held, NOW)):
        assert said in " ".join(text_of(mail).split())


def test_the_last_notice_of_the_hour_says_so(notices, held):
    last = "This is the last notice this hour; further held messages are not announced one by one."
    for tell in (notices.to_sender_held, notices.to_reviewers_held):
        assert last in " ".join(text_of(tell(held, NOW, last=True)).split())
        assert last not in " ".join(text_of(tell(held, NOW)).split())


def test_a_reminder_after_the_deadline_says_that_it_has_passed(notices, case):
    text = text_of(notices.to_reviewers_reminder(case.having(then="wait").held(), NOW + timedelta(days=3), 2))
    assert "has passed without a ruling" in text


def test_who_gets_a_hold_learns_how_it_came_to_him_and_who_gets_it_next(notices, case):
    held = case.held()
    later = (Rung(name="chief", members=MEMBERS[:1], lasts=timedelta(hours=8)),)
    hurry = {"hurry": "city election is on 3 November 2026: 7 hours in place of 14 hours", "pair": "release", "later": later}
    ladder = replace(held, decision=replace(held.decision, disposition=Hold(reviewers=replace(held.reviewers, **hurry))))
    text = " ".join(text_of(notices.to_reviewers_passed(ladder, NOW, PASSED, MEMBERS, last=False)).split())
    for said in (
        "The time of command is over, and nobody has ruled.",
        "> Beyond <my> desk.",
        "It is with command until Thursday 26 November 2026, 10:42 CST, and then goes to chief.",
        "There is less time than usual: city election is on 3 November 2026: 7 hours in place of 14 hours.",
        "To release it takes two different reviewers.",
    ):
        assert said in text, said
    assert "There is less time than usual" in text_of(notices.to_reviewers_held(ladder, NOW))


def test_that_nobody_had_opened_it_is_said_where_it_is_so(told):
    assert "Nobody had opened it." in text_of(told["reviewers denied unopened"])
    assert "Nobody had opened it." not in text_of(told["reviewers denied by deadline"])


def test_the_other_reviewers_are_told_who_ruled_and_the_one_who_did_is_not(notices, held):
    mail = notices.to_reviewers_ruled(released(held, reviewer="Captain@Department.example"), NOW)
    assert mail.envelope.recipients == MEMBERS[1:]
    assert "Released by Captain@Department.example, Wednesday 25 November 2026, 10:42 CST." in text_of(mail)


def test_all_reviewers_are_told_of_a_ruling_by_somebody_without_an_address(notices, held):
    assert notices.to_reviewers_ruled(denied(held, reviewer="Capt. Ruiz"), NOW).envelope.recipients == MEMBERS


def test_a_reviewer_alone_is_not_told_of_his_own_ruling(notices, case):
    assert notices.to_reviewers_ruled(released(case.having(members=MEMBERS[:1]).held()), NOW) is None


def test_a_release_to_some_tells_who_got_it_who_did_not_and_why(notices, held):
    text = text_of(notices.to_sender_ruled(released(held, to=RECIPIENTS[:1], note="Only for the first."), NOW))
    assert "Released to\n\n  officer1@department.example\n" in text
    assert "Not sent to\n\n  officer2@department.example and officer3@department.example\n" in text
    assert "> Only for the first." in text


@pytest.mark.parametrize(
    ("given", "to", "withheld"), [(2, "officer0@", "the other 38 recipients"), (38, "the other 38", "officer38@")]
)
def test_of_many_recipients_the_fewer_are_named(notices, case, given, to, withheld):
    many = tuple(Address.parse(f"officer{n}@department.example") for n in range(40))
    held = released(case.having(recipients=many).held(), to=many[:given], note="Not for all.")
    head, _, tail = text_of(notices.to_sender_ruled(held, NOW)).partition("Not sent to")
    assert to in head
    assert withheld in tail.partition("The reviewer's note")[0]


def test_the_words_of_a_deadline_are_not_passed_off_as_a_reviewers(notices, held):
    text = " ".join(text_of(notices.to_sender_ruled(denied(held, by_deadline=True, note="machine words"), NOW)).split())
    assert "No reviewer had ruled on it when its time was up" in text
    assert "machine words" not in text


def test_findings_under_a_clear_label_are_not_held_against_a_message(notices, case):
    text = text_of(notices.to_sender_held(case.having(labels=CLEAR).held(), NOW))
    assert "Alex Example" not in text
    assert "Leave out" not in text
    assert "No passage of it was found to promote a political or religious position." in text


def test_what_could_not_be_read_is_named_and_nothing_is_said_of_the_rest(notices, case):
    unread = (Unread(place=Place(part="2", name="flyer.pdf"), why="locked with a password"),)
    text = text_of(notices.to_sender_held(case.having(findings=(), labels=CLEAR, unread=unread).held(), NOW))
    assert '- the attachment "flyer.pdf": locked with a password' in text
    assert "Write what could not be read into the message as text" in text
    assert "No passage" not in text


def test_a_judgement_that_failed_is_not_called_a_finding(notices, case):
    text = text_of(notices.to_sender_held(case.having(judged=False).held(), NOW))
    assert "Its content could not be judged automatically." in text


def test_long_evidence_is_quoted_in_part_and_the_rest_is_counted(notices, case):
    def thing(number: int) -> Finding:
        places = [Place(part="1", start=at, end=at + 1) for at in range(5 * number, 5 * number + 5)]
        evidence = tuple(Evidence(place=place, quote="word " * 500) for place in places)
        return replace(ENDORSEMENT, says=f"thing {number}", weight=number / 20, evidence=evidence)

    many = tuple(map(thing, range(20)))
    text = text_of(notices.to_sender_held(case.having(findings=many).held(), NOW))
    assert text.count("Thing ") == 8
    assert "Thing 19" in text
    assert text.count("> And 3 more like this.") == 8
    assert "And 12 more." in text
    assert len(text) < 8000


def test_a_message_without_a_usable_message_id_is_answered_without_a_reference(notices, case):
    message = read(notices.to_sender_held(case.having(header=HEADER + b"Message-ID: <b@x>\r\n").held(), NOW))
    assert message["In-Reply-To"] is None
    assert message["References"] is None


def test_a_message_without_a_subject_is_still_named(notices, case):
    message = read(notices.to_sender_held(case.having(subject="").held(), NOW))
    assert message["Subject"] == "Held for review: (no subject) [3XwZk9dQ2bN7p]"


def test_a_notice_goes_to_the_envelope_sender_whatever_the_header_says(notices, case):
    mail = notices.to_sender_held(case.having(header=HEADER + b"Reply-To: chief@city.example\r\n").held(), NOW)
    assert mail.envelope.recipients == (SENDER,)


def test_every_kind_of_finding_has_advice():
    assert set(_ADVICE) == set(Kind)


def test_the_words_are_the_same_for_every_association_candidate_and_faith(notices, case):
    def told_of(association: str, candidate: str) -> str:
        quote = f"The board is backing {candidate} for mayor"
        finding = Finding(
            category=Category.POLITICAL,
            kind=Kind.ENDORSEMENT,
            detector="rules",
            says="supports a candidate",
            weight=0.9,
            evidence=(Evidence(place=Place(part="1", start=0, end=40), quote=quote),),
        )
        one = case.having(
            sender=Address.parse(f"board@{association}.example"), findings=(finding,), subject=f"{candidate} for mayor"
        )
        said = "\n".join(text_of(mail) + html_of(mail) for mail in everything(notices, one).values())
        return said.replace(association, "ASSOCIATION").replace(candidate, "CANDIDATE")

    assert told_of("blue-shield", "Ann Lee") == told_of("black-peace", "Bob Roe")


def test_without_a_contact_people_are_sent_to_the_address_in_from(held):
    notices = Notices(Settings(**{"from": "gate@department.example"}), hostname="gate.department.example", zone=CENTRAL)
    assert "Whom to ask\n\n  gate@department.example\n" in text_of(notices.to_sender_held(held, NOW))


def test_a_contact_that_is_an_address_can_be_tapped(held):
    notices = Notices(Wishes(contact="review@department.example"), hostname="gate.department.example")
    assert 'href="mailto:review%40department.example?subject=3XwZk9dQ2bN7p"' in html_of(notices.to_sender_held(held, NOW))


@pytest.mark.parametrize("hostname", ["", "gate example", "gate\r\nX: y"])
def test_a_host_name_that_is_none_is_refused(hostname):
    with pytest.raises(ValueError, match="no host name"):
        Notices(Wishes(), hostname=hostname)


def test_a_ruling_that_is_not_there_cannot_be_told(notices, held):
    with pytest.raises(ValueError, match="not ruled on"):
        notices.to_reviewers_ruled(held, NOW)


def test_endorsement_is_quoted_word_for_word(notices, held):
    assert ENDORSEMENT.evidence[0].quote in html_of(notices.to_reviewers_held(held, NOW))


def test_a_passage_is_quoted_once_for_one_kind_however_many_detectors_found_it(notices):
    again = replace(ENDORSEMENT, detector="model", says="It reads as support for a candidate.", weight=0.8)
    other = replace(again, kind=Kind.LINK, says="It sends readers to a campaign.")
    text = text_of(notices.to_sender_held(Case(findings=(again, ENDORSEMENT, other)).held(), NOW))
    assert text.count("The board is backing Alex Example for mayor") == 2
    assert "It reads as support" not in text
