"""The commands that measure the judgement, as an admin runs them."""

import importlib.util
import json
import mailbox
from datetime import UTC, datetime, timedelta

import pytest

from gateway.evaluation.labelled import written
from tests.support.hatchway import hatchway

ENDORSEMENT = ("our pick", "Please vote for Ana Reyes for sheriff on Tuesday, she has earned it.", "political", "endorsement")
DELIVERY = ("toner", "The toner is in the supply room, please sign for it.", "neither", "business")


@pytest.fixture
def labelled(tmp_path):
    rows = [
        {"id": str(number), "subject": subject, "body": body, "expect": expect, "subtype": kind, "difficulty": "easy"}
        for number, (subject, body, expect, kind) in enumerate([ENDORSEMENT, DELIVERY])
    ]
    path = tmp_path / "mine.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return path


def test_evaluate_prints_tables_with_intervals(labelled):
    said = hatchway("evaluate", str(labelled), "--jobs", "1")
    assert said.returncode == 0, said.stderr
    assert "100.0% (20.7% to 100.0%; 1 of 1)" in said.stdout
    assert "endorsement" in said.stdout


def test_evaluate_as_json_counts_the_same_and_lists_errors(labelled):
    found = json.loads(hatchway("evaluate", str(labelled), "--jobs", "1", "--errors", "--json").stdout)
    assert found["all"]["all"]["violations flagged"]["count"] == 1
    assert found["errors"] == []


def test_evaluate_names_the_line_that_is_no_message(labelled):
    labelled.write_text(labelled.read_text(encoding="utf-8") + '\n{"id": 1}', encoding="utf-8")
    said = hatchway("evaluate", str(labelled), "--jobs", "1")
    assert (said.returncode, "mine.jsonl:3" in said.stderr) == (65, True)


def test_neutrality_finds_no_answer_that_changes_with_a_name_and_writes_a_page(tmp_path):
    said = hatchway("neutrality", "--html", str(tmp_path / "report.html"), "--jobs", "1")
    assert said.returncode == 0, said.stdout + said.stderr
    assert "answers that change with a name: 0" in said.stdout
    assert "Not one of them" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_neutrality_takes_mail_of_ones_own_in_every_form(tmp_path):
    mine = written("picnic", "The Republican Party picnic is at noon, come along.")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "a.eml").write_bytes(mine)
    box = mailbox.mbox(tmp_path / "b.mbox")
    box.add(mine)
    box.close()
    mailbox.Maildir(tmp_path / "c").add(mine)
    places = [str(tmp_path / name) for name in ("folder", "b.mbox", "c", "folder/a.eml")]
    found = json.loads(hatchway("neutrality", *places, "--jobs", "1", "--json").stdout)
    mine = [each for each in found["each"] if str(tmp_path) in each["id"]]
    assert len({each["id"] for each in mine}) == 3
    assert all(each["judged"] > 3 for each in mine)


@pytest.fixture
def rulings(tmp_path):
    rows = []
    for number in range(60):
        subject, body, expect, _ = (ENDORSEMENT, DELIVERY)[number % 2]
        (tmp_path / f"{number}.eml").write_bytes(written(subject, body))
        at = datetime(2026, 10, 1, tzinfo=UTC) + timedelta(days=number)
        rows.append({"id": str(number), "eml": f"{number}.eml", "expect": expect, "at": at.isoformat()})
    (tmp_path / "rulings.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return tmp_path


def test_tune_proposes_thresholds_that_tell_the_two_sorts_apart(rulings):
    found = json.loads(hatchway("tune", str(rulings), "--jobs", "1", "--json").stdout)
    assert (found["rulings"], found["denied"], found["days"]) == (60, 30, 59)
    assert found["unsure"]["wrongful a month"] == found["unsure"]["missed a month"] == 0


def test_tune_says_when_rulings_are_too_few_to_go_by(rulings):
    lines = (rulings / "rulings.jsonl").read_text(encoding="utf-8").splitlines()
    (rulings / "rulings.jsonl").write_text("\n".join(lines[:4]), encoding="utf-8")
    assert "These are few" in hatchway("tune", str(rulings), "--jobs", "1").stdout


def test_tune_without_rulings_says_how_to_keep_them(tmp_path):
    said = hatchway("tune")
    assert (said.returncode, "set `examples`" in said.stderr) == (78, True)
    assert hatchway("tune", str(tmp_path)).returncode == 65


def test_train_says_what_it_needs():
    said = hatchway("train", "--help")
    if importlib.util.find_spec("torch") and importlib.util.find_spec("onnx"):
        assert (said.returncode, "--data" in said.stdout) == (0, True)
    else:
        assert (said.returncode, "pip install 'hatchway[train]'" in said.stderr) == (69, True)
