from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.classify import Classifier, load_roster
from gateway.classify.roster import File
from gateway.source import Mistakes, Problem, parse, validate
from tests.support.classify import ROSTER

GOOD = """\
elections:
  - {name: spring, day: 2026-04-07}
parties:
  - {name: Blue Party, aliases: [blues], sites: [blue.example]}
candidates:
  - {name: Ann Lee, party: Blue Party, office: Mayor, elections: [spring], sites: [annlee.example], accounts: [x.com/AnnLee]}
measures:
  - {name: Measure Q, title: A levy, election: spring}
committees:
  - {name: Friends of Ann Lee, supports: [Ann Lee], opposes: [Measure Q]}
platforms:
  - {name: GiveBlue, sites: [giveblue.example]}
"""


@pytest.fixture
def problems(tmp_path):
    """What is wrong with these files, by name and text."""

    def wrong(**files: str) -> tuple[Problem, ...]:
        for name, text in files.items():
            (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
        with pytest.raises(Mistakes) as mistakes:
            load_roster(tmp_path)
        return mistakes.value.problems

    return wrong


def test_the_roster_that_ships_loads_and_lists_both_sides():
    roster = load_roster(ROSTER)
    assert {"Democratic Party", "Republican Party", "Libertarian Party", "Green Party"} <= set(roster.parties)
    assert {"actblue.com", "winred.com", "democrats.org", "gop.com"} <= set(roster.sites)
    assert roster.elections["general election 2026"] == date(2026, 11, 3)


def test_a_good_file_loads(tmp_path):
    (tmp_path / "city.yaml").write_text(GOOD, encoding="utf-8")
    roster = load_roster(tmp_path)
    assert roster.people == ("Ann Lee", "Friends of Ann Lee")
    assert roster.sites == {"blue.example": "party", "annlee.example": "candidate", "giveblue.example": "platform"}
    assert roster.accounts == {"x.com/annlee": "candidate"}
    assert Classifier(roster)


def test_the_version_changes_with_what_the_files_say(tmp_path):
    (tmp_path / "city.yaml").write_text(GOOD, encoding="utf-8")
    before = load_roster(tmp_path).version
    (tmp_path / "city.yaml").write_text(GOOD.replace("Ann Lee", "Ann Lea"), encoding="utf-8")
    assert load_roster(tmp_path).version != before


def test_what_one_file_names_another_may_refer_to(tmp_path):
    (tmp_path / "a.yaml").write_text(
        "candidates:\n  - {name: Bo, party: Blue Party, office: Mayor, elections: [spring]}\n", encoding="utf-8"
    )
    (tmp_path / "b.yaml").write_text(GOOD, encoding="utf-8")
    assert "Bo" in load_roster(tmp_path).people


def test_an_empty_folder_is_a_roster_of_nobody(tmp_path):
    assert load_roster(tmp_path).people == ()


def test_a_folder_that_is_not_there_is_a_mistake(tmp_path):
    with pytest.raises(Mistakes, match="is no folder"):
        load_roster(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("wrong", "right", "said", "remedy"),
    [
        ("party: Blue Partie", "party: Blue Party", 'unknown party "Blue Partie"', 'Did you mean "Blue Party"?'),
        ("elections: [sprang]", "elections: [spring]", 'unknown election "sprang"', 'Did you mean "spring"?'),
        ("election: sprong", "election: spring", 'unknown election "sprong"', 'Did you mean "spring"?'),
        ("supports: [Ann Leee]", "supports: [Ann Lee]", 'unknown candidate or measure "Ann Leee"', 'Did you mean "Ann Lee"?'),
        ("day: 2026-02-30", "day: 2026-04-07", "is no date", ""),
        ("day: April 7", "day: 2026-04-07", "is no date", ""),
        ("sites: [https://annlee.example/x]", "sites: [annlee.example]", "is no host name", ""),
        ("sites: [annlee]", "sites: [annlee.example]", "is no host name", ""),
        ("accounts: [AnnLee]", "accounts: [x.com/AnnLee]", "is no account", ""),
        ('name: " Ann Lee"', "name: Ann Lee", "is no name", ""),
        ("alias: [blues]", "aliases: [blues]", 'unknown key "alias"', 'Did you mean "aliases"?'),
        (
            "  - {title: A levy, election: spring}",
            "  - {name: Measure Q, title: A levy, election: spring}",
            '"name" is missing',
            "",
        ),
        ("sites: [blue.example]}", "sites: [giveblue.example]}", "stands in the roster already", "keep one of them"),
    ],
)
def test_a_mistake_names_its_place_and_its_remedy(problems, wrong, right, said, remedy):
    text = GOOD.replace(right, wrong, 1)
    found = [problem for problem in problems(city=text) if said in problem.message]
    assert found
    assert any(remedy in problem.remedy for problem in found)
    line = text.splitlines()[found[0].location.line - 1]
    assert wrong.split(":")[0].strip(" -{") in line or wrong in line


def test_the_mistakes_of_all_files_are_told_at_once(problems):
    bad = GOOD.replace("2026-04-07", "soon").replace("annlee.example", "?")
    found = problems(one=bad, two="parties: 3\n", three="candidates: [\n")
    assert {problem.location.path.rpartition("/")[2] for problem in found} == {"one.yaml", "two.yaml", "three.yaml"}
    assert len(found) >= 4


def test_a_name_in_two_files_is_a_mistake_that_tells_where_the_other_is(problems):
    found = problems(one=GOOD, two="parties:\n  - {name: blue party}\n")
    assert len(found) == 1
    assert "one.yaml:4:12" in found[0].remedy


@given(st.text(alphabet="ab-:{}[],'\"\n .&*!|>#%@é0", max_size=120))
def test_no_text_makes_the_loader_raise_anything_but_mistakes(text):
    with suppress(Mistakes):
        validate(parse(text, "roster.yaml"), File)


@pytest.mark.parametrize("written", ["greens", "Greens", "GREENS"])
def test_an_alias_in_small_letters_matches_in_any_case(tmp_path, written):
    (tmp_path / "p.yaml").write_text("parties:\n  - {name: Leaf Party, aliases: [greens]}\n", encoding="utf-8")
    assert _sees_party(tmp_path, written)


@pytest.mark.parametrize(("written", "seen"), [("Greens", True), ("GREENS", True), ("greens", False)])
def test_an_alias_with_a_capital_matches_only_as_written_or_in_capitals(tmp_path, written, seen):
    (tmp_path / "p.yaml").write_text("parties:\n  - {name: Leaf Party, aliases: [Greens]}\n", encoding="utf-8")
    assert _sees_party(tmp_path, written) is seen


def _sees_party(folder, written):
    from gateway.classify.classifier import _of_roster  # noqa: PLC0415  -- only here
    from gateway.classify.words import Words  # noqa: PLC0415  -- only here

    text = f"eat your {written} today"
    return "P" in {term.mark for term in Words(_of_roster(load_roster(folder)), []).find(text, text.lower(), 0, len(text))}


def test_a_file_that_would_not_be_read_is_a_mistake_and_what_editors_leave_is_none(tmp_path):
    (tmp_path / "city.yml").write_text("parties: [{name: P}]\n")
    (tmp_path / ".#city.yaml").symlink_to(tmp_path / "nowhere")
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(Mistakes, match=r"city\.yml:1:1: is not read\n +Let its name end in \.yaml") as found:
        load_roster(tmp_path)
    assert len(found.value.problems) == 1
