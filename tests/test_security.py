"""deploy/SECURITY.md names, for every threat, tests that are there."""

import ast
import re
from pathlib import Path

import pytest

TOP = Path(__file__).parents[1]
SECURITY = (TOP / "deploy/SECURITY.md").read_text(encoding="utf-8")
_NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def functions(file: str) -> set[str]:
    tree = ast.parse((TOP / file).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_every_test_it_names_is_there():
    named = set(_NAMED.findall(SECURITY))
    assert len(named) > 100
    there = {file: functions(file) if (TOP / file).is_file() else set() for file, _ in named}
    assert sorted(f"{file}::{name}" for file, name in named if name not in there[file]) == []


@pytest.mark.parametrize("section", re.findall(r"^### .*?(?=^##|\Z)", SECURITY, flags=re.MULTILINE | re.DOTALL))
def test_every_threat_and_promise_names_a_test(section):
    assert _NAMED.search(section), section.partition("\n")[0]


def test_the_threats_are_numbered_without_a_gap():
    numbers = [int(number) for number in re.findall(r"^### (\d+)\. ", SECURITY, flags=re.MULTILINE)]
    assert numbers == list(range(1, 26))
