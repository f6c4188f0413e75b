"""An entry under `senders` that is marked `dry run` decides nothing: it is noted, and the next entry that fits counts."""

import pytest

from gateway.verdict import Label
from tests.support.policy import NOON, completed, envelope, loaded, verdict, written_by

POLICIES = """\
policies:
  mild:
    rules: [{action: relay}]
  strict:
    authority: SO 1
    on error: {action: hold, reviewers: command}
    rules:
      - {finds: political, label: match, action: hold, reviewers: command}
      - {finds: political, label: unsure, action: tag}
      - {action: relay}
"""
BOARD, OFFICER = "president@association.example", "officer@department.example"
TRIED = "senders:\n  - {sender: board, policy: strict, dry run: true}\n  - {sender: anyone, policy: mild}\n"
LOOSER = "senders:\n  - {sender: anyone, policy: mild, dry run: true}\n  - {sender: anyone, policy: strict}\n"


@pytest.fixture
def tried(tmp_path):
    return loaded(tmp_path, completed(POLICIES + TRIED))


def decide(rulebook, sender, label, authors=None):
    return rulebook.decide(envelope(sender), authors or written_by(sender), verdict(label), NOON)


@pytest.mark.parametrize(("label", "would"), [(Label.MATCH, ["hold"]), (Label.UNSURE, ["tag"]), (Label.CLEAR, [])])
def test_what_the_policy_would_have_done_is_noted_and_not_done(tried, label, would):
    decision = decide(tried, BOARD, label)
    assert (decision.word, decision.policy, [trial.would for trial in decision.trials]) == ("relay", "mild", would)


def test_the_note_names_the_rule_and_the_grounds(tried):
    [trial] = decide(tried, BOARD, Label.MATCH).trials
    assert (str(trial.rule), trial.grounds) == ("policies/p.yaml:8:9", "it promotes a political position")


def test_others_are_not_tried_unless_they_write_in_that_name(tried):
    assert decide(tried, OFFICER, Label.MATCH).trials == ()
    [trial] = decide(tried, OFFICER, Label.MATCH, written_by(BOARD)).trials
    assert trial.grounds.startswith("its From field names a sender of this policy")


def test_a_milder_policy_can_be_tried_too(tmp_path):
    rulebook = loaded(tmp_path, completed(POLICIES + LOOSER))
    held = decide(rulebook, BOARD, Label.MATCH)
    assert (held.word, [trial.would for trial in held.trials]) == ("hold", ["relay"])
    assert decide(rulebook, BOARD, Label.CLEAR).trials == ()


def test_what_is_tried_for_anyone_is_tried_for_the_null_sender_as_it_would_be_for_it_then(tmp_path):
    strict = "senders:\n  - {sender: anyone, policy: strict, dry run: true}\n  - {sender: anyone, policy: mild}\n"
    bounce = envelope(None), written_by("mailer-daemon@association.example"), verdict(Label.MATCH), NOON
    decided = loaded(tmp_path, completed(POLICIES + strict)).decide(*bounce)
    assert (decided.word, [(trial.would, trial.grounds) for trial in decided.trials]) == (
        "relay",
        [("hold", "it promotes a political position")],
    )


def test_a_judgement_that_failed_is_not_for_a_policy_that_is_only_tried(tried):
    assert tried.failed(envelope(BOARD), "out of time", NOON).policy == "mild"


def test_what_could_still_change_a_note_is_read(tmp_path):
    strict = "senders:\n  - {sender: anyone, policy: strict, dry run: true}\n  - {sender: anyone, policy: mild}\n"
    rulebook = loaded(tmp_path, completed(POLICIES + strict))
    assert not rulebook.settled(envelope(BOARD), written_by(BOARD), verdict(Label.CLEAR), NOON)
