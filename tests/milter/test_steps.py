"""The door as conversations: what an MTA tells, and what it hears."""

import asyncio
import struct

import pytest

from gateway.mail import Address, Reply
from tests.support.milter import BODY, HEADER, WHOLE, Ending, connect, macros, opened, options, packet, strings

LEADING_SPACE, SILENT_BODY = 0x100000, 0x80000
OFFICER = Address.parse("officer@department.example")


async def test_we_take_what_we_need_and_no_more(house):
    async with house.mta() as mta:
        version, actions, steps = await mta.negotiate()
    assert version == 6
    assert actions == 0x1 | 0x10 | 0x100
    assert steps == 0x1C3380 & ~0x100000 | LEADING_SPACE


async def test_macros_are_asked_for_by_name(house):
    async with house.mta() as mta:
        _, payload = await mta.ask(options())
        assert struct.pack("!I", 2) + b"i {auth_type} {auth_authen} {mail_addr}\0" in payload
        _, payload = await mta.ask(options(actions=0x11))
        assert len(payload) == 12


@pytest.mark.parametrize(
    ("offer", "lacking"),
    [
        ({"version": 2}, "protocol version 2"),
        ({"actions": 0x1}, "CHANGE_HEADERS"),
        ({"actions": 0x10}, "ADD_HEADERS"),
        ({"steps": 0x1FFFFF & ~LEADING_SPACE}, "LEADING_SPACE"),
    ],
)
async def test_an_mta_that_cannot_do_what_is_needed_is_told_so_in_the_log(house, said, offer, lacking):
    async with house.mta() as mta:
        heard = [await mta.ask(options(**offer)), await mta.hear()]
    assert heard == [("t", b""), ("", b"")]
    [error] = [event for event in said if event["event"] == "milter.protocol_error"]
    assert lacking in error["why"]


async def test_a_message_arrives_byte_for_byte(house, mta):
    assert await mta.message() == [("a", b"")]
    assert house.ending.contents == [WHOLE]


async def test_an_mta_that_wants_an_answer_to_each_step_gets_one(house):
    async with house.mta() as mta:
        await mta.negotiate(steps=LEADING_SPACE)
        for said in (
            connect(),
            packet(b"H", strings(b"x")),
            *(packet(command, strings(b"<a@department.example>")) for command in (b"M", b"R")),
        ):
            assert await mta.ask(said) == ("c", b"")
        header = packet(b"L", strings(b"Subject", b" x"))
        for said in (packet(b"T"), header, packet(b"N"), packet(b"B", b"body\r\n"), packet(b"U", strings(b"FOO"))):
            assert await mta.ask(said) == ("c", b"")
        assert await mta.ask(packet(b"E")) == ("a", b"")
    assert house.ending.contents == [b"Subject: x\r\n\r\nbody\r\n"]


async def test_many_messages_come_by_one_connection(house, mta):
    for _ in range(3):
        assert await mta.message() == [("a", b"")]
    assert len({mail.id for mail in house.ending.mails}) == 3


async def test_an_aborted_message_is_forgotten_and_the_client_is_not(house, mta):
    await mta.envelope()
    mta.say(packet(b"L", strings(b"Subject", b" never")), packet(b"A"))
    assert await mta.message() == [("a", b"")]
    [mail] = house.ending.mails
    assert mail.envelope.client.address == "192.0.2.7"
    assert house.ending.contents == [WHOLE]


async def test_another_client_may_come_by_the_same_connection(house, mta):
    mta.say(macros(b"M", auth_authen="president@association.example"))
    await mta.message()
    mta.say(packet(b"K"), connect(b"[198.51.100.9]", b"198.51.100.9"), packet(b"H", strings(b"other.example")))
    await mta.message()
    first, second = (mail.envelope.client for mail in house.ending.mails)
    assert (first.name, first.login, first.port) == ("client.example", "president@association.example", 4711)
    assert (second.address, second.name, second.helo, second.login) == ("198.51.100.9", "", "other.example", "")


async def test_a_login_does_not_outlive_its_message(house, mta):
    mta.say(macros(b"M", auth_authen="president@association.example"))
    await mta.message()
    mta.say(macros(b"M", i="4X"))
    await mta.message()
    assert [mail.envelope.client.login for mail in house.ending.mails] == ["president@association.example", ""]


async def test_quit_ends_the_connection(mta):
    assert await mta.ask(packet(b"Q")) == ("", b"")


async def test_the_login_is_completed_by_the_domain_of_the_settings(tmp_path):
    async with opened(tmp_path, milter={"login_domain": "association.example"}) as house, house.mta() as mta:
        await mta.greet()
        mta.say(macros(b"M", auth_authen="president", i="4X", tls_version="TLSv1.3"))
        await mta.message()
        client = house.ending.mails[0].envelope.client
    assert (client.login, client.ident, client.tls) == ("president@association.example", "4X", "TLSv1.3")


@pytest.mark.parametrize(
    ("written", "address"),
    [
        (connect(b"v6.example", b"IPv6:2001:db8::1", b"6"), "2001:db8::1"),
        (connect(b"v6.example", b"::ffff:192.0.2.1", b"6"), "192.0.2.1"),
        (packet(b"C", b"localhost\0L\0\0/run/socket\0"), ""),
        (packet(b"C", b"unknown\0U"), ""),
    ],
)
async def test_clients_come_from_anywhere(house, written, address):
    async with house.mta() as mta:
        await mta.negotiate()
        mta.say(written)
        await mta.message()
    assert house.ending.mails[0].envelope.client.address == address


async def test_the_envelope_is_as_the_mta_told_it(house, mta):
    await mta.envelope(
        b"<officer@department.example>", b"<a@other.example>", b'<"b c"@other.example>', said=(b"RET=HDRS", b"SIZE=99")
    )
    mta.content()
    assert await mta.ending() == [("a", b"")]
    envelope = house.ending.mails[0].envelope
    assert envelope.sender == OFFICER
    assert envelope.mail.parameters == (b"RET=HDRS", b"SIZE=99")
    assert [str(recipient) for recipient in envelope.recipients] == ["a@other.example", '"b c"@other.example']


async def test_letters_outside_ascii_are_declared_where_nobody_did(house, mta):
    await mta.envelope("<jörg@department.example>".encode())
    mta.content(HEADER, "Schlüssel\r\n".encode())
    assert await mta.ending() == [("a", b"")]
    assert house.ending.mails[0].envelope.mail.parameters == (b"BODY=8BITMIME", b"SMTPUTF8")


async def test_the_null_sender_is_taken(house, mta):
    assert await mta.message(sender=b"<>") == [("a", b"")]
    assert house.ending.mails[0].envelope.sender is None


async def test_a_sender_that_is_not_ours_is_refused_and_the_next_one_is_not(mta):
    assert await mta.ask(packet(b"M", strings(b"<a@elsewhere.example>"))) == (
        "y",
        b"550 5.7.1 Mail from this sender's domain is not sent through here\0",
    )
    assert await mta.message() == [("a", b"")]


async def test_others_pass_unread_where_the_settings_say_so_unless_they_logged_in(tmp_path, said):
    async with opened(tmp_path, milter={"others": "pass"}) as house, house.mta() as mta:
        await mta.greet()
        assert await mta.message(sender=b"<a@elsewhere.example>") == [("a", b"")]
        assert not house.ending.mails
        mta.say(macros(b"M", auth_authen="officer"))
        assert (await mta.ask(packet(b"M", strings(b"<a@elsewhere.example>"))))[0] == "y"
    assert [event["event"] for event in said if event["event"] == "milter.passed"] == ["milter.passed"]


@pytest.mark.parametrize(
    ("command", "written", "reply"),
    [
        (b"M", b"<\xff@department.example>", b"501 5.1.7 This is no sender address\0"),
        (b"M", b"<a\r\nb@department.example>", b"501 5.1.7 This is no sender address\0"),
        (b"R", b"<\xff@department.example>", b"501 5.1.3 This is no recipient address\0"),
        (b"R", b"<>", b"501 5.1.3 This is no recipient address\0"),
    ],
)
async def test_what_is_no_address_is_refused(mta, command, written, reply):
    await mta.envelope()
    assert await mta.ask(packet(command, strings(written))) == ("y", reply)


async def test_a_recipient_too_many_is_to_be_sent_in_another_transaction(tmp_path):
    async with opened(tmp_path, limits={"recipients": 2}) as house, house.mta() as mta:
        await mta.greet()
        heard = await mta.envelope(b"<officer@department.example>", *(b"<%d@other.example>" % n for n in range(3)))
        assert heard[-1] == ("y", b"452 4.5.3 Too many recipients, send the rest in another transaction\0")
        mta.content()
        assert await mta.ending() == [("a", b"")]
        assert len(house.ending.mails[0].envelope.recipients) == 2


@pytest.mark.parametrize(
    ("limits", "header", "body", "reply"),
    [
        ({"message_size": 100}, HEADER, BODY * 9, b"552 5.3.4 The message is larger"),
        ({}, ((b"X-Long", b" " + b"x" * 600_000),) * 2, BODY, b"552 5.3.4 The header of this message is larger"),
        ({"received": 2}, ((b"Received", b" from here"),) * 3, BODY, b"554 5.4.6 Too many hops"),
        ({}, HEADER, b"a CR \r alone\r\n", b"550 5.6.11 Lines of a message end with CR LF"),
        ({}, HEADER, b"an LF \n alone\r\n", b"550 5.6.11 Lines of a message end with CR LF"),
        ({}, HEADER, b"the last CR\r", b"550 5.6.11 Lines of a message end with CR LF"),
    ],
)
async def test_what_the_smtp_door_refuses_is_refused_in_the_same_words(tmp_path, limits, header, body, reply):
    async with opened(tmp_path, limits=limits) as house, house.mta() as mta:
        await mta.greet()
        [(command, said)] = await mta.message(body, header=header)
        assert (command, said[: len(reply)]) == ("y", reply)
        assert not house.ending.mails
        assert await mta.ask(packet(b"M", strings(b"<officer@department.example>"))) == ("c", b"")


async def test_line_ends_are_mended_for_the_judgement_where_the_settings_say_so(tmp_path):
    async with opened(tmp_path, bare_line_ends="normalize") as house, house.mta() as mta:
        await mta.greet()
        assert await mta.message(b"one\ntwo\r", b"\nthree\rfour") == [("a", b"")]
        assert house.ending.contents[0].endswith(b"\r\n\r\none\r\ntwo\r\nthree\r\nfour\r\n")


async def test_a_line_end_may_be_split_between_two_chunks(house, mta):
    assert await mta.message(b"one\r", b"\ntwo\r\n") == [("a", b"")]
    assert house.ending.contents[0].endswith(b"\r\n\r\none\r\ntwo\r\n")


async def test_a_large_message_goes_to_a_spool_file_and_arrives_whole(tmp_path):
    async with opened(tmp_path, limits={"in_memory": 1000}) as house, house.mta() as mta:
        await mta.greet()
        assert await mta.message(*[BODY * 1000] * 5) == [("a", b"")]
        assert house.ending.contents[0].endswith(b"\r\n\r\n" + BODY * 5000)
        assert house.ending.mails[0].content.path is not None


async def test_a_message_without_a_header_or_a_body_is_one_all_the_same(house, mta):
    await mta.envelope()
    assert await mta.ask(packet(b"E")) == ("a", b"")
    assert house.ending.contents == [b"\r\n"]


async def test_a_message_waits_where_memory_is_spent(tmp_path):
    async with opened(tmp_path) as house, house.mta() as mta:
        await mta.greet()
        house.server._house.budget.take(256 * 1024**2)
        heard = await mta.ask(packet(b"M", strings(b"<officer@department.example>")))
        house.server._house.budget.give(256 * 1024**2)
    assert heard == ("y", b"452 4.3.1 Too much mail at once, please try again later\0")


@pytest.mark.parametrize(
    "reply",
    [
        Reply(code=550, status="5.7.1", text="Not 100% fine\nsee SO 9-06 §C"),
        Reply(code=451, status="4.3.0", text="Held mail cannot be stored now"),
    ],
)
async def test_a_refusal_is_told_in_our_words(tmp_path, reply):
    async with opened(tmp_path, Ending(reply=reply)) as house, house.mta() as mta:
        await mta.greet()
        [(command, said)] = await mta.message()
    assert command == "y"
    assert said == reply.wire().removesuffix(b"\r\n").replace(b"%", b"%%") + b"\0"
    assert said.endswith(b"see SO 9-06 ?C\0") == (reply.code == 550)


async def test_what_is_held_is_discarded_by_the_mta(tmp_path):
    held = Reply(code=250, status="2.0.0", text="Ok: held for review")
    async with opened(tmp_path, Ending(reply=held)) as house, house.mta() as mta:
        await mta.greet()
        assert await mta.message() == [("d", b"")]


@pytest.mark.parametrize("reply", [Reply(code=354, text="what"), Reply(code=199, text="what")])
async def test_an_odd_reply_is_never_an_accept(tmp_path, reply):
    async with opened(tmp_path, Ending(reply=reply)) as house, house.mta() as mta:
        await mta.greet()
        [(command, said)] = await mta.message()
    assert (command, said[:3]) == ("y", b"451")


async def test_421_is_told_as_451_so_that_the_clients_session_goes_on(tmp_path):
    async with opened(tmp_path, Ending(reply=Reply(code=421, status="4.3.2", text="later"))) as house, house.mta() as mta:
        await mta.greet()
        assert await mta.message() == [("y", b"451 4.3.2 later\0")]


async def test_a_fault_of_ours_is_451_and_the_connection_goes_on(tmp_path):
    ending = Ending(error=RuntimeError("a secret"))
    async with opened(tmp_path, ending) as house, house.mta() as mta:
        await mta.greet()
        [(kind, heard)] = await mta.message()
        assert kind == "y"
        assert heard.startswith(b"451 4.3.0 Something went wrong here, please try again later (id ")
        ending.error = None
        assert await mta.message() == [("a", b"")]


async def test_our_own_mail_passes_when_it_comes_back(tmp_path):
    async with opened(tmp_path, Ending(returns=True)) as house, house.mta() as mta:
        await mta.greet()
        assert await mta.message() == [("a", b"")]
        assert not house.ending.mails


async def test_a_tag_is_put_first_forged_ones_are_taken_away_and_the_subject_is_changed(tmp_path):
    prepend = (b"Received: by here\r\n\tfor you\r\n", b"X-Hatchway-Verdict: political\r\n")
    header = ((b"X-Hatchway-Verdict", b" clear"), *HEADER, (b"x-hatchway-verdict", b" clear"))
    async with opened(tmp_path, Ending(prepend=prepend, subject="[Political]")) as house, house.mta() as mta:
        await mta.greet()
        heard = await mta.message(header=header)
    assert heard == [
        ("m", b"\0\0\0\x02x-hatchway-verdict\0\0"),
        ("m", b"\0\0\0\x01Subject\0 [Political] Keys\0"),
        ("m", b"\0\0\0\x01X-Hatchway-Verdict\0\0"),
        ("i", b"\0\0\0\0X-Hatchway-Verdict\0 political\0"),
        ("i", b"\0\0\0\0Received\0 by here\n\tfor you\0"),
        ("a", b""),
    ]


async def test_a_subject_is_added_where_there_is_none(tmp_path):
    async with opened(tmp_path, Ending(subject="[Political]")) as house, house.mta() as mta:
        await mta.greet()
        assert await mta.message(header=HEADER[:1]) == [("h", b"Subject\0 [Political]\0"), ("a", b"")]


async def test_the_mta_sees_signs_of_life_while_a_message_is_judged(tmp_path):
    ending = Ending(stall=asyncio.Event())
    async with opened(tmp_path, ending, progress=0.05) as house, house.mta() as mta:
        await mta.greet()
        await mta.envelope()
        mta.content()
        assert [await mta.hear() for _ in range(3)] == [("p", b"")] * 3
        ending.stall.set()
        assert (await mta.ending())[-1] == ("a", b"")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await mta.hear()


async def test_what_comes_behind_a_message_waits_for_its_end(tmp_path):
    ending = Ending(stall=asyncio.Event())
    async with opened(tmp_path, ending) as house, house.mta() as mta:
        await mta.greet()
        await mta.envelope()
        mta.content()
        mta.say(packet(b"M", strings(b"<officer@department.example>")))
        await ending.reached.wait()
        await asyncio.sleep(0.05)
        assert not ending.mails
        ending.stall.set()
        assert [await mta.hear() for _ in range(2)] == [("a", b""), ("c", b"")]


async def test_it_listens_on_tcp_too(tmp_path):
    async with opened(tmp_path, tcp=True) as house, house.mta() as mta:
        await mta.greet()
        assert await mta.message() == [("a", b"")]
