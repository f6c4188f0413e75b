"""The log of a running gateway: it stops no mail, and quotes none."""

import asyncio
import os
import socket
import subprocess
import sys
from pathlib import Path

from gateway.cli.serve import trace
from tests.e2e.conftest import message, sent
from tests.support.gateway import Gateway
from tests.support.relay import FakeRelay


async def test_a_log_whose_reader_is_gone_stops_no_mail(tmp_path):
    reader, writer = os.pipe()
    async with FakeRelay() as relay:
        gateway = Gateway(tmp_path / "gateway", relay=relay.port)
        gateway.write_settings()
        await asyncio.to_thread(gateway.start, Path(f"/proc/self/fd/{writer}"))
        os.close(reader)
        os.close(writer)
        officer = "officer@department.example"
        content = message("Unit 214", "Keys are in the watch office.", officer)
        heard = [await sent(gateway.port, officer, ["desk@county.example"], content) for _ in range(3)]
        assert await asyncio.to_thread(gateway.stop) == 0
        assert [one.final[0] for one in heard] == [250] * 3
        assert len(relay.messages) == 3


def test_a_traceback_tells_types_and_places_and_quotes_nothing_an_exception_stumbled_over():
    try:
        try:
            b"vote for \xff".decode()
        except UnicodeDecodeError:
            raise KeyError("a passage of the message")  # noqa: B904  -- the chain is what is tested
    except KeyError:
        said = trace(sys.exc_info())
    assert "KeyError" in said
    assert "UnicodeDecodeError" in said
    assert "test_serve.py" in said
    assert "can't decode" not in said
    assert not said.rstrip().endswith("message'")
    assert "KeyError:" not in said


def test_a_traceback_keeps_the_words_about_files():
    try:
        os.close(os.open("/no/such/file", os.O_RDONLY))
    except OSError:
        said = trace(sys.exc_info())
    assert said.endswith("FileNotFoundError: [Errno 2] No such file or directory: '/no/such/file'")


def test_a_line_of_the_log_is_one_write_so_that_those_of_several_fronts_do_not_run_into_each_other():
    program = (
        "import structlog; from gateway.cli.serve import log_to_stderr; log_to_stderr('json'); structlog.get_logger().info(1)"
    )
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, theirs:
        subprocess.run([sys.executable, "-c", program], stderr=theirs, check=True, timeout=60)
        line = ours.recv(4096)
    assert (line[:1], line[-2:]) == (b"{", b"}\n")
