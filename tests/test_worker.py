"""A worker answers one question after the other; over whatever it hangs or dies, it is gone, and no answer goes astray."""

import asyncio
import gc
import os
import resource
import signal
import threading
import time
import warnings
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from multiprocessing import forkserver, get_context
from pathlib import Path

import pytest

from gateway.worker import Died, Fault, Worker


class ScarceError(MemoryError):
    """As numpy raises it."""


def sit(word):
    if word == "unfit":
        raise ValueError("no such word")
    return lambda how: answer(word, how)


def answer(word, how):
    match how:
        case "hang":
            time.sleep(60)
        case "stop":
            os.kill(os.getpid(), signal.SIGSTOP)
        case "die":
            os.kill(os.getpid(), signal.SIGSEGV)
        case "glutton":
            raise ScarceError
        case "raise":
            raise ZeroDivisionError("words that nobody is told")
        case "unpicklable":
            return lambda: None
    return f"{word} {how}"


async def begun(word="heard", within=30):
    return await Worker.begun(get_context("forkserver"), sit, word, within=within)


@pytest.fixture
async def worker():
    one = await begun()
    yield one
    await one.leave()
    assert one._process.exitcode is not None


async def test_each_question_has_its_own_answer_of_whatever_size(worker):
    for how in ("a", "b" * 3_000_000, "c"):
        assert await worker.ask(how, within=30) == f"heard {how}"
    assert worker.asked == 3


@pytest.mark.parametrize("how", ["hang", "stop"])
async def test_one_that_takes_too_long_is_killed(worker, how):
    with pytest.raises(TimeoutError):
        await worker.ask(how, within=0.2)
    assert not worker.alive


async def test_one_that_dies_says_how_and_is_not_asked_again(worker):
    for _ in range(2):
        with pytest.raises(Died) as died:
            await worker.ask("die", within=30)
        assert died.value.exit_code == -signal.SIGSEGV


def open_files():
    return len([*Path("/proc/self/fd").iterdir()])


async def test_those_that_died_leave_no_open_file_behind_even_before_garbage_is_looked_for():
    async def one(how):
        worker = await begun()
        with pytest.raises((Died, TimeoutError)):
            await worker.ask(how, within=0.2 if how == "hang" else 30)
        await worker.leave()
        await asyncio.sleep(0.1)

    await one("die")
    before = open_files()
    gc.disable()
    try:
        for how in ("die", "hang", "die"):
            await one(how)
    finally:
        gc.enable()
    assert open_files() <= before


async def test_one_that_died_idle_is_known_to_be_gone(worker):
    os.kill(worker._process.pid, signal.SIGKILL)
    await asyncio.to_thread(worker._process.join, 10)
    await asyncio.sleep(0.1)
    assert not worker.alive


@pytest.mark.parametrize("how", ["raise", "unpicklable"])
async def test_a_fault_tells_its_kind_and_place_without_its_words_and_the_next_question_is_answered(worker, how):
    with pytest.raises(Fault) as fault:
        await worker.ask(how, within=30)
    assert "gateway/worker.py:" in fault.value.at
    assert "nobody is told" not in str(fault.value)
    assert await worker.ask("a", within=30) == "heard a"


async def test_memory_that_is_not_to_be_had_is_told_as_such_whoever_says_so(worker):
    with pytest.raises(Fault) as fault:
        await worker.ask("glutton", within=30)
    assert fault.value.kind == "MemoryError"


async def test_whoever_gives_up_waiting_leaves_no_answer_for_the_next(worker):
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await worker.ask("hang", within=30)
    assert not worker.alive


async def test_one_that_cannot_sit_says_why():
    with pytest.raises(RuntimeError, match="no such word"):
        await begun("unfit")


async def test_where_no_file_can_be_opened_that_is_told_as_any_failure():
    _, most = known = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, most))
    try:
        with pytest.raises(RuntimeError, match="Too many open files"):
            await begun()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, known)


async def test_a_start_that_is_given_up_before_a_thread_comes_to_it_leaves_no_file_open():
    held = threading.Event()
    with ThreadPoolExecutor(1) as threads, warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        asyncio.get_running_loop().set_default_executor(threads)
        threads.submit(held.wait)
        starting = asyncio.create_task(begun())
        await asyncio.sleep(0.05)
        starting.cancel()
        await asyncio.gather(starting, return_exceptions=True)
        held.set()
    gc.collect()
    assert [str(warning.message) for warning in told if issubclass(warning.category, ResourceWarning)] == []


@pytest.fixture
async def stopped():
    """The process that all are forked off, which stands still."""
    await (await begun()).leave()
    nursery = forkserver._forkserver._forkserver_pid
    os.kill(nursery, signal.SIGSTOP)
    yield nursery
    with suppress(ProcessLookupError, ChildProcessError):
        os.kill(nursery, signal.SIGKILL)
        ended(nursery)


def ended(number):
    """Waits until a child has ended, and leaves it to whoever started it."""
    os.waitid(os.P_PID, number, os.WEXITED | os.WNOWAIT)


async def test_one_that_hangs_is_killed_though_what_it_was_forked_off_is_gone(stopped):
    os.kill(stopped, signal.SIGCONT)
    worker = await begun()
    os.kill(stopped, signal.SIGKILL)
    with pytest.raises(TimeoutError):
        await worker.ask("hang", within=0.5)
    await asyncio.sleep(0.2)
    assert not is_running(worker._process.pid)


def is_running(number):
    """Whether a process is there and has not ended; whoever it fell to may not have heard of its end."""
    with suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] not in {"Z", "X"}
    return False


async def test_where_none_is_forked_for_ever_that_is_told_in_time_and_the_next_is_begun(stopped):
    with pytest.raises(RuntimeError, match="nothing is forked"):
        await asyncio.wait_for(begun(within=0.5), 10)
    ended(stopped)
    await (await begun()).leave()


async def test_where_what_it_is_forked_off_dies_over_it_that_is_told_as_any_failure(stopped):
    beginning = asyncio.create_task(begun())
    await asyncio.sleep(0.3)
    os.kill(stopped, signal.SIGKILL)
    with pytest.raises(RuntimeError, match=r"nothing is forked|unexpected EOF"):
        await beginning


async def test_whoever_gives_up_beginning_closes_no_file_that_is_being_handed_over():
    class Slow:
        def Process(self, *, args, **_):  # noqa: N802  -- multiprocessing's name
            self.line = args[0]
            return self

        def start(self):
            time.sleep(0.3)
            self.number = self.line.fileno()

    context = Slow()
    beginning = asyncio.create_task(Worker.begun(context, sit, "heard", within=30))
    await asyncio.sleep(0.1)
    beginning.cancel()
    await asyncio.wait([beginning])
    await asyncio.sleep(0.4)
    assert context.number >= 0
    assert context.line.fileno() == -1


async def test_an_answer_that_came_before_anybody_waited_for_it_is_not_lost():
    class Process:
        exitcode = 0

    worker = Worker(Process())
    worker.data_received((4).to_bytes(8, "big") + b"\x80\x04N.")
    assert await worker.answer(1) is None
