"""Where the door listens, who may open it, and how it closes."""

import asyncio
import grp
import os
import socket
import stat
from datetime import timedelta

import pytest

from gateway.intake import Budget
from gateway.milter import MilterServer
from gateway.settings import Milter
from tests.support.milter import GRACE, Ending, opened, packet, strings
from tests.support.smtpd import FixedClock, settings

MAIL = packet(b"M", strings(b"<officer@department.example>"))


def door(milter: Milter) -> MilterServer:
    ending = Ending()
    return MilterServer(settings(milter=milter), submit=ending.submit, ours=ending.ours, clock=FixedClock(), budget=Budget(1000))


def at(path, **how) -> Milter:
    return Milter().model_copy(update={"socket": path, **how})


async def test_the_socket_has_the_mode_and_the_group_of_the_settings(tmp_path):
    own = grp.getgrgid(os.getgid()).gr_name
    async with opened(tmp_path, milter={"mode": "0600", "group": own}) as house:
        found = house.socket.stat()
        assert stat.S_IMODE(found.st_mode) == 0o600
        assert found.st_gid == os.getgid()
    assert not house.socket.exists()


async def test_a_group_that_is_not_here_is_named_and_leaves_no_socket(tmp_path):
    with pytest.raises(OSError, match=r"milter cannot listen on .*m\.sock: there is no group nobodys"):
        await door(at(tmp_path / "m.sock", group="nobodys")).start()
    assert not (tmp_path / "m.sock").exists()


async def test_the_socket_of_a_front_that_is_gone_is_taken_over(tmp_path):
    with socket.socket(socket.AF_UNIX) as old:
        old.bind(str(tmp_path / "milter.sock"))
    async with opened(tmp_path) as house, house.mta() as mta:
        await mta.greet()


async def test_the_socket_of_a_living_front_is_not(tmp_path):
    async with opened(tmp_path) as house:
        with pytest.raises(OSError, match="another process listens there"):
            await door(at(house.socket)).start()
        async with house.mta() as mta:
            await mta.greet()


async def test_a_file_that_is_no_socket_is_left_alone(tmp_path):
    (tmp_path / "m.sock").write_text("precious")
    with pytest.raises(OSError, match="milter cannot listen on"):
        await door(at(tmp_path / "m.sock")).start()
    assert (tmp_path / "m.sock").read_text() == "precious"


async def test_a_port_that_is_taken_is_named():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(OSError, match=f"milter cannot listen on {address}"):
            await door(Milter().model_copy(update={"address": address})).start()


async def test_one_connection_too_many_is_closed_and_the_others_are_not(tmp_path, said):
    async with opened(tmp_path, limits={"connections": 1}) as house, house.mta() as first:
        await first.greet()
        async with house.mta() as second:
            assert await second.hear() == ("", b"")
        assert await first.message() == [("a", b"")]
    assert {"event": "milter.refused", "why": "too many connections", "log_level": "warning"} in said


async def test_a_drain_ends_idle_connections_and_lets_a_message_be_finished(tmp_path):
    async with opened(tmp_path) as house, house.mta() as idle, house.mta() as busy:
        await idle.greet()
        await busy.greet()
        await busy.envelope()
        draining = asyncio.create_task(house.server.drain(GRACE))
        assert await idle.hear() == ("", b"")
        busy.content()
        assert await busy.ending() == [("a", b"")]
        assert await busy.hear() == ("", b"")
        assert await draining == 0
        assert not house.socket.exists()


async def test_while_it_drains_a_new_message_is_for_later(tmp_path):
    async with opened(tmp_path) as house, house.mta() as mta:
        await mta.greet()
        await mta.envelope()
        draining = asyncio.create_task(house.server.drain(GRACE))
        await asyncio.sleep(0)
        assert [await mta.ask(packet(b"A"), MAIL), await mta.hear()] == [("t", b""), ("", b"")]
        assert await draining == 0


async def test_a_message_that_nobody_finishes_is_cut_after_the_grace(tmp_path):
    async with opened(tmp_path) as house, house.mta() as mta:
        await mta.greet()
        await mta.envelope()
        assert await house.server.drain(timedelta(seconds=0.1)) == 0
        assert await mta.hear() == ("", b"")


async def test_a_judgement_outlasts_the_drain_and_is_counted(tmp_path, said):
    ending = Ending(stall=asyncio.Event())
    async with opened(tmp_path, ending) as house, house.mta() as mta:
        await mta.greet()
        await mta.envelope()
        mta.content()
        await ending.reached.wait()
        assert await house.server.drain(timedelta(seconds=0.1)) == 1
        ending.stall.set()
    assert {"event": "milter.unfinished", "messages": 1, "log_level": "error"} in said
