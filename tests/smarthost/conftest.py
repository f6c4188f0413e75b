"""A relay that a test may set up to fail, which fails the test in turn if it was spoken to wrongly."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator

import pytest
import trustme

from gateway.smarthost.wire import Wire
from tests.support.relay import FakeRelay


@pytest.fixture
async def relay() -> AsyncIterator[FakeRelay]:
    async with FakeRelay() as relay:
        yield relay
    assert relay.violations == []


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def certified(authority):
    """A server's TLS context with a certificate for that name."""

    def certify(name: str = "127.0.0.1") -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(name).configure_cert(context)
        return context

    return certify


@pytest.fixture
def ca_file(authority, tmp_path):
    file = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(file)
    return file


@pytest.fixture
async def pair():
    """A Wire, and the socket at its other end for the test to hold."""
    ours, theirs = socket.socketpair()
    transport, _ = await asyncio.get_running_loop().create_connection(asyncio.Protocol, sock=ours)
    wire = Wire(transport, {"PIPELINING": ""})
    yield wire, theirs
    wire.abort()
    theirs.close()
    await asyncio.sleep(0)
