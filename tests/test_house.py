"""Claims about the house: which way imports point, what stands where, how large it is, and what must never be in it."""

import ast
import re
import statistics
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parent.parent
SETTINGS = tomllib.loads((TOP / "pyproject.toml").read_text())

AT_THE_TOP = {
    *("pyproject.toml", "README.md", "gateway", "policies", "deploy", "tests", "Makefile", "LICENSE", "CHANGELOG.md"),
    *(".ci", ".editorconfig", ".gitattributes", ".gitignore", ".pre-commit-config.yaml"),
}
MADE = {
    *(".venv", "__pycache__", ".git", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", ".import_linter_cache"),
    ".fuzz",
}

# Whose door each library stands behind. SQLite counts as one, wherever it comes from.
DOORS = {
    "ahocorasick": "classify",
    "aiosmtpd": "smtpd",
    "aiosmtplib": "smarthost",
    "alembic": "store",
    "argon2": "console",
    "charset_normalizer": "reading",
    "click": "cli",
    "cryptography": "vault",
    "disarm": "reading",
    "httpx2": "oidc",
    "jinja2": "notice",
    "joserfc": "oidc",
    "ldap3": "ldap",
    "markupsafe": "console",
    "nh3": "display",
    "numpy": "model",
    "PIL": "reading",
    "olefile": "reading",
    "onnx": "training",
    "onnxruntime": "model",
    "pi_heif": "reading",
    "psycopg": "store",
    "prometheus_client": "monitor",
    "publicsuffixlist": "classify",
    "pypdfium2": "reading",
    "pydantic": "source",
    "pydantic_core": "source",
    "pyotp": "console",
    "pysqlite3": "store",
    "rapidocr": "reading",
    "rich": "cli",
    "selectolax": "reading",
    "segno": "console",
    "sqlalchemy": "store",
    "starlette": "console",
    "tesserocr": "reading",
    "torch": "training",
    "uvicorn": "console",
    "webauthn": "console",
    "sqlite3": "store",
    "yaml": "source",
    "zxingcpp": "reading",
}
# Who makes what another room runs may use that room's libraries; pages and notices are both templates.
MAKERS = {("training", "numpy"), ("training", "onnxruntime"), ("console", "jinja2")}
JUDGEMENT = {"source", "mail", "verdict", "duty", "decision", "ladder", "hold", "reading", "classify", "model", "policy"}
# What may crash or hang is read in a process apart.
APART = {("reading/apart.py", "subprocess")}
IO = {
    "aiosmtplib",
    "asyncio",
    "http",
    "multiprocessing",
    "smtplib",
    "socket",
    "sqlite3",
    "structlog",
    "subprocess",
    "urllib.request",
}

# Each is written so that it does not find itself.
NEVER = {
    "a path of somebody's machine": r"(?<![\w.])/(?:[w]ork|[r]oot|[h]ome/\w)\w*/",
    "the host of a registry": r"\b(?:[p]ypi\.org|[p]ythonhosted\.org|[n]pmjs\.org|(?:deb|security|snapshot)\.[d]ebian\.org)",
    "a patched-in mock": r"[u]nittest\.mock|[m]ock\.patch|\b[m]ocker\b",
    "unfinished work": r"\b(?:[T]ODO|[F]IXME|[X]XX)\b",
}


@cache
def files() -> tuple[Path, ...]:
    """Every file of the project: those that git tracks or would; where git cannot say, those that nothing made."""
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, cwd=TOP, capture_output=True, check=True, text=True).stdout.split("\0")
        found = (TOP / name for name in listed if name)
    except (OSError, subprocess.CalledProcessError):
        found = (path for path in TOP.rglob("*") if not MADE & set(path.relative_to(TOP).parts))
    return tuple(sorted(path for path in found if path.is_file()))


def written() -> Iterator[tuple[Path, int, str]]:
    """Every line of text in the project, with its file and number."""
    for path in files():
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError:
            continue
        yield from ((path.relative_to(TOP), number, line) for number, line in enumerate(lines, 1))


@cache
def modules() -> tuple[tuple[Path, ast.Module], ...]:
    """The package's modules, by their path in it."""
    package = TOP / "gateway"
    return tuple(
        (path.relative_to(package), ast.parse(path.read_text()))
        for path in files()
        if path.is_relative_to(package) and path.suffix == ".py"
    )


def room(module: Path) -> str:
    return module.parts[0].removesuffix(".py")


def imports(tree: ast.Module) -> Iterator[str]:
    """The modules that are imported by their full names, anywhere in the file."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def test_every_import_points_down():
    linter = Path(sys.executable).with_name("lint-imports")
    said = subprocess.run([linter, "--no-cache", "--no-logo"], cwd=TOP, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stdout


def test_no_room_escapes_the_rule_that_imports_point_down():
    linter = SETTINGS["tool"]["importlinter"]
    [layers] = [contract for contract in linter["contracts"] if contract["type"] == "layers"]
    assert linter["exclude_type_checking_imports"] is False
    assert layers["containers"] == ["gateway"]
    assert layers["exhaustive"] is True
    assert not layers.get("ignore_imports")
    assert not layers.get("exhaustive_ignores")


def test_each_library_stays_behind_its_one_door():
    strangers = {
        f"{module} imports {name}"
        for module, tree in modules()
        for name in (full.partition(".")[0] for full in imports(tree))
        if name in DOORS and DOORS[name] != room(module) and (room(module), name) not in MAKERS
    }
    assert not strangers


def test_every_library_has_a_door():
    known = {*DOORS, *sys.stdlib_module_names, "gateway", "structlog"}
    unknown = {
        f"{module} imports {name}" for module, tree in modules() for name in imports(tree) if name.partition(".")[0] not in known
    }
    assert not unknown


def test_every_door_is_used():
    used = {name.partition(".")[0] for _, tree in modules() for name in imports(tree)}
    assert set(DOORS) - used - {"psycopg", "pysqlite3", "sqlite3"} == set()


def test_the_judgement_touches_nothing_outside():
    touched = {
        f"{module} imports {name}"
        for module, tree in modules()
        if room(module) in JUDGEMENT
        for name in imports(tree)
        if (name in IO or name.partition(".")[0] in IO) and (str(module), name) not in APART
    }
    assert not touched


def test_every_module_says_what_it_is_for():
    silent = [str(module) for module, tree in modules() if not ast.get_docstring(tree)]
    assert not silent


def test_the_top_of_the_project_holds_what_it_should_and_nothing_else():
    assert {path.relative_to(TOP).parts[0] for path in files()} == AT_THE_TOP


def test_the_pipeline_fits_on_one_screen():
    assert len((TOP / "gateway/pipeline.py").read_text().splitlines()) <= 120


def test_no_file_of_code_is_longer_than_400_lines():
    long = {
        str(path.relative_to(TOP)): count
        for path in files()
        if path.suffix == ".py" and (count := len(path.read_text().splitlines())) > 400
    }
    assert not long


def test_functions_are_small():
    sizes = [
        body[-1].end_lineno - body[0].lineno + 1
        for _, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (body := node.body[1:] if ast.get_docstring(node) and len(node.body) > 1 else node.body)
    ]
    assert statistics.median(sizes) <= 7
    assert sum(size > 25 for size in sizes) <= len(sizes) / 100


@pytest.mark.parametrize("what", NEVER)
def test_nowhere_is(what):
    found = [f"{path}:{number}: {line.strip()}" for path, number, line in written() if re.search(NEVER[what], line)]
    assert not found


def test_every_exception_to_a_rule_gives_its_reason():
    bare = [
        f"{path}:{number}: {line.strip()}"
        for path, number, line in written()
        if path.suffix == ".py"
        and re.search(r"#\s*(?:[n]oqa|[t]ype: ignore|[p]ragma: no cover)", line)
        and not re.search(r"#\s*(?:[n]oqa: [A-Z0-9, ]+|[t]ype: ignore\[[\w, -]+\]|[p]ragma: no cover)  (?:--|#) \S", line)
    ]
    assert not bare


LEAKS = """
import socket


def test_leaves_a_socket_open():
    socket.socket().bind(("127.0.0.1", 0))


async def test_leaves_a_failed_task_unasked():
    import asyncio
    asyncio.create_task(asyncio.to_thread(int, "no number"))
    await asyncio.sleep(0.2)


def test_warns():
    import warnings
    warnings.warn("this will go away", DeprecationWarning)


def test_wants_what_is_not_here(shared):
    raise AssertionError(shared)
"""


def test_leaks_and_warnings_fail_a_test_and_a_want_is_named(tmp_path):
    """The project's own tests are copied beside nothing, so that ../shared is not there."""
    (tmp_path / "project/tests/support").mkdir(parents=True)
    for name in (
        "pyproject.toml",
        "tests/conftest.py",
        *(f"tests/support/{name}.py" for name in ("apt", "postfix", "sink", "waiting", "wants")),
    ):
        (tmp_path / "project" / name).write_text((TOP / name).read_text())
    (tmp_path / "project/tests/test_leaks.py").write_text(LEAKS)

    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:xdist", "tests"]
    said = subprocess.run(command, cwd=tmp_path / "project", capture_output=True, text=True, timeout=100, check=False)

    assert said.returncode == 1, said.stdout
    assert "unclosed <socket.socket" in said.stdout
    assert "Task exception was never retrieved" in said.stdout
    assert "DeprecationWarning: this will go away" in said.stdout
    assert "not tested: 1, because ../shared is not here (it is not part of the project)" in said.stdout
