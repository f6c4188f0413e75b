"""Doctor and the command line have the running gateway tell each webhook a test."""

import asyncio

import pytest

from gateway.cli.check import _problems
from gateway.control import Refused
from gateway.control.server import ControlServer
from gateway.control.webhooks import webhook_answers
from gateway.doctor import machine, webhooks
from gateway.settings import load_settings
from gateway.source import Mistakes
from gateway.webhook import new_secret
from gateway.webhooks import Webhooks
from tests.support.mails import FixedClock
from tests.test_settings import GOOD

HOOKS = """
webhooks:
  tickets: {url: "https://tickets.department.example/hook", secret file: tickets}
  chat: {url: "http://127.0.0.1:9/", secret file: chat, events: [held]}
"""


class Line:
    """A receiver as far as it is asked: what it answers."""

    def __init__(self, status, says):
        self.answer = status, says, ""

    async def tell(self, _url, _octets, _headers):
        return self.answer


@pytest.fixture
def settings(tmp_path):
    for name in ("tickets", "chat"):
        (tmp_path / name).write_text(new_secret())
    (tmp_path / "hatchway.yaml").write_text(GOOD + HOOKS)
    return load_settings(tmp_path / "hatchway.yaml")


def answers(settings, hooks=None):
    lines = {"tickets": Line(204, "answered 204"), "chat": Line(0, "cannot be reached: refused")}
    told = Webhooks(
        settings.webhooks if hooks is None else hooks,
        lines=lines,
        trail=None,
        calls=None,
        desk=None,
        alarm=None,
        clock=FixedClock(),
        public_url="",
    )
    return webhook_answers(told)


async def test_each_webhook_is_told_a_test_by_the_running_gateway(settings):
    server = ControlServer(settings.control_socket, answers(settings))
    await server.start()
    heard, unheard = await asyncio.to_thread(lambda: list(webhooks.looked_at(settings)))
    await server.close()
    assert (heard.state, heard.what, heard.says) == ("good", "webhook tickets", "it answered 204 to a test")
    assert (unheard.state, unheard.says) == ("bad", "cannot be reached: refused")
    assert "`webhooks.chat`" in unheard.remedy


async def test_a_gateway_that_does_not_know_it_yet_says_so_and_one_that_is_not_there_nothing(settings):
    assert list(webhooks.looked_at(settings)) == []
    server = ControlServer(settings.control_socket, answers(settings, {}))
    await server.start()
    found = await asyncio.to_thread(lambda: list(webhooks.looked_at(settings)))
    await server.close()
    assert [one.state for one in found] == ["bad", "bad"]
    assert "has no webhook called tickets; there are none at all" in found[0].says


async def test_a_test_without_a_secret_is_refused_in_words(settings, tmp_path):
    (tmp_path / "tickets").unlink()
    with pytest.raises(Refused, match="tickets: No such file"):
        await answers(settings)["webhook.test"]("root", {"name": "tickets"})


@pytest.mark.usefixtures("settings")
def test_a_secret_that_is_none_is_found_by_check_with_what_makes_one(tmp_path):
    (tmp_path / "chat").write_text("secret")
    found = [one for one in _problems(tmp_path / "hatchway.yaml") if "whsec_" in one.message]
    assert [one.location.path for one in found] == [str(tmp_path / "chat")]


@pytest.mark.usefixtures("settings")
def test_an_event_is_named_once(tmp_path):
    (tmp_path / "twice.yaml").write_text(GOOD + HOOKS.replace("[held]", "[held, held]"))
    with pytest.raises(Mistakes, match=r"14:65: names an event twice"):
        load_settings(tmp_path / "twice.yaml")


def test_a_secret_that_everybody_may_read_is_found(settings, tmp_path):
    (tmp_path / "chat").chmod(0o644)
    (tmp_path / "tickets").chmod(0o600)
    said = [one.says for one in machine.permissions(settings, None) if one.state == "bad"]
    assert said == [f"everybody may read or write {tmp_path / 'chat'}"]
