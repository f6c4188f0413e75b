"""The fake relay that other tests rely on: it answers as it should, sees what a client does wrong, and fails as told."""

import asyncio
from typing import Self

import pytest

from tests.support.relay import FakeRelay, close, hang, reset, say, split, stray

ENVELOPE = b"EHLO client.example\r\nMAIL FROM:<a@x.example>\r\nRCPT TO:<b@x.example>\r\nDATA\r\n"


class Speaker:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def __aenter__(self) -> Self:
        await self.hear()
        return self

    async def __aexit__(self, *_: object) -> None:
        self.writer.close()
        await asyncio.gather(self.writer.wait_closed(), return_exceptions=True)

    async def hear(self) -> str:
        """The last line of the next reply; "" if there is none."""
        while (line := (await self.reader.readline()).decode())[3:4] == "-":
            pass
        return line.strip()

    async def say(self, octets: bytes) -> str:
        self.writer.write(octets)
        return await self.hear()


async def speaker(relay: FakeRelay) -> Speaker:
    return Speaker(*await asyncio.open_connection(relay.host, relay.port))


async def in_data(client: Speaker) -> None:
    for line in ENVELOPE.splitlines(keepends=True):
        last = await client.say(line)
    assert last.startswith("354")


async def test_a_message_is_kept_unstuffed_and_acked_once_its_250_went_out():
    async with FakeRelay() as relay, await speaker(relay) as client:
        await in_data(client)
        assert relay.messages == []
        assert await client.say(b"Subject: x\r\n\r\n..dot\r\n.\r\n") == "250 2.0.0 Ok: queued as 1"

        [message] = relay.messages
        assert (message.mail, message.rcpts) == (b"MAIL FROM:<a@x.example>", [b"RCPT TO:<b@x.example>"])
        assert message.data == b"Subject: x\r\n\r\n.dot\r\n"
        assert message.acked
        assert relay.violations == []


@pytest.mark.parametrize("end", [b"\n.\n", b"\r\n.\n", b"\n.\r\n", b"\r.\r", b"\r\n.\r", b"\r\n\x00.\r\n", b"\r\r\n.\r\r\n"])
async def test_only_crlf_dot_crlf_ends_a_message(end):
    async with FakeRelay() as relay, await speaker(relay) as client:
        await in_data(client)
        client.writer.write(b"text" + end + b"MAIL FROM:<forged@x.example>\r\n")
        await asyncio.sleep(0.02)
        assert relay.messages == []
        assert (await client.say(b".\r\n"))[:3] == ("250" if b"\x00" in end else "550")
        assert len(relay.messages) == 1


@pytest.mark.parametrize(
    "octets",
    [
        b"NOOP\n",
        b"NO\rOP\r\n",
        b"MAIL FROM: <a@x.example>\r\n",
        b"MAIL FROM:a@x.example\r\n",
        b"MAIL FROM:<a@x.example> REQUIRETLS\r\n",
        b"MAIL FROM:<a@x.example> UNKNOWN=1\r\n",
        b"NOOP\r\nNOOP\r\n",
        b"DATA\r\nSubject: too soon\r\n",
    ],
)
async def test_what_a_client_does_wrong_is_written_down(octets):
    async with FakeRelay() as relay, await speaker(relay) as client:
        await client.say(b"EHLO client.example\r\n")
        await client.say(octets)
        assert relay.violations


async def test_commands_sent_ahead_are_wrong_only_where_pipelining_is_not_offered():
    for extensions, wrong in ((("PIPELINING",), False), ((), True)):
        async with FakeRelay(extensions=extensions) as relay, await speaker(relay) as client:
            await client.say(b"EHLO client.example\r\n")
            await client.say(b"MAIL FROM:<a@x.example>\r\nRCPT TO:<b@x.example>\r\n")
            assert bool(relay.violations) is wrong


async def test_a_line_with_an_unstuffed_dot_is_written_down():
    async with FakeRelay() as relay, await speaker(relay) as client:
        await in_data(client)
        await client.say(b".dot\r\n.\r\n")
        assert relay.violations == ["a line begins with a dot and is not stuffed"]


async def test_commands_out_of_order_are_refused():
    async with FakeRelay() as relay, await speaker(relay) as client:
        assert (await client.say(b"MAIL FROM:<a@x.example>\r\n"))[:3] == "503"
        await client.say(b"EHLO client.example\r\n")
        assert (await client.say(b"RCPT TO:<a@x.example>\r\n"))[:3] == "503"
        assert (await client.say(b"DATA\r\n"))[:3] == "554"
        assert (await client.say(b"MAIL FROM:<a@x.example>\r\n"))[:3] == "250"
        assert (await client.say(b"MAIL FROM:<a@x.example>\r\n"))[:3] == "503"
        assert (await client.say(b"XFORWARD NAME=a\r\n"))[:3] == "503"
        assert (await client.say(b"BOGUS\r\n"))[:3] == "502"


async def test_a_script_is_followed_once_and_then_it_answers_as_usual():
    async with FakeRelay() as relay, await speaker(relay) as client:
        relay.script("MAIL", say("450 4.7.1 not now"), split(1), stray(b"250 stray\r\n"))
        await client.say(b"EHLO client.example\r\n")
        assert await client.say(b"MAIL FROM:<a@x.example>\r\n") == "450 4.7.1 not now"
        assert await client.say(b"MAIL FROM:<a@x.example>\r\n") == "250 2.1.0 Ok"
        await client.say(b"RSET\r\n")
        assert await client.say(b"MAIL FROM:<a@x.example>\r\n") == "250 2.1.0 Ok"
        assert await client.hear() == "250 stray"
        with pytest.raises(ValueError, match="NONSENSE"):
            relay.script("NONSENSE", close())


async def test_it_closes_resets_and_hangs_as_told():
    async with FakeRelay() as relay:
        for act in (close(), reset(), hang()):
            async with await speaker(relay) as client:
                relay.script("EHLO", act)
                hearing = asyncio.create_task(client.say(b"EHLO client.example\r\n"))
                done, _ = await asyncio.wait([hearing], timeout=0.1)
                assert bool(done) is (act.then != "hang")
                if act.then == "reset":
                    assert isinstance(hearing.exception(), ConnectionResetError)
                hearing.cancel()
                await asyncio.gather(hearing, return_exceptions=True)


async def test_a_message_cut_off_is_kept_among_the_broken():
    async with FakeRelay() as relay:
        async with await speaker(relay) as client:
            await in_data(client)
            client.writer.write(b"Subject: half\r\n")
        await relay.quiet()
        assert [message.data for message in relay.broken] == [b"Subject: half\r\n"]
        assert relay.messages == []


async def test_it_goes_down_and_comes_up_on_the_same_port():
    async with FakeRelay() as relay:
        port = relay.port
        await relay.down()
        with pytest.raises(ConnectionRefusedError):
            await speaker(relay)
        await relay.up()
        assert relay.port == port
        async with await speaker(relay) as client:
            assert (await client.say(b"NOOP\r\n"))[:3] == "503"
