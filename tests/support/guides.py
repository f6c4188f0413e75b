"""The commands that README and the guides tell their reader to type.

A command is a line of a block ```sh, or a line that begins with "$ " in a block ```console. One that cannot be run in a test is
excused by its program (`ELSEWHERE`), or by a comment before its block: <!-- not run: hatchway train: why -->, for that very
command; "hatchway train …" means whatever begins so.
"""

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

from tests.support.pages import TOP

PAGES = (TOP / "README.md", *sorted((TOP / "deploy").rglob("*.md")))

_MACHINE = "changes the machine itself"
_SERVICE = "speaks to services of the machine, which a test has none of"
ELSEWHERE = {
    **dict.fromkeys(("systemctl", "journalctl", "systemd-analyze", "postfix", "postsuper", "haproxy", "nginx"), _SERVICE),
    **dict.fromkeys(
        ("apt-get", "apt", "dpkg", "dnf", "rpm", "useradd", "adduser", "usermod", "groupadd", "ansible-playbook"), _MACHINE
    ),
    **dict.fromkeys(
        ("install", "cp", "mv", "rm", "mkdir", "chown", "chmod", "ln", "cat", "postconf", "tar", "openssl"), _MACHINE
    ),
    **dict.fromkeys(("docker", "podman", "debootstrap", "nfpm"), "needs an engine or a tree of its own"),
    **dict.fromkeys(("pg_dump", "pg_restore", "createuser", "createdb", "psql"), "tests/store speaks to a real PostgreSQL"),
    **dict.fromkeys(("git", "curl", "wget", "dig", "scp", "ssh"), "asks another machine"),
    **dict.fromkeys(("python3", "pip"), "makes an environment such as the one these tests are run in"),
    "install.sh": "makes the environment that these tests are run in",
    "make": "is what runs these tests; `make run` is run by tests/cli/test_demo.py",
}
WHOLE = {"deploy/api.md": "its blocks are one script, which tests/e2e/test_programs.py runs as a shell does"}
"""Pages whose commands need one another."""

OUR_DOOR = "smtp://127.0.0.1:10025"
"""Where the guides' own gateway takes mail: a message that curl hands in there is sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command. excused: why it is not run; "" if it is."""

    page: str
    line: int
    text: str
    excused: str

    @property
    def words(self) -> list[str]:
        return shlex.split(self.text, comments=True)


def commands(page: Path) -> list[Command]:
    """All commands of a page, in their order. Raises ValueError if a comment excuses none, or gives no reason."""
    text, name = page.read_text(encoding="utf-8"), str(page.relative_to(TOP))
    found: list[Command] = []
    pattern = r"((?:^ *<!-- not run: [^\n]* -->\n+)*)^( *)```(sh|console)\n(.*?)^\2```$"
    for block in re.finditer(pattern, text, flags=re.DOTALL | re.MULTILINE):
        comments, _, kind, inside = block.groups()
        excuses = _excuses(comments, page)
        used: set[str] = set()
        first = text[: block.start(4)].count("\n") + 1
        for number, line in _lines(inside, kind):
            excused = WHOLE.get(name) or _excuse(line, excuses, used)
            found.append(Command(page=name, line=first + number, text=line, excused=excused))
        if idle := excuses.keys() - used:
            raise ValueError(f"{page}:{first}: nothing there begins with {', '.join(sorted(idle))}")
    return found


def _excuses(comments: str, page: Path) -> dict[str, str]:
    said = {}
    for one in re.findall(r"<!-- not run: (.*) -->", comments):
        command, _, why = one.partition(": ")
        if not why:
            raise ValueError(f'{page}: "{one}" gives no reason')
        said[command] = why
    return said


def _excuse(line: str, excuses: dict[str, str], used: set[str]) -> str:
    for command, why in excuses.items():
        typed = " ".join(shlex.split(line, comments=True))
        if typed == command or (command.endswith(" …") and f"{typed} ".startswith(command[:-1])):
            used.add(command)
            return why
    program = Path(line.split(maxsplit=1)[0]).name
    if " ".join(shlex.split(line, comments=True)) == "hatchway setup":
        return "asks whoever types it; it is run with its answers as options"
    if program == "curl" and OUR_DOOR in line:
        return ""
    return ELSEWHERE.get(program, "") if program != "sudo" else "is somebody else's, on the machine itself"


def _lines(inside: str, kind: str) -> list[tuple[int, str]]:
    """The commands of a block with the number of their line; one that ends in a backslash goes on."""
    found: list[tuple[int, str]] = []
    going_on = False
    for number, line in enumerate(inside.splitlines()):
        typed = line.strip()
        if kind == "console" and not going_on:
            if not typed.startswith("$ "):
                continue
            typed = typed.removeprefix("$ ")
        if not typed or typed.startswith("#"):
            continue
        if going_on:
            at, before = found.pop()
            found.append((at, f"{before} {typed.removesuffix(chr(92)).strip()}"))
        else:
            found.append((number, typed.removesuffix(chr(92)).strip()))
        going_on = typed.endswith("\\")
    return found
