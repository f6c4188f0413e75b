"""Whose mail a message is: every way to claim another identity, against the policies that must count."""

import pytest

from gateway.policy import load_rulebook
from gateway.verdict import Label
from tests.support.policy import NOON, author, envelope, folder, loaded, verdict, with_rules, written_by

POLICIES = """\
authorities:
  SO 1: {title: Use of mail, text: No promotion}
groups:
  restricted: [restricted.person@pd.example]
  exempt: [exempt.person@pd.example]
reviewers:
  command: {members: chief@pd.example, deadline: 48h, then: deny}
policies:
  restricted:
    authority: SO 1
    rules:
      - {finds: political, label: match, action: reject, reply: No promotion}
      - {author: [other, several, unreadable], action: hold, reviewers: command}
      - {action: relay}
  exempt:
    rules:
      - {action: relay}
  ordinary:
    authority: SO 1
    rules:
      - {author: [several, unreadable], action: hold, reviewers: command}
      - {action: tag}
senders:
  - {sender: restricted, policy: restricted}
  - {sender: exempt, policy: exempt}
  - {sender: anyone, policy: ordinary}
"""
R, S, E = "restricted.person@pd.example", "sender@pd.example", "exempt.person@pd.example"
TAGGED = "restricted.person+news@pd.example"


@pytest.fixture
def rulebook(tmp_path):
    return loaded(tmp_path, POLICIES)


def word(rulebook, sender, authors, found=Label.MATCH):
    return rulebook.decide(envelope(sender), tuple(authors), verdict(found), NOON).word


@pytest.mark.parametrize(
    ("sender", "authors"),
    [
        pytest.param(R, written_by(R), id="plainly"),
        pytest.param(R, written_by(S), id="from header is another's"),
        pytest.param(S, written_by(R), id="envelope is another's"),
        pytest.param(R, written_by(S, R), id="two from headers, the allowed one first"),
        pytest.param(S, written_by(R, S), id="two from headers, the restricted one first"),
        pytest.param(S, [*written_by(S, R), author(S, "Sender")], id="from list with sender"),
        pytest.param(S, [author(S), author(R, "Sender")], id="sender header only"),
        pytest.param(R, [author(R), author(S, shown=True)], id="display name is allowed"),
        pytest.param(S, [author(S), author(R, shown=True)], id="display name is restricted"),
        pytest.param(R, written_by(None), id="empty from"),
        pytest.param(R, [], id="no from"),
        pytest.param(None, written_by(R), id="null envelope"),
        pytest.param(S, [author(S), author(R, "Reply-To")], id="answers go to the restricted"),
        pytest.param(R, [author(S), author(S, "Resent-From")], id="resent"),
        pytest.param(S, [author(S), author(R, "Resent-Sender")], id="resent by the restricted"),
        pytest.param(R, [author(S), author(R, "Sender")], id="on behalf of"),
        pytest.param(R, written_by(E), id="exempt header from"),
        pytest.param(R, [author(R), author(E, shown=True)], id="exempt display name"),
        pytest.param(R, [author(R), author(E, "Sender")], id="exempt sender header"),
        pytest.param(R, written_by(E, R), id="exempt first of two from"),
        pytest.param(R, written_by(R, E), id="exempt second of two from"),
        pytest.param("exempt.person+x@pd.example", written_by(R), id="exempt envelope with a tag"),
        pytest.param(E, written_by(R), id="exempt envelope"),
    ],
)
def test_a_restricted_person_is_restricted_however_the_message_is_claimed(rulebook, sender, authors):
    assert word(rulebook, sender, authors) == "reject"


@pytest.mark.parametrize(
    "spelled",
    [
        R.upper(),
        R.title(),
        TAGGED,
        "restricted.person.@pd.example",
        "restricted.person@mail.pd.example",
        "restricted.person@a.b.c.PD.example",
        "restricted.person@pd.example.",
        '"restricted.person"@pd.example',
        r'"\restricted.person"@pd.example',
        "ｒestricted.person@pd.example",
        "restricted.person@ｐｄ.example",
        "restricted.person@pd。example",
        "restricted\u200b.person@pd\u00ad.example",
        "res\0tricted.person@pd.example",
    ],
)
@pytest.mark.parametrize("where", ["envelope", "header"])
def test_no_spelling_makes_another_person(rulebook, spelled, where):
    sender, authors = (spelled, written_by(S)) if where == "envelope" else (S, written_by(spelled))
    assert word(rulebook, sender, authors) == "reject"


@pytest.mark.parametrize(
    "other",
    ["restricted.persona@pd.example", "restricted.person@pd.example.net", "restricted.person@xpd.example", "person@pd.example"],
)
def test_another_person_is_another_person(rulebook, other):
    assert word(rulebook, other, written_by(other)) == "tag"


def test_an_encoded_domain_name_is_the_same_domain(tmp_path):
    text = with_rules("- {recipients: {in: board}, action: tag}\n- {action: relay}")
    rulebook = loaded(tmp_path, text.replace("[president@association.example]", "[bücher.example]"))
    for spelled in ("a@bücher.example", "a@xn--bcher-kva.example", "a@mail.XN--BCHER-KVA.example", "a@BÜCHER.example"):
        assert rulebook.decide(envelope(S, spelled), written_by(S), verdict(), NOON).word == "tag"


def test_an_exempt_person_is_exempt_in_their_own_name(rulebook):
    assert word(rulebook, E, written_by(E)) == "relay"


@pytest.mark.parametrize(
    ("header", "expected"),
    [("From", "hold"), ("Sender", "tag"), ("Reply-To", "tag"), ("Resent-From", "tag"), ("Resent-Sender", "tag")],
)
def test_a_stranger_whom_an_exempt_person_names_falls_to_anyone(rulebook, header, expected):
    assert word(rulebook, E, [author(E), author("stranger@other.example", header)]) == expected


def test_an_unreadable_author_loosens_nothing_and_is_for_the_senders_policy_to_judge(rulebook):
    assert word(rulebook, R, written_by(None), Label.CLEAR) == "hold"
    assert word(rulebook, S, written_by(None), Label.CLEAR) == "hold"
    assert word(rulebook, E, written_by(None), Label.CLEAR) == "relay"


def test_an_unreadable_reply_to_is_nobodys_authorship(rulebook):
    assert word(rulebook, S, [author(S), author(None, "Reply-To")]) == "tag"


def test_the_login_is_an_identity(rulebook):
    decision = rulebook.decide(envelope(S, login=R), written_by(S), verdict(Label.MATCH), NOON)
    assert decision.word == "reject"
    assert decision.grounds == "it was sent under the login of a sender of this policy and it promotes a political position"


@pytest.mark.parametrize("login", ["restricted.person", "@pd.example", '""@pd.example', "@", ""])
def test_a_login_that_is_no_address_is_no_identity(rulebook, login):
    assert rulebook.decide(envelope(S, login=login), written_by(S), verdict(Label.MATCH), NOON).word == "tag"


def test_the_grounds_say_which_field_brought_the_policy(rulebook):
    decision = rulebook.decide(envelope(S), (author(S), author(R, "Reply-To")), verdict(Label.MATCH), NOON)
    assert decision.because == (
        'policy "restricted": its Reply-To field names a sender of this policy and it promotes a political position (SO 1)'
    )


AUTHORSHIP = """
- {author: several, action: tag, headers: {X-Hatchway-Note: several}}
- {author: unreadable, action: tag, headers: {X-Hatchway-Note: unreadable}}
- {author: other, action: tag, headers: {X-Hatchway-Note: other}}
- {action: relay}
"""


@pytest.mark.parametrize(
    ("sender", "authors", "note"),
    [
        (S, written_by(S), None),
        (S, written_by("Sender+tag@mail.PD.example"), None),
        ("sender@mail.pd.example", written_by(S), None),
        (S, [author(S), author(E, "Reply-To")], None),
        (S, written_by(E), "other"),
        (S, [author(S), author(E, "Sender")], "other"),
        (S, [author(S), author(E, shown=True)], "other"),
        (None, written_by(E), None),
        (S, written_by(S, S), "several"),
        (S, written_by(S, E), "several"),
        (S, [], "unreadable"),
        (S, [author(S, "Sender")], "unreadable"),
        (S, [author(S), author(None, "Sender")], "unreadable"),
    ],
)
def test_authorship_is_held_against_the_envelope_sender(tmp_path, sender, authors, note):
    decision = loaded(tmp_path, with_rules(AUTHORSHIP)).decide(envelope(sender), tuple(authors), verdict(), NOON)
    assert dict(getattr(decision.disposition, "headers", ())).get("X-Hatchway-Note") == note


def test_the_null_sender_has_an_entry_of_its_own_if_one_is_written(tmp_path):
    entry = "  - {sender: null sender, policy: exempt}\n  - {sender: anyone"
    rulebook = load_rulebook(folder(tmp_path, p__yaml=POLICIES.replace("  - {sender: anyone", entry)))
    assert rulebook.decide(envelope(None), (), verdict(), NOON).policy == "exempt"
    assert rulebook.decide(envelope(None), written_by(S), verdict(), NOON).policy == "ordinary"


def test_the_null_sender_is_anyone_otherwise(rulebook):
    assert rulebook.decide(envelope(None), written_by("mailer-daemon@pd.example"), verdict(), NOON).policy == "ordinary"


def test_a_postmaster_without_a_domain_is_anyone(rulebook):
    assert word(rulebook, "postmaster", written_by(S)) == "tag"


@pytest.mark.parametrize(
    ("sender", "authors", "groups"),
    [
        (R, written_by(R), ("restricted",)),
        (TAGGED, written_by(S), ("restricted",)),
        (S, written_by(R), ("restricted",)),
        (E, written_by(R), ("restricted", "exempt")),
        (S, written_by(S), ()),
        ("", written_by(E), ("exempt",)),
    ],
)
def test_a_decision_names_the_groups_of_everybody_the_message_says_it_is_from(rulebook, sender, authors, groups):
    assert rulebook.decide(envelope(sender), tuple(authors), verdict(), NOON).groups == groups


def test_a_message_that_could_not_be_judged_has_the_groups_of_its_sender(rulebook):
    assert rulebook.failed(envelope(R), "it hung", NOON).groups == ("restricted",)
