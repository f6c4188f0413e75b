import asyncio
import os
import re
import resource
import stat
import subprocess
import time
from datetime import timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.intake import Body, Budget, prepare, stands_alone
from gateway.smtpd import replies
from gateway.smtpd.data import Data, Dots
from gateway.smtpd.inbox import Inbox
from tests.support.smtpd import stuffed

SOON = timedelta(seconds=5)
PIECES = st.sampled_from(
    [b"a", b"word ", b".", b"..", b"\r\n", b"\r\n.", b"\r", b"\n", b"\r\n\r\n", b"\n.\n", b"\r.\r", b"\0", b"\xff"]
)
CLEAN = st.lists(st.sampled_from([b"", b"a", b".", b"..", b". ", b".\t", b"text.", b"\0", b"\xff" * 9]), max_size=12).map(
    lambda lines: b"".join(line + b"\r\n" for line in lines)
)


def fed(dots: Dots, octets: bytes, cuts: list[int]) -> bytes:
    message, start = b"", 0
    for cut in [*sorted(c % (len(octets) + 1) for c in cuts), len(octets)]:
        if dots.rest is None:
            message += dots.feed(octets[start:cut])
        else:
            dots.rest += octets[start:cut]
        start = cut
    return message


@given(message=CLEAN, behind=st.binary(max_size=20), cuts=st.lists(st.integers(0, 300), max_size=20))
def test_a_stuffed_message_comes_out_as_it_was_wherever_it_is_cut(message, behind, cuts):
    dots = Dots(normalize=False)
    assert fed(dots, stuffed(message) + b".\r\n" + behind, cuts) == message
    assert dots.rest == behind
    assert not dots.bare


def reference(stream: bytes, *, normalize: bool) -> tuple[bytes, bytes, bool] | None:
    """RFC 5321 §4.5.2 in three lines, over the whole stream at once."""
    found = re.search(rb"(?:\A|\r\n)\.\r\n", stream)
    if not found:
        return None
    end = found.start() + (2 if found[0][:1] == b"\r" else 0)
    text, behind = stream[:end], stream[found.end() :]
    bare = bool(re.search(rb"(?<!\r)\n|\r(?!\n)", text))
    lines = re.split(rb"\r\n|\r|\n" if normalize else rb"\r\n", text)
    return b"\r\n".join(line.removeprefix(b".") for line in lines), behind, bare


@example(stream=b"\n.\n\n\r\n.\r\n", normalize=False, cuts=[1])
@example(stream=b"\n.\n\n\r\n.\r\n", normalize=True, cuts=[1])
@given(
    stream=st.lists(PIECES, max_size=30).map(b"".join), normalize=st.booleans(), cuts=st.lists(st.integers(0, 200), max_size=12)
)
def test_any_stream_is_read_as_the_rfc_reads_it_wherever_it_is_cut(stream, normalize, cuts):
    dots = Dots(normalize=normalize)
    message = fed(dots, stream, cuts)
    expected = reference(stream, normalize=normalize)
    if expected is None:
        assert dots.rest is None
    else:
        assert (message, dots.rest, dots.bare) == expected
        assert not normalize or not re.search(rb"(?<!\r)\n|\r(?!\n)", message)


def body(tmp_path, in_memory=100, budget=1000):
    return Body(spool=tmp_path, in_memory=in_memory, budget=Budget(budget))


def spooled(tmp_path):
    return list(tmp_path.iterdir())


def test_a_small_message_stays_in_memory(tmp_path):
    small = body(tmp_path)
    small.add(b"a" * 60)
    small.add(b"b" * 40)
    content = small.content()
    assert (content.size, content.data, content.path) == (100, b"a" * 60 + b"b" * 40, None)
    assert spooled(tmp_path) == []


def test_a_large_message_is_spilled_to_a_file_that_only_we_can_read(tmp_path):
    large = body(tmp_path)
    for letter in (b"a", b"b", b"c"):
        large.add(letter * 60)
    content = large.content()
    assert (content.size, content.data) == (180, None)
    assert stat.S_IMODE(content.path.stat().st_mode) == 0o600
    assert content.read() == b"a" * 60 + b"b" * 60 + b"c" * 60
    large.discard()
    assert spooled(tmp_path) == []


def test_messages_are_spilled_when_memory_is_short_and_memory_is_given_back(tmp_path):
    budget = Budget(150)
    first, second = (Body(spool=tmp_path, in_memory=100, budget=budget) for _ in range(2))
    first.add(b"a" * 100)
    second.add(b"b" * 60)
    assert [first.content().path is None, second.content().path is None] == [True, False]
    assert not budget.spent
    assert budget.take(50)
    assert budget.spent
    first.discard()
    second.discard()
    assert budget.take(100)
    assert not budget.take(1)


def test_a_message_discarded_twice_gives_its_memory_back_once(tmp_path):
    budget = Budget(10)
    small = Body(spool=tmp_path, in_memory=10, budget=budget)
    small.add(b"a" * 10)
    small.discard()
    small.discard()
    assert budget.take(10)
    assert not budget.take(1)


async def read(stream: bytes, tmp_path, *, limit=1000, normalize=False, in_memory=100, ended=False):
    inbox, taken = Inbox(), body(tmp_path, in_memory)
    inbox.feed(stream)
    if ended:
        inbox.end()
    reply = await Data(inbox, taken, limit=limit, normalize=normalize).read(between=SOON, whole=SOON)
    left = bytes(await inbox.some()) if inbox.waiting else b""
    return reply, taken, left


async def test_what_stands_behind_the_final_dot_is_left_for_the_next_command(tmp_path):
    reply, taken, left = await read(b"hello\r\n.\r\nQUIT\r\n", tmp_path)
    assert (reply, taken.content().data, left) == (None, b"hello\r\n", b"QUIT\r\n")


async def test_an_empty_message_is_a_message(tmp_path):
    reply, taken, _ = await read(b".\r\n", tmp_path)
    assert (reply, taken.content().data) == (None, b"")


async def test_a_message_as_large_as_the_limit_is_taken_and_one_octet_more_is_not(tmp_path):
    reply, taken, _ = await read(b"a" * 998 + b"\r\n.\r\n", tmp_path)
    assert (reply, taken.content().size) == (None, 1000)
    taken.discard()
    reply, _, left = await read(b"a" * 999 + b"\r\n.\r\nNOOP\r\n", tmp_path)
    assert (reply, left) == (replies.TOO_BIG, b"NOOP\r\n")
    assert spooled(tmp_path) == []


async def test_a_line_without_end_is_cut_off_far_beyond_the_limit(tmp_path):
    reply, *_ = await read(b"a" * 1_100_000, tmp_path)
    assert reply == replies.ENDLESS_DATA
    assert spooled(tmp_path) == []


async def test_a_bare_line_feed_is_refused_or_normalised(tmp_path):
    reply, *_ = await read(b"a\nb\r\n.\r\n", tmp_path)
    assert reply == replies.BARE_ENDS
    reply, taken, _ = await read(b"a\n.b\rc\r\n.\r\n", tmp_path, normalize=True)
    assert (reply, taken.content().data) == (None, b"a\r\nb\r\nc\r\n")


@pytest.mark.parametrize("normalize", [False, True])
@pytest.mark.parametrize("content", [b"a\r\nb\r\n", b"a\nb\r\n", b"a\r\n\rb\r\n", b"a\r\r\n", b"..a\n.b\r\n"])
async def test_only_a_message_without_bare_line_ends_is_said_to_be_even(tmp_path, content, normalize):
    _, taken, _ = await read(content + b".\r\n", tmp_path, normalize=normalize)
    made = taken.content()
    assert made.even != stands_alone(made.data)


async def test_a_message_too_large_is_told_that_first(tmp_path):
    reply, *_ = await read(b"a\n" * 600 + b"\r\n.\r\n", tmp_path)
    assert reply == replies.TOO_BIG


async def test_a_stream_that_ends_before_the_dot_is_cut_off(tmp_path):
    reply, *_ = await read(b"a\r\n.\r", tmp_path, ended=True)
    assert reply == replies.CUT_OFF


async def test_a_full_spool_is_a_reply_and_the_session_goes_on(tmp_path, said):
    (tmp_path / "file").touch()
    reply, taken, left = await read(b"a" * 500 + b"\r\n.\r\nNOOP\r\n", tmp_path / "file" / "spool")
    assert (reply, left) == (replies.NO_ROOM, b"NOOP\r\n")
    taken.discard()
    assert [event["event"] for event in said] == ["smtp.spool_failed"]


async def test_a_spool_that_is_full_at_the_last_octets_is_a_reply_too(tmp_path, said):
    """What was written waits in a buffer, and meets the full disk when the file is closed."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        reply, _, left = await read(b"a" * 4000 + b"\r\n.\r\nNOOP\r\n", tmp_path, limit=9000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert (reply, left, spooled(tmp_path)) == (replies.NO_ROOM, b"NOOP\r\n", [])
    assert [event["event"] for event in said] == ["smtp.spool_failed"]


async def test_a_spool_folder_that_somebody_removed_is_made_again(tmp_path):
    reply, taken, _ = await read(b"a" * 500 + b"\r\n.\r\n", tmp_path / "removed")
    assert reply is None
    assert stat.S_IMODE((tmp_path / "removed").stat().st_mode) == 0o700
    taken.discard()


@pytest.mark.parametrize(("between", "whole"), [(0.05, 5.0), (5.0, 0.15)])
async def test_a_slow_message_has_two_deadlines(tmp_path, between, whole):
    inbox = Inbox()

    async def drip():
        while True:
            inbox.feed(b"x")
            await asyncio.sleep(0.02 if between > 1 else 1)

    dripping = asyncio.create_task(drip())
    data = Data(inbox, body(tmp_path), limit=1000, normalize=False)
    reply = await data.read(between=timedelta(seconds=between), whole=timedelta(seconds=whole))
    dripping.cancel()
    assert reply == replies.TOO_SLOW


def test_preparing_the_spool_removes_what_a_dead_process_left_and_nothing_else(tmp_path):
    old, new, other = tmp_path / "hatchway-old", tmp_path / "hatchway-new", tmp_path / "other"
    for path in (old, new, other):
        path.write_bytes(b"x")
    for path in (old, other):
        os.utime(path, (time.time() - 2 * 86400,) * 2)
    assert prepare(tmp_path) == 1
    assert sorted(tmp_path.iterdir()) == [new, other]


def test_preparing_the_spool_removes_at_once_what_a_process_left_that_is_known_to_be_dead(tmp_path):
    died = subprocess.Popen(["true"])
    died.wait()
    living = tmp_path / f"hatchway-{os.getppid()}-c"
    for path in (tmp_path / f"hatchway-{died.pid}-a", tmp_path / f"hatchway-{os.getpid()}-b", living):
        path.write_bytes(b"x")
    assert prepare(tmp_path) == 2
    assert spooled(tmp_path) == [living]


def test_a_spool_file_bears_the_number_of_its_process(tmp_path):
    large = body(tmp_path)
    large.add(b"a" * 200)
    assert large.content().path.name.startswith(f"hatchway-{os.getpid()}-")
    large.discard()


def test_preparing_the_spool_makes_the_folder_for_us_alone(tmp_path):
    spool = tmp_path / "lib" / "spool"
    assert prepare(spool) == 0
    assert stat.S_IMODE(spool.stat().st_mode) == 0o700
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="exists"):
        prepare(tmp_path / "file")
