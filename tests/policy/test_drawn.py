"""Groups that a directory knows: its members count like written ones, and nobody passes for anyone while they are unknown."""

import pytest

from gateway.policy import Drawn, load_rulebook, policy_texts
from gateway.source import Mistakes
from gateway.verdict import Label
from tests.support.policy import NOON, completed, envelope, folder, verdict, written_by

CHIEF, OTHER = "chief@department.example", "officer@department.example"
GROUP = ("city", "cn=board")
POLICIES = """\
groups:
  board: [{directory: city, group: "cn=board"}, president@association.example]
  department: [department.example]
policies:
  reviewed:
    authority: SO 1
    on error: ERROR
    rules:
      - {action: hold, reviewers: command}
  strict:
    authority: SO 1
    rules:
      - {finds: political, label: match, action: reject, reply: No promotion}
      - {action: relay}
senders:
  - {sender: board, policy: reviewed}
  - {sender: anyone, policy: strict}
"""


def written(tmp_path, *, on_error="defer", text=POLICIES):
    return folder(tmp_path, p__yaml=completed(text.replace("ERROR", on_error)))


def heard(*members):
    return Drawn(names=frozenset({"city"}), members={GROUP: frozenset(members)})


UNHEARD = Drawn(names=frozenset({"city"}))


def decided(rulebook, sender, found=None):
    return rulebook.decide(envelope(sender), written_by(sender) if sender else (), found or verdict(), NOON)


def test_whom_a_directory_has_in_a_group_is_in_it(tmp_path):
    rulebook = load_rulebook(written(tmp_path), drawn=heard(CHIEF))
    assert rulebook.drawn == (GROUP,)
    assert decided(rulebook, CHIEF).word == "hold"
    assert decided(rulebook, OTHER).word == "relay"
    assert rulebook.belongs("board", envelope(CHIEF).sender)


def test_while_nobody_knows_who_is_in_a_group_its_senders_and_all_who_might_be_are_deferred(tmp_path):
    rulebook = load_rulebook(written(tmp_path), drawn=UNHEARD)
    for sender in (CHIEF, OTHER):
        decision = decided(rulebook, sender)
        assert decision.word == "defer"
        assert decision.disposition.reply.code == 451
        assert "no directory has said yet who is in board" in decision.because
    assert decided(rulebook, "president@association.example").word == "hold"
    assert decided(rulebook, None).word == "relay"


def test_what_is_to_be_done_then_can_be_said_in_the_policy(tmp_path):
    rulebook = load_rulebook(written(tmp_path, on_error="{action: hold, reviewers: command}"), drawn=UNHEARD)
    assert decided(rulebook, OTHER).word == "hold"


def test_one_who_says_relay_then_gets_the_strictest_of_what_it_could_be(tmp_path):
    rulebook = load_rulebook(written(tmp_path, on_error="relay"), drawn=UNHEARD)
    assert decided(rulebook, OTHER).word == "hold"
    assert decided(rulebook, OTHER, verdict(Label.MATCH)).word == "reject"


def test_a_message_that_could_not_be_judged_is_answered_by_every_policy_it_may_be_under(tmp_path):
    rulebook = load_rulebook(written(tmp_path, on_error="{action: hold, reviewers: command}"), drawn=UNHEARD)
    assert rulebook.failed(envelope(OTHER), "it took too long", NOON).word == "hold"


@pytest.mark.parametrize(
    ("asked", "recipients", "word"),
    [
        ("{in: board}", ["stranger@other.example"], "defer"),
        ("{in: board}", ["president@association.example"], "reject"),
        ("{in: board, at least: 2}", ["stranger@other.example"], "relay"),
        ("{in: board, at least: 2}", ["president@association.example", "stranger@other.example"], "defer"),
        ("{outside: board}", ["stranger@other.example"], "defer"),
        ("{outside: board}", ["president@association.example"], "relay"),
    ],
)
def test_a_rule_about_recipients_is_left_open_only_where_the_unknown_could_change_it(tmp_path, asked, recipients, word):
    rule = f"      - {{recipients: {asked}, action: reject, reply: No}}\n      - {{action: relay}}\n"
    text = completed(
        f'groups:\n  board: [{{directory: city, group: "cn=board"}}, president@association.example]\n'
        f"policies:\n  strict:\n    authority: SO 1\n    rules:\n{rule}senders: [{{sender: anyone, policy: strict}}]\n"
    )
    rulebook = load_rulebook(folder(tmp_path, p__yaml=text), drawn=UNHEARD)
    assert rulebook.decide(envelope(OTHER, *recipients), written_by(OTHER), verdict(), NOON).word == word


def test_a_rule_that_does_not_fit_anyway_is_not_left_open(tmp_path):
    rule = (
        "      - {recipients: {in: board}, finds: political, label: match, action: reject, reply: No}\n      - {action: relay}\n"
    )
    text = completed(
        f'groups:\n  board: [{{directory: city, group: "cn=board"}}]\n'
        f"policies:\n  strict:\n    authority: SO 1\n    rules:\n{rule}senders: [{{sender: anyone, policy: strict}}]\n"
    )
    rulebook = load_rulebook(folder(tmp_path, p__yaml=text), drawn=UNHEARD)
    assert decided(rulebook, OTHER).word == "relay"


def test_members_are_part_of_the_version_and_of_what_is_kept_to_decide_again(tmp_path):
    policies = written(tmp_path)
    one, two = (load_rulebook(policies, drawn=heard(*who)) for who in ([CHIEF], [CHIEF, OTHER]))
    assert one.version != two.version
    assert one.plain == two.plain
    kept = tmp_path / "kept"
    for name, text in policy_texts(policies, heard(CHIEF)).items():
        path = kept / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text)
    again = load_rulebook(kept / "policies")
    assert again.version == one.version
    assert decided(again, CHIEF).word == "hold"


def test_a_directory_that_the_settings_do_not_have_is_a_mistake(tmp_path):
    for names, said in ((frozenset({"citi"}), 'Did you mean "citi"'), (frozenset(), "The settings have none.")):
        with pytest.raises(Mistakes) as found:
            load_rulebook(written(tmp_path), drawn=Drawn(names=names))
        assert 'unknown directory "city"' in str(found.value)
        assert said in str(found.value)
