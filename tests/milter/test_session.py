"""How the door fails: behind a word to try again later, with a line in the log, and nobody else is touched."""

import asyncio
import struct

import pytest

from gateway.mail import Reply
from tests.support.milter import Ending, connect, opened, options, packet, strings

MAIL, RCPT = (packet(command, strings(b"<a@department.example>")) for command in (b"M", b"R"))
STARTED = (options(), connect())


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ((struct.pack("!I", 0),), "a packet of 0 octets"),
        ((struct.pack("!I", 2**31),), "a packet of 2147483648 octets"),
        ((packet(b"?"),), "the unknown command b'?'"),
        ((MAIL,), "a command before the options"),
        ((packet(b"O", b"\0\0\0\6"),), "options that are cut short"),
        ((options(), MAIL), "MAIL before a client"),
        ((options(), packet(b"H", strings(b"x"))), "HELO before a client"),
        ((options(), packet(b"C", b"x\0Z")), "a client of no known kind"),
        ((options(), packet(b"C", b"x\x004\0")), "a client without an address"),
        ((options(), packet(b"C", b"x\x004\0\0nowhere\0")), "a client without an address"),
        ((*STARTED, packet(b"H", b"no end")), "a string without its end"),
        ((*STARTED, packet(b"D")), "macros that belong to nothing"),
        ((*STARTED, packet(b"D", b"Mi\0")), "a macro without its value"),
        ((*STARTED, RCPT), "RCPT out of turn"),
        ((*STARTED, packet(b"N")), "the end of a header out of turn"),
        ((*STARTED, packet(b"B", b"x")), "a body out of turn"),
        ((*STARTED, packet(b"E")), "the end of a message out of turn"),
        ((*STARTED, MAIL, packet(b"E")), "the end of a message out of turn"),
        ((*STARTED, packet(b"L", strings(b"a", b"b"))), "a header field out of turn"),
        ((*STARTED, MAIL, packet(b"L", strings(b"a"))), "a header field that is not a name and a value"),
        ((*STARTED, MAIL, packet(b"L", strings(b"", b"b"))), "a header field that is not a name and a value"),
        ((*STARTED, MAIL, packet(b"N"), RCPT), "RCPT out of turn"),
        ((*STARTED, MAIL, packet(b"M", b"no end")), "a string without its end"),
        ((*STARTED, MAIL, packet(b"R", b"no end")), "a string without its end"),
        ((*STARTED, MAIL, packet(b"L", b"no end")), "a string without its end"),
    ],
)
async def test_what_is_no_milter_protocol_is_answered_by_later_and_a_close(tmp_path, said, told, why):
    async with opened(tmp_path) as house, house.mta() as mta:
        mta.say(*told)
        heard = [await mta.hear()]
        while heard[-1] != ("", b""):
            heard.append(await mta.hear())
        assert heard[-2] == ("t", b"")
        assert not house.ending.mails
    assert [event["why"] for event in said if event["event"] == "milter.protocol_error"] == [why]


async def test_a_fault_while_a_message_is_told_is_later_and_a_close(tmp_path, said):
    async with opened(tmp_path) as house, house.mta() as mta:
        await mta.greet()
        house.server._house.clock = None
        await mta.envelope()
        mta.content()
        assert [await mta.hear(), await mta.hear()] == [("t", b""), ("", b"")]
    assert "milter.fault" in {event["event"] for event in said}


async def test_a_spool_that_takes_no_more_is_a_452(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    async with opened(tmp_path, limits={"in_memory": 10}) as house, house.mta() as mta:
        house.server._house.settings = house.server._house.settings.model_copy(update={"spool": tmp_path / "file" / "none"})
        await mta.greet()
        assert await mta.message() == [("y", b"452 4.3.1 Too much mail at once, please try again later\0")]


async def test_what_was_held_is_told_though_the_spool_file_cannot_be_taken_away(tmp_path):
    class Odd(Ending):
        async def submit(self, mail, transaction):
            reply = await super().submit(mail, transaction)
            mail.content.path.unlink()
            mail.content.path.mkdir()
            return reply

    ending = Odd(reply=Reply(code=250, text="held"))
    async with opened(tmp_path, ending, limits={"in_memory": 10}) as house, house.mta() as mta:
        await mta.greet()
        assert await mta.message() == [("d", b"")]
        ending.mails[0].content.path.rmdir()
        assert await mta.message() == [("d", b"")]
        ending.mails[1].content.path.rmdir()


async def test_an_mta_that_goes_away_in_mid_message_has_sent_nothing(tmp_path):
    async with opened(tmp_path) as house:
        async with house.mta() as mta:
            await mta.greet()
            await mta.envelope()
            mta.say(packet(b"B", b"half of"))
        await house.quiet()
        assert not house.ending.mails


async def test_an_mta_that_goes_away_behind_a_message_does_not_stop_it(tmp_path):
    ending = Ending(stall=asyncio.Event())
    async with opened(tmp_path, ending) as house:
        async with house.mta() as mta:
            await mta.greet()
            await mta.envelope()
            mta.content()
            await ending.reached.wait()
        await house.quiet()
        ending.stall.set()
        async with asyncio.timeout(5):
            while house.server._house.unfinished:  # noqa: ASYNC110  -- what is waited for has no event
                await asyncio.sleep(0.01)
        assert len(ending.mails) == 1


async def test_a_flood_behind_a_message_is_not_read_while_it_is_judged(tmp_path):
    ending = Ending(stall=asyncio.Event())
    async with opened(tmp_path, ending) as house, house.mta() as mta:
        await mta.greet()
        await mta.envelope()
        mta.content()
        await ending.reached.wait()
        mta.say(*[packet(b"D", b"M" + strings(b"i", b"x" * 60_000))] * 200)
        await asyncio.sleep(0.2)
        [session] = house.server._sessions
        assert session._packets.waiting < 2 * 1024**2
        ending.stall.set()
        assert await mta.hear() == ("a", b"")
        assert await mta.message() == [("a", b"")]
