"""What is handed on: packages, image, cloud-init and manual pages agree, and the packages' scripts do what they say."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

import gateway
from gateway.policy import written
from gateway.settings import Settings
from tests.support import apt
from tests.test_readme import COMMANDS, keys

TOP = Path(__file__).parents[1]
HERE = TOP / "deploy/packages"
PAGE = (TOP / "deploy/install.md").read_text(encoding="utf-8")
RECIPE = yaml.safe_load((HERE / "nfpm.yaml").read_text(encoding="utf-8"))
UNIT = (TOP / "deploy/systemd/hatchway.service").read_text(encoding="utf-8")
IMAGE = (HERE / "Containerfile").read_text(encoding="utf-8")
COMPOSE = yaml.safe_load((HERE / "compose.yaml").read_text(encoding="utf-8"))
CLOUD = (HERE / "cloud-init.yaml").read_text(encoding="utf-8")
SCRIPTS = {path.name: path for path in (HERE / "scripts").iterdir()}
BROUGHT = {entry["dst"]: entry for entry in RECIPE["contents"]}


@pytest.fixture(scope="module")
def build():
    spec = importlib.util.spec_from_file_location("build", HERE / "build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_what_the_packages_bring_is_there():
    sources = [entry["src"] for entry in RECIPE["contents"] if entry.get("type") != "symlink"]
    assert [src for src in sources if not src.startswith("dist/tree/") and not (TOP / src).is_file()] == []
    named = {*RECIPE["scripts"].values(), *RECIPE["rpm"]["scripts"].values()}
    assert {TOP / name for name in named} == set(SCRIPTS.values())


def test_the_packages_take_version_and_python_from_what_is_built():
    assert RECIPE["version"] == "${VERSION}"
    for kind in ("deb", "rpm"):
        assert "${PYTHON}" in RECIPE["overrides"][kind]["depends"]


def test_the_unit_runs_what_the_packages_bring():
    [program] = re.findall(r"^ExecStart=(\S+) serve -c (?:\S+)$", UNIT, flags=re.MULTILINE)
    assert program == BROUGHT["/usr/bin/hatchway"]["src"] == "/opt/hatchway/.venv/bin/hatchway"
    assert {"/usr/lib/systemd/system/hatchway.service", "/usr/lib/systemd/system/hatchway.socket"} <= BROUGHT.keys()


def test_no_file_that_setup_writes_belongs_to_a_package_but_the_roster_which_is_kept_where_it_was_changed():
    configuration = {dst: entry for dst, entry in BROUGHT.items() if dst.startswith("/etc/")}
    assert list(configuration) == ["/etc/hatchway/policies/roster/national.yaml"]
    assert {entry["type"] for entry in configuration.values()} == {"config|noreplace"}


def test_a_process_that_imports_the_program_does_not_run_it(build):
    exec(compile(build._PROGRAM, "hatchway", "exec"), {"__name__": "__mp_main__"})  # noqa: S102  -- as worker processes do
    with pytest.raises(SystemExit):
        exec(compile(build._PROGRAM, "hatchway", "exec"), {"__name__": "__main__"})  # noqa: S102  -- as a shell does


# What the scripts do, with the machine's folders and programs replaced by ones of ours.


class Machine:
    def __init__(self, folder: Path) -> None:
        self.folder, self.bin = folder, folder / "bin"
        self.bin.mkdir()
        (folder / "run/systemd/system").mkdir(parents=True)
        for name in ("etc", "var/lib"):
            (folder / name).mkdir(parents=True)
        for name in ("systemctl", "useradd", "groupadd", "getent", "userdel", "install"):
            self.program(name, f'echo {name} "$@" >>{folder}/called')
        self.program("getent", "exit 2")
        self.program("install", 'for made; do :; done; mkdir -p "$made"')

    def program(self, name: str, does: str) -> None:
        (self.bin / name).write_text(f"#!/bin/sh\n{does}\n")
        (self.bin / name).chmod(0o755)

    def run(self, script: str, argument: str) -> str:
        text = re.sub(r"(?<![\w.])/(?=(?:etc|var|run|opt)/)", f"{self.folder}/", SCRIPTS[script].read_text())
        environment = {"PATH": f"{self.bin}:{os.environ['PATH']}"}
        done = subprocess.run(
            ["sh", "-eu", "-c", text, script, argument], env=environment, capture_output=True, text=True, check=False, timeout=60
        )
        assert done.returncode == 0, done.stderr
        return done.stdout + done.stderr

    @property
    def called(self) -> list[str]:
        log = self.folder / "called"
        return log.read_text().splitlines() if log.exists() else []

    def set_up(self) -> None:
        (self.folder / "etc/hatchway").mkdir()
        (self.folder / "etc/hatchway/hatchway.yaml").write_text("hostname: hatchway.department.example\n")
        (self.folder / "opt/hatchway/.venv/bin").mkdir(parents=True)
        (self.folder / "opt/hatchway/.venv/bin/hatchway").symlink_to("/bin/true")


@pytest.fixture
def machine(tmp_path):
    return Machine(tmp_path)


@pytest.mark.parametrize(("before", "after"), [("install", "configure"), ("1", "1")], ids=["dpkg", "rpm"])
def test_a_first_installation_makes_the_units_user_starts_nothing_and_says_what_to_do(machine, before, after):
    machine.run("before.sh", before)
    assert "hatchway setup" in machine.run("after.sh", after)
    user = re.search(r"^User=(\S+)$", UNIT, flags=re.MULTILINE)[1]
    assert [call.split()[-1] for call in machine.called if call.startswith("useradd")] == [user]
    assert [call for call in machine.called if call.startswith("systemctl")] == ["systemctl daemon-reload"]


@pytest.mark.parametrize(
    ("before", "last"), [("upgrade", ("after.sh", "configure")), ("2", ("after-all.sh", "1"))], ids=["dpkg", "rpm"]
)
def test_an_upgrade_stops_a_gateway_that_runs_and_starts_it_again_when_all_is_in_its_place(machine, before, last):
    machine.set_up()
    machine.run("before.sh", before)
    machine.run("after.sh", "configure" if before == "upgrade" else "2")
    if before == "2":
        assert "systemctl start hatchway.service" not in machine.called
        machine.run(*last)
    calls = [call for call in machine.called if call.startswith("systemctl") and "daemon-reload" not in call]
    expected = ["is-active --quiet", "stop", "start"]
    assert calls == [f"systemctl {verb} hatchway.service" for verb in expected]
    machine.run("after.sh", "configure")
    assert machine.called.count("systemctl start hatchway.service") == 1


def test_an_upgrade_leaves_alone_a_gateway_that_does_not_run(machine):
    machine.set_up()
    machine.program("systemctl", f'echo systemctl "$@" >>{machine.folder}/called; [ "$1" != is-active ]')
    machine.run("before.sh", "upgrade")
    machine.run("after.sh", "configure")
    assert not {"systemctl stop hatchway.service", "systemctl start hatchway.service"} & set(machine.called)


@pytest.mark.parametrize(("how", "stops"), [("remove", True), ("0", True), ("upgrade", False), ("1", False)])
def test_only_a_removal_stops_and_disables(machine, how, stops):
    machine.run("before-removal.sh", how)
    assert ("systemctl disable --now hatchway.service hatchway.socket" in machine.called) is stops


@pytest.mark.parametrize("how", ["purge", "0"], ids=["dpkg", "rpm"])
def test_what_is_held_outlives_every_removal_and_that_is_said(machine, how):
    machine.set_up()
    kept = machine.folder / "var/lib/hatchway/hatchway.db"
    kept.parent.mkdir()
    kept.write_text("held mail")
    assert "stay in" in machine.run("after-removal.sh", how)
    assert kept.read_text() == "held mail"
    assert (machine.folder / "etc/hatchway/hatchway.yaml").exists()
    assert not (machine.folder / "opt/hatchway").exists()
    assert not any(call.startswith("userdel") for call in machine.called)


def test_a_removal_of_what_was_never_set_up_leaves_nothing(machine):
    for name in ("etc/hatchway/policies/roster", "var/lib/hatchway"):
        (machine.folder / name).mkdir(parents=True)
    assert machine.run("after-removal.sh", "purge") == ""
    assert not (machine.folder / "etc/hatchway").exists()
    assert "userdel hatchway" in machine.called


# Manual pages


@pytest.fixture(scope="module")
def manual(tmp_path_factory):
    folder = tmp_path_factory.mktemp("man")
    command = [sys.executable, HERE / "manual.py", "--to", folder]
    subprocess.run(command, check=True, timeout=100, env=os.environ | {"PYTHONPATH": str(TOP)})
    return {path.name: path for path in folder.glob("man?/*")}


def plainly(page: Path) -> str:
    text = page.read_text(encoding="utf-8").replace("\\-", "-").replace("\\e", "\\")
    return re.sub(r"\\f[BIR]|\\&", "", text)


def test_the_manual_has_every_command_with_every_option(manual):
    text = plainly(manual["hatchway.1"])
    parts = dict(
        re.findall(r"^\.SS (hatchway [a-z- ]+?)(?: [A-Z\[][^\n]*)?\n(.*?)(?=^\.S)", text, flags=re.MULTILINE | re.DOTALL)
    )
    groups = {path[:length] for path in COMMANDS for length in range(1, len(path))}
    assert {"hatchway " + " ".join(path) for path in COMMANDS.keys() - groups} == parts.keys()
    for path in COMMANDS.keys() - groups:
        options = {option for one in COMMANDS[path].params for option in one.opts if option.startswith("-")}
        assert options <= set(re.findall(r"(?<![\w-])--?\w[\w-]*", parts["hatchway " + " ".join(path)])), path


def test_the_manual_has_every_setting_and_says_what_each_at_the_top_is_for(manual):
    text = plainly(manual["hatchway.yaml.5"])
    told = dict(re.findall(r"^\.TP\n(.*)\n(.*)$", text, flags=re.MULTILINE))
    assert {key[-1] for key in keys(Settings)} <= told.keys()
    assert all(told[str(field.alias)] for field in Settings.model_fields.values())


def test_the_manual_has_every_key_of_a_policy_with_what_it_is_for(manual):
    text = plainly(manual["hatchway-policy.5"])
    told = re.findall(r"^\.TP\n(.*)\n(.*)$", text, flags=re.MULTILINE)
    assert {str(field.alias) for field in written.Rule.model_fields.values()} <= {key for key, _ in told}
    assert [key for key, says in told if not says or says.startswith((".", "("))] == []


@pytest.mark.parametrize("page", ["hatchway.1", "hatchway.yaml.5", "hatchway-policy.5"])
def test_a_manual_page_is_written_without_a_mistake(manual, page):
    apt.require("mandoc", here=lambda: bool(shutil.which("mandoc")), want="this test wants mandoc")
    said = subprocess.run(
        ["mandoc", "-Tlint", "-W", "warning", manual[page]], capture_output=True, text=True, check=False, timeout=60
    )
    assert said.stdout == ""


# Image, compose and cloud-init: no engine is needed to see that they agree.


_INSTRUCTIONS = {
    *("FROM", "RUN", "WORKDIR", "COPY", "USER", "VOLUME", "EXPOSE", "STOPSIGNAL", "HEALTHCHECK", "ENTRYPOINT", "CMD"),
}


_INSTRUCTIONS = {
    *("FROM", "RUN", "WORKDIR", "COPY", "USER", "VOLUME", "EXPOSE", "STOPSIGNAL", "HEALTHCHECK", "ENTRYPOINT", "CMD"),
}


def instructions(text: str) -> list[tuple[str, str]]:
    joined = re.sub(r"^#.*\n", "", text, flags=re.MULTILINE).replace("\\\n", " ")
    return [(line.partition(" ")[0], line.partition(" ")[2].strip()) for line in joined.splitlines() if line.strip()]


def test_the_image_runs_hatchway_as_no_administrator_and_asks_how_it_is():
    said = instructions(IMAGE)
    last = dict(said)
    assert last.keys() <= _INSTRUCTIONS
    assert (last["USER"], last["ENTRYPOINT"], last["CMD"]) == ("hatchway", '["hatchway"]', '["serve"]')
    assert yaml.safe_load(last["HEALTHCHECK"].partition("CMD ")[2]) == ["hatchway", "status"]
    words = [word for word, _ in said]
    assert "RUN" not in words[words.index("USER") :]


def test_the_compose_file_keeps_what_the_image_says_is_to_be_kept_and_opens_no_other_ports():
    last = dict(instructions(IMAGE))
    service = COMPOSE["services"]["hatchway"]
    assert {one.partition(":")[2] for one in service["volumes"]} == set(yaml.safe_load(last["VOLUME"]))
    assert {one.partition(":")[0] for one in service["volumes"]} == COMPOSE["volumes"].keys()
    assert {one.rpartition(":")[2] for one in service["ports"]} <= set(last["EXPOSE"].split())
    assert all(one.startswith("127.0.0.1:") for one in service["ports"])
    assert (HERE / service["build"]["context"] / service["build"]["dockerfile"]).resolve() == HERE / "Containerfile"


def test_cloud_init_is_given_what_it_knows():
    assert CLOUD.startswith("#cloud-config\n")
    assert yaml.safe_load(CLOUD).keys() == {"package_update", "packages", "write_files", "runcmd"}
    if shutil.which("cloud-init"):
        command = ["cloud-init", "schema", "--config-file", HERE / "cloud-init.yaml"]
        said = subprocess.run(command, capture_output=True, text=True, check=False, timeout=100)
        assert said.returncode == 0, said.stdout + said.stderr


@pytest.mark.parametrize("page", ["deploy/install.md", "deploy/packages/compose.yaml", "deploy/packages/cloud-init.yaml"])
def test_every_command_of_hatchway_that_a_page_tells_exists_with_its_options(page):
    text = re.sub(r"\s*\\\n[#\s]*", " ", (TOP / page).read_text(encoding="utf-8"))
    used = re.findall(
        r"(?:^ *|`|--rm )hatchway ((?:setup|check|doctor|serve|demo|backup|status)\b[^#\n`]*)", text, flags=re.MULTILINE
    )
    assert used
    for words in map(str.split, used):
        options = {option for parameter in COMMANDS[words[0],].params for option in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= options, words


def test_the_page_names_packages_of_this_version_and_targets_that_make_has():
    versions = re.findall(r"hatchway[_-](\d+\.\d+\.\d+)", PAGE + CLOUD)
    assert set(versions) == {gateway.__version__}
    targets = set(re.findall(r"^([a-z]+):", (TOP / "Makefile").read_text(), flags=re.MULTILINE))
    assert {"deb", "rpm", "wheel", "man"} <= set(re.findall(r"make ([a-z]+)\b", PAGE)) & targets


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", PAGE))
def test_every_link_of_the_page_leads_somewhere(link):
    assert (TOP / "deploy" / link).exists()
