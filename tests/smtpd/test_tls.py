import asyncio
import ssl
from datetime import timedelta

import pytest

from gateway.settings import server_tls
from tests.support.smtpd import opened, settings

MESSAGE = b"Subject: x\r\n\r\n" + b"text\r\n" * 30_000


async def test_starttls_is_offered_once_and_forgets_what_was_said_before(certificate, trusting):
    async with opened(None, settings(tls=certificate), tls="starttls", ca=trusting) as house, house.client() as client:
        await client.reply()
        assert (await client.ask("EHLO client.example")).endswith(" / 250 STARTTLS")
        await client.ask("MAIL FROM:<o@department.example>")
        assert (await client.ask("STARTTLS now")).startswith("501")
        assert (await client.ask("STARTTLS")).startswith("220")
        await client.starttls()
        assert (await client.ask("MAIL FROM:<o@department.example>")).startswith("503")
        assert "STARTTLS" not in await client.ask("EHLO client.example")
        assert (await client.ask("STARTTLS")).startswith("503")
        assert (await client.send(MESSAGE)).startswith("250")
    (mail,) = house.submitted.mails
    assert mail.envelope.client.tls == "TLSv1.3"
    assert house.hop.delivered == [MESSAGE]


async def test_plaintext_behind_starttls_is_dropped(certificate, trusting, said):
    async with opened(None, settings(tls=certificate), tls="starttls", ca=trusting) as house, house.client() as client:
        await client.reply()
        client.write(b"STARTTLS\r\nEHLO injected\r\nMAIL FROM:<o@department.example>\r\n")
        assert (await client.reply()).startswith("220")
        await client.starttls()
        assert (await client.ask("MAIL FROM:<o@department.example>")).startswith("503")
        assert (await client.ask("NOOP")).startswith("250")
    assert house.hop.mails == []
    assert "smtp.plaintext_behind_starttls" in [event["event"] for event in said]


async def test_a_failed_handshake_ends_the_session_quietly(certificate, trusting, said):
    async with opened(None, settings(tls=certificate), tls="starttls", ca=trusting) as house:
        async with house.client() as client:
            await client.reply()
            assert (await client.ask("STARTTLS")).startswith("220")
            client.write(b"this is no TLS at all, whatever it is\r\n" * 5)
            assert await client.gone()
            await house.quiet()
        async with house.client() as client:
            await client.reply()
            assert (await client.ask("STARTTLS")).startswith("220")
            client.reset()
            await house.quiet()
    assert {event["event"] for event in said if event["log_level"] not in {"debug", "info"}} == set()


async def test_implicit_tls_speaks_tls_first(certificate, trusting):
    async with opened(None, settings(tls=certificate), tls="implicit", ca=trusting) as house:
        async with house.greeted(tls=True) as client:
            assert "STARTTLS" not in await client.ask("EHLO client.example")
            assert (await client.send(MESSAGE)).startswith("250")
            assert (await client.ask("QUIT")).startswith("221")
        async with house.client() as plain:
            plain.write(b"EHLO in.clear\r\n")
            assert b"250" not in await plain.reader.read()
        await house.quiet()
    assert house.submitted.mails[0].envelope.client.tls == "TLSv1.3"


async def test_strangers_get_no_handshake_under_implicit_tls(certificate, trusting):
    configured = settings(tls=certificate, client_networks=("192.0.2.0/24",))
    async with opened(None, configured, tls="implicit", ca=trusting) as house:
        with pytest.raises((ssl.SSLError, ConnectionError)):
            async with house.client(tls=True):
                pass


async def test_a_tls_client_that_closes_after_its_final_dot_has_its_message_relayed(certificate, trusting, caplog):
    async with opened(None, settings(tls=certificate), tls="implicit", ca=trusting) as house:
        async with house.greeted(tls=True) as client:
            await client.transaction()
            client.write(b"Subject: x\r\n\r\nx\r\n.\r\n")
            await client.writer.drain()
        await house.quiet()
    assert house.hop.delivered == [b"Subject: x\r\n\r\nx\r\n"]
    assert [record.message for record in caplog.records if record.levelname != "INFO"] == []


async def test_a_renewed_certificate_is_used_for_the_next_session(certificate, trusting, authority):
    async with opened(None, settings(tls=certificate), tls="implicit", ca=trusting) as house:
        serials = []
        for _ in range(2):
            async with house.client(tls=True) as client:
                await client.reply()
                serials.append(client.writer.get_extra_info("peercert")["serialNumber"])
            renewed = authority.issue_cert("hatchway.department.example")
            certificate.certificate.write_bytes(b"".join(blob.bytes() for blob in renewed.cert_chain_pems))
            certificate.key.write_bytes(renewed.private_key_pem.bytes())
            house.server.renew_certificate()
        certificate.key.write_bytes(b"no key")
        with pytest.raises(OSError, match="PEM"):
            house.server.renew_certificate()
        async with house.client(tls=True) as client:
            assert (await client.reply()).startswith("220")
    assert serials[0] != serials[1]


async def test_drains_reach_sessions_under_tls_and_handshakes_that_never_end(certificate, trusting):
    house_open = opened(None, settings(tls=certificate), tls="implicit", ca=trusting)
    async with house_open as house, house.greeted(tls=True) as client, house.client() as mute:
        await asyncio.sleep(0.05)
        drain = asyncio.create_task(house.server.drain(timedelta(seconds=5)))
        assert (await client.reply()).startswith("421 4.3.2")
        await client.close()
        assert await mute.gone()
        assert await drain == 0


def test_no_door_speaks_less_than_tls_1_2(certificate):
    assert server_tls(certificate).minimum_version is ssl.TLSVersion.TLSv1_2
