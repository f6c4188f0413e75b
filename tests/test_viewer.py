import asyncio
import time
from dataclasses import replace

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
        gone = replace(gone, mail=replace(gone.mail, content=replace(gone.mail.content, data=None, path=room.Path("/nowhere"))))
        with pytest.raises(Unviewable, match="could not be prepared"):
            await viewer.show(gone)
        assert await viewer.show(mails.held(id_="H4"))
    finally:
        await viewer.close()


async def test_of_a_worker_that_cannot_be_ended_at_its_time_nothing_is_left(tmp_path):
    """Somebody who died before may hold what pebble needs for that."""
    viewer, begun = Viewer(time=3.0, grace=1.0), tmp_path / "begun"
    try:
        await viewer.show(mails.held())
        manager = viewer._pool._pool_manager.worker_manager
        [worker] = manager.workers.values()
        stuck = asyncio.create_task(viewer._ask("H2", _hang, begun))
        await until(begun.exists)
        manager.workers_channel.mutex.acquire()
        with pytest.raises(Unviewable, match="in time"):
            await stuck
        await until(lambda: not worker.is_alive())
        assert await viewer.show(mails.held(id_="H4"))
    finally:
        await viewer.close()


def _hang(begun):
    begun.touch()
    time.sleep(60)
