"""The report adds up, finds what tells most, and says of each difference why."""

import json
from datetime import UTC, datetime, timedelta

from gateway.rehearsal.cases import Case, Outcome, Passage
from gateway.rehearsal.page import page
from gateway.rehearsal.tally import Tally
from gateway.rehearsal.told import told

AT = datetime(2026, 1, 5, 9, tzinfo=UTC)
WORDS = Passage(category="political", kind="endorsement", says="It asks for votes.", place="part 1", quote="Vote <b>now</b>")


def outcome(word="relay", score=0.1, **changes):
    given = {
        "word": word,
        "policy": "everyday mail",
        "rule": f"policies/p.yaml:{len(word)}:1",
        "grounds": f"grounds to {word}",
        "clause": ("SO 1",) if word == "hold" else (),
        "labels": (("political", "match" if score > 0.5 else "clear"), ("religious", "clear")),
        "scores": (("political", score), ("religious", 0.0)),
        "passages": (WORDS,) if score > 0.5 else (),
        "unread": (),
        "trials": (),
        "model": "m",
        "roster": "r",
    }
    return Outcome(**{**given, **changes})


def case(number, *outcomes, **changes):
    given = {"sender": "A@b.example", "group": "anyone", "at": AT, "subject": f"s{number}", "outcomes": outcomes}
    return Case(number=number, name=f"box, message {number}", size=10, **{**given, **changes})


def tallied(*each, **how):
    tally = Tally(minutes=6.0, **how)
    for one in each:
        tally.add(one)
    return tally


def test_counts_are_by_word_rule_sender_and_group():
    found = tallied(
        case(1, outcome()),
        case(2, outcome("hold", 0.9)),
        case(3, outcome("tag", 0.6), sender="a@B.example", group="boards"),
        case(4, problem="it died"),
    ).report()
    assert (found["messages"], found["judged"], found["dispositions"]["hold"]) == (4, 3, 1)
    assert [(rule["disposition"], rule["messages"], rule["authorities"]) for rule in found["rules"]] == [
        ("hold", 1, ["SO 1"]),
        ("tag", 1, []),
        ("relay", 1, []),
    ]
    assert found["senders"] == [
        {"sender": "a@b.example", "group": "boards", "relay": 0, "tag": 1, "hold": 1, "reject": 0, "defer": 0}
    ]
    assert found["not_judged"]["each"] == [{"message": "box, message 4", "problem": "it died"}]


def test_the_most_telling_cases_are_those_of_the_highest_score_and_each_subject_once():
    scores = [0.51, 0.99, 0.7, 0.8, 0.6, 0.9, 0.55]
    each = [case(n, outcome("hold", score)) for n, score in enumerate(scores)]
    again = [case(50 + n, outcome("hold", 0.99), subject="s1") for n in range(9)]
    [rule] = tallied(*each, *again).report()["rules"]
    assert [one["scores"]["political"] for one in rule["telling"]] == [0.99, 0.9, 0.8, 0.7, 0.6]
    assert rule["telling"][0]["evidence"][0]["quote"] == "Vote <b>now</b>"


def test_hours_are_forecast_by_the_weeks_that_have_mail():
    holds = [case(n, outcome("hold", 0.9), at=AT + timedelta(days=7 * (n // 10))) for n in range(30)]
    reviews = tallied(*holds, case(99, outcome(), at=None)).report()["reviews"]
    assert (reviews["hours"], reviews["weeks"], reviews["holds_a_week"], reviews["hours_a_week"]) == (3.0, 3, 10.0, 1.0)
    assert (reviews["without_a_date"], reviews["first_week"], reviews["last_week"]) == (1, "2026-01-05", "2026-01-19")


def test_what_could_not_be_read_is_counted_by_its_reason():
    unread = outcome(
        unread=(("attachment a.zip", "encrypted"), ("attachment b.zip", "encrypted"), ("part 2", "too large: 5 octets"))
    )
    assert tallied(case(1, unread)).report()["unread"] == {"messages": 1, "reasons": {"encrypted": 1, "too large": 1}}


def test_each_difference_is_listed_with_its_reason_and_all_are_counted():
    tally = tallied(
        case(1, outcome(), outcome(rule="policies/p.yaml:77:1")),
        case(2, outcome(), outcome("hold", 0.9, policy="strict")),
        case(3, outcome("hold", 0.9), outcome("tag", 0.9, policy="mild")),
        listed=1,
    )
    found = tally.compared()
    assert (found["different"], found["held"]) == (2, {"now": 1, "then": 1})
    assert found["moved"] == [
        {"now": "relay", "then": "hold", "messages": 1},
        {"now": "hold", "then": "tag", "messages": 1},
    ]
    [one] = found["each"]
    assert one["why"] == [
        "political is match (0.90) and was clear (0.10)",
        "found now: It asks for votes. “Vote <b>now</b>”",
        'the policy is "strict" and was "everyday mail"',
        "by policies/p.yaml:4:1 it is held: grounds to hold",
        "the authority is SO 1 and was none",
    ]


def test_what_is_kept_grows_with_rules_and_not_with_messages():
    tally = tallied(*(case(n, outcome("hold", 0.9), outcome("tag", 0.9)) for n in range(3000)), listed=10)
    assert len(tally.differences) == 10
    assert sum(len(rule.telling) for rule in tally.rules.values()) == 5


def test_page_and_lines_tell_the_report_and_no_word_of_a_message_becomes_markup():
    tally = tallied(case(1, outcome(), outcome("hold", 0.9)), case(2, outcome("hold", 0.9), outcome()), case(3, problem="<i>"))
    found = {**json.loads(json.dumps(tally.report())), "against": {**tally.compared(), "of": "policies <new>"}}
    lines, html = "\n".join(told(found)), page(found, AT)
    assert "Against policies <new>: 2 messages treated differently" in lines
    assert "Reviews: 1 held, 0.1 hours at 6 minutes each" in lines
    for said in ("Vote &lt;b&gt;now&lt;/b&gt;", "policies &lt;new&gt;", "&lt;i&gt;", "5 January 2026"):
        assert said in html
    assert "<b>" not in html
    assert "<script" not in html


def test_a_run_over_nothing_is_a_report_too():
    found = tallied().report()
    assert "0 messages, 0 judged" in "\n".join(told(found))
    assert "What the policy would have done" in page(found, AT)
