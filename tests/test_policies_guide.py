"""The guide to policies and the cookbook do what they say: what is shown loads, and each recipe passes its own tests.

(The commands are run by test_guides.py.)
"""

import re

import pytest
import yaml

from gateway.classify import load_roster
from gateway.policy import load_rulebook
from gateway.rehearsal.bench import Bench, Law
from gateway.rehearsal.proving import run
from gateway.rehearsal.sketches import load_tests
from tests.support.pages import blocks
from tests.support.rehearsal import POLICIES, TOP

DEPARTMENT = (POLICIES / "department.yaml").read_text(encoding="utf-8")
TITLES = re.findall(r"^## (\d+\. .*)$", (TOP / "deploy/cookbook.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
RECIPES = list(zip(TITLES, blocks("cookbook.md", "policy.yaml"), blocks("cookbook.md", "tests.yaml"), strict=True))


def test_there_are_a_dozen_recipes():
    assert len(RECIPES) >= 12


def added(recipe: str) -> str:
    """The department's policies with a recipe put in as the cookbook says."""
    whole, new = yaml.safe_load(DEPARTMENT), yaml.safe_load(recipe)
    for heading, lines in new.items():
        whole[heading] = lines + whole[heading] if heading == "senders" else {**whole.get(heading, {}), **lines}
    return yaml.safe_dump(whole, allow_unicode=True, sort_keys=False)


@pytest.fixture(scope="module")
def roster():
    return load_roster(POLICIES / "roster")


@pytest.mark.parametrize(("recipe", "tests"), [pytest.param(policy, tests, id=title) for title, policy, tests in RECIPES])
def test_a_recipe_loads_among_the_departments_policies_and_passes_its_tests(tmp_path, roster, recipe, tests):
    (tmp_path / "p").mkdir()
    (tmp_path / "p/department.yaml").write_text(added(recipe), encoding="utf-8")
    (tmp_path / "t.yaml").write_text(tests, encoding="utf-8")
    law = Law(rulebook=load_rulebook(tmp_path / "p"), roster=roster, judged=False)
    ended = list(run(load_tests(tmp_path / "t.yaml"), Bench(laws=(law,))))
    assert ended
    assert [(test.name, failure.wrong) for test, failure in ended if failure] == []


@pytest.mark.parametrize("tests", [pytest.param(tests, id=title) for title, _, tests in RECIPES])
def test_a_recipe_is_what_makes_its_tests_pass(tmp_path, roster, tests):
    (tmp_path / "t.yaml").write_text(tests, encoding="utf-8")
    without = Law(rulebook=load_rulebook(POLICIES), roster=roster, judged=False)
    assert any(failure for _, failure in run(load_tests(tmp_path / "t.yaml"), Bench(laws=(without,))))


def test_the_tests_and_the_senders_that_are_shown_load(tmp_path):
    [tests] = [block for block in blocks("policies.md", "yaml") if "\ntests:" in block]
    (tmp_path / "t.yaml").write_text(tests, encoding="utf-8")
    assert len(load_tests(tmp_path / "t.yaml")) == 2

    [senders] = [block for block in blocks("policies.md", "yaml") if block.startswith("senders:")]
    (tmp_path / "policies").mkdir()
    text = DEPARTMENT.partition("\nsenders:")[0] + "\n" + senders.replace("stricter review", "restricted")
    (tmp_path / "policies" / "p.yaml").write_text(text, encoding="utf-8")
    assert [sender.dry_run for sender in load_rulebook(tmp_path / "policies").senders] == [True, False, False]


def test_the_roster_that_is_shown_loads_beside_the_national_one(tmp_path):
    [shown] = blocks("roster.md", "roster.yaml")
    (tmp_path / "city.yaml").write_text(shown, encoding="utf-8")
    (tmp_path / "national.yaml").write_bytes((POLICIES / "roster/national.yaml").read_bytes())
    assert {"Maya Lindqvist", "Omar Castellanos"} <= set(load_roster(tmp_path).people)
