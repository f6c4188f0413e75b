"""When sessions end: clients that go away, drains, and messages that are finished all the same."""

import asyncio
import errno
import gc
import socket
from datetime import timedelta

import pytest

from gateway.settings import Listener
from tests.support.smtpd import NextHop, Submitted, opened, settings, stuffed, until

MESSAGE = b"Subject: Unit 214\r\n\r\n.keys are in the watch office\r\n"
WIRE = stuffed(MESSAGE) + b".\r\n"


async def test_a_client_that_closes_its_side_after_the_final_dot_gets_its_message_relayed_and_its_reply():
    async with opened() as house, house.greeted() as client:
        await client.transaction()
        client.write(WIRE)
        client.writer.write_eof()
        assert await client.reply() == "250 2.0.0 Ok: queued as R1"
        assert await client.gone()
    assert house.hop.delivered == [MESSAGE]


async def test_what_was_pipelined_before_closing_is_still_answered():
    async with opened() as house, house.greeted() as client:
        client.write(b"NOOP\r\nMAIL FROM:<o@department.example>\r\nQUIT\r\n")
        client.writer.write_eof()
        assert [(await client.reply())[:3] for _ in range(3)] == ["250", "250", "221"]


@pytest.mark.parametrize("part", [b"", b"Subject: x\r\n", MESSAGE, MESSAGE + b".", MESSAGE + b".\r"])
@pytest.mark.parametrize("how", ["half-close", "close", "reset"])
async def test_a_client_that_goes_before_its_final_dot_has_sent_nothing(part, how, tmp_path):
    async with opened(None, settings(spool=tmp_path, limits={"in_memory": 5})) as house, house.greeted() as client:
        await client.transaction()
        client.write(part)
        await client.writer.drain()
        await asyncio.sleep(0.02)
        if how == "half-close":
            client.writer.write_eof()
            assert (await client.reply()).startswith("421 4.4.2")
        elif how == "close":
            await client.close()
        else:
            client.reset()
        await house.quiet()
        assert house.hop.conversations[0].aborts == 1
        assert house.hop.conversations[0].closed
        assert list(tmp_path.iterdir()) == []
    assert house.submitted.mails == []


@pytest.mark.parametrize("how", ["close", "reset"])
async def test_a_message_after_its_final_dot_is_finished_though_its_client_is_gone(how, tmp_path):
    hop = NextHop()
    go = hop.stall("DATA")
    async with opened(hop, settings(spool=tmp_path, limits={"in_memory": 5})) as house, house.greeted() as client:
        await client.transaction()
        client.write(WIRE)
        await hop.reached["DATA"].wait()
        if how == "close":
            await client.close()
        else:
            client.reset()
        await asyncio.sleep(0.05)
        assert hop.delivered == []
        assert not hop.conversations[0].closed
        assert len(list(tmp_path.iterdir())) == 1
        go.set()
        await house.quiet()
        assert hop.delivered == [MESSAGE]
        assert hop.conversations[0].closed
        assert hop.conversations[0].aborts == 0
        assert list(tmp_path.iterdir()) == []


async def test_not_even_cancelling_the_session_stops_a_message_after_its_final_dot():
    hop = NextHop()
    go = hop.stall("DATA")
    async with opened(hop) as house, house.greeted() as client:
        await client.transaction()
        client.write(WIRE)
        await hop.reached["DATA"].wait()
        (session,) = house.server._sessions
        session.task.cancel()
        await asyncio.sleep(0.02)
        go.set()
        await house.quiet()
        assert (hop.delivered, hop.conversations[0].closed) == ([MESSAGE], True)


async def test_idle_sessions_are_told_421_at_a_drain_and_new_ones_are_not_taken():
    async with opened() as house, house.greeted() as client, house.client() as fresh:
        await fresh.reply()
        assert house.server.sessions == 2
        assert await house.server.drain(timedelta(seconds=5)) == 0
        assert house.server.sessions == 0
        for each in (client, fresh):
            assert (await each.reply()).startswith("421 4.3.2")
            assert await each.gone()
        with pytest.raises(ConnectionRefusedError):
            async with house.client():
                pass


@pytest.mark.parametrize("balanced", [False, True])
async def test_a_connection_taken_at_the_moment_of_a_drain_is_ended_at_once(balanced):
    configured = settings(proxy_from=("127.0.0.1/32",) if balanced else ())
    async with opened(None, configured) as house:
        with socket.create_connection(("127.0.0.1", house.port), timeout=5) as client:
            house.server._accept(house.server._doors[0])
            async with asyncio.timeout(2):
                await house.server.drain(timedelta(seconds=5))
            gc.collect()
            assert (
                client.makefile("rb")
                .read()
                .endswith(b"" if balanced else b"\r\n421 4.3.2 Going down for a while, please try again later\r\n")
            )


class Exhausted(socket.socket):
    """A listening socket in a process that is out of file descriptors, the first time."""

    refusals = 0

    def accept(self):
        if not self.refusals:
            self.refusals += 1
            raise OSError(errno.EMFILE, "Too many open files")
        return super().accept()


async def test_out_of_file_descriptors_the_door_pauses_and_opens_again(said):
    listening = Exhausted(socket.AF_INET, socket.SOCK_STREAM)
    listening.bind(("127.0.0.1", 0))
    listening.listen(5)
    async with opened() as house:
        house.port = listening.getsockname()[1]
        await house.server.start(Listener.model_construct(address="127.0.0.1:0", tls="none"), listening)
        async with house.client() as client:
            assert (await client.reply()).startswith("220")
    assert [event["event"] for event in said].count("smtp.accept_failed") == 1


async def test_a_drain_does_not_wait_for_a_proxy_header():
    async with opened(None, settings(proxy_from=("127.0.0.1/32",))) as house, house.client() as client:
        await until(lambda: bool(house.server._admissions))
        assert await house.server.drain(timedelta(seconds=5)) == 0
        assert await client.gone()
        assert house.server._admissions == set()


async def test_nothing_is_kept_of_clients_that_are_gone():
    async with opened() as house:
        async with house.greeted() as client:
            assert dict(house.server._clients) == {"127.0.0.1": 1}
            await client.send(MESSAGE)
        await house.quiet()
        await until(lambda: not dict(house.server._clients))
        assert house.server._admissions == set()
        assert house.server._house.unfinished == set()


async def test_a_drain_waits_for_messages_under_way_and_then_says_421():
    hop = NextHop()
    go = hop.stall("DATA")
    async with opened(hop) as house, house.greeted() as sending, house.greeted() as relaying:
        await sending.transaction()
        sending.write(WIRE[:20])
        await relaying.transaction()
        relaying.write(WIRE)
        await hop.reached["DATA"].wait()
        drain = asyncio.create_task(house.server.drain(timedelta(seconds=5)))
        await asyncio.sleep(0.05)
        assert not drain.done()
        go.set()
        sending.write(WIRE[20:])
        for each in (sending, relaying):
            assert (await each.reply()).startswith("250")
            assert (await each.reply()).startswith("421 4.3.2")
        assert await drain == 0
    assert hop.delivered == [MESSAGE, MESSAGE]


async def test_after_the_grace_period_a_message_without_its_dot_is_dropped():
    async with opened() as house, house.greeted() as client:
        await client.transaction()
        client.write(WIRE[:20])
        await asyncio.sleep(0.02)
        assert await house.server.drain(timedelta(seconds=0.1)) == 0
        assert house.server.sessions == 0
        assert house.hop.conversations[0].closed
    assert house.submitted.mails == []


async def test_after_the_grace_period_a_message_after_its_dot_is_still_finished():
    hop = NextHop()
    go = hop.stall("DATA")
    async with opened(hop) as house, house.greeted() as client:
        await client.transaction()
        client.write(WIRE)
        await hop.reached["DATA"].wait()
        assert await house.server.drain(timedelta(seconds=0.1)) == 1
        assert await client.gone()
        go.set()
        await until(lambda: hop.conversations[0].closed)
    assert hop.delivered == [MESSAGE]


async def test_a_session_that_waits_for_the_relay_is_cut_after_the_grace_period():
    hop = NextHop()
    hop.stall("MAIL")
    async with opened(hop) as house, house.greeted() as client:
        client.write(b"MAIL FROM:<o@department.example>\r\n")
        await hop.reached["MAIL"].wait()
        assert await house.server.drain(timedelta(seconds=0.1)) == 0
        assert house.server.sessions == 0
        assert hop.conversations[0].closed


async def test_a_client_that_goes_while_the_relay_is_slow_leaves_nothing_open():
    hop = NextHop()
    go = hop.stall("RCPT")
    async with opened(hop) as house, house.greeted() as client:
        client.write(b"MAIL FROM:<o@department.example>\r\n" + b"RCPT TO:<a@other.example>\r\n" * 3)
        await hop.reached["RCPT"].wait()
        client.reset()
        await asyncio.sleep(0.02)
        go.set()
        await house.quiet()
        assert (hop.conversations[0].aborts, hop.conversations[0].closed) == (1, True)
    assert len(hop.rcpts) == 1


async def test_many_sessions_at_once_each_get_their_own_message():
    async def one(house, number):
        async with house.greeted() as client:
            return await client.send(b"Subject: %d\r\n\r\n%d\r\n" % (number, number), f"r{number}@other.example")

    async with opened() as house:
        replies = await asyncio.gather(*(one(house, number) for number in range(50)))
    assert {reply[:3] for reply in replies} == {"250"}
    for mail, content in zip(house.submitted.mails, house.submitted.contents, strict=True):
        assert content.startswith(b"Subject: %s\r\n" % mail.envelope.recipients[0].local[1:].encode())
    assert len({mail.envelope.recipients[0].local for mail in house.submitted.mails}) == 50


async def test_the_log_names_no_subject_and_no_text(said):
    async with opened() as house, house.greeted() as client:
        await client.send(b"Subject: SECRETSUBJECT\r\n\r\nSECRETTEXT\r\n")
        await client.transaction()
        client.write(b"Subject: SECRETSUBJECT\n\r\nSECRETTEXT\r\n.\r\n")
        assert (await client.reply()).startswith("550")
        await client.ask("SECRETTEXT of a body taken for a command")
    assert said
    assert "SECRET" not in repr(said)


async def test_after_a_fault_of_ours_at_data_the_next_transaction_can_begin(tmp_path, said):
    async with opened(None, settings(spool=tmp_path, limits={"in_memory": 5})) as house, house.greeted() as client:
        await client.transaction()
        client.write(MESSAGE)
        await until(lambda: list(tmp_path.iterdir()) != [])
        next(tmp_path.iterdir()).unlink()
        client.write(b".\r\n")
        assert (await client.reply()).startswith("451 4.3.0")
        assert house.hop.conversations[0].aborts == 1
        assert (await client.send(MESSAGE)).startswith("250")
    assert house.hop.delivered == [MESSAGE]
    assert "smtp.fault" in [event["event"] for event in said]


async def test_a_client_that_sends_commands_without_end_leaves_the_others_their_turn():
    async with opened() as house, house.greeted() as greedy, house.greeted() as modest:
        greedy.write(b"NOOP\r\n" * 3000)
        assert await modest.ask("NOOP") == "250 2.0.0 Ok"
        assert len(greedy.reader._buffer) < len(b"250 2.0.0 Ok\r\n") * 1000


async def test_what_was_done_is_told_though_the_spool_file_cannot_be_taken_away(tmp_path, said):
    class Odd(Submitted):
        async def __call__(self, mail, transaction):
            reply = await super().__call__(mail, transaction)
            mail.content.path.unlink()
            mail.content.path.mkdir()
            return reply

    configured = settings(spool=tmp_path, limits={"in_memory": 5})
    async with opened(None, configured, submit=Odd()) as house, house.greeted() as client:
        assert await client.send(MESSAGE) == "250 2.0.0 Ok: queued as R1"
        assert await client.ask("NOOP") == "250 2.0.0 Ok"
    assert "intake.not_removed" in {event["event"] for event in said}
