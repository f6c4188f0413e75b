"""Whom an MTA names in MAIL and RCPT, however that is written."""

import pytest

from tests.support.milter import macros, packet, strings


async def test_a_source_route_goes_on_as_it_was_written_and_makes_no_other_mailbox(house, mta):
    routed = b"<@a.example,@[IPv6:2001:db8::1]:b@other.example>"
    await mta.envelope(b"<@a.example:officer@department.example>", routed, b'<"@x:c"@other.example>')
    mta.content()
    await mta.ending()
    envelope = house.ending.mails[0].envelope
    assert str(envelope.sender) == "officer@department.example"
    assert [(one.local, one.domain) for one in envelope.recipients] == [("b", "other.example"), ("@x:c", "other.example")]
    assert envelope.rcpts[0].path == routed[1:-1]


@pytest.mark.parametrize(
    "written",
    [
        b'<first."person"@department.example>',
        b"<first.person(x)@department.example>",
        b"<first.person@department.example(x)>",
        b'<"first.person@department.example">',
        b"<x <first.person@department.example>>",
        b"<first\\.person@department.example>",
    ],
)
async def test_a_mailbox_that_is_not_plainly_written_is_the_one_that_the_mta_takes_it_for(house, mta, written):
    mta.say(macros(b"M", mail_addr="first.person@department.example"), packet(b"M", strings(written)))
    assert await mta.hear() == ("c", b"")
    mta.say(macros(b"R", rcpt_addr="first.person@department.example"), packet(b"R", strings(written)))
    assert await mta.hear() == ("c", b"")
    mta.content()
    await mta.ending()
    envelope = house.ending.mails[0].envelope
    assert [(one.local, one.domain) for one in (envelope.sender, *envelope.recipients)] == [
        ("first.person", "department.example")
    ] * 2
    assert envelope.mail.path == envelope.rcpts[0].path == b"first.person@department.example"


async def test_a_mailbox_that_is_not_plainly_written_is_none_where_the_mta_does_not_say_what_it_takes_it_for(mta):
    await mta.envelope()
    said, text = await mta.ask(packet(b"R", strings(b"<first.person@department.example(x)>")))
    assert (said, text[:9]) == ("y", b"501 5.1.3")


async def test_an_address_without_its_domain_is_completed_as_the_mta_does(house, mta):
    mta.say(macros(b"M", mail_addr="root@department.example"), packet(b"M", strings(b"<root>")))
    assert await mta.hear() == ("c", b"")
    assert await mta.ask(packet(b"R", strings(b"<postmaster>"))) == ("c", b"")
    mta.content()
    await mta.ending()
    envelope = house.ending.mails[0].envelope
    assert (str(envelope.sender), envelope.mail.path, str(envelope.recipients[0])) == (
        "root@department.example",
        b"root@department.example",
        "postmaster",
    )
