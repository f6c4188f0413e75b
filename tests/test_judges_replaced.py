"""Where a judge is gone another takes its place by itself, and no message waits for that longer than it may be judged."""

import asyncio
import multiprocessing
import os
import signal
from multiprocessing import forkserver
from pathlib import Path

import pytest

from gateway import judges as room
from gateway.classify import load_roster
from gateway.decision import Defer
from gateway.judges import Judges, Law
from gateway.mail import Reply
from gateway.policy import load_rulebook
from gateway.settings import Judging
from tests.support.mails import FixedClock, decision, mail
from tests.support.smtpd import until

POLICIES = Path(__file__).parents[1] / "policies"


class Deadly:
    """A rulebook that a judge dies of where the sender's name says so, and that none can sit with while `bar` is there."""

    version = "deadly"

    def __init__(self, bar):
        self.bar = bar

    def __reduce__(self):
        return _sat, (self.bar,)

    def decide(self, sent, _authors, verdict, _at):
        if sent.sender.local == "die":
            os.kill(os.getpid(), signal.SIGKILL)
        return decision(verdict=verdict)

    def failed(self, _envelope, problem, _at):
        return decision(Defer(reply=Reply(code=451, status="4.7.1", text="later")), grounds=problem)


def _sat(bar):
    if bar.exists():
        raise ValueError("no seat")
    return Deadly(bar)


@pytest.fixture
def bar(tmp_path):
    return tmp_path / "bar"


@pytest.fixture
async def judges(roster, bar):
    judging = Judging(workers=2, time="3s", model=False)
    all_ = Judges(Law(rulebook=Deadly(bar), roster=roster), judging=judging, clock=FixedClock())
    await all_.start()
    yield all_
    await all_.close()


@pytest.fixture(scope="module")
def roster():
    return load_roster(POLICIES / "roster")


async def sent(judges, sender="dreed"):
    return (await judges.judge(mail(sender=f"{sender}@department.example"))).decision


async def complete(judges):
    """Waits, without a message that asks, until as many as there are to be have nothing to do."""
    await until(lambda: len(judges._idle) == len(judges._under) == judges._free._value == 2)


async def test_a_judge_that_died_is_replaced_before_the_next_message_comes(judges):
    first = set(judges._idle)
    assert (await sent(judges, "die")).grounds == "it could not be read and judged"
    await complete(judges)
    assert first.isdisjoint(judges._idle)
    assert (await sent(judges)).word == "relay"


async def test_however_many_die_at_once_there_are_as_many_judges_as_before_and_each_message_has_one_answer(judges):
    answers = await asyncio.gather(*(sent(judges, who) for who in ["die", "dreed"] * 4))
    assert len(answers) == 8
    await complete(judges)
    assert (await sent(judges)).word == "relay"


async def test_where_no_judge_is_begun_a_message_waits_no_longer_than_it_may_be_judged_and_then_they_are_back(judges):
    nursery = forkserver._forkserver._forkserver_pid
    os.kill(nursery, signal.SIGSTOP)
    try:
        async with asyncio.timeout(room._START / 2):
            await sent(judges, "die")
            assert (await sent(judges)).grounds == "it could not be read and judged in time"
    finally:
        os.kill(nursery, signal.SIGCONT)
    await complete(judges)
    assert (await sent(judges)).word == "relay"


async def test_one_that_cannot_be_begun_is_tried_again_until_it_can_and_the_log_says_why(judges, bar, said, monkeypatch):
    monkeypatch.setattr(room, "_AGAIN", 0.2)
    bar.touch()
    await sent(judges, "die")
    await until(lambda: sum(event["event"] == "judge.not_begun" for event in said) > 2)
    assert all(event["why"].startswith("no judge can be started") for event in said if event["event"] == "judge.not_begun")
    bar.unlink()
    await complete(judges)
    assert (await sent(judges)).word == "relay"


async def test_policies_that_come_while_one_is_begun_bring_all_judges_with_them(judges, roster, bar):
    others = set(multiprocessing.active_children())
    bar.touch()
    await sent(judges, "die")
    await judges.obey(Law(rulebook=load_rulebook(POLICIES), roster=roster))
    bar.unlink()
    await complete(judges)
    await until(lambda: not judges._begins)
    assert {judges._under[judge] is judges.law for judge in judges._idle} == {True}
    await until(lambda: len(set(multiprocessing.active_children()) - others) == 2)


async def test_judges_that_are_closed_while_one_is_begun_leave_none_behind_and_nobody_waits(roster, bar):
    judges = Judges(Law(rulebook=Deadly(bar), roster=roster), judging=Judging(workers=1, model=False), clock=FixedClock())
    others = set(multiprocessing.active_children())
    await judges.start()
    bar.touch()
    asking = asyncio.create_task(sent(judges, "die"))
    await until(lambda: judges._begins)
    await judges.close()
    assert (await asyncio.wait_for(asking, 15)).grounds == "it could not be read and judged"
    await until(lambda: not judges._begins)
    await until(lambda: set(multiprocessing.active_children()) <= others)
