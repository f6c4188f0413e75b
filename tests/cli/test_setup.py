"""What `hatchway setup` says before it does anything."""

import os
import pty
import pwd
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from gateway.cli import main
from gateway.settings import load_settings
from tests.support.wants import ROOT, skip

TOP = Path(__file__).parents[2]
QUESTIONS = (
    "The department's mail domain, and others whose mail goes out here:",
    "The relay that all mail goes to (HOST or HOST:PORT):",
    "Addresses of those who rule on held mail:",
    "Addresses of the board whose mail is read first (none: leave empty):",
    "Where browsers reach the console (https://HOST, or leave empty for none):",
)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ([], "The department's mail domain"),
        (["--domain", "department.example"], "The relay that all mail goes to"),
        (["--domain", "department.example", "--relay", "relay:x"], '"relay:x" is no HOST:PORT'),
        (["--domain", "department.example", "--relay", "[2001:db8::1]:25"], "Addresses of those who rule"),
        (["--domain", "department.example", "--relay", "2001:db8::1"], "Addresses of those who rule"),
    ],
)
def test_where_nobody_is_there_to_be_asked_the_missing_answer_is_named(given, said):
    done = CliRunner().invoke(main, ["setup", *given])
    assert done.exit_code == 2
    assert said in done.output


def test_an_address_of_a_console_that_is_none_is_told(tmp_path):
    given = ["--domain", "department.example", "--relay", "127.0.0.1", "--reviewers", "captain@department.example"]
    done = CliRunner().invoke(
        main, ["setup", *given, "--public-url", "https://[bad", "--no-test", f"--folder={tmp_path / 'etc'}"]
    )
    assert done.exit_code == 2
    assert '"https://[bad" is no address of a console' in done.output
    assert not list(tmp_path.iterdir())


def test_what_the_gateways_user_put_in_the_way_is_not_handed_to_him(tmp_path):
    if os.getuid():
        skip(ROOT)
    roots, state = tmp_path / "roots", tmp_path / "state"
    roots.write_text("")
    state.mkdir()
    (state / "link").symlink_to(roots)
    given = ["--domain", "department.example", "--relay", "127.0.0.1", "--reviewers", "captain@department.example"]
    places = [f"--{name}={tmp_path / name}" for name in ("folder", "state", "run")]
    command = [sys.executable, "-m", "gateway", "setup", *given, "--public-url", "", "--no-test", "--user", "nobody", *places]
    subprocess.run(command, cwd=TOP, check=True, capture_output=True)
    nobody = pwd.getpwnam("nobody").pw_uid
    assert (roots.stat().st_uid, state.stat().st_uid, (state / "link").lstat().st_uid) == (0, nobody, nobody)


def test_who_is_there_is_asked_for_what_is_missing(tmp_path):
    answers = ["department.example, association.example", "relay.department.example:587", "captain@department.example", "", ""]
    done = typed(answers, "setup", "--no-test", *(f"--{name}={tmp_path / name}" for name in ("folder", "state", "run")))
    assert [question for question in QUESTIONS if question not in done] == []
    settings = load_settings(tmp_path / "folder/hatchway.yaml")
    assert settings.sender_domains == ("department.example", "association.example")
    assert (settings.relay.host, settings.relay.port, settings.relay.tls) == ("relay.department.example", 587, "starttls")
    assert settings.console is None


def typed(answers, *arguments) -> str:
    """What a terminal shows when somebody answers line by line."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "gateway", *map(str, arguments)]
    with os.fdopen(ours, "r+b", buffering=0) as terminal:
        with subprocess.Popen(command, cwd=TOP, stdin=theirs, stdout=theirs, stderr=theirs) as process:
            os.close(theirs)
            for answer in answers:
                terminal.write(f"{answer}\n".encode())
            shown = b"".join(iter(lambda: _read(terminal), b"")).decode()
        assert process.returncode == 0, shown
    return shown


def _read(terminal) -> bytes:
    try:
        return terminal.read(4096)
    except OSError:  # the other end is closed
        return b""
