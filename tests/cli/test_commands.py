"""The commands that need no running gateway, as an admin types them; and a gateway that is not there."""

import json
import socket

import pytest

from tests.support.hatchway import TOP, hatchway

ENDORSEMENT = "The board endorses Marisol Tate for Mayor. Please vote for Marisol Tate on November 3."
LETTER = f"From: President <president@association.example>\nTo: watch@department.example\nSubject: Decided\n\n{ENDORSEMENT}\n"


@pytest.fixture
def settings(tmp_path):
    file = tmp_path / "hatchway.yaml"
    file.write_text(
        f"""\
hostname: hatchway.department.example
listen: [{{address: "127.0.0.1:2525"}}]
relay: {{host: 127.0.0.1}}
client networks: [127.0.0.0/8]
sender domains: [department.example]
policies: {TOP}/policies
roster: {TOP}/policies/roster
store: hatchway.db
control socket: control.sock
notices: {{from: hatchway@department.example}}
"""
    )
    return file


def test_explain_tells_disposition_rule_clause_and_passage(tmp_path):
    file = tmp_path / "letter.eml"
    file.write_text(LETTER)
    said = hatchway("explain", str(file), "--sender", "president@association.example", "--recipient", "watch@department.example")
    assert said.returncode == 0, said.stderr
    assert said.stdout.startswith('HOLD  policy "command review": it goes to 1 recipient in department')
    assert "authority SO 9-06 §C, Use/Misuse of Department Computer System: Promotion of political or religious" in said.stdout
    assert "Please vote for Marisol Tate on November 3" in said.stdout
    assert list(tmp_path.iterdir()) == [file]


def test_explain_reads_standard_input_and_prints_json(settings):
    said = hatchway(
        "explain",
        "-",
        "--sender",
        "<>",
        "--recipient",
        "x@county.example",
        "--json",
        "-c",
        str(settings),
        stdin="Subject: hi\n\nhello\n",
    )
    explained = json.loads(said.stdout)
    assert explained["disposition"] in {"relay", "hold"}
    assert explained["labels"] == {"political": "clear", "religious": "clear"}
    assert explained["rule"].startswith("policies/department.yaml:")


def test_explain_refuses_what_is_no_address_and_a_file_that_is_not_there(tmp_path):
    file = tmp_path / "letter.eml"
    file.write_text(LETTER)
    assert hatchway("explain", str(file), "--sender", "@x", "--recipient", "a@b.example").returncode == 65
    assert hatchway("explain", str(tmp_path / "none"), "--sender", "a@b.example", "--recipient", "a@b.example").returncode == 65


def test_explain_takes_sender_and_recipients_from_the_message_where_they_are_not_given(tmp_path):
    file = tmp_path / "letter.eml"
    file.write_text("From: president@association.example\nTo: Watch <watch@department.example>\nSubject: x\n\nAt six.\n")
    said = hatchway("explain", str(file))
    assert said.stdout.startswith('HOLD  policy "command review": it goes to 1 recipient in department'), said.stderr
    assert "taken     from president@association.example to watch@department.example, as it says itself" in said.stdout
    assert hatchway("explain", str(file), "--recipient", "x@county.example").stdout.startswith("RELAY")
    assert hatchway("explain", str(file), "--sender", "clerk@department.example").stdout.startswith("HOLD")
    file.write_text("Subject: x\n\nAt six.\n")
    said = hatchway("explain", str(file))
    assert (said.returncode, said.stderr) == (65, "it names no sender; give one with --sender\n")


def test_classify_answers_each_line_in_order_and_names_the_lines_it_cannot_use(tmp_path):
    eml = tmp_path / "letter.eml"
    eml.write_text(LETTER)
    rows = [
        json.dumps({"id": "a", "from": "x@d.example", "to": "y@d.example", "subject": "keys", "body": "Keys are in the office."}),
        json.dumps({"id": "b", "eml": str(eml)}),
        "{not json",
        json.dumps({"id": "c", "from": "", "to": "", "subject": "Böard", "body": ENDORSEMENT}),
        json.dumps({"id": "d", "eml": str(tmp_path / "none")}),
        json.dumps(["a list"]),
        json.dumps({"from": "no id", "body": ""}),
    ]
    said = hatchway("classify", "--jsonl", "--jobs", "2", stdin="\n".join(rows) + "\n")
    answers = [json.loads(line) for line in said.stdout.splitlines()]
    assert [answer["id"] for answer in answers] == ["a", "b", "c"]
    assert [answer["labels"]["political"] for answer in answers] == ["clear", "match", "match"]
    assert set(answers[1]) == {"id", "labels", "scores", "findings", "unread"}
    assert set(answers[1]["findings"][0]) == {"category", "kind", "says", "quote", "place"}
    assert said.returncode == 65
    assert [line.split(":")[0] for line in said.stderr.splitlines()] == ["line 3", "line 5", "line 6", "line 7"]


def test_check_finds_nothing_in_what_is_shipped(settings):
    said = hatchway("check", "-c", str(settings))
    assert (said.returncode, said.stdout) == (0, "settings, policies, roster and notices are in order\n"), said.stderr


def test_check_tells_the_mistakes_of_all_files_at_once(settings, tmp_path):
    policies = tmp_path / "policies"
    policies.mkdir()
    (policies / "p.yaml").write_text("senders: [{sender: anyone, policy: nowhere}]\n")
    roster = tmp_path / "roster"
    roster.mkdir()
    (roster / "r.yaml").write_text("candidats: []\n")
    settings.write_text(
        settings.read_text()
        .replace(f"{TOP}/policies/roster", "roster")
        .replace(f"{TOP}/policies", "policies")
        .replace("hostname:", "hostnam:")
    )
    said = hatchway("check", "-c", str(settings))
    assert said.returncode == 78
    assert f'{settings}:1:1: unknown key "hostnam"' in said.stderr
    assert 'Did you mean "hostname"?' in said.stderr
    assert "p.yaml:1:" in said.stderr
    assert "r.yaml:1:1:" in said.stderr
    rows = json.loads(hatchway("check", "--json", "-c", str(settings)).stdout)
    assert {"file", "line", "column", "problem", "remedy"} == set(rows[0])
    assert len(rows) >= 4


def test_check_names_the_group_of_a_milter_socket_that_is_not_here(settings):
    settings.write_text(settings.read_text() + "milter: {socket: milter.sock, group: nobodys}\n")
    said = hatchway("check", "-c", str(settings))
    assert said.returncode == 78
    assert "milter.sock:1:1: there is no group nobodys here" in said.stderr


@pytest.mark.parametrize("command", [("queue", "list"), ("status",), ("reload",), ("queue", "release", "X")])
def test_a_gateway_that_is_not_running_is_said_so(settings, command):
    said = hatchway(*command, "-c", str(settings))
    assert said.returncode == 69
    assert "no running Hatchway answers" in said.stderr


def test_settings_that_are_not_there_are_said_so(tmp_path):
    said = hatchway("serve", HATCHWAY_CONFIG=str(tmp_path / "none.yaml"))
    assert said.returncode == 78
    assert "none.yaml" in said.stderr
    assert "Traceback" not in said.stderr


def test_a_port_that_is_taken_is_said_so(settings):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        settings.write_text(settings.read_text().replace("2525", str(port)))
        said = hatchway("serve", "-c", str(settings))
    assert said.returncode == 78
    assert f"cannot listen on 127.0.0.1:{port}" in said.stderr
    assert "Traceback" not in said.stderr


def test_version_is_one_line():
    assert hatchway("version").stdout == "Hatchway 0.1.0\n"
    assert json.loads(hatchway("version", "--json").stdout) == {"version": "0.1.0"}


def test_explain_lets_nothing_in_a_message_move_the_cursor(tmp_path):
    file = tmp_path / "letter.eml"
    file.write_text("From: a@b.example\nSubject: x\n\nPlease vote \x1b[2J\u202efor Marisol Tate for Mayor.\n", encoding="utf-8")
    said = hatchway("explain", str(file), "--sender", "a@b.example", "--recipient", "watch@department.example")
    assert said.returncode == 0, said.stderr
    assert "Marisol Tate" in said.stdout
    assert "\x1b" not in said.stdout
    assert "\u202e" not in said.stdout


def test_explain_takes_addresses_and_nothing_else(tmp_path):
    file = tmp_path / "letter.eml"
    file.write_text(LETTER)
    said = hatchway("explain", str(file), "--sender", "president", "--recipient", "watch@department.example")
    assert said.returncode == 65
    assert said.stderr == "'president' is no address; write addresses as user@domain\n"
    said = hatchway("explain", str(file), "--sender", "<a@b.example>", "--recipient", "postmaster")
    assert said.returncode == 0, said.stderr


def test_check_names_each_file_that_the_settings_name_and_nobody_can_read(settings):
    text = settings.read_text().replace("host: 127.0.0.1}", "host: 127.0.0.1, ca file: ca.pem, user: u, password file: pw}")
    settings.write_text(text + "tls: {certificate: door.pem, key: door.key}\n")
    said = hatchway("check", "-c", str(settings))
    assert said.returncode == 78
    for name, key in (("ca.pem", "ca file"), ("pw", "password file"), ("door.pem", "certificate"), ("door.key", "key")):
        assert f"{settings.parent / name}:1:1: cannot be read: No such file or directory\n" in said.stderr
        assert f"The settings name it under `{key}`." in said.stderr
    assert "4 problems." in said.stderr


SIGN_IN = """\
console:
  listen: 127.0.0.1:8025
  public url: https://console.department.example
  key file: console.key
  oidc:
    issuer: http://127.0.0.1:1
    client id: hatchway
    client secret file: oidc.secret
    roles: [{group: a, role: reviewer, reviewers: [comand]}]
  ldap:
    servers: [ldaps://127.0.0.1:1]
    ca file: ca.pem
    base: dc=x
"""


def test_check_names_what_is_wrong_with_who_vouches(settings):
    settings.write_text(settings.read_text() + SIGN_IN)
    (settings.parent / "oidc.secret").write_text("\n")
    (settings.parent / "ca.pem").write_text("no certificate")
    said = hatchway("check", "-c", str(settings))
    assert said.returncode == 78
    assert f"{settings.parent / 'console.key'}:1:1: cannot be read: No such file" in said.stderr
    assert f"{settings.parent / 'oidc.secret'}:1:1: is empty" in said.stderr
    assert f"{settings.parent / 'ca.pem'}:1:1: cannot be used" in said.stderr
    assert "The settings name it under `console.oidc.client secret file`." in said.stderr
    assert 'no policy names reviewers "comand"' in said.stderr
    assert "4 problems." in said.stderr


def test_check_asks_who_vouches_where_that_is_wanted(settings):
    lines = SIGN_IN.replace("  key file: console.key\n", "").replace("    ca file: ca.pem\n", "").replace("comand", "command")
    settings.write_text(settings.read_text() + lines.replace("    client secret file: oidc.secret\n", ""))
    assert hatchway("check", "-c", str(settings)).returncode == 0
    said = hatchway("check", "--sign-in", "-c", str(settings))
    assert said.returncode == 78
    assert "http://127.0.0.1:1/.well-known/openid-configuration cannot be asked" in said.stderr
    assert "ldaps://127.0.0.1:1: " in said.stderr
    assert "2 problems." in said.stderr


def test_classify_answers_every_line_it_can_whatever_the_others_are():
    odd = ['{"id": "\\ud800", "body": "hello"}', "[" * 100_000, "", "5", '{"id": 1, "eml": 5}', '{"id": null, "body": null}']
    said = hatchway("classify", "--jsonl", "--jobs", "1", stdin="\n".join([*odd, '{"id": "last", "body": "hello"}']))
    assert said.returncode == 65
    assert "Traceback" not in said.stderr
    assert [line.partition(":")[0] for line in said.stderr.splitlines()] == ["line 2", "line 3", "line 4", "line 5"]
    assert [json.loads(line)["id"] for line in said.stdout.splitlines()] == ["\ud800", None, "last"]
