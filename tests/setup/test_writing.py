"""What setup writes is what serve loads, whatever was answered, and it says what others need."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.law import load_law
from gateway.settings import load_settings
from gateway.setup import Answers, files, placing, standing, write
from gateway.source import Mistakes

TOP = Path(__file__).parents[2]
ROSTER = TOP / "policies/roster"
ANSWERS = Answers(
    domains=("department.example", "association.example"),
    relay_host="127.0.0.1",
    relay_port=10026,
    relay_tls="none",
    reviewers=("captain@department.example", "lieutenant@department.example"),
    board=("president@association.example",),
    public_url="https://hatchway.department.example",
    hostname="hatchway.department.example",
    clients=("127.0.0.0/8",),
    listen="127.0.0.1:10025",
    console="127.0.0.1:8025",
    folder=Path("/nowhere"),
    state=Path("/nowhere"),
    run=Path("/nowhere"),
)


def written(tmp_path, **changes):
    answers = replace(ANSWERS, folder=tmp_path / "etc", state=tmp_path / "state", run=tmp_path / "run", **changes)
    texts = files(answers, ROSTER)
    paths = write(answers, texts)
    assert set(standing(answers, texts)) == {path for path in paths if path.name != "national.yaml"}
    settings = load_settings(tmp_path / "etc/hatchway.yaml")
    return settings, load_law(settings)


def test_settings_and_policy_say_what_was_answered(tmp_path):
    settings, law = written(tmp_path)
    assert settings.sender_domains == ("department.example", "association.example")
    assert (settings.relay.host, settings.relay.port, settings.relay.tls) == ("127.0.0.1", 10026, "none")
    assert settings.console.public_url == "https://hatchway.department.example"
    assert settings.store == tmp_path / "state/hatchway.db"
    [command] = law.rulebook.reviewers
    assert [str(one) for one in command.members] == list(ANSWERS.reviewers)
    assert set(law.rulebook.groups) == {"department", "association board"}
    assert (tmp_path / "etc/hatchway.yaml").stat().st_mode & 0o007 == 0


@pytest.mark.parametrize(
    ("clients", "believed"),
    [
        (("127.0.0.0/8",), ["127.0.0.0/8"]),
        (("192.0.2.20", "2001:db8::7/128"), ["192.0.2.20", "2001:db8::7/128"]),
        (("192.0.2.0/24", "192.0.2.20/32"), ["192.0.2.20/32"]),
        (("10.0.0.0/8",), []),
    ],
)
def test_no_client_of_a_whole_network_is_believed_to_speak_for_another(tmp_path, clients, believed):
    settings, _ = written(tmp_path, clients=clients)
    assert list(settings.xforward_from) == believed
    assert len(settings.client_networks) == len(clients)


def test_the_boards_mail_is_taken_wherever_its_addresses_are(tmp_path):
    settings, _ = written(tmp_path, domains=("department.example",), board=("chair@Network.example", "vice@network.example"))
    assert settings.sender_domains == ("department.example", "network.example")


def test_a_postfix_on_this_machine_gets_mail_back_at_a_door_of_its_own_and_the_settings_follow():
    said = dict(placing(replace(ANSWERS, relay_port=25)))["Postfix, master.cf"]
    assert "127.0.0.1:10026  inet" in said
    assert "127.0.0.1:25" not in said
    assert "{host: 127.0.0.1, port: 10026}" in said
    assert "relay" not in dict(placing(ANSWERS))["Postfix, master.cf"]


def test_the_gateways_user_reads_what_is_written_whatever_roots_umask_is(tmp_path):
    before = os.umask(0o077)
    try:
        written(tmp_path)
    finally:
        os.umask(before)
    modes = {path: (tmp_path / "etc" / path).stat().st_mode & 0o777 for path in ("policies", "policies/department.yaml")}
    assert modes == {"policies": 0o755, "policies/department.yaml": 0o644}
    assert (tmp_path / "etc/hatchway.yaml").stat().st_mode & 0o777 == 0o640


def test_without_a_board_or_a_console_there_is_none(tmp_path):
    settings, law = written(tmp_path, board=(), public_url="", relay_tls="starttls", relay_ca=tmp_path / "ca.pem")
    assert settings.console is None
    assert settings.relay.ca_file == tmp_path / "ca.pem"
    assert set(law.rulebook.groups) == {"department"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"domains": ("@x",)}, '"@x" is no domain'),
        ({"reviewers": ('a"], b: [c',)}, "is no mail address"),
        ({"hostname": "a: b"}, '"a: b" is no host name'),
        ({"public_url": "http://x.example"}, "is not encrypted"),
    ],
)
def test_an_answer_that_makes_no_settings_is_told_as_a_mistake_and_can_say_no_more_than_it_is(tmp_path, change, said):
    with pytest.raises(Mistakes) as found:
        written(tmp_path, **change)
    assert said in str(found.value)


def test_the_lines_for_postfix_lead_in_and_for_a_relay_on_this_machine_back():
    said = dict(placing(ANSWERS))
    lines = "content_filter = hatchway:[127.0.0.1]:10025\nhatchway_destination_recipient_limit = 1000\n"
    assert said["Postfix, main.cf"] == lines
    readme = (TOP / "README.md").read_text(encoding="utf-8")
    assert said["Postfix, main.cf"] in readme
    assert said["Postfix, master.cf"] in readme
    away = dict(placing(replace(ANSWERS, relay_host="relay.department.example")))["Postfix, master.cf"]
    assert "inet" not in away
    for name in ("Exchange", "Google"):
        [lines] = [lines for heading, lines in placing(ANSWERS) if name in heading]
        assert ANSWERS.hostname in lines
        assert "10025" in lines
