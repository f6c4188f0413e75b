import asyncio
import multiprocessing
import os
import signal
import time
from dataclasses import replace
from pathlib import Path

import pytest

from gateway import viewer as room
from gateway.display import Unviewable
from gateway.mail import Content
from gateway.viewer import Viewer
from tests.support import mails
from tests.support.smtpd import until


@pytest.fixture
async def viewer():
    opened = Viewer()
    yield opened
    await opened.close()


async def test_a_message_is_shown_its_parts_and_its_source_too(viewer):
    held = mails.held()
    shown = await viewer.show(held)
    assert "The marked unit is back" in "".join(run.text for text in shown.texts for run in text.runs)
    assert (await viewer.source(held))[0].startswith("From: Dana Reed")
    assert (await viewer.part(held, "1"))[1].startswith(b"The marked unit")
    with pytest.raises(KeyError):
        await viewer.part(held, "2")


async def test_a_message_on_which_nothing_was_found_has_no_frames(viewer):
    with pytest.raises(KeyError):
        await viewer.frame(mails.held(), 0)


async def test_what_was_shown_is_remembered(viewer):
    held = mails.held()
    first = await viewer.show(held)
    assert await viewer.show(held) is first


async def test_what_was_destroyed_is_not_shown_though_it_was_remembered(viewer):
    held = mails.held()
    await viewer.show(held)
    gone = replace(held, mail=replace(held.mail, content=Content(size=held.mail.content.size)), destroyed=mails.NOW)
    for asked in (viewer.show(gone), viewer.source(gone), viewer.part(gone, "1"), viewer.authors(gone)):
        with pytest.raises(Unviewable, match="its content was destroyed on 2026-"):
            await asked


async def test_whom_a_message_names_is_found_out_apart_and_remembered(viewer):
    held = mails.held()
    called = {"reed": ("Dana Reed",), "unit": ("Marked Unit",)}
    assert await viewer.named(held, called) == {"unit"}
    assert await viewer.named(held, called) is await viewer.named(held, called)
    assert [str(one) for one in await viewer.authors(held)] == ["dreed@department.example"]


async def test_a_message_over_its_time_or_without_octets_is_said_to_be_so_and_the_next_is_shown():
    viewer = Viewer(time=1.5)
    try:
        await viewer.show(mails.held())
        with pytest.raises(Unviewable, match="in time"):
            await viewer._ask("H2", time.sleep, 30)
        gone = mails.held(id_="H3")
        gone = replace(gone, mail=replace(gone.mail, content=replace(gone.mail.content, data=None, path=Path("/nowhere"))))
        with pytest.raises(Unviewable, match="could not be prepared"):
            await viewer.show(gone)
        assert await viewer.show(mails.held(id_="H4"))
    finally:
        await viewer.close()


class Scarce:
    """What takes more memory to have than there is."""

    def __reduce__(self):
        return bytearray, (3 * 1024**3,)


@pytest.mark.parametrize(
    ("work", "given", "why"),
    [
        (os._exit, (3,), "it could not be prepared"),
        (signal.raise_signal, (signal.SIGSEGV,), "it could not be prepared"),
        (bytearray, (3 * 1024**3,), "it could not be prepared in the memory allowed"),
        (len, (Scarce(),), "it could not be prepared in the memory allowed"),
    ],
)
async def test_a_worker_that_died_or_was_short_of_memory_prepares_no_other_message_and_another_does(viewer, work, given, why):
    first = await viewer._ask("H1", os.getpid)
    with pytest.raises(Unviewable) as failed:
        await viewer._ask("H2", work, *given)
    assert str(failed.value) == why
    assert await viewer._ask("H3", os.getpid) != first
    assert await viewer.show(mails.held(id_="H4"))


async def test_a_worker_that_died_idle_is_replaced_unseen(viewer):
    os.kill(await viewer._ask("H1", os.getpid), signal.SIGKILL)
    await until(lambda: not viewer._worker.alive)
    assert await viewer.show(mails.held())


async def test_a_fault_of_ours_is_told_as_any_failure_and_is_in_the_log_with_its_place_and_without_its_words(viewer, said):
    with pytest.raises(Unviewable, match=r"^it could not be prepared$"):
        await viewer._ask("H1", _break)
    [event] = said
    assert event["event"] == "viewer.failed"
    assert event["fault"].startswith("ZeroDivisionError at gateway/worker.py:")
    assert "words" not in str(said)
    assert await viewer.show(mails.held())


def _break():
    raise ZeroDivisionError("words of a message")


async def test_many_that_ask_at_once_are_answered_one_after_the_other_by_one_worker(viewer):
    held = [mails.held(id_=f"H{number}") for number in range(8)]
    shown = await asyncio.gather(*(viewer.show(one) for one in held), *(viewer._ask("H1", os.getpid) for _ in range(8)))
    assert all(shown)
    assert len(set(shown[8:])) == 1


async def test_whoever_gives_up_waiting_leaves_no_answer_for_the_next(viewer, tmp_path):
    begun = tmp_path / "begun"
    asking = asyncio.create_task(viewer._ask("H1", _hang, begun))
    await until(begun.exists)
    asking.cancel()
    await asyncio.wait([asking])
    assert (await viewer.source(mails.held()))[0].startswith("From: Dana Reed")


async def test_a_worker_answers_so_many_questions_and_no_more(viewer, monkeypatch):
    monkeypatch.setattr(room, "_TERM", 2)
    workers = [await viewer._ask("H1", os.getpid) for _ in range(4)]
    assert workers[0] == workers[1] != workers[2] == workers[3]


async def test_where_no_worker_can_be_had_that_is_told_as_any_failure_and_is_tried_again():
    viewer = Viewer(memory=2**70)
    with pytest.raises(Unviewable, match=r"^it could not be prepared$"):
        await viewer.show(mails.held())
    viewer._memory = 1024**3
    assert await viewer.show(mails.held())
    await viewer.close()


async def test_a_viewer_that_is_closed_waits_for_nothing_and_leaves_no_process_behind(tmp_path):
    viewer, begun = Viewer(), tmp_path / "begun"
    others = set(multiprocessing.active_children())
    asking = [asyncio.create_task(viewer._ask("H1", _hang, begun)), asyncio.create_task(viewer.show(mails.held()))]
    await until(begun.exists)
    await asyncio.wait_for(viewer.close(), 5)
    for one in asking:
        with pytest.raises(Unviewable, match="could not be prepared"):
            await asyncio.wait_for(one, 5)
    assert set(multiprocessing.active_children()) <= others


async def test_a_viewer_that_is_closed_while_its_worker_is_begun_leaves_no_process_behind():
    viewer = Viewer()
    others = set(multiprocessing.active_children())
    asking = asyncio.create_task(viewer.show(mails.held()))
    await asyncio.sleep(0.02)
    await viewer.close()
    with pytest.raises(Unviewable, match="could not be prepared"):
        await asking
    assert set(multiprocessing.active_children()) <= others


def _hang(begun):
    begun.touch()
    time.sleep(60)
