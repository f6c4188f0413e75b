"""Whether reading more of a message could still change what becomes of it."""

from dataclasses import replace

import pytest

from gateway.mail import Place, Unread
from gateway.verdict import Category, Label
from tests.support.policy import NOON, envelope, loaded, verdict, with_rules

PICTURE = (Unread(place=Place(part="2"), why="put off: a picture"),)


HOLD = "action: hold, reviewers: command}\n- {action: relay}"


def settled(tmp_path, rules, found):
    return loaded(tmp_path, with_rules(rules)).settled(envelope("a@department.example", "b@department.example"), (), found, NOON)


@pytest.mark.parametrize(
    ("rules", "political", "expected"),
    [
        ("- {action: relay}", Label.CLEAR, True),
        (f"- {{finds: political, label: match, {HOLD}", Label.CLEAR, False),
        (f"- {{finds: political, label: match, {HOLD}", Label.MATCH, True),
        ("- {finds: religious, label: match, action: tag, headers: {X-Hatchway-A: b}}\n- {action: relay}", Label.MATCH, False),
        (f"- {{unread: true, {HOLD}", Label.CLEAR, False),
        (f"- {{recipients: {{at least: 1}}, {HOLD}", Label.CLEAR, True),
        (f"- {{finds: political, label: match, kinds: link, {HOLD}", Label.MATCH, False),
        (f"- {{finds: political, label: match, dry run: true, {HOLD}", Label.CLEAR, False),
    ],
)
def test_it_is_settled_where_no_verdict_that_may_come_changes_rule_or_disposition(tmp_path, rules, political, expected):
    found = replace(verdict(political), unread=PICTURE)
    assert settled(tmp_path, rules, found) is expected


def test_a_category_nothing_is_known_of_may_still_rise(tmp_path):
    found = replace(verdict(), unread=PICTURE)
    without = type(found)(labels={Category.RELIGIOUS: Label.CLEAR}, scores={})
    assert not settled(
        tmp_path, "- {finds: political, label: match, action: hold, reviewers: command}\n- {action: relay}", without
    )
