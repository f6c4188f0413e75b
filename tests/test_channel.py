"""The line between a front and what started it: both ask, both answer, and whoever is left alone hears of it."""

import asyncio
import socket
from contextlib import asynccontextmanager

import pytest

from gateway.channel import Channel, Gone


@asynccontextmanager
async def joined(answers):
    """Two ends; the second one answers."""
    ends = Channel({}), Channel(answers)
    for end, line in zip(ends, socket.socketpair(), strict=True):
        await end.open(line)
    try:
        yield ends
    finally:
        for end in ends:
            await end.close()


async def test_answers_find_who_asked_whatever_the_order_and_a_fault_is_no_answer(said):
    first_may_end = asyncio.Event()

    async def slow(given):
        await first_may_end.wait()
        return {"slow": given["octets"]}

    async def quick(_given):
        first_may_end.set()
        return "quick"

    async def broken(_given):
        raise ValueError("what it stumbled over")

    async with joined({"slow": slow, "quick": quick, "broken": broken}) as (asks, _):
        large = "x" * 1_000_000
        assert await asyncio.gather(asks.ask("slow", octets=large), asks.ask("quick")) == [{"slow": large}, "quick"]
        with pytest.raises(Gone, match="ValueError"):
            await asks.ask("broken")
        with pytest.raises(Gone, match="KeyError"):
            await asks.ask("unheard of")
    assert [event["asked"] for event in said] == ["broken", "unheard of"]


async def test_when_one_end_goes_the_other_knows_and_waits_for_no_answer():
    asked = asyncio.Event()

    async def never(_given):
        asked.set()
        await asyncio.Event().wait()

    async with joined({"never": never}) as (asks, answers):
        waiting = asyncio.create_task(asks.ask("never"))
        await asked.wait()
        await answers.close()
        with pytest.raises(Gone):
            await waiting
        await asks.closed.wait()
        with pytest.raises(Gone):
            await asks.ask("never")
        asks.tell("never")
