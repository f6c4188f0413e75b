"""The console on a real socket, in the loop of the test."""

import asyncio
import signal
import socket
import ssl
from contextlib import suppress
from dataclasses import replace

import httpx2
import pytest
import trustme

from gateway.console import ConsoleServer
from gateway.service import bound
from gateway.settings import Tls


@pytest.fixture
def listening():
    opened = bound("127.0.0.1:0")
    yield opened
    opened.close()


async def test_it_serves_until_it_is_closed_and_leaves_signals_alone(console, listening):
    before = signal.getsignal(signal.SIGTERM)
    server = ConsoleServer(console.house, listening)
    await server.start()
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    async with httpx2.AsyncClient() as client:
        answer = await client.get(f"{url}/healthz")
        assert answer.text == "ok\n"
        assert "server" not in answer.headers
        assert signal.getsignal(signal.SIGTERM) is before
    await server.close()
    async with httpx2.AsyncClient() as client:
        with pytest.raises(httpx2.ConnectError):
            await client.get(f"{url}/healthz")


async def test_with_a_certificate_it_is_encrypted(console, listening, tmp_path):
    authority = trustme.CA()
    made = authority.issue_cert("127.0.0.1")
    made.cert_chain_pems[0].write_to_path(tmp_path / "certificate.pem")
    made.private_key_pem.write_to_path(tmp_path / "key.pem")
    tls = Tls(certificate=tmp_path / "certificate.pem", key=tmp_path / "key.pem")
    settings = console.house.settings.model_copy(update={"tls": tls})
    server = ConsoleServer(replace(console.house, settings=settings), listening)
    await server.start()
    context = ssl.create_default_context()
    authority.configure_trust(context)
    async with httpx2.AsyncClient(verify=context) as client:
        assert (await client.get(f"https://127.0.0.1:{listening.getsockname()[1]}/healthz")).status_code == 200
    assert server._server.config.ssl.minimum_version is ssl.TLSVersion.TLSv1_2
    await server.close()


async def test_a_certificate_that_does_not_serve_is_told_at_the_start(console, listening, tmp_path):
    tls = Tls(certificate=tmp_path / "nowhere.pem", key=tmp_path / "nowhere.pem")
    settings = console.house.settings.model_copy(update={"tls": tls})
    with pytest.raises(OSError, match="No such file"):
        await ConsoleServer(replace(console.house, settings=settings), listening).start()


async def test_only_a_named_proxy_is_believed_about_who_asks(console):
    settings = console.house.settings.model_copy(update={"proxy_from": ("127.0.0.0/8",)})
    for wishes, seen in ((settings, "203.0.113.9"), (console.house.settings, "127.0.0.1")):
        socket = bound("127.0.0.1:0")
        here = replace(console.house, settings=wishes)
        server = ConsoleServer(here, socket)
        await server.start()
        url = f"http://127.0.0.1:{socket.getsockname()[1]}"
        headers = {"x-forwarded-for": "203.0.113.9", "sec-fetch-site": "same-origin"}
        async with httpx2.AsyncClient(headers=headers) as client:
            for _ in range(5):
                await client.post(f"{url}/sign-in", data={"login": "x@y.example", "password": "wrong"})
        assert not await here.patience.bears("x@y.example", seen, console.clock.now())
        await server.close()


@pytest.mark.parametrize(("shared", "left"), [(True, 20), (False, 0)])
async def test_of_connections_that_wait_it_takes_one_at_a_time_where_other_fronts_listen_too(console, listening, shared, left):
    waiting = [socket.create_connection(listening.getsockname()) for _ in range(40)]
    other = listening.dup()
    server = ConsoleServer(console.house, listening, shared=shared)
    await server.start()
    for _ in range(15):
        await asyncio.sleep(0)
    taken = 0
    with suppress(BlockingIOError):
        while True:
            other.accept()[0].close()
            taken += 1
    assert left <= taken <= 2 * left
    for one in (*waiting, other):
        one.close()
    await server.close()
