"""How a message is decided: conditions, strictness, dry runs, and judgements that failed."""

import pickle
from datetime import UTC, datetime, timedelta

import pytest

from gateway.decision import Defer, Hold, Reject, Tag
from gateway.mail import Address
from gateway.verdict import Category, Kind, Label
from tests.support.policy import NOON, author, completed, envelope, loaded, needs_time_zones, verdict, with_rules, written_by

S = "sender@department.example"
POLITICAL, RELIGIOUS = Category.POLITICAL, Category.RELIGIOUS


def decide(rulebook, *recipients, found=None, at=NOON, sender=S):
    return rulebook.decide(envelope(sender, *recipients), written_by(sender), found or verdict(), at)


def members(count, domain="department.example"):
    return [f"member{number}@{domain}" for number in range(count)]


@pytest.mark.parametrize(
    ("condition", "recipients", "grounds"),
    [
        ("{in: department}", members(1), "it goes to 1 recipient in department"),
        ("{in: department}", members(2, "mail.Department.example"), "it goes to 2 recipients in department"),
        ("{in: department}", ["a@other.example"], None),
        ("{in: department, at least: 5}", members(12), "it goes to 12 recipients in department"),
        ("{in: department, at least: 5}", [*members(4), *members(9, "other.example")], None),
        (
            "{in: department, at least: 2}",
            ["a@department.example", "A+b@mail.department.example"],
            "it goes to 2 recipients in department",
        ),
        ("{in: department, at least: 2}", ["a@department.example", "A+b@DEPARTMENT.example"], None),
        ("{in: [board, department]}", ["president@association.example"], "it goes to 1 recipient in board or department"),
        ("{in: department}", ["all%department.example@relay.example"], "it goes to 1 recipient in department"),
        ("{in: department}", ["all+x%Department.example@relay.example"], "it goes to 1 recipient in department"),
        ("{in: department}", ['"all@department.example"@relay.example'], "it goes to 1 recipient in department"),
        ("{in: department}", ["relay.example!department.example!all@other.example"], "it goes to 1 recipient in department"),
        ("{in: department}", ["90%off@other.example"], None),
        ("{outside: department}", ["all%department.example@relay.example"], "it goes to 1 recipient outside department"),
        ("{outside: department}", ["a@department.example"], None),
        ("{outside: department}", [*members(3), "a@other.example"], "it goes to 1 recipient outside department"),
        ("{outside: [board, department]}", ["president@association.example"], None),
        ("{at least: 3}", ["a@a.example", "b@b.example", "c@c.example"], "it goes to 3 recipients"),
        ("{at least: 3}", ["a@a.example", "b@b.example", "b@B.example"], None),
        (
            "{in: anyone, outside: board, at least: 2}",
            ["a@a.example", "b@b.example"],
            "it goes to 2 recipients in anyone outside board",
        ),
    ],
)
def test_recipients_are_counted_as_a_set(tmp_path, condition, recipients, grounds):
    rulebook = loaded(tmp_path, with_rules(f"- {{recipients: {condition}, action: tag}}\n- {{action: relay}}"))
    decision = decide(rulebook, *recipients)
    assert (decision.grounds if decision.word == "tag" else None) == grounds


@pytest.mark.parametrize(
    ("condition", "found", "grounds"),
    [
        ("finds: political, label: match", verdict(Label.MATCH), "it promotes a political position"),
        ("finds: political, label: match", verdict(Label.UNSURE), None),
        ("finds: political, label: match", verdict(Label.CLEAR, Label.MATCH), None),
        ("finds: religious, label: [match, unsure]", verdict(Label.CLEAR, Label.UNSURE), "it may promote a religious position"),
        (
            "finds: [political, religious], label: [match, unsure]",
            verdict(Label.MATCH, Label.UNSURE),
            "it promotes a political position and it may promote a religious position",
        ),
        ("finds: political, label: clear", verdict(), "it promotes no political position"),
        (
            "finds: political, label: match, kinds: [link, endorsement]",
            verdict(Label.MATCH, Label.CLEAR, (POLITICAL, Kind.LINK), (POLITICAL, Kind.PROMOTION), (POLITICAL, Kind.LINK)),
            "it promotes a political position (link)",
        ),
        ("finds: political, label: match, kinds: link", verdict(Label.MATCH, Label.MATCH, (RELIGIOUS, Kind.LINK)), None),
        ("unread: true", verdict(unread=True), "it could not be read in full"),
        ("unread: true", verdict(), None),
        ("unread: false", verdict(), "it could be read in full"),
        ("unread: false", verdict(unread=True), None),
        ("finds: political, label: match, unread: true", verdict(Label.MATCH), None),
        (
            "finds: political, label: match, unread: true",
            verdict(Label.MATCH, unread=True),
            "it promotes a political position and it could not be read in full",
        ),
    ],
)
def test_all_conditions_of_a_rule_must_fit(tmp_path, condition, found, grounds):
    rulebook = loaded(tmp_path, with_rules(f"- {{{condition}, action: tag}}\n- {{action: relay}}"))
    decision = decide(rulebook, found=found)
    assert (decision.grounds if decision.word == "tag" else None) == grounds
    assert decision.verdict is found


def test_a_category_that_the_verdict_does_not_speak_of_is_unsure(tmp_path):
    rulebook = loaded(tmp_path, with_rules("- {finds: religious, label: unsure, action: tag}\n- {action: relay}"))
    found = verdict()
    silent = type(found)(labels={POLITICAL: Label.CLEAR}, scores={})
    assert decide(rulebook, found=silent).word == "tag"


@pytest.mark.parametrize(
    ("zone", "at", "word"),
    [
        ("UTC", datetime(2026, 8, 31, 23, 59, tzinfo=UTC), "relay"),
        ("UTC", datetime(2026, 9, 1, 0, 0, tzinfo=UTC), "tag"),
        ("UTC", datetime(2026, 11, 4, 23, 59, tzinfo=UTC), "tag"),
        ("UTC", datetime(2026, 11, 5, 0, 0, tzinfo=UTC), "relay"),
        pytest.param("America/Chicago", datetime(2026, 9, 1, 4, 59, tzinfo=UTC), "relay", marks=needs_time_zones),
        pytest.param("America/Chicago", datetime(2026, 9, 1, 5, 0, tzinfo=UTC), "tag", marks=needs_time_zones),
    ],
)
def test_days_are_those_of_the_time_zone_and_the_last_is_included(tmp_path, zone, at, word):
    for condition in ("during: window", "from: 2026-09-01, until: 2026-11-04"):
        text = with_rules(f"- {{{condition}, action: tag}}\n- {{action: relay}}").replace("zone: UTC", f"zone: {zone}")
        assert decide(loaded(tmp_path, text), at=at).word == word


@pytest.mark.parametrize(
    ("condition", "grounds"),
    [
        ("during: window", "it came during window"),
        ("from: 2026-09-01", "it came on or after 2026-09-01"),
        ("until: 2026-11-04", "it came on or before 2026-11-04"),
        ("from: 2026-09-01, until: 2026-11-04", "it came on or after 2026-09-01 and on or before 2026-11-04"),
    ],
)
def test_the_grounds_name_the_days(tmp_path, condition, grounds):
    rulebook = loaded(tmp_path, with_rules(f"- {{{condition}, action: tag}}\n- {{action: relay}}"))
    assert decide(rulebook).grounds == grounds


def test_the_first_rule_that_fits_decides_and_its_place_is_told(tmp_path):
    rules = "- {unread: true, action: hold, reviewers: command}\n- {author: other, action: tag}\n- {action: relay}"
    rulebook = loaded(tmp_path, with_rules(rules))
    assert str(decide(rulebook, found=verdict(unread=True)).rule) == "policies/p.yaml:5:9"
    last = decide(rulebook)
    assert (str(last.rule), last.grounds, last.word) == ("policies/p.yaml:7:9", "no other rule applies", "relay")


def test_a_dry_run_is_noted_and_stops_nothing(tmp_path):
    rules = """
- {unread: true, dry run: true, action: hold, reviewers: command}
- {dry run: true, action: reject, reply: Not now}
- {unread: true, action: tag}
- {action: relay}
"""
    decision = decide(loaded(tmp_path, with_rules(rules)), found=verdict(unread=True))
    assert decision.word == "tag"
    assert [(trial.would, str(trial.rule), trial.grounds) for trial in decision.trials] == [
        ("hold", "policies/p.yaml:5:9", "it could not be read in full"),
        ("reject", "policies/p.yaml:6:9", "it is for every message"),
    ]


def test_a_tag_tells_the_verdict_unless_it_has_headers_of_its_own(tmp_path):
    rules = """
- {unread: true, action: tag, headers: {X-Hatchway-Note: look here}, subject: "[Unread]"}
- {action: tag, subject: "[Marked]"}
"""
    rulebook = loaded(tmp_path, with_rules(rules))
    assert decide(rulebook, found=verdict(unread=True)).disposition == Tag(
        headers=(("X-Hatchway-Note", "look here"),), subject="[Unread]"
    )
    assert decide(rulebook, found=verdict(Label.UNSURE)).disposition == Tag(
        headers=(("X-Hatchway-Verdict", "political=unsure; religious=clear"),), subject="[Marked]"
    )


def test_a_reply_is_ascii_and_names_the_authorities(tmp_path):
    text = with_rules('- {action: reject, reply: "Not allowed – see “{authority}”", code: 554, status: 5.7.509}')
    rulebook = loaded(tmp_path, text.replace("SO 1", "SO 9-06 §C"))
    disposition = decide(rulebook).disposition
    assert isinstance(disposition, Reject)
    assert disposition.reply.wire() == b'554 5.7.509 Not allowed - see "SO 9-06 sec. C"\r\n'


def test_replies_have_the_usual_codes_where_none_are_written(tmp_path):
    rulebook = loaded(tmp_path, with_rules("- {unread: true, action: defer, reply: Later}\n- {action: reject, reply: Never}"))
    later, never = decide(rulebook, found=verdict(unread=True)).disposition, decide(rulebook).disposition
    assert isinstance(later, Defer)
    assert isinstance(never, Reject)
    assert (str(later.reply), str(never.reply)) == ("451 4.7.1 Later", "550 5.7.1 Never")


def test_a_hold_names_its_reviewers_and_times(tmp_path):
    rulebook = loaded(
        tmp_path,
        with_rules("- {unread: true, action: hold, reviewers: command, deadline: 12h}\n- {action: hold, reviewers: command}"),
    )
    usual, short = decide(rulebook).disposition, decide(rulebook, found=verdict(unread=True)).disposition
    assert isinstance(usual, Hold)
    assert isinstance(short, Hold)
    assert usual.reviewers.members == (Address.parse("chief@department.example"),)
    assert (usual.reviewers.deadline, usual.reviewers.then) == (timedelta(hours=48), "deny")
    assert usual.reviewers.reminders == (timedelta(hours=24),)
    assert (short.reviewers.deadline, short.reviewers.reminders) == (timedelta(hours=12), ())


def test_a_rules_own_authority_stands_for_the_policys(tmp_path):
    text = with_rules(
        "- {unread: true, authority: SO 2, action: hold, reviewers: command}\n- {author: other, action: tag}\n- {action: relay}"
    )
    text = text.replace("  SO 1:", "  SO 2: {title: Other use, text: No other use}\n  SO 1:")
    rulebook = loaded(tmp_path, text)
    assert [a.name for a in decide(rulebook, found=verdict(unread=True)).authority] == ["SO 2"]
    tagged = rulebook.decide(envelope(S), written_by("other@department.example"), verdict(), NOON)
    assert [(a.name, a.title, a.text) for a in tagged.authority] == [("SO 1", "Use of mail", "No promotion")]
    assert decide(rulebook).authority == ()


STRICTNESS = """\
groups:
  rejected: [rejected@department.example]
  held: [held@department.example]
  held too: [held2@department.example]
  deferred: [deferred@department.example]
  tagged: [tagged@department.example]
policies:
  reject: {authority: SO 1, rules: [{action: reject, reply: No}]}
  hold: {authority: SO 1, rules: [{action: hold, reviewers: command}]}
  hold too: {authority: SO 1, rules: [{action: hold, reviewers: command}]}
  defer: {rules: [{action: defer, reply: Later}]}
  tag: {rules: [{action: tag, dry run: true}, {action: tag}]}
  relay: {rules: [{action: relay}]}
senders:
  - {sender: rejected, policy: reject}
  - {sender: held, policy: hold}
  - {sender: held too, policy: hold too}
  - {sender: deferred, policy: defer}
  - {sender: tagged, policy: tag}
  - {sender: anyone, policy: relay}
"""
ORDER = ["rejected", "held", "deferred", "tagged", "other"]


@pytest.mark.parametrize(("stricter", "milder"), [(a, b) for i, a in enumerate(ORDER) for b in ORDER[i + 1 :]])
def test_the_strictest_decision_wins_whoever_claims_it(tmp_path, stricter, milder):
    rulebook = loaded(tmp_path, completed(STRICTNESS))
    strict, mild = f"{stricter}@department.example", f"{milder}@department.example"
    expected = rulebook.decide(envelope(strict), written_by(strict), verdict(), NOON)
    for sender, name in ((strict, mild), (mild, strict)):
        decision = rulebook.decide(envelope(sender), written_by(name), verdict(), NOON)
        assert (decision.word, decision.policy, decision.rule) == (expected.word, expected.policy, expected.rule)


@pytest.mark.parametrize(("sender", "name", "policy"), [("held", "held2", "hold"), ("held2", "held", "hold too")])
def test_among_equals_the_envelope_senders_policy_decides(tmp_path, sender, name, policy):
    rulebook = loaded(tmp_path, completed(STRICTNESS))
    decision = rulebook.decide(
        envelope(f"{sender}@department.example"), written_by(f"{name}@department.example"), verdict(), NOON
    )
    assert (decision.policy, decision.grounds) == (policy, "it is for every message")


def test_trials_of_all_policies_are_kept(tmp_path):
    rulebook = loaded(tmp_path, completed(STRICTNESS))
    decision = rulebook.decide(envelope("rejected@department.example"), written_by("tagged@department.example"), verdict(), NOON)
    assert decision.word == "reject"
    assert [trial.grounds for trial in decision.trials] == [
        "its From field names a sender of this policy and it is for every message"
    ]


def test_groups_may_be_nested_listed_in_files_and_named_together(tmp_path):
    text = """\
groups:
  inner: [one@a.example, whole.example]
  outer: [inner, {file: more.txt}, two@a.example]
policies:
  strict: {rules: [{action: tag}]}
  open: {rules: [{action: relay}]}
senders:
  - {sender: outer, policy: strict}
  - {sender: anyone, policy: open}
"""
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "more.txt").write_text("three@a.example  # since May\n\nlisted.example\n")
    rulebook = loaded(tmp_path, completed(text))
    inside = ["one@a.example", "two@a.example", "three@a.example", "x@whole.example", "x@y.whole.example", "x@listed.example"]
    outside = ["four@a.example", "a.example@b.example", "x@notwhole.example"]
    assert [decide(rulebook, sender=who).word for who in inside] == ["tag"] * len(inside)
    assert [decide(rulebook, sender=who).word for who in outside] == ["relay"] * len(outside)


@pytest.mark.parametrize(
    ("on_error", "word", "said"),
    [
        ("", "defer", "451 4.7.1 The message could not be judged now; try again later"),
        ("on error: defer", "defer", "451 4.7.1 The message could not be judged now; try again later"),
        ('on error: {action: defer, reply: "Later ({authority})", code: 450}', "defer", "450 4.7.1 Later (SO 1)"),
        ("on error: {action: hold, reviewers: command}", "hold", ""),
        ("on error: relay", "relay", ""),
    ],
)
def test_a_failed_judgement_is_treated_as_the_policy_says_and_deferred_if_it_says_nothing(tmp_path, on_error, word, said):
    text = f"policies:\n  strict:\n    authority: SO 1\n    {on_error}\n    rules: [{{action: relay}}]\n"
    decision = loaded(tmp_path, completed(text)).failed(envelope(S), "it took\r\nlonger than 20 s\0", NOON)
    assert decision.word == word
    assert decision.grounds == "it could not be judged: it took longer than 20 s"
    assert decision.verdict is None
    assert str(getattr(decision.disposition, "reply", "")) == said
    assert str(decision.rule) == ("policies/p.yaml:4:15" if on_error else "policies/p.yaml:2:3")


def test_a_failed_judgement_takes_the_strictest_way_out_of_sender_and_login(tmp_path):
    text = """\
groups: {held: [held@department.example]}
policies:
  hold: {authority: SO 1, on error: {action: hold, reviewers: command}, rules: [{action: relay}]}
  relay: {on error: relay, rules: [{action: relay}]}
senders: [{sender: held, policy: hold}, {sender: anyone, policy: relay}]
"""
    rulebook = loaded(tmp_path, completed(text))
    assert rulebook.failed(envelope(S), "", NOON).word == "relay"
    assert rulebook.failed(envelope(S), "", NOON).grounds == "it could not be judged: the reason is not known"
    assert rulebook.failed(envelope(S, login="held@department.example"), "", NOON).word == "hold"


@needs_time_zones
def test_a_rulebook_travels_to_other_processes(tmp_path):
    rulebook = loaded(
        tmp_path,
        with_rules("- {during: window, recipients: {in: department}, action: tag}\n- {action: relay}").replace(
            "zone: UTC", "zone: America/Chicago"
        ),
    )
    again = pickle.loads(pickle.dumps(rulebook))  # noqa: S301  -- our own octets
    assert again == rulebook
    assert decide(again, "a@department.example") == decide(rulebook, "a@department.example")


def test_the_version_stands_for_the_files(tmp_path):
    text = with_rules("- {action: relay}")
    first = loaded(tmp_path, text).version
    assert len(first) == 12
    assert loaded(tmp_path, text).version == first
    assert loaded(tmp_path, text + "# a word more\n").version != first
    (tmp_path / "policies" / "p.yaml").rename(tmp_path / "policies" / "q.yaml")
    (tmp_path / "policies" / "list.txt").write_text("a@b.example\n")
    listed = text.replace("[president@association.example]", "{file: list.txt}")
    (tmp_path / "policies" / "q.yaml").unlink()
    before = loaded(tmp_path, listed).version
    (tmp_path / "policies" / "list.txt").write_text("c@b.example\n")
    assert loaded(tmp_path, listed).version != before


def test_a_very_long_domain_takes_no_longer(tmp_path):
    rulebook = loaded(tmp_path, with_rules("- {recipients: {in: department}, action: tag}\n- {action: relay}"))
    long = Address(local="a", domain="x." * 100_000 + "department.example")
    decision = rulebook.decide(envelope(S), (author(S), author(str(long), "Reply-To")), verdict(), NOON)
    assert decision.word == "relay"


@pytest.mark.parametrize("recipient", ["chief@[192.0.2.1]", "chief@[IPv6:2001:db8::1]", "postmaster"])
def test_a_recipient_at_no_domain_counts_as_within_and_as_outside(tmp_path, recipient):
    for asked in ("in: department", "outside: department"):
        rulebook = loaded(tmp_path, with_rules(f"- {{recipients: {{{asked}}}, action: tag}}\n- {{action: relay}}"))
        assert rulebook.decide(envelope("a@association.example", recipient), (), verdict(), NOON).word == "tag"
