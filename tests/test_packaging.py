"""What is installed: the locks are whole and agree with pyproject.toml; a wheel holds the package and the policies, no more."""

import importlib.util
import json
import re
import subprocess
import sys
import tomllib
import zipfile
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import gateway

TOP = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((TOP / "pyproject.toml").read_text())
LOCKS = ("build", "run", "test", "package", "audit")


def pins(lock: str) -> dict[str, str]:
    """What a lock names, with the version; every line of it is a pin, one of its hashes, or a comment."""
    text = (TOP / f"deploy/lock/{lock}.txt").read_text()
    return dict(re.findall(r"^([a-z0-9-]+)==(\S+)", text, re.MULTILINE))


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_pins_every_line_by_hash(lock):
    text = (TOP / f"deploy/lock/{lock}.txt").read_text()
    entries = [entry for entry in re.sub(r"^#.*\n", "", text, flags=re.MULTILINE).replace("\\\n", " ").splitlines() if entry]
    assert entries
    whole = re.compile(r"[a-z0-9-]+==[\w.+]+(?: ; [\w .'=!<>()]+)?(?:\s+--hash=sha256:[0-9a-f]{64})+\s*")
    assert [entry for entry in entries if not whole.fullmatch(entry)] == []


@pytest.mark.parametrize(
    ("lock", "written"),
    [
        ("run", PROJECT["project"]["dependencies"]),
        ("test", PROJECT["dependency-groups"]["test"]),
        ("build", PROJECT["build-system"]["requires"]),
        ("package", PROJECT["dependency-groups"]["package"]),
        ("audit", PROJECT["dependency-groups"]["audit"]),
    ],
)
def test_a_lock_fits_what_the_project_asks_for(lock, written):
    pinned = pins(lock)
    wanted = [Requirement(line) for line in written]
    unfit = [str(want) for want in wanted if not want.specifier.contains(pinned.get(plain(want.name), "0"))]
    assert not unfit


def test_the_test_lock_has_all_that_running_needs_in_the_same_versions():
    assert pins("run").items() <= pins("test").items()


def test_the_bill_of_materials_names_what_the_run_lock_pins():
    said = subprocess.run([sys.executable, TOP / "deploy/sbom.py"], capture_output=True, check=True).stdout
    bill = json.loads(said)
    assert {one["name"]: one["version"] for one in bill["components"]} == pins("run")
    locked = (TOP / "deploy/lock/run.txt").read_text()
    hashes = {kept["content"] for one in bill["components"] for there in one["externalReferences"] for kept in there["hashes"]}
    assert hashes == set(re.findall(r"--hash=sha256:(\w+)", locked))
    unlicensed = {one["name"] for one in bill["components"] if "licenses" not in one and "properties" not in one}
    assert not unlicensed


def test_what_is_installed_is_what_the_lock_names_under_licences_that_may_be_handed_on():
    assert list(tool("sbom").faults()) == []


def tool(name):
    spec = importlib.util.spec_from_file_location(name, TOP / f"deploy/{name}.py")
    made = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


HOLE = {"id": "PYSEC-2026-1", "fix_versions": ["1.1"], "aliases": [], "description": ""}
SOUND, HOLED, UNKNOWN = (
    {"name": "a", "version": "1.0", "vulns": []},
    {"name": "b", "version": "1.0", "vulns": [HOLE]},
    {"name": "c", "skip_reason": "not found"},
)


@pytest.mark.parametrize(
    ("packages", "status", "says"),
    [
        ([SOUND, SOUND], 0, "No holes are known in 2 packages."),
        ([SOUND, UNKNOWN], 0, "No holes are known in 1 packages.\nNot told of: c"),
        ([SOUND, HOLED, UNKNOWN], 1, "b 1.0: PYSEC-2026-1, mended in 1.1"),
        ([UNKNOWN, UNKNOWN], 69, "Nobody here tells of holes: the registry knows the packages and nothing of that."),
    ],
)
def test_an_audit_fails_for_a_known_hole_and_says_where_nobody_was_there_to_ask(packages, status, says):
    told, lines = tool("audit").told({"dependencies": packages, "fixes": []})
    assert (told, "\n".join(lines)) == (status, says)


def test_no_two_locks_disagree():
    build, test = pins("build"), pins("test")
    assert {name for name in build.keys() & test.keys() if build[name] != test[name]} == set()


def test_what_is_locked_is_installed_as_it_stands_and_needs_nothing_that_is_not():
    """Without --no-deps, pip looks for the newest of what is named with an extra, and refuses it for want of a hash."""
    scripts = [TOP / name for name in ("deploy/install.sh", "deploy/packages/build.py", "deploy/audit.py")]
    locked = [line for path in scripts for line in path.read_text().splitlines() if re.search("--require-hashes.*-r", line)]
    assert len(locked) == 5
    assert [line for line in locked if "--no-deps" not in line] == []
    missing = []
    for one in filter(None, (installed(name) for name in pins("test"))):
        needs = [need for need in map(Requirement, one.requires or ()) if not need.marker or need.marker.evaluate({"extra": ""})]
        missing += [
            f"{one.name}: {need}" for need in needs if not (has := installed(need.name)) or has.version not in need.specifier
        ]
    assert missing == []


def installed(name: str) -> metadata.Distribution | None:
    try:
        return metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return None


def test_the_installer_takes_the_pythons_that_the_project_supports():
    installer = (TOP / "deploy/install.sh").read_text()
    assert PROJECT["project"]["requires-python"] == ">=3.11,<3.14"
    assert "(3, 11) <= sys.version_info[:2] <= (3, 13)" in installer
    supported = [name.rpartition(" ")[2] for name in PROJECT["project"]["classifiers"] if "Python :: 3." in name]
    assert supported == ["3.11", "3.12", "3.13"]


def test_the_changelog_begins_with_this_version():
    assert re.search(r"^## (\S+)", (TOP / "CHANGELOG.md").read_text(), re.MULTILINE)[1] == gateway.__version__


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder]
    subprocess.run(command, cwd=TOP, check=True, capture_output=True, timeout=100)
    [built] = folder.iterdir()
    with zipfile.ZipFile(built) as opened:
        yield opened


def test_a_wheel_holds_every_file_of_the_package(wheel):
    made = {"__pycache__"}
    package = {
        str(path.relative_to(TOP))
        for path in (TOP / "gateway").rglob("*")
        if path.is_file() and not made & set(path.relative_to(TOP).parts)
    }
    assert package <= set(wheel.namelist())


def test_a_wheel_brings_the_shipped_policies(wheel):
    shipped = {str(path.relative_to(TOP)) for path in (TOP / "policies").rglob("*") if path.is_file()}
    brought = {name.partition("/data/share/hatchway/")[2] for name in wheel.namelist()}
    assert shipped <= brought


def test_a_wheel_holds_no_tests_and_nothing_else(wheel):
    allowed = (
        "gateway/",
        f"hatchway-{gateway.__version__}.dist-info/",
        f"hatchway-{gateway.__version__}.data/data/share/hatchway/policies/",
    )
    assert [name for name in wheel.namelist() if not name.startswith(allowed)] == []


def test_a_wheel_gives_the_command_and_the_licence(wheel):
    names = {name.rpartition("/")[2]: name for name in wheel.namelist() if ".dist-info/" in name}
    assert "hatchway = gateway.cli:main" in wheel.read(names["entry_points.txt"]).decode()
    assert b"Apache License" in wheel.read(names["LICENSE"])
