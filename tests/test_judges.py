"""Judges may hang, crash or eat memory; it costs one message its judgement, and the sender's policy answers."""

import asyncio
import multiprocessing
import os
import re
import signal
import time
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from gateway.classify import load_roster
from gateway.decision import Defer
from gateway.judges import Judges, Law, limits
from gateway.mail import Content, Reply
from gateway.mail.content import in_memory
from gateway.policy import load_rulebook
from gateway.reading import ReadingLimits, extractors
from gateway.reading.apart import BROKE_DOWN, TIMED_OUT, apart
from gateway.reading.pieces import DAMAGED
from gateway.settings import Judging
from tests.support.extractors import trapped as trapped_html
from tests.support.mails import NOW, FixedClock, decision, envelope, mail
from tests.support.smtpd import until

POLICIES = Path(__file__).parents[1] / "policies"


@dataclass(frozen=True)
class Trap:
    """A rulebook that misbehaves in the worker when the sender's name says so."""

    version: str = "trap"

    def decide(self, sent, _authors, verdict, _at):
        match sent.sender.local:
            case "hang":
                time.sleep(60)
            case "die":
                os.kill(os.getpid(), signal.SIGSEGV)
            case "eat":
                return decision(policy=str(len(bytearray(3 * 1024**3))))
            case "raise":
                raise ZeroDivisionError("a fault of ours")
            case "who":
                return decision(policy=str(os.getpid()))
            case "stand still":
                os.kill(os.getpid(), signal.SIGSTOP)
        return decision(verdict=verdict)

    def failed(self, _envelope, problem, _at):
        return decision(Defer(reply=Reply(code=451, status="4.7.1", text="later")), grounds=problem)


@pytest.fixture(scope="module")
def roster():
    return load_roster(POLICIES / "roster")


@pytest.fixture
async def trapped(roster):
    judging = Judging(workers=2, time="2s", memory="512MiB", model=False)
    judges = Judges(Law(rulebook=Trap(), roster=roster), judging=judging, clock=FixedClock())
    await judges.start()
    yield judges
    await judges.close()


async def relayed(judges):
    """Waits until a message is: on a machine that is busy it may be told to come again before another judge has begun."""
    while (await judges.judge(mail())).decision.word != "relay":
        pass


async def complete(judges, workers):
    """Waits until as many as there are to be have nothing to do, without a message that asks."""
    await until(lambda: len(judges._idle) == len(judges._under) == judges._free._value == workers)


@pytest.mark.parametrize(
    ("how", "grounds"),
    [
        ("hang", "it could not be read and judged in time"),
        ("die", "it could not be read and judged"),
        ("eat", "it could not be read and judged in the memory allowed"),
        ("raise", "it could not be read and judged"),
    ],
)
async def test_a_judge_that_fails_is_answered_by_the_policy_and_the_next_message_is_judged(trapped, how, grounds):
    judged = await trapped.judge(mail(sender=f"{how}@department.example"))
    assert judged.decision.word == "defer"
    assert judged.decision.grounds == grounds
    await complete(trapped, 2)
    for _ in range(3):
        await relayed(trapped)


async def test_a_judgement_brings_the_decoded_subject_and_reads_a_spooled_message_too(trapped, tmp_path):
    octets = b"Subject: =?utf-8?q?caf=C3=A9?=\r\n\r\nhello\r\n"
    spooled = tmp_path / "spooled"
    spooled.write_bytes(octets)
    given = mail()
    given = type(given)(id="S1", envelope=envelope(), content=Content(size=len(octets), path=spooled), received=NOW)
    assert (await trapped.judge(given)).subject == "café"


async def test_a_spooled_message_that_is_gone_is_answered_by_the_policy(trapped, tmp_path):
    given = mail()
    given = type(given)(id="S1", envelope=envelope(), content=Content(size=9, path=tmp_path / "gone"), received=NOW)
    assert (await trapped.judge(given)).decision.word == "defer"


async def test_other_policies_are_obeyed_from_then_on(roster):
    rulebook = load_rulebook(POLICIES)
    judges = Judges(Law(rulebook=rulebook, roster=roster), judging=Judging(workers=1), clock=FixedClock())
    await judges.start()
    try:
        assert (await judges.judge(mail())).decision.policy == "everyday mail"
        await judges.obey(Law(rulebook=Trap(), roster=roster))
        assert (await judges.judge(mail())).decision.policy == "command review"
        assert judges.law.rulebook.version == "trap"
    finally:
        await judges.close()


class Treacherous:
    """A rulebook with which a judge comes to its seat that cannot read some text: it crashes, hangs or eats memory over it."""

    version = "treacherous"

    def __init__(self, rulebook):
        self.rulebook = rulebook

    def __reduce__(self):
        return _undermined, (self.rulebook,)

    def decide(self, *given):
        return self.rulebook.decide(*given)

    def failed(self, *given):
        return self.rulebook.failed(*given)


def _undermined(rulebook):
    """In a judge: text that names a trap is read by it, in the judge and apart."""
    extractors.TABLE |= {"text/html": trapped_html}
    extractors.APART |= {"text/html": apart(trapped_html)}
    return Treacherous(rulebook)


@pytest.mark.parametrize(("how", "why"), [("crash", BROKE_DOWN), ("hang", TIMED_OUT)])
async def test_html_that_a_judge_dies_of_costs_that_part_an_unread_and_the_message_a_second_look(roster, how, why):
    law = Law(rulebook=Treacherous(load_rulebook(POLICIES)), roster=roster)
    judges = Judges(law, judging=Judging(workers=1, time="3s", memory="512MiB", model=False), clock=FixedClock())
    await judges.start()
    try:
        judged = await judges.judge(_html(how))
        assert [unread.why for unread in judged.decision.verdict.unread] == [why]
        assert judged.subject == "A"
        await complete(judges, 1)
        assert (await judges.judge(_html("lunch"))).decision.word == "relay"
    finally:
        await judges.close()


async def test_memory_that_a_part_takes_in_a_judge_costs_that_part_alone(roster):
    law = Law(rulebook=Treacherous(load_rulebook(POLICIES)), roster=roster)
    judges = Judges(law, judging=Judging(workers=1, time="20s", memory="512MiB"), clock=FixedClock())
    await judges.start()
    try:
        judged = await judges.judge(_html("eat"))
        assert [unread.why for unread in judged.decision.verdict.unread] == [DAMAGED]
        assert (await judges.judge(_html("lunch"))).decision.word == "relay"
    finally:
        await judges.close()


def _html(says):
    octets = f"From: {mail().envelope.sender}\r\nSubject: A\r\nContent-Type: text/html\r\n\r\n<p>{says}</p>\r\n".encode()
    return replace(mail(), content=in_memory(octets))


class Unseated:
    """A roster that no judge can sit with."""

    version = "none"

    def __reduce__(self):
        return (_refuse, ())


def _refuse():
    raise ValueError("no such roster")


async def test_policies_that_no_judge_can_sit_with_leave_the_old_ones_in_force(trapped):
    with pytest.raises(RuntimeError, match="no judge can be started"):
        await trapped.obey(Law(rulebook=Trap(version="new"), roster=Unseated()))
    assert trapped.law.rulebook.version == "trap"
    assert (await trapped.judge(mail())).decision.word == "relay"


async def test_a_judge_that_was_short_of_memory_judges_no_other_message(roster):
    judging = Judging(workers=1, time="20s", memory="512MiB")
    judges = Judges(Law(rulebook=Trap(), roster=roster), judging=judging, clock=FixedClock())
    await judges.start()
    try:
        first, _, second = [await judges.judge(mail(sender=f"{how}@department.example")) for how in ("who", "eat", "who")]
        assert first.decision.policy != second.decision.policy
    finally:
        await judges.close()


async def test_a_fault_is_in_the_log_with_its_place_and_without_its_words(trapped, said):
    await trapped.judge(mail(sender="raise@department.example"))
    [fault] = [event for event in said if event["event"] == "judge.fault"]
    assert fault["fault"] == "ZeroDivisionError"
    assert re.search(r"gateway/judges\.py:\d+ .*gateway/pipeline\.py:\d+ tests/test_judges\.py:\d+$", fault["at"])
    assert "a fault of ours" not in str(said)


async def test_judges_that_die_idle_are_replaced(trapped):
    for _ in range(3):
        judge = (await trapped.judge(mail(sender="who@department.example"))).decision.policy
        os.kill(int(judge), signal.SIGKILL)
        await asyncio.sleep(0.5)
        await relayed(trapped)
    await complete(trapped, 2)


async def test_judges_that_hang_for_good_are_replaced(roster):
    judging = Judging(workers=2, time="1s", model=False)
    judges = Judges(Law(rulebook=Trap(), roster=roster), judging=judging, clock=FixedClock())
    await judges.start()
    try:
        assert (await judges.judge(mail(sender='"stand still"@department.example'))).decision.word == "defer"
        await relayed(judges)
    finally:
        await judges.close()


async def test_a_flood_of_slow_messages_is_answered_and_does_not_queue_up(trapped):
    begun = time.monotonic()
    judged = await asyncio.gather(*(trapped.judge(mail(sender="hang@department.example")) for _ in range(12)))
    assert {one.decision.grounds for one in judged} == {"it could not be read and judged in time"}
    assert time.monotonic() - begun < 9


async def test_two_reloads_at_once_leave_one_set_of_judges(roster):
    judges = Judges(Law(rulebook=Trap(), roster=roster), judging=Judging(workers=1), clock=FixedClock())
    others = set(multiprocessing.active_children())
    await judges.start()
    try:
        await asyncio.gather(*(judges.obey(Law(rulebook=Trap(version=name), roster=roster)) for name in ("one", "two")))
        assert judges.law.rulebook.version == "two"
        assert len(set(multiprocessing.active_children()) - others) == 1
        assert (await judges.judge(mail())).decision.word == "relay"
    finally:
        await judges.close()


async def test_judges_that_are_closed_while_others_are_being_seated_leave_none_behind(roster):
    judges = Judges(Law(rulebook=Trap(), roster=roster), judging=Judging(workers=2), clock=FixedClock())
    others = set(multiprocessing.active_children())
    await judges.start()
    obeying = asyncio.create_task(judges.obey(Law(rulebook=Trap(version="new"), roster=roster)))
    await asyncio.sleep(0.02)
    await judges.close()
    with pytest.raises(RuntimeError, match="stopped"):
        await obeying
    await asyncio.sleep(0.2)
    assert set(multiprocessing.active_children()) == others
    assert judges.law.rulebook.version == "trap"


@pytest.mark.parametrize("seconds", [2, 20, 300])
def test_the_time_for_a_message_leaves_time_to_judge_what_was_read(seconds):
    given = limits(Judging(time=f"{seconds}s", ocr=False))
    assert 0 < given.time < given.whole < seconds
    assert not given.ocr
    assert limits(Judging()) == ReadingLimits()
