"""What holds for every policy file and every message: loading is all or nothing, deciding is total, claims never loosen."""

import pickle
import re
import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.mail import Author
from gateway.policy import load_rulebook
from gateway.source import Mistakes
from gateway.verdict import Category, Kind, Label
from tests.support.policy import BASE, NOON, completed, envelope, folder, verdict

WORDS = ["relay", "tag", "defer", "hold", "reject"]
PEOPLE = ["president@association.example", "chair@network.example", "officer@department.example", "someone@other.example"]
GROUPS = ["board", "others", "department", "anyone"]


def load(text):
    with tempfile.TemporaryDirectory() as place:
        return load_rulebook(folder(Path(place), p__yaml=text))


def some(values):
    """One of them, or a list of several."""
    return st.sampled_from(values) | st.lists(st.sampled_from(values), min_size=1, max_size=3, unique=True)


recipients = st.fixed_dictionaries({"at least": st.integers(1, 4)}, optional={"in": some(GROUPS), "outside": some(GROUPS[:3])})
finds = st.fixed_dictionaries(
    {"finds": some(list(map(str, Category))), "label": some(list(map(str, Label)))},
    optional={"kinds": some(list(map(str, Kind)))},
)
conditions = st.builds(
    lambda found, rest: {**found, **rest},
    finds | st.just({}),
    st.fixed_dictionaries(
        {},
        optional={
            "recipients": recipients,
            "unread": st.booleans(),
            "author": some(["other", "several", "unreadable"]),
            "during": st.just("window"),
            "dry run": st.booleans(),
        },
    ),
)
actions = st.sampled_from(
    [
        {"action": "relay"},
        {"action": "tag"},
        {"action": "hold", "reviewers": "command"},
        {"action": "reject", "reply": "No ({authority})"},
        {"action": "defer", "reply": "Later"},
    ]
)


def asks(rule):
    """What the rule asks of a message, one word and a list of one being the same."""
    asked = {key: value for key, value in rule.items() if key not in {"action", "reply", "reviewers", "dry run"}}
    return {
        key: asks(value) if isinstance(value, dict) else [value] if isinstance(value, str) else value
        for key, value in asked.items()
    }


def policies(rules, last):
    """A policy that breaks no law: conditional rules, none of them asking the same, and a last one."""
    kept = []
    for condition, action in rules:
        rule = {**condition, **action}
        if asks(rule) and asks(rule) not in [asks(other) for other in kept]:
            kept.append(rule)
    return {"authority": "SO 1", "rules": [*kept, last]}


policy = st.builds(policies, st.lists(st.tuples(conditions, actions), max_size=5), actions)


@st.composite
def rulebooks(draw):
    data = yaml.safe_load(BASE.replace("2026-09-01", "'2026-09-01'").replace("2026-11-04", "'2026-11-04'"))
    data["groups"]["others"] = ["chair@network.example", "board"]
    data["policies"] = {"one": draw(policy), "two": draw(policy), "three": draw(policy)}
    data["senders"] = [
        {"sender": "board", "policy": draw(st.sampled_from(["one", "two", "three"]))},
        {"sender": ["others", "null sender"], "policy": draw(st.sampled_from(["one", "two", "three"]))},
        {"sender": "anyone", "policy": draw(st.sampled_from(["one", "two", "three"]))},
    ]
    return load(yaml.safe_dump(data, sort_keys=False, allow_unicode=True))


author = st.builds(
    lambda header, address, shown: Author(header=header, written="?", address=address, shown=shown),
    st.sampled_from(["From", "from", "Sender", "Reply-To", "Resent-From"]),
    st.none() | st.sampled_from([envelope(person).sender for person in PEOPLE]),
    st.booleans(),
)
authors = st.lists(author, max_size=4).map(tuple)
envelopes = st.builds(
    lambda sender, to: envelope(sender, *to),
    st.none() | st.sampled_from(PEOPLE),
    st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=5),
)
verdicts = st.builds(
    lambda political, religious, kinds, unread: verdict(political, religious, *kinds, unread=unread),
    st.sampled_from(Label),
    st.sampled_from(Label),
    st.lists(st.tuples(st.sampled_from(Category), st.sampled_from(Kind)), max_size=3),
    st.booleans(),
)
times = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  -- hypothesis adds the zone

slow = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@slow
@given(rulebooks(), envelopes, authors, verdicts, times)
def test_every_message_is_decided_by_a_rule_with_grounds_and_an_authority(rulebook, message, names, found, at):
    decision = rulebook.decide(message, names, found, at)
    assert decision.word in WORDS
    assert decision.rule.path == "policies/p.yaml"
    assert decision.grounds
    assert decision.authority or decision.word == "relay"
    assert "words of the message" not in decision.because
    assert pickle.loads(pickle.dumps(rulebook)).decide(message, names, found, at) == decision  # noqa: S301  -- our own octets
    assert rulebook.failed(message, "out of time", at).word == "defer"


@slow
@given(rulebooks(), envelopes, authors, authors, verdicts)
def test_a_further_name_to_answer_to_never_makes_a_decision_milder(rulebook, message, names, more, found):
    further = tuple(Author(header="Reply-To", written="?", address=one.address) for one in more)
    before = rulebook.decide(message, names, found, NOON)
    after = rulebook.decide(message, (*names, *further), found, NOON)
    assert WORDS.index(after.word) >= WORDS.index(before.word)


@slow
@given(rulebooks(), envelopes, authors, verdicts, st.randoms(use_true_random=False))
def test_the_order_of_recipients_and_their_number_of_mentions_change_nothing(rulebook, message, names, found, random):
    to = [*message.recipients, *message.recipients]
    random.shuffle(to)
    again = envelope(str(message.sender) if message.sender else None, *map(str, to))
    assert rulebook.decide(again, names, found, NOON) == rulebook.decide(message, names, found, NOON)


SWAP = {"association": "network", "president": "chair"}
SWAP |= {new: old for old, new in SWAP.items()}


def swapped_name(address):
    return re.sub("|".join(SWAP), lambda name: SWAP[name[0]], str(address))


ALIKE = """\
groups:
  board: [president@association.example]
  others: [chair@network.example]
  department: [department.example]
policies:
  one:
    authority: SO 1
    rules:
      - {recipients: {in: department}, action: hold, reviewers: command}
      - {recipients: {in: [board, others]}, unread: true, action: tag}
      - {finds: political, label: [match, unsure], action: reject, reply: No promotion}
      - {author: other, action: tag}
      - {action: relay}
  two:
    rules: [{action: relay}]
senders:
  - {sender: board, policy: one}
  - {sender: others, policy: one}
  - {sender: anyone, policy: two}
"""


@pytest.fixture(scope="module")
def alike():
    return load(completed(ALIKE))


@slow
@given(message=envelopes, names=authors, found=verdicts)
def test_swapping_two_associations_changes_nothing_but_their_names(alike, message, names, found):
    swapped = envelope(
        swapped_name(message.sender) if message.sender else None, *(swapped_name(recipient) for recipient in message.recipients)
    )
    renamed = tuple(replace(one, address=one.address and envelope(swapped_name(one.address)).sender) for one in names)
    one, other = alike.decide(message, names, found, NOON), alike.decide(swapped, renamed, found, NOON)
    assert (one.word, one.rule, one.because, one.trials) == (other.word, other.rule, other.because, other.trials)


@slow
@given(message=envelopes, names=authors, found=verdicts)
def test_renaming_groups_people_and_policies_changes_no_disposition(alike, message, names, found):
    new = {"one": "eins", "two": "zwei", "board": "rat", "others": "die andern", "department": "amt"}
    renamed = re.sub(r"(?<![.\w])(one|two|board|others|department)(?![.\w])", lambda old: new[old[0]], completed(ALIKE))
    anew = load(renamed)
    assert anew.decide(message, names, found, NOON).disposition == alike.decide(message, names, found, NOON).disposition


scraps = st.sampled_from(
    [*BASE.splitlines(), "  - x", "{", "]", ":", "- ", "? ", "&a", "*a", "!!set", "<<:", "~", "'", '"', "\t", "# ", "§"]
)
yaml_data = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["hold", "board", "strict", "anyone", "SO 1"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "groups",
                    "policies",
                    "senders",
                    "sender",
                    "policy",
                    "rules",
                    "action",
                    "on error",
                    "recipients",
                    "in",
                    "file",
                    "members",
                    "finds",
                ]
            )
            | st.text(max_size=4),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


def loads_or_says_why(text):
    try:
        load(text)
    except Mistakes as mistakes:
        problems, said = mistakes.problems, str(mistakes)
    else:
        return
    assert problems
    assert said
    assert all(problem.location.path.startswith("policies") for problem in problems)


@slow
@given(st.lists(scraps, max_size=30).map("\n".join) | st.lists(scraps, max_size=12).map("".join))
def test_scraps_of_yaml_load_or_are_mistakes(text):
    loads_or_says_why(text)


@slow
@given(st.text())
def test_any_text_loads_or_is_mistakes(text):
    loads_or_says_why("".join(character for character in text if not "\ud800" <= character <= "\udfff"))


@slow
@given(
    st.dictionaries(
        st.sampled_from(["authorities", "groups", "reviewers", "periods", "policies", "senders", "time zone"]), yaml_data
    )
)
def test_any_data_in_the_sections_loads_or_is_mistakes(data):
    loads_or_says_why(completed(yaml.safe_dump(data, allow_unicode=True, sort_keys=False)) if data else BASE)


@slow
@given(st.data())
def test_a_good_file_with_one_line_gone_or_doubled_loads_or_is_mistakes(data):
    lines = completed(ALIKE).splitlines(keepends=True)
    at = data.draw(st.integers(0, len(lines) - 1))
    lines[at : at + 1] = data.draw(st.sampled_from([[], [lines[at]] * 2, [lines[at].lstrip()], [lines[at].replace(":", "")]]))
    loads_or_says_why("".join(lines))
