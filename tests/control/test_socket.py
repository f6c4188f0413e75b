"""Both ends of the control socket, over a real one."""

import asyncio
import getpass
import json
import socket
from contextlib import suppress

import pytest

from gateway.control import NotRunning, Refused, ask
from gateway.control.server import ControlServer
from gateway.hold import AlreadyRuled, Review, Ruling
from gateway.mail import Address
from gateway.ports import StoreUnavailable, StoreUncertain
from tests.support.mails import NOW

RULED = Review(reviewer="captain", ruling=Ruling.DENIED, recipients=(Address.parse("a@b.example"),), note="no", at=NOW)


def raising(error):
    async def answer(_user, _asked):
        raise error

    return answer


async def who(user, asked):
    return {"user": user, **asked}


ANSWERS = {
    "who": who,
    "ruled": raising(AlreadyRuled(RULED)),
    "unknown": raising(KeyError("H9")),
    "invalid": raising(ValueError("a denial requires a note that says why")),
    "refused": raising(Refused("invalid", "not so")),
    "away": raising(StoreUnavailable("disk full")),
    "lost": raising(StoreUncertain("server closed the connection")),
    "fault": raising(ZeroDivisionError("secret detail")),
}


@pytest.fixture
async def control(tmp_path):
    server = ControlServer(tmp_path / "run" / "control.sock", ANSWERS)
    await server.start()
    yield tmp_path / "run" / "control.sock"
    await server.close()


async def test_an_answer_knows_the_system_user_who_asked(control):
    said = await asyncio.to_thread(ask, control, "who", id="H1", note="é\n")
    assert said == {"user": getpass.getuser(), "id": "H1", "note": "é\n"}


@pytest.mark.parametrize(
    ("request_", "code", "says"),
    [
        ("ruled", "already", "already denied by captain at 2026-10-14 09:30 UTC"),
        ("unknown", "unknown", "no message is held as H9"),
        ("invalid", "invalid", "a denial requires a note that says why"),
        ("refused", "invalid", "not so"),
        ("away", "unavailable", "the store cannot be reached now; nothing was changed"),
        ("lost", "unavailable", "the store was lost while it wrote; look whether it was done, or ask again"),
        ("nonsense", "invalid", "this Hatchway does not know that request; are both of one version?"),
    ],
)
async def test_a_refusal_has_a_code_and_a_sentence(control, request_, code, says):
    with pytest.raises(Refused) as refused:
        await asyncio.to_thread(ask, control, request_)
    assert (refused.value.code, str(refused.value)) == (code, says)


async def test_a_fault_tells_the_caller_nothing_of_its_inside_and_the_next_request_is_answered(control):
    with pytest.raises(Refused, match="its log says why") as refused:
        await asyncio.to_thread(ask, control, "fault")
    assert "secret" not in str(refused.value)
    assert (await asyncio.to_thread(ask, control, "who"))["user"] == getpass.getuser()


@pytest.mark.parametrize(
    "line", [b"\n", b"null\n", b"[]\n", b'{"request": []}\n', b"{", b"\xff\xfe\n", b'{"no": "request"}\n', b"[" * 99999 + b"\n"]
)
async def test_a_line_that_is_no_request_is_refused_and_harms_nothing(control, line):
    def send():
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(5)
            connection.connect(str(control))
            connection.sendall(line)
            connection.shutdown(socket.SHUT_WR)
            return connection.makefile("rb").readline()

    assert json.loads(await asyncio.to_thread(send))["refused"] == "invalid"
    assert (await asyncio.to_thread(ask, control, "who"))["user"]


def test_a_front_that_is_not_there_is_said_so(tmp_path):
    with pytest.raises(NotRunning, match="no running Hatchway answers"):
        ask(tmp_path / "none.sock", "status")


async def test_a_second_front_on_the_same_socket_is_refused_and_a_dead_ones_socket_is_taken_over(control):
    with pytest.raises(OSError, match="another Hatchway listens"):
        await ControlServer(control, {}).start()
    dead = control.with_name("dead.sock")
    with socket.socket(socket.AF_UNIX) as leftover:
        leftover.bind(str(dead))
    server = ControlServer(dead, ANSWERS)
    await server.start()
    assert (await asyncio.to_thread(ask, dead, "who"))["user"]
    await server.close()
    assert not dead.exists()


async def test_who_does_not_end_a_request_is_dropped(tmp_path, said):
    server = ControlServer(tmp_path / "control.sock", ANSWERS, patience=0.1)
    await server.start()
    reader, writer = await asyncio.open_unix_connection(tmp_path / "control.sock")
    writer.write(b'{"request": ')
    assert await asyncio.wait_for(reader.read(), 5) == b""
    assert [event["event"] for event in said] == ["control.dropped"]
    writer.close()
    await server.close()


async def test_who_does_not_hear_the_answer_is_dropped(tmp_path, said):
    async def long(_user, _asked):
        return "x" * 4_000_000

    server = ControlServer(tmp_path / "control.sock", {"long": long}, patience=0.3)
    await server.start()
    reader, writer = await asyncio.open_unix_connection(tmp_path / "control.sock", limit=1000)
    writer.write(b'{"request": "long"}\n')
    await asyncio.sleep(1)
    assert [event["event"] for event in said] == ["control.dropped"]
    with suppress(ConnectionError):
        assert len(await asyncio.wait_for(reader.read(), 5)) < 4_000_000
    writer.close()
    await server.close()


async def test_the_socket_is_for_its_owner_and_group_only(control):
    assert control.stat().st_mode & 0o777 == 0o660
