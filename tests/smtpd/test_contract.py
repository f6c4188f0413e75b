"""What we rely on of aiosmtpd beyond its documentation, one test for each private name or habit."""

import asyncio
import inspect
import ssl

import pytest
from aiosmtpd.smtp import SMTP, TLSSetupException

from gateway.mail import Client
from gateway.seat import Crowd
from gateway.smtpd.house import House
from gateway.smtpd.session import Session
from tests.support.smtpd import FixedClock, NextHop, Submitted, opened, settings


def session(**changed) -> Session:
    house = House(settings(**changed), next_hop=NextHop(), submit=Submitted(), clock=FixedClock(), crowd=Crowd())
    return Session(house, Client(address="127.0.0.1"), starttls=False)


class Transport(asyncio.Transport):
    def __init__(self):
        super().__init__(extra={"peername": ("127.0.0.1", 1)})
        self.written = b""
        self.closed = self.aborted = False
        self.unread = 0

    def write(self, data):
        self.written += data

    def is_closing(self):
        return self.closed

    def close(self):
        self.closed = True

    def abort(self):
        self.aborted = True

    def get_write_buffer_size(self):
        return self.unread

    def can_write_eof(self):
        return False


async def test_the_constructor_finds_verbs_by_dir_and_by_nothing_else():
    ours = session()
    assert ours._smtp_methods == {}
    assert ours._handle_hooks == {}
    assert ours._auth_methods == {}
    stock = SMTP(object(), hostname="x", loop=asyncio.get_running_loop())
    assert "MAIL" in stock._smtp_methods
    assert vars(stock).keys() - vars(ours).keys() == set()


async def test_handle_client_is_the_whole_session_and_handler_coroutine_its_task():
    ours, transport = session(), Transport()
    ours.connection_made(transport)
    assert ours._handler_coroutine is ours.task
    await asyncio.sleep(0)
    assert transport.written.startswith(b"220 ")
    ours.connection_lost(None)
    await asyncio.wait_for(ours.task, 1)
    assert transport.written.count(b"\r\n") == 1
    assert inspect.iscoroutinefunction(SMTP._handle_client)


async def test_reset_timeout_starts_the_only_timer_there_is():
    ours = session()
    ours.connection_made(Transport())
    assert ours._timeout_handle is None
    stock = SMTP(object(), hostname="x", loop=asyncio.get_running_loop())
    stock._reset_timeout()
    assert stock._timeout_handle is not None
    stock._timeout_handle.cancel()
    ours.connection_lost(None)
    await asyncio.wait_for(ours.task, 1)


async def test_writer_is_the_stream_writer_of_the_connection():
    ours, transport = session(), Transport()
    ours.connection_made(transport)
    assert isinstance(ours._writer, asyncio.StreamWriter)
    assert ours._writer.transport is transport
    ours.connection_lost(None)
    await asyncio.wait_for(ours.task, 1)


async def test_what_a_client_leaves_unread_is_not_waited_for_for_ever():
    ours, transport = session(), Transport()
    transport.unread = 10
    ours.connection_made(transport)
    await asyncio.sleep(0)
    ours.inbox.feed(b"QUIT\r\n")
    await asyncio.wait_for(ours.task, 1)
    assert (transport.closed, transport.aborted) == (True, False)
    await asyncio.sleep(2.1)
    assert transport.aborted


def test_connection_lost_does_no_more_than_ours_mirrors():
    names = set(SMTP.connection_lost.__code__.co_names)
    logged = {"log", "info", "session", "peer"}
    timer = {"_timeout_handle", "cancel", "AssertionError"}
    closed_anyway = {"_original_transport", "close"}
    mirrored = {"super", "connection_lost", "_handler_coroutine", "transport"}
    assert names - logged - timer - closed_anyway <= mirrored


def test_eof_received_only_cancels_the_session():
    names = set(SMTP.eof_received.__code__.co_names)
    assert names <= {
        "session",
        "log",
        "info",
        "peer",
        "_handler_coroutine",
        "cancel",
        "ssl",
        "super",
        "eof_received",
        "AssertionError",
    }


async def test_starttls_connects_the_session_anew_over_tls(certificate, trusting):
    async with opened(None, settings(tls=certificate), tls="starttls", ca=trusting) as house, house.client() as client:
        await client.reply()
        (ours,) = house.server._sessions
        clear, task = ours._wire, ours.task
        await client.ask("STARTTLS")
        await client.starttls()
        await client.ask("EHLO c")
        assert ours._wire is not clear
        assert ours.task is task
        assert ours._writer.transport is ours._wire
        assert isinstance(ours._wire.get_extra_info("ssl_object"), ssl.SSLObject)


def test_a_failed_handshake_is_a_tls_setup_exception():
    assert issubclass(TLSSetupException, Exception)
    assert "TLSSetupException" in SMTP.smtp_STARTTLS.__code__.co_names


@pytest.mark.parametrize(
    "name", ["data_received", "connection_made", "eof_received", "connection_lost", "pause_writing", "resume_writing"]
)
def test_the_class_is_a_stream_protocol_whose_callbacks_may_be_overridden(name):
    assert issubclass(SMTP, asyncio.StreamReaderProtocol)
    assert callable(getattr(SMTP, name))
