"""The front as a daemon: signals, and what systemd is told.

SIGTERM and SIGINT drain and end it; SIGHUP reads policies, roster and certificate again, and keeps the old ones if the new are
wrong. Under systemd it says when it is ready, reloads, stops, and that it is alive, and takes the sockets it is given
(Type=notify, WatchdogSec, a socket unit). One of several fronts (`gateway.fronts`) takes the sockets of the process that
started it, is asked and told by a line to it, and drains when that is gone. It fails as `gateway.service` does, before it is
ready.
"""

import asyncio
import json
import os
import signal
import socket
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import structlog

from gateway.channel import Answer, Channel
from gateway.control.server import Answer as Asked
from gateway.control.server import answered
from gateway.handed import Handed
from gateway.seat import Crowd, Seat
from gateway.service import Front, running
from gateway.settings import Settings
from gateway.sockets import adopt, allow_descriptors, dismissed, hand
from gateway.systemd import Notifier, inherited
from gateway.upkeep import ended

log = structlog.get_logger()

_SIGN = 2.0
"""Seconds between two signs of life of one front of several."""


async def serve(settings: Settings) -> None:
    """Run until SIGTERM or SIGINT."""
    allow_descriptors()
    _on(signal.SIGHUP, lambda: None)  # policies are read at the start anyway; it must not end us
    adopt(inherited())
    notifier, stop, tasks = Notifier(), asyncio.Event(), set[asyncio.Task[None]]()
    alive = asyncio.create_task(notifier.keep_alive())
    try:
        async with running(settings) as front:
            for address in dismissed():
                log.warning("systemd.socket_unused", address=address, why="no door of the settings stands there")

            def reload() -> None:
                task = asyncio.create_task(_reloaded(front, notifier))
                tasks.add(task)
                task.add_done_callback(tasks.discard)

            _on(signal.SIGTERM, stop.set)
            _on(signal.SIGINT, stop.set)
            _on(signal.SIGHUP, reload)
            front.requests["reload"] = _telling(front, notifier)
            notifier.ready(front.summary)
            await stop.wait()
            notifier.stopping()
    finally:
        await ended(alive)


async def serve_as_one(handed: Handed) -> None:
    """As one front of several, until SIGTERM, or until the process that started us is gone."""
    allow_descriptors()
    _on(signal.SIGHUP, lambda: None)  # the process that started us says when to reload
    _on(signal.SIGINT, lambda: None)  # and when to stop
    for address, listening in handed.listening():
        hand(address, listening)
    stop, fronts = asyncio.Event(), list[Front]()
    channel = Channel(_answers(fronts))
    await channel.open(socket.socket(fileno=handed.line))
    crowd = Crowd(handed.crowd, rows=handed.of, mine=handed.number - 1)
    seat = Seat(number=handed.number, of=handed.of, crowd=crowd, law=handed.law, tell=channel.tell)
    signs = asyncio.create_task(_signs(channel, fronts))
    orphaned = asyncio.create_task(_orphaned(channel, stop))
    try:
        async with running(handed.loaded().of_front(handed.number, os.getppid()), seat=seat) as front:
            fronts.append(front)
            _on(signal.SIGTERM, stop.set)
            channel.tell("ready", **_sign(front))
            await stop.wait()
    finally:
        for task in (signs, orphaned):
            await ended(task)
        await channel.close()


async def _orphaned(channel: Channel, stop: asyncio.Event) -> None:
    """Stop when nobody is at the other end."""
    await channel.closed.wait()
    stop.set()


async def _signs(channel: Channel, fronts: Sequence[Front]) -> None:
    """Say for ever that the loop goes round."""
    while True:
        channel.tell("alive", **_sign(*fronts))
        await asyncio.sleep(_SIGN)


def _sign(front: Front | None = None) -> Mapping[str, object]:
    """What law is in force, and when the last message was judged."""
    if front is None:
        return {"law": {}, "last": None}
    return {"law": front.judges.law.versions, "last": front.vigil.last.isoformat()}


def _answers(fronts: Sequence[Front]) -> Mapping[str, Answer]:
    """What the process that started us may ask for; it asks nothing before there is a front."""

    async def control(given: Mapping[str, Any]) -> object:
        return await answered(fronts[0].requests, json.dumps(given["asked"]), given["user"])

    async def status(_given: Mapping[str, Any]) -> object:
        return await fronts[0].status()

    async def ready(_given: Mapping[str, Any]) -> object:
        return list((await fronts[0].watched.standing()).troubles)

    async def metrics(_given: Mapping[str, Any]) -> object:
        return fronts[0].meters.told(await fronts[0].watched.standing())

    async def reload(given: Mapping[str, Any]) -> object:
        return {**await fronts[0].reload(given["actor"]), "law": fronts[0].judges.law.versions}

    async def seen(given: Mapping[str, Any]) -> None:
        await fronts[0].vigil.see(**given)

    async def judged(given: Mapping[str, Any]) -> None:
        fronts[0].vigil.hear(datetime.fromisoformat(given["last"]))

    return {
        "control": control,
        "status": status,
        "ready": ready,
        "metrics": metrics,
        "reload": reload,
        "seen": seen,
        "judged": judged,
    }


async def _reloaded(front: Front, notifier: Notifier) -> None:
    notifier.reloading()
    try:
        await front.reload()
    finally:
        notifier.ready(front.summary)


def _telling(front: Front, notifier: Notifier) -> Asked:
    """A reload by the control socket, of which systemd hears, too."""
    reload = front.requests["reload"]

    async def told(user: str, asked: Mapping[str, Any]) -> object:
        try:
            return await reload(user, asked)
        finally:
            notifier.tell(front.summary)

    return told


def _on(number: signal.Signals, act: Callable[[], None]) -> None:
    asyncio.get_running_loop().add_signal_handler(number, act)
