"""What passes between client and relay: live replies, octets as written, one conversation for a session."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.mail import Address, Reply
from tests.support.smtpd import FULL, HOSTNAME, NextHop, opened, stuffed
from tests.support.smtpd import settings as configured

MESSAGE = b"Subject: Unit 214\r\n\r\n.dot\r\n..two\r\nkeys are in the watch office\r\n"


async def test_a_message_is_relayed_and_the_relays_own_answers_reach_the_client():
    hop = NextHop(
        replies={
            b"<officer@department.example>": Reply(code=250, status="2.1.0", text="Sender fine\nand welcome"),
            b"gone@other.example": Reply(code=550, status="5.1.1", text="No such user"),
            b"full@other.example": Reply(code=452, status="4.2.2", text="Mailbox full"),
        }
    )
    async with opened(hop) as house, house.client() as client:
        await client.play("""
            S: 220 hatchway.department.example ESMTP *
            C: EHLO client.example
            S: 250-hatchway.department.example / *
            C: MAIL FROM:<officer@department.example>
            S: 250-2.1.0 Sender fine / 250 2.1.0 and welcome
            C: RCPT TO:<gone@other.example>
            S: 550 5.1.1 No such user
            C: RCPT TO:<full@other.example>
            S: 452 4.2.2 Mailbox full
            C: RCPT TO:<a@other.example>
            S: 250 2.1.5 Ok
            C: DATA
            S: 354 *
            C: Subject: Unit 214
            C:
            C: ..
            C: .
            S: 250 2.0.0 Ok: queued as R1
            C: QUIT
            S: 221 2.0.0 *
        """)
        assert await client.gone()
    (mail,) = house.submitted.mails
    assert mail.envelope.recipients == (Address(local="a", domain="other.example"),)
    assert hop.delivered == [b"Subject: Unit 214\r\n\r\n.\r\n"]


async def test_parameters_reach_the_relay_for_each_recipient_octet_for_octet():
    async with opened() as house, house.greeted() as client:
        await client.play("""
            C: mail From:<Officer@Department.Example> ret=HDRS ENVID=QQ+3Dx Body=8BITMIME SIZE=100
            S: 250 *
            C: RCPT TO:<@r.example:"A b"@other.example> NOTIFY=SUCCESS,failure ORCPT=rfc822;A+20b@Other.Example
            S: 250 *
            C: RCPT TO:<b@other.example> NOTIFY=NEVER
            S: 250 *
        """)
        assert (await client.ask("DATA")).startswith("354")
        client.write(stuffed(MESSAGE) + b".\r\n")
        assert await client.reply() == "250 2.0.0 Ok: queued as R1"
    (mail,) = house.submitted.mails
    sent = (b"ret=HDRS", b"ENVID=QQ+3Dx", b"Body=8BITMIME")
    assert mail.envelope.mail.path == b"Officer@Department.Example"
    assert mail.envelope.mail.parameters == (*sent, b"SIZE=100")
    assert house.hop.mails[0].parameters == (*sent, b"SIZE=4196")
    assert [(rcpt.path, rcpt.parameters) for rcpt in house.hop.rcpts] == [
        (b'@r.example:"A b"@other.example', (b"NOTIFY=SUCCESS,failure", b"ORCPT=rfc822;A+20b@Other.Example")),
        (b"b@other.example", (b"NOTIFY=NEVER",)),
    ]
    assert mail.envelope.rcpts == tuple(house.hop.rcpts)
    assert mail.envelope.recipients[0] == Address(local="A b", domain="other.example")


async def test_size_and_auth_are_left_out_for_a_relay_that_has_neither():
    hop = NextHop(extensions={"8BITMIME": ""})
    async with opened(hop) as house, house.greeted() as client:
        assert (await client.ask("MAIL FROM:<o@department.example> SIZE=10 AUTH=<> BODY=8BITMIME")).startswith("250")
        assert hop.mails[0].parameters == (b"BODY=8BITMIME",)
        assert (await client.ask("RSET")).startswith("250")
        hop.extensions = {"8BITMIME": "", "AUTH": "PLAIN"}
        assert (await client.ask("MAIL FROM:<o@department.example> AUTH=o+3Dx@x.example")).startswith("250")
        assert hop.mails[1].parameters == (b"AUTH=o+3Dx@x.example",)


@pytest.mark.parametrize("parameter", ["RET=HDRS", "ENVID=x", "SMTPUTF8", "BODY=8BITMIME"])
async def test_what_the_relay_does_not_offer_is_neither_offered_nor_taken(parameter):
    async with opened(NextHop(extensions={"SIZE": "1000000"})) as house, house.client() as client:
        await client.reply()
        assert await client.ask("EHLO c") == f"250-{HOSTNAME} / 250-PIPELINING / 250-SIZE 995904 / 250 ENHANCEDSTATUSCODES"
        assert (await client.ask(f"MAIL FROM:<o@department.example> {parameter}")).startswith("555 5.5.4")
        assert house.hop.mails == []
        assert (await client.ask("MAIL FROM:<o@department.example> BODY=7BIT")).startswith("250")
        assert house.hop.mails[0].parameters == ()
        assert (await client.ask("RCPT TO:<a@other.example> NOTIFY=NEVER")).startswith("555 5.5.4")


LESS = {"SIZE": "1000000"}


@pytest.mark.parametrize("parameter", ["RET=HDRS", "ENVID=x", "SMTPUTF8", "BODY=8BITMIME", "SIZE=995905"])
async def test_what_was_offered_and_another_session_found_lacking_since_is_refused_for_now(parameter):
    async with opened() as house, house.greeted() as client:
        house.hop.extensions = LESS
        assert (await client.ask(f"MAIL FROM:<o@department.example> {parameter}")).startswith("451 4.3.0")
        assert house.hop.mails == []
        assert (await client.ask("MAIL FROM:<o@department.example>")).startswith("250")
        assert (await client.ask("RCPT TO:<a@other.example> NOTIFY=NEVER")).startswith("451 4.3.0")
        await client.ask("EHLO client.example")
        assert (await client.ask(f"MAIL FROM:<o@department.example> {parameter}")).startswith("55")


async def test_a_message_as_large_as_was_offered_is_refused_for_now_where_the_relay_takes_less_by_now():
    async with opened(None, configured(limits={"message_size": 2_000_000})) as house, house.greeted() as client:
        house.hop.extensions = LESS
        assert (await client.send(b"a\r\n" * 400_000)).startswith("451 4.3.0")
        assert (await client.send(b"a\r\n" * 700_000)).startswith("552 5.3.4")
        assert (await client.send(MESSAGE)).startswith("250")


@pytest.mark.parametrize(("parameter", "said"), [("RET=HDRS", "451 4.3.0"), ("SIZE=2000000", "451 4.3.0"), ("SIZE=9", "550 5.7")])
async def test_what_the_machine_that_is_met_at_mail_refuses_of_what_was_offered_is_refused_for_now(parameter, said):
    class Pool(NextHop):
        def converse(self, client):
            self.extensions = LESS
            return super().converse(client)

    hop = Pool(replies={b"<o@department.example>": Reply(code=550, status="5.7.1", text="No")})
    async with opened(hop) as house, house.greeted() as client:
        assert (await client.ask(f"MAIL FROM:<o@department.example> {parameter}")).startswith(said)


async def test_before_the_relay_was_reached_parameters_are_left_to_it():
    hop = NextHop(extensions={})
    async with opened(hop) as house, house.client() as client:
        await client.reply()
        offered = await client.ask("EHLO c")
        assert "8BITMIME" in offered
        assert "DSN" not in offered
        assert (await client.ask("MAIL FROM:<o@department.example> RET=HDRS SIZE=5")).startswith("250")
        assert hop.mails[0].parameters == (b"RET=HDRS",)
        hop.extensions = dict(FULL)
        assert "250-DSN / " in await client.ask("EHLO c")


@pytest.mark.parametrize(
    ("theirs", "announced"),
    [("104857600", 25 * 1024**2), ("1000000", 1000000 - 4096), ("0", 25 * 1024**2), ("", 25 * 1024**2)],
)
async def test_the_size_announced_leaves_room_for_our_header_at_the_relay(theirs, announced):
    async with opened(NextHop(extensions={"SIZE": theirs})) as house, house.client() as client:
        await client.reply()
        assert f"250-SIZE {announced} / " in await client.ask("EHLO c")
        assert (await client.ask(f"MAIL FROM:<o@department.example> SIZE={announced + 1}")).startswith("552 5.3.4")
        assert (await client.ask(f"MAIL FROM:<o@department.example> SIZE={announced}")).startswith("250")


async def test_utf8_addresses_are_relayed_under_smtputf8():
    async with opened() as house, house.greeted() as client:
        assert (await client.ask("MAIL FROM:<grüße@department.example> SMTPUTF8")).startswith("250")
        assert (await client.ask("RCPT TO:<ü@bücher.example>")).startswith("250")
        assert house.hop.rcpts[0].path == "ü@bücher.example".encode()
        assert (await client.ask("RSET")).startswith("250")
        assert (await client.ask("MAIL FROM:<o@department.example>")).startswith("250")
        assert (await client.ask("RCPT TO:<ü@bücher.example>")).startswith("553 5.6.7")


async def test_a_relay_that_cannot_be_reached_makes_mail_answer_451():
    async with opened(NextHop(away=True)) as house, house.greeted() as client:
        assert (await client.ask("MAIL FROM:<o@department.example>")).startswith("451 4.4.1")
        assert (await client.ask("RCPT TO:<a@other.example>")).startswith("503")
        house.hop.away = False
        assert await client.send(MESSAGE) == "250 2.0.0 Ok: queued as R1"


@pytest.mark.parametrize(
    "odd", [Reply(code=421, status="4.3.2", text="Bye"), Reply(code=354, text="go"), Reply(code=252, text="hm")]
)
@pytest.mark.parametrize("phase", ["MAIL", "RCPT", "DATA"])
async def test_421_and_unexpected_success_from_the_relay_reach_the_client_as_451(odd, phase):
    hop = NextHop(replies={"MAIL": {b"<o@department.example>": odd}, "RCPT": {b"a@other.example": odd}}.get(phase, {}))
    hop.final = odd
    async with opened(hop) as house, house.greeted() as client:
        replies = [await client.ask("MAIL FROM:<o@department.example>")]
        if phase != "MAIL":
            replies.append(await client.ask("RCPT TO:<a@other.example>"))
        if phase == "DATA":
            await client.ask("DATA")
            client.write(MESSAGE + b".\r\n")
            replies.append(await client.reply())
        assert replies[-1].startswith("451 4.")
        assert (await client.ask("NOOP")).startswith("250")


async def test_a_session_keeps_one_conversation_and_lets_it_go_at_its_end():
    async with opened() as house:
        async with house.greeted() as client:
            for _ in range(3):
                assert (await client.send(MESSAGE)).startswith("250")
            await client.transaction()
        await house.quiet()
        (conversation,) = house.hop.conversations
        assert (conversation.closed, conversation.aborts) == (True, 1)
        assert conversation.client.helo == "client.example"
        assert len(house.hop.delivered) == 3


@pytest.mark.parametrize("command", ["RSET", "EHLO again.example", "HELO again.example"])
async def test_a_reset_drops_the_transaction_at_the_relay_too(command):
    async with opened() as house, house.greeted() as client:
        await client.ask("MAIL FROM:<o@department.example>")
        await client.ask("RCPT TO:<leak@other.example>")
        assert (await client.ask(command)).startswith("250")
        assert house.hop.conversations[0].aborts == 1
        assert (await client.ask("RCPT TO:<a@other.example>")).startswith("503")
        assert (await client.send(MESSAGE, "b@other.example")).startswith("250")
    assert [str(r) for r in house.submitted.mails[0].envelope.recipients] == ["b@other.example"]


async def test_the_reply_of_submit_is_the_reply_to_the_final_dot():
    async with opened() as house, house.greeted() as client:
        house.submitted.reply = Reply(code=550, status="5.7.1", text="Political content may not be sent (SO 9-06 §C)\nsee X")
        assert await client.send(MESSAGE) == "550-5.7.1 Political content may not be sent (SO 9-06 ?C) / 550 5.7.1 see X"
        house.submitted.reply = None
        assert await client.send(MESSAGE) == "250 2.0.0 Ok: queued as R1"


async def test_a_fault_of_ours_is_451_and_tells_the_client_nothing(said):
    async with opened() as house, house.greeted() as client:
        house.submitted.error = ValueError("secret\r\n250 ok injected")
        refused = await client.send(MESSAGE)
        assert await client.ask("NOOP") == "250 2.0.0 Ok"
        assert house.hop.conversations[0].aborts == 1
        house.submitted.error = None
        assert (await client.send(MESSAGE)).startswith("250")
    (failed,) = [event for event in said if event["event"] == "smtp.submit_failed"]
    assert failed["exc_info"]
    assert refused == f"451 4.3.0 Something went wrong here, please try again later (id {failed['id']})"


async def test_a_fault_in_a_port_is_451_too(said):
    class Broken(NextHop):
        def converse(self, _client):
            raise RuntimeError("boom")

    async with opened(Broken()) as house, house.greeted() as client:
        assert (
            await client.ask("MAIL FROM:<o@department.example>") == "451 4.3.0 Something went wrong here, please try again later"
        )
        assert await client.ask("NOOP") == "250 2.0.0 Ok"
    assert "smtp.fault" in [event["event"] for event in said]


async def test_a_large_message_is_spooled_and_its_file_is_gone_after_the_reply(tmp_path):
    large = b"Subject: large\r\n\r\n" + b".dots and text\r\n" * 20_000
    async with opened(None, configured(spool=tmp_path, limits={"in_memory": 1000})) as house, house.greeted() as client:
        assert (await client.send(large)).startswith("250")
        assert list(tmp_path.iterdir()) == []
        (mail,) = house.submitted.mails
        assert mail.content.path is not None
        assert house.hop.delivered == [large]
        house.submitted.error = ValueError("x")
        assert (await client.send(large)).startswith("451")
    assert list(tmp_path.iterdir()) == []


FIRST, SECOND = b"Subject: one\r\n\r\n..\r\n.a\r\n", b"Subject: two\r\n\r\nb\r\n"
GROUPS = (
    b"EHLO client.example\r\n",
    b"MAIL FROM:<o@department.example>\r\nRCPT TO:<a@other.example>\r\nRCPT TO:<gone@other.example>\r\nDATA\r\n",
    stuffed(FIRST) + b".\r\nMAIL FROM:<o@department.example>\r\nRCPT TO:<b@other.example>\r\nDATA\r\n",
    stuffed(SECOND) + b".\r\nNOOP\r\nQUIT\r\n",
)


@settings(max_examples=25)
@given(cuts=st.lists(st.integers(0, 120), max_size=8))
async def test_a_pipelined_session_gives_the_same_messages_however_it_is_cut(cuts):
    hop = NextHop(replies={b"gone@other.example": Reply(code=550, status="5.1.1", text="No such user")})
    async with opened(hop) as house, house.client() as client:
        codes = [(await client.reply())[:3]]
        for group, answers in zip(GROUPS, (1, 4, 4, 3), strict=True):
            start = 0
            for cut in [*sorted(c % (len(group) + 1) for c in cuts), len(group)]:
                client.write(group[start:cut])
                start = cut
                await asyncio.sleep(0)
            codes += [(await client.reply())[:3] for _ in range(answers)]
        assert await client.gone()
    assert codes == ["220", "250", "250", "250", "550", "354", "250", "250", "250", "354", "250", "250", "221"]
    assert hop.delivered == [FIRST, SECOND]
    assert [str(mail.envelope.recipients[0]) for mail in house.submitted.mails] == ["a@other.example", "b@other.example"]


@settings(max_examples=25)
@given(
    lines=st.lists(st.binary(max_size=20).map(lambda o: o.translate(None, b"\r\n")), max_size=8),
    cuts=st.lists(st.integers(0, 200), max_size=5),
)
async def test_every_message_arrives_octet_for_octet(lines, cuts):
    message = b"".join(line + b"\r\n" for line in lines)
    wire = stuffed(message) + b".\r\n"
    async with opened() as house, house.greeted() as client:
        assert (await client.transaction()).startswith("354")
        start = 0
        for cut in [*sorted(c % (len(wire) + 1) for c in cuts), len(wire)]:
            client.write(wire[start:cut])
            start = cut
            await asyncio.sleep(0)
        assert (await client.reply()).startswith("250")
    assert house.hop.delivered == [message]
