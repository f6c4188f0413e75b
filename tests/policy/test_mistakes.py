"""What is said of broken policies, to the letter: `mistakes.txt` holds each kind of mistake and its message."""

import pickle
from pathlib import Path

import pytest

from gateway.policy import load_rulebook
from gateway.source import Mistakes
from tests.support.policy import BASE, completed, folder, mistakes, needs_time_zones, sections, with_rules

CASES = dict(
    case.split("\n", 1) for case in Path(__file__).with_name("mistakes.txt").read_text(encoding="utf-8").split("### ")[1:]
)


@pytest.mark.parametrize("name", [pytest.param(name, marks=needs_time_zones if "time zone" in name else ()) for name in CASES])
def test_each_mistake_is_named_with_its_place_and_its_remedy(tmp_path, name):
    written, _, said = CASES[name].partition("--- says\n")
    assert mistakes(tmp_path, p__yaml=completed(written)) == said.strip("\n")


def test_the_base_of_these_cases_is_right(tmp_path):
    assert not mistakes(tmp_path, p__yaml=BASE)


def test_all_mistakes_of_all_files_are_reported_at_once(tmp_path):
    said = mistakes(
        tmp_path,
        a__yaml="policies:\n  one:\n    rules:\n      - {finds: politcal, label: match, action: tag}\n      - {action: relay}\n",
        b__yaml="groups:\n  board: [president@association.example\n",
        c__yaml="senders:\n  - {sender: board, policy: one}\n  - {sender: anyone, policy: one, note: none}\n",
        d__yaml="reviewers:\n  command: {members: chief@department.example, deadline: soon, then: deny}\n",
    )
    assert [line for line in said.splitlines() if line.startswith("policies/")] == [
        'policies/a.yaml:4:17: unknown finds "politcal"',
        "policies/b.yaml:3:1: is not YAML: expected ',' or ']', but got '<stream end>'",
        'policies/c.yaml:3:35: unknown key "note"',
        'policies/d.yaml:2:58: "soon" is no length of time; write for example 30s, 15m, 48h or 2d',
    ]


def test_a_name_is_not_called_unknown_while_a_file_that_may_declare_it_cannot_be_read(tmp_path):
    said = mistakes(tmp_path, a__yaml=BASE.replace("groups:", "gruops:"), b__yaml="]")
    assert "unknown group" not in said
    assert 'unknown key "gruops"' in said


def test_declarations_may_stand_in_any_file(tmp_path):
    parts = sections(BASE)
    made = folder(tmp_path, **{f"{key.replace(' ', '-')}__yaml": text for key, text in parts.items()})
    assert load_rulebook(made).anyone.name == "strict"


def test_a_thing_declared_in_two_files_is_a_mistake_in_the_second(tmp_path):
    said = mistakes(tmp_path, a__yaml=BASE, b__yaml="groups:\n  board: [chair@network.example]\n")
    assert said.splitlines()[0] == 'policies/b.yaml:2:3: the group "board" is declared twice'
    assert said.splitlines()[-1].strip() == "It stands in policies/a.yaml:4:3 already; keep one of them."


def test_only_one_file_has_senders(tmp_path):
    said = mistakes(tmp_path, a__yaml=BASE, b__yaml="senders: [{sender: anyone, policy: strict}]\n")
    assert said.startswith('policies/b.yaml:1:1: "senders" is written twice')


def test_a_folder_without_senders_is_a_mistake(tmp_path):
    assert mistakes(tmp_path, a__yaml="groups:\n  board: [a@b.example]\n").startswith(
        "policies:1:1: nothing says who is under which policy"
    )


def test_an_empty_folder_is_a_mistake(tmp_path):
    assert mistakes(tmp_path).startswith("policies:1:1: holds no policies")


def test_a_folder_that_is_not_there_is_a_mistake(tmp_path):
    with pytest.raises(Mistakes, match="elsewhere:1:1: cannot be read: No such file or directory"):
        load_rulebook(tmp_path / "elsewhere")


def test_an_empty_file_is_a_mistake(tmp_path):
    assert mistakes(tmp_path, a__yaml=BASE, b__yaml="# nothing yet\n") == "policies/b.yaml:1:1: is empty"


def test_a_file_that_would_be_overlooked_is_a_mistake(tmp_path):
    assert mistakes(tmp_path, a__yaml=BASE, b__yml=BASE).startswith("policies/b.yml:1:1: is not read")


def test_hidden_files_and_folders_within_are_not_read(tmp_path):
    made = folder(tmp_path, a__yaml=BASE, __b__yaml="]", notes__txt="]")
    (made / "roster").mkdir()
    (made / "roster" / "r.yaml").write_text("]")
    assert load_rulebook(made).version


def test_a_day_needs_a_time_zone(tmp_path):
    text = with_rules("- {during: window, action: tag}\n- {from: 2026-01-01, action: tag}\n- {action: relay}")
    said = mistakes(tmp_path, p__yaml=text.replace("time zone: UTC\n", ""))
    assert [line.strip() for line in said.splitlines() if "time zone" in line] == [
        'policies/p.yaml:5:10: "time zone" is missing: when does a day begin?',
        "Write for example time zone: America/Chicago (or UTC) at the top of one file.",
        'policies/p.yaml:6:10: "time zone" is missing: when does a day begin?',
        "Write for example time zone: America/Chicago (or UTC) at the top of one file.",
    ]


def test_mistakes_in_a_list_file_are_placed_in_that_file(tmp_path):
    folder(tmp_path, board__txt="# the board\npresident@association.example  # since May\n  *.association.example\n")
    said = mistakes(tmp_path, p__yaml=BASE.replace("[president@association.example]", "{file: board.txt}"))
    assert said == (
        'policies/board.txt:3:3: "*.association.example" is no domain\n'
        "   3 |   *.association.example\n"
        "         ^^^^^^^^^^^^^^^^^^^^^\n"
        "        Write association.example; it covers the sub-domains too."
    )


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"# nobody\n\n", "the list is empty"),
        (b"caf\xe9@department.example\n", "the list is not UTF-8 text"),
    ],
)
def test_a_list_file_that_says_nothing_is_a_mistake(tmp_path, content, said):
    (folder(tmp_path) / "board.txt").write_bytes(content)
    text = BASE.replace("[president@association.example]", "{file: board.txt}")
    assert said in mistakes(tmp_path, p__yaml=text)


def test_mistakes_can_be_sent_to_another_process(tmp_path):
    with pytest.raises(Mistakes) as found:
        load_rulebook(folder(tmp_path, p__yaml="senders: []\nx: 1\n"))
    again = pickle.loads(pickle.dumps(found.value))  # noqa: S301  -- our own octets
    assert str(again) == str(found.value)
    assert again.problems == found.value.problems
