"""One message stays one message, and no bare CR or LF goes on (CVE-2023-51764 and its kin)."""

import re

import pytest

from tests.support.smtpd import opened, settings

SEQUENCES = {
    "LF.LF": b"\n.\n",
    "LF.CR": b"\n.\r",
    "CR.LF": b"\r.\n",
    "CR.CR": b"\r.\r",
    "LF.CRLF": b"\n.\r\n",
    "CR.CRLF": b"\r.\r\n",
    "CRLF.LF": b"\r\n.\n",
    "CRLF.CR": b"\r\n.\r",
    "CRLF.CRCRLF": b"\r\n.\r\r\n",
    "CRCRLF.CRCRLF": b"\r\r\n.\r\r\n",
    "CRLF NUL.CRLF": b"\r\n\0.\r\n",
    "CRLF.NUL CRLF": b"\r\n.\0\r\n",
    "CRLF.SP CRLF": b"\r\n. \r\n",
    "CRLF..CRLF": b"\r\n..\r\n",
    "NEL": b"\xc2\x85.\xc2\x85",
    "VT": b"\x0b.\x0b",
}
INNER = b"MAIL FROM:<o@department.example>\r\nRCPT TO:<victim@other.example>\r\nDATA\r\nSubject: smuggled\r\n\r\nsecond\r\n.\r\n"
BARE = re.compile(rb"(?<!\r)\n|\r(?!\n)")


@pytest.mark.parametrize("policy", ["reject", "normalize"])
@pytest.mark.parametrize("sequence", SEQUENCES)
async def test_no_other_sequence_ends_a_message(sequence, policy):
    octets = SEQUENCES[sequence]
    async with opened(None, settings(bare_line_ends=policy)) as house, house.greeted() as client:
        await client.transaction()
        client.write(b"Subject: first\r\n\r\nfirst" + octets + INNER)
        expected = "550 5.6.11" if policy == "reject" and BARE.search(octets) else "250"
        assert (await client.reply()).startswith(expected)
        assert (await client.ask("NOOP")).startswith("250")
    assert [rcpt.path for rcpt in house.hop.rcpts] == [b"a@other.example"]
    assert len(house.submitted.mails) == (expected == "250")
    for message in house.submitted.contents:
        assert b"second" in message
        assert not BARE.search(message)


@pytest.mark.parametrize(
    ("policy", "codes"), [("reject", ["550", "250", "250", "354", "250"]), ("normalize", ["250"] * 3 + ["354", "250"])]
)
async def test_a_stray_cr_before_the_true_end_does_not_hide_it(policy, codes):
    async with opened(None, settings(bare_line_ends=policy)) as house, house.greeted() as client:
        await client.transaction()
        head, behind = INNER.split(b"DATA\r\n")
        client.write(b"Subject: first\r\n\r\nfirst\r\r\n.\r\n" + head + b"DATA\r\n")
        heard = [(await client.reply())[:3] for _ in range(4)]
        client.write(behind)
        heard.append((await client.reply())[:3])
    assert heard == codes
    assert not any(BARE.search(message) for message in house.submitted.contents)


@pytest.mark.parametrize("octets", [b"Subject: x\r\nX-A: 1\nX-B: 2\r\n\r\nx\r\n", b"Subject: x\rX-B: 2\r\n\r\nx\r\n"])
async def test_bare_line_ends_in_the_header_do_not_pass_either(octets):
    async with opened() as house, house.greeted() as client:
        await client.transaction()
        client.write(octets + b".\r\n")
        assert (await client.reply()).startswith("550 5.6.11")
    assert house.submitted.mails == []
