"""`hatchway policy test`, `hatchway check` on tests, and JSON Schemas, as somebody who writes policies uses them."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.settings import Delivery
from gateway.source import Mistakes, check, parse
from tests.policy.test_mistakes import CASES
from tests.support.commands import command
from tests.support.policy import BASE, completed
from tests.support.rehearsal import TOP, settings
from tests.support.schema import faults

SCHEMAS = TOP / "policies" / "schema"
BROKEN = """\
tests:
  an endorsement passes:
    from: officer.one@department.example
    to: watch@department.example
    subject: Tuesday
    body: Please vote for Ana Reyes for sheriff on Tuesday, she has earned it.
    expect:
      disposition: relay
      policy: restricted
      rule: 3
      authority: AR 1
      evidence: [Ana Reyes, toner]
      because: nothing
      reply: no
      unread: true
      dry run: hold
  lunch passes:
    from: officer.one@department.example
    to: watch@department.example
    body: Lunch is at noon.
    expect: {disposition: relay, unread: false}
"""


@pytest.fixture
def config(tmp_path):
    return str(settings(tmp_path))


def test_the_tests_that_ship_pass_with_the_model_that_ships():
    said = command("policy", "test")
    assert (said.returncode, said.stdout) == (0, "14 tests, 0 failed\n"), said.stdout + said.stderr


def test_every_failure_says_what_came_instead_and_why(tmp_path, config):
    file = tmp_path / "mine.yaml"
    file.write_text(BROKEN)
    said = command("policy", "test", str(file), "-c", config)
    assert said.returncode == 1
    assert f"{file}:2:3: an endorsement passes" in said.stdout
    for line in (
        "expected relay, came hold",
        'expected the policy "restricted", came "everyday mail"',
        "expected rule 3, came rule 1",
        "expected the authority AR 1, came SO 9-06 §C",
        'expected "nothing" among the grounds, they are "it promotes a political position"',
        'expected "toner" among the evidence, which is below',
        'expected "no" in the reply, there is none',
        "expected that not all of it is read, came the contrary",
        "expected a dry run of hold, came none",
        'came: hold, policy "everyday mail": it promotes a political position (SO 9-06 §C)',
        "  It asks readers to vote for or against a candidate. part 1, characters 0-68: “Please vote for Ana Reyes for",
    ):
        assert f"    {line}" in said.stdout
    assert '"Ana Reyes" among' not in said.stdout
    assert said.stdout.endswith("2 tests, 1 failed\n")
    [failure] = json.loads(command("policy", "test", str(file), "-c", config, "--json").stdout)["failures"]
    assert (failure["place"], failure["disposition"], len(failure["wrong"])) == (f"{file}:2:3", "hold", 9)


def test_tests_that_do_not_load_are_named_by_check_and_none_is_run(tmp_path):
    policies = tmp_path / "policies"
    (policies / "tests").mkdir(parents=True)
    (policies / "p.yaml").write_text(BASE)
    (policies / "tests" / "t.yaml").write_text(
        "tests:\n"
        "  one: {from: a@b.example, to: c@d.example, expect: {disposition: hodl}}\n"
        "  two: {from: nobody, to: c@d.example, expect: {disposition: hold}}\n"
        "  three: {from: a@b.example, recipients: d, expect: {disposition: hold}}\n"
    )
    config = str(settings(tmp_path, policies="policies"))
    checked = command("check", "-c", config)
    assert checked.returncode == 78
    assert 't.yaml:2:67: unknown disposition "hodl"' in checked.stderr
    assert "t.yaml:4:" in checked.stderr
    ran = command("policy", "test", "-c", config)
    assert (ran.returncode, "No test was run." in ran.stderr) == (78, True)
    (policies / "tests" / "t.yaml").write_text("tests: {two: {from: nobody, to: c@d.example, expect: {disposition: hold}}}\n")
    assert "names nobody it comes from" in command("check", "-c", config).stderr


def test_where_no_tests_are_it_is_said(tmp_path):
    policies = tmp_path / "policies"
    policies.mkdir()
    (policies / "p.yaml").write_text(BASE)
    said = command("policy", "test", "-c", str(settings(tmp_path, policies="policies")))
    assert (said.returncode, "no tests are there" in said.stderr) == (65, True)


@pytest.mark.parametrize("kind", ["settings", "policy", "roster", "tests"])
def test_the_schema_that_ships_is_the_one_of_this_program(kind):
    """Made by `hatchway check --schema KIND > policies/schema/KIND.json`."""
    said = command("check", "--schema", kind)
    assert said.stdout == (SCHEMAS / f"{kind}.json").read_text(encoding="utf-8")


def shipped():
    for file in sorted((TOP / "policies").rglob("*.yaml")):
        yield pytest.param(file, id=str(file.relative_to(TOP)))


@pytest.mark.parametrize("file", [*shipped()])
def test_each_file_that_ships_names_the_schema_that_it_keeps(file):
    text = file.read_text(encoding="utf-8")
    [named] = re.findall(r"\A# yaml-language-server: \$schema=(\S+)$", text, flags=re.MULTILINE)
    schema = json.loads((file.parent / named).read_text(encoding="utf-8"))
    assert not faults(schema, parse(text, "file").data)


def test_the_settings_of_the_readme_and_the_base_of_tests_keep_their_schemas():
    readme = (TOP / "README.md").read_text(encoding="utf-8")
    [written] = [block for block in re.findall(r"```yaml\n(.*?)```", readme, flags=re.DOTALL) if block.startswith("hostname")]
    assert not faults(schema("settings"), parse(written, "README.md").data)
    assert not faults(schema("policy"), parse(BASE, "base").data)


def schema(kind):
    return json.loads((SCHEMAS / f"{kind}.json").read_text(encoding="utf-8"))


UNKNOWN = [name for name, case in CASES.items() if re.search(r"unknown (?:key|action|label|finds|kinds|author) ", case)]


@pytest.mark.parametrize("name", UNKNOWN)
def test_what_is_no_word_of_a_policy_is_none_of_its_schema(name):
    try:
        data = parse(completed(CASES[name].partition("--- says\n")[0]), "p").data
    except Mistakes:
        pytest.skip("it is no YAML")
    assert faults(schema("policy"), data)


@given(word=st.text("0123456789smhd .-x", max_size=12))
def test_lengths_of_time_are_the_same_to_the_schema_and_to_the_loader(word):
    written = {"give up": word}
    document = parse("give up: " + json.dumps(word) + "\n", "x")
    loaded, _ = check(document, Delivery)
    refused = faults({**schema("settings")["$defs"]["Delivery"], "$defs": {}}, written)
    assert not refused or loaded is None


def test_the_folder_of_schemas_holds_those_that_can_be_asked_for():
    assert {path.name for path in SCHEMAS.iterdir()} == {"settings.json", "policy.json", "roster.json", "tests.json"}
