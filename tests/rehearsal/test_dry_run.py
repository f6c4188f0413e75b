"""What dry runs would have done is told by the log alone, in either form and whatever stands before its lines."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.processors import LogfmtRenderer

from gateway.rehearsal.dry_run import heard, told
from tests.support.commands import command

PLACE = "policies/department.yaml:108:9"


def line(style="plain", **changes):
    said = {
        "timestamp": "2026-11-02T09:00:00.000000Z",
        "level": "info",
        "event": "mail.disposed",
        "id": "4pT9",
        "sender": "A@department.example",
        "disposition": "tag",
        "because": 'policy "everyday mail": it may promote a political position',
        "dry_run": f"hold {PLACE}",
        **changes,
    }
    return json.dumps(said) if style == "json" else LogfmtRenderer(bool_as_flag=False)(None, "info", said)


@pytest.mark.parametrize("style", ["plain", "json"])
@pytest.mark.parametrize("before", ["", "Nov 02 09:00:00 mx hatchway[77]: "])
def test_rules_senders_and_hours_are_told(style, before):
    lines = [before + line(style), before + line(style, timestamp="2026-11-09T09:00:00Z", dry_run=""), "event=relay.probed", "{"]
    found = heard(lines, minutes=30)
    assert (found["messages"], found["noted"]) == (2, 1)
    assert found["rules"] == [
        {"would": "hold", "rule": PLACE, "messages": 1, "now": {"tag": 1}, "senders": {"a@department.example": 1}}
    ]
    assert (found["reviews"]["more_hours"], found["reviews"]["more_hours_a_week"]) == (0.5, 0.5)


def test_several_dry_runs_of_one_message_count_each_and_hold_it_once():
    found = heard([line(dry_run="hold policies/my, own.yaml:1:1, reject policies/b.yaml:2:2, hold p.yaml:3:3")], minutes=3)
    assert {(rule["would"], rule["rule"]) for rule in found["rules"]} == {
        ("hold", "policies/my, own.yaml:1:1"),
        ("reject", "policies/b.yaml:2:2"),
        ("hold", "p.yaml:3:3"),
    }
    assert found["reviews"]["more_holds"] == 1


def test_what_is_held_anyway_is_no_more_work():
    assert heard([line(disposition="hold")], minutes=3)["reviews"] == {
        "minutes_each": 3,
        "held_now": 1,
        "more_holds": 0,
        "more_hours": 0.0,
        "more_hours_a_week": 0.0,
    }


@given(noise=st.text())
def test_no_line_makes_it_fail(noise):
    list(told(heard([noise, f"mail.disposed {noise}", f'event=mail.disposed dry_run="{noise}" timestamp={noise}'], minutes=1)))


def test_the_command_reads_standard_input_and_files(tmp_path):
    log = tmp_path / "log"
    log.write_text(line() + "\n")
    said = command("dry-run", "report", "-", str(log), stdin=line("json") + "\n")
    assert f"would hold by {PLACE}: 2 (what became of them: tag 2)" in said.stdout
    assert json.loads(command("dry-run", "report", str(log), "--json").stdout)["noted"] == 1
    assert command("dry-run", "report", str(tmp_path / "none")).returncode == 65
    assert "is this Hatchway's log?" in command("dry-run", "report", "-").stdout
