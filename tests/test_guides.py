"""What README and the guides tell their reader to type does what they say: every command is run, or says why not.

All of them share one gateway with mail in it, and files by the names that the guides use.
"""

import asyncio
import re
import shutil
import subprocess
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from gateway.cli import main
from gateway.hold import Review, Ruling
from gateway.mail import Address
from gateway.plea import Appeal
from gateway.settings import load_settings
from gateway.store import SqliteStore, opened
from tests.support.commands import Said
from tests.support.gateway import Gateway, free_port
from tests.support.guides import OUR_DOOR, PAGES, Command, commands
from tests.support.mails import held
from tests.support.postfix import send
from tests.support.rehearsal import ENDORSEMENT, box, letter
from tests.support.sink import Sink

TOP = Path(__file__).parents[1]
COMMANDS = [command for page in PAGES for command in commands(page)]
RUN = list({tuple(command.words): command for command in COMMANDS[::-1] if not command.excused}.values())[::-1]
BOARD = "president@association.example"
REVIEWER = "professional.standards@department.example"


def test_the_guides_have_commands_and_most_are_run():
    assert len(RUN) > 60
    assert {"README.md", "deploy/policies.md", "deploy/place.md"} <= {command.page for command in COMMANDS}


def test_what_is_not_run_says_why():
    assert [command for command in COMMANDS if command.excused and len(command.excused.split()) < 3] == []


class Desk:
    """An admin's desk: a gateway that runs, settings and files as the guides call them, and mail to rule on."""

    def __init__(self, folder: Path, sink: Sink) -> None:
        self.folder, self.sink, self.count = folder, sink, 0
        self.etc = folder / "etc"
        self.etc.mkdir(parents=True)
        shutil.copytree(TOP / "policies", self.etc / "policies")
        two = (self.etc / "policies/department.yaml").read_text()
        two = two.replace("  chaplaincy:\n", "  chaplaincy:\n    two reviewers: release\n")
        (self.etc / "policies/department.yaml").write_text(two)
        console = f'console: {{listen: "127.0.0.1:{free_port()}", public url: "https://hatchway.department.example"}}'
        more = f"judging: {{model: false, workers: 1}}\nexamples: examples\n{console}"
        policies, roster = self.etc / "policies", self.etc / "policies/roster"
        self.gateway = Gateway(self.etc, relay=sink.port, policies=policies, roster=roster, more=more)
        self.gateway.write_settings()
        self.appeals = ["APPEAL1", "APPEAL2"]
        self.files()
        asyncio.run(self.past())

    def files(self) -> None:
        for name in ("new", "new-policies"):
            shutil.copytree(TOP / "policies", self.etc / name)
        box(self.etc / "sent.mbox", letter(), letter(ENDORSEMENT))
        (self.etc / "archive").mkdir()
        for name in ("archive/a.eml", "FILE.eml"):
            (self.etc / name).write_bytes(letter())
        (self.etc / "hatchway.log").write_text('event=mail.disposed disposition=tag dry_run="hold p.yaml:1:1"\n')
        row = '{"id": "1", "subject": "Unit 214", "body": "Keys are in the watch office.", "expect": "neither"}\n'
        (self.etc / "FILES").write_text(row)
        (self.etc / "examples").mkdir()
        (self.folder / "state").mkdir()

    async def past(self) -> None:
        """Two denials that their senders appeal in the gateway's store, and a store that no gateway has open."""
        settings = load_settings(self.gateway.settings)
        shelf = await opened(settings.store, encryption=settings.encryption)
        now = datetime.now(UTC)
        for one in self.appeals:
            await shelf.hold(held(id_=one, since=now), [])
            to = tuple(Address.parse(f"{name}@department.example") for name in "ab")
            denied = Review(reviewer=REVIEWER, ruling=Ruling.DENIED, recipients=to, note="It is.", at=now)
            await shelf.rule(one, denied, [])
            await shelf.pleas.appeal(one, Appeal(by="dreed@department.example", at=now, text="It is not.", against=denied), [])
        await shelf.close()
        lone = await SqliteStore.open(self.folder / "state/hatchway.db")
        await lone.hold(held(id_="LONE"), [])
        await lone.close()
        elsewhere = self.gateway.settings.read_text().replace("store: hatchway.db", "store: moved.db")
        (self.etc / "new.yaml").write_text(f"{elsewhere}encryption: off\n")

    def hold(self, sender: str = BOARD) -> str:
        """A message that is held, just now."""
        body = b"Vote for Ana Reyes for sheriff on Tuesday. Please vote for her!\r\n"
        head = f"From: {sender}\r\nTo: all@department.example\r\nSubject: Tuesday\r\n\r\n".encode()
        content = send(self.gateway.port, sender, ["all@department.example", "other@city.example"], head + body).content
        assert content is not None
        [found] = re.findall(r"held for review as (\S+)", content[1])
        return found

    def person(self) -> str:
        self.count += 1
        return f"person{self.count}@department.example"

    def says(self, *words: str, settings: Path | None = None):
        """A command in this process, where its files are; in one of its own if it has workers or logs."""
        if words[0] in {"setup", "doctor", "evaluate"}:
            done = self.gateway.hatchway(*words)
            return Said(done.returncode, done.stdout, done.stderr)
        environment = {"NO_COLOR": "1", "HATCHWAY_CONFIG": str(settings or self.gateway.settings)}
        ran = CliRunner(env=environment).invoke(main, [*words])
        if ran.exception and not isinstance(ran.exception, SystemExit):
            raise ran.exception
        return Said(ran.exit_code, ran.stdout, ran.stderr)

    def backup(self, to: str) -> None:
        if not Path(to).exists():
            assert self.says("backup", to).returncode == 0


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    with ExitStack() as stack:
        sink = stack.enter_context(Sink())
        made = Desk(tmp_path_factory.mktemp("desk"), sink)
        stack.enter_context(made.gateway)
        assert made.says("queue", "release", made.hold(), "--as", REVIEWER).returncode == 0  # a ruling to tune by
        yield made


def prepared(desk: Desk, words: list[str]) -> tuple[list[str], Path | None]:
    """The words with what the guides write in capitals filled in, and with what else they need to be run here."""
    path, settings = tuple(words[:2]), None
    match path:
        case ("user", "reset" | "link" | "disable" | "enable"):
            address = desk.person()
            assert desk.says("user", "add", address, "--role", "auditor").returncode == 0
        case ("queue", "hand-over"):
            address = REVIEWER
            assert desk.says("user", "add", address, "--role", "reviewer", "--reviewers", "command").returncode == 0
        case ("token", "create"):
            address = desk.person()
            assert desk.says("user", "add", address, "--role", "reviewer", "--reviewers", "command").returncode == 0
        case _:
            address = desk.person()
    match path:
        case ("appeal", "overturn" | "uphold"):
            ids = [desk.appeals.pop()]
        case ("queue", "disagree"):
            ids = [desk.hold("chaplain@department.example")]
            assert desk.says("queue", "release", *ids, "--as", REVIEWER).returncode == 0
        case _:
            ids = [desk.hold() for word in words if word == "ID"]
    supply = iter(ids)
    filled = [next(supply) if word == "ID" else address if word == "ADDRESS" else placed(desk, word) for word in words]
    if path[0] == "backtest":
        filled += ["--jobs", "1"]
    if path[0] == "setup":
        filled = placed_setup(desk, filled)
    if path[0] == "backup":
        shutil.rmtree(filled[1], ignore_errors=True)
    if path[0] == "restore":
        desk.backup(filled[1])
        desk.count += 1
        settings = desk.etc / f"restored{desk.count}.yaml"
        settings.write_text(desk.gateway.settings.read_text().replace("store: hatchway.db", f"store: restored{desk.count}.db"))
        shutil.copy(desk.etc / "hatchway.db.key", desk.etc / f"restored{desk.count}.db.key")
    return filled, settings


def placed(desk: Desk, word: str) -> str:
    """Folders of the machine are folders of the desk, and files lie on it."""
    if word == "FILES":
        return str(desk.etc / word)
    for there, here in (("/etc/hatchway", "etc"), ("/var/lib/hatchway", "state"), ("/var/backups/hatchway", "backups")):
        word = word.replace(there, str(desk.folder / here))
    return word.replace("relay.department.example", f"127.0.0.1:{desk.sink.port}")


def placed_setup(desk: Desk, words: list[str]) -> list[str]:
    """With folders, doors and a name that this machine has."""
    made, console = desk.folder / "setup", f"127.0.0.1:{free_port()}"
    known = [word.replace("https://hatchway.department.example", f"http://{console}") for word in words]
    return [
        *known,
        "--listen",
        f"127.0.0.1:{free_port()}",
        "--console",
        console,
        *("--folder", str(made / "etc"), "--state", str(made / "state"), "--run", str(made / "run")),
    ]


def handed_in(desk: Desk, words: list[str]) -> None:
    """A message by curl; who sent it is who is held."""
    if shutil.which("curl") is None:
        pytest.skip("there is no curl")
    before = len(desk.gateway.events("mail.disposed"))
    ours = [word.replace(OUR_DOOR, f"smtp://127.0.0.1:{desk.gateway.port}") for word in words]
    subprocess.run(["curl", "--silent", "--show-error", *ours], check=True, timeout=60)
    [event] = desk.gateway.events("mail.disposed")[before:]
    assert (event["sender"], event["disposition"]) == (BOARD, "hold")


MAY_END = {
    "doctor": {0, 1},  # it finds what a test lacks: a certificate, a monitor, canaries
    "replay": {0, 1},
}


@pytest.mark.parametrize("command", RUN, ids=lambda command: f"{command.page}:{command.line}")
def test_a_command_of_the_guides_does_what_it_says(desk, command: Command, monkeypatch):
    program, *words = command.words
    monkeypatch.chdir(desk.etc)
    if program == "curl":
        handed_in(desk, words)
        return
    assert program == "hatchway", f"{command.page}:{command.line}: {command.text}: run by nobody, and excused by nothing"
    if words[0] == "serve":
        assert desk.gateway.process.args[-3:] == [placed(desk, word) for word in words]
        return
    filled, settings = prepared(desk, words)
    said = desk.says(*filled, settings=settings)
    assert said.returncode in MAY_END.get(words[0], {0}), said.stdout + said.stderr
    assert said.stdout


def in_text(page: Path) -> list[str]:
    """The commands that a page names within its sentences."""
    return re.findall(r"`hatchway ([a-z][^`]*)`", re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(TOP)))
def test_a_command_that_a_guide_names_in_a_sentence_exists_with_its_options(page):
    for named in in_text(page):
        command, words = main, named.replace("…", "").replace(",", " ").split()
        while words and isinstance(command, click.Group):
            found = command.get_command(click.Context(command), words.pop(0))
            assert found is not None, named
            command = found
        options = {option for parameter in command.params for option in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= options, named


def anchors(page: Path) -> set[str]:
    """What links into a page may name, as forges make it of headings."""
    titles = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(TOP)))
def test_every_link_of_a_guide_leads_somewhere(page):
    for target in re.findall(r"\]\((?!https?:)([^)\s]+)\)", page.read_text(encoding="utf-8")):
        name, _, anchor = target.partition("#")
        there = page.parent / name if name else page
        assert there.exists(), target
        assert not anchor or anchor in anchors(there), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(TOP)))
def test_a_file_of_ours_that_a_guide_names_is_there(page):
    for name in re.findall(r"`((?:deploy|policies|gateway|tests)/[\w./-]+)`", page.read_text(encoding="utf-8")):
        assert (TOP / name).exists(), name
