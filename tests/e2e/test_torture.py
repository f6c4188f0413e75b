"""The harness of `make torture`: a short run of it, and that it sees what it is there to see."""

import random
from dataclasses import replace

import pytest

from tests.support import apt
from tests.support.relay import Message
from tests.torture.books import SORTS, Books, Report, Ruled, Sent
from tests.torture.doomed import Nursery
from tests.torture.harness import tortured
from tests.torture.soak import Measured, database, growth

PASSES, _, HELD, _, REJECTED = SORTS
RELEASED = b"X-Hatchway-Id: H1\r\nX-Hatchway-Release-Id: R1\r\nSubject: token-0-0\r\n\r\n"
NOTICE = b"X-Hatchway-Notice-Id: N1\r\n\r\nHeld as HOLD0000001.\r\n"


@pytest.fixture(scope="module")
def nursery(tmp_path_factory):
    apt.compiler()
    with Nursery(tmp_path_factory.mktemp("nursery")) as nursery:
        yield nursery


async def test_a_gateway_killed_at_every_step_loses_nothing_and_lets_nothing_out(tmp_path, nursery):
    report = await tortured(tmp_path, nursery, lives=3, seed=26)
    assert report.wrong == []
    assert report.kills.total() >= 1
    assert report.messages["passes"] >= 3
    assert report.messages["held"] >= 2


async def test_of_two_gateways_over_postgresql_either_may_be_killed_and_nothing_is_lost_or_let_out(tmp_path, nursery, postgres):
    report = await tortured(tmp_path, nursery, lives=2, seed=26, shared=postgres)
    assert report.wrong == []
    assert report.kills.total() + report.alive == 2  # on a busy machine some never come to their step
    assert report.messages["passes"] >= 3


def at_relay(text: bytes = b"Subject: token-0-0\r\n\r\n", *, acked: bool = True) -> Message:
    return Message(data=text, acked=acked)


def notice(*to: str) -> Message:
    return Message(data=NOTICE, rcpts=[f"RCPT TO:<{one}> NOTIFY=NEVER".encode() for one in to], acked=True)


def told_all() -> Message:
    return notice("chief@department.example", HELD.sender)


def hold(state: str, name: str = "HOLD0000001") -> dict[str, str]:
    return {"id": name, "state": state, "subject": "token-0-0"}


def released(release: bytes = b"R1", name: bytes = b"HOLD0000001") -> Message:
    return at_relay(RELEASED.replace(b"H1", name).replace(b"R1", release))


def cut_off() -> Message:
    return at_relay(RELEASED.replace(b"H1", b"HOLD0000001"), acked=False)


TOLD = "2.0.0 Ok: held for review as HOLD0000001"


@pytest.mark.parametrize(
    ("sort", "told", "text", "holds", "arrived", "asked", "confirmed", "wrong"),
    [
        (PASSES, 250, "", [], [], [], "", "LOST: token-0-0 (passes)"),
        (PASSES, 250, "", [], [at_relay(), at_relay()], [], "", "at the relay 2 times after 1 attempts"),
        (PASSES, 0, "lost", [], [at_relay()], [], "", "never answered"),
        (REJECTED, 550, "", [], [at_relay()], [], "", "(rejected): told 550"),
        (HELD, 250, TOLD, [], [], [], "", "LOST: token-0-0 (held) was told 250"),
        (HELD, 250, TOLD, [hold("waiting")], [], [], "", "nobody was told of HOLD0000001"),
        (HELD, 250, TOLD, [hold("waiting")], [notice(HELD.sender)], [], "", "nobody was told of HOLD0000001"),
        (
            HELD,
            250,
            TOLD,
            [hold("waiting")],
            [notice("chief@department.example")],
            [],
            "",
            "its sender was not told of HOLD0000001",
        ),
        (HELD, 250, TOLD, [hold("waiting")], [told_all(), at_relay()], [], "", "LEAKED: token-0-0"),
        (HELD, 250, TOLD, [hold("denied")], [told_all(), released()], ["deny"], "deny", "LEAKED: HOLD0000001 is denied"),
        (HELD, 250, TOLD, [hold("released")], [told_all()], ["release"], "release", "LOST: HOLD0000001 was released"),
        (HELD, 250, TOLD, [hold("released")], [told_all(), cut_off()], ["release"], "release", "LOST: HOLD0000001 was released"),
        (HELD, 250, TOLD, [hold("released")], [told_all(), released()], [], "", "which nobody asked for"),
        (HELD, 250, TOLD, [hold("waiting")], [told_all()], ["deny"], "deny", "deny was confirmed, and it is waiting"),
        (HELD, 250, TOLD, [hold("waiting")], [told_all(), released(name=b"X1")], [], "", "which nobody holds"),
        (
            HELD,
            250,
            TOLD,
            [hold("released")],
            [told_all(), released(), released(b"R2")],
            ["release"],
            "release",
            "several release ids",
        ),
    ],
)
def test_the_harness_names_what_is_wrong(sort, told, text, holds, arrived, asked, confirmed, wrong):
    sent = Sent("token-0-0", sort, attempts=1, told=told, text=text)
    ruled = {"HOLD0000001": Ruled(asked, confirmed)}
    assert wrong in "\n".join(Books({"token-0-0": sent}, ruled, holds, arrived, Report(1)).wrong())


def test_the_harness_finds_nothing_wrong_with_what_is_right_and_counts_what_smtp_repeats():
    sent = Sent("token-0-0", HELD, attempts=1, told=250, text=TOLD)
    arrived, report = [told_all(), released(), released()], Report(1)
    books = Books({"token-0-0": sent}, {"HOLD0000001": Ruled(["release"], "release")}, [hold("released")], arrived, report)
    assert list(books.wrong()) == []
    assert report.again["released again under the same Release-Id"] == 1
    assert report.releases == ["R1"]
    assert "Release-Ids that came twice: R1" in "\n".join(report.lines())


def rows(**series: list[float]) -> list[Measured]:
    """One every five seconds, of an hour's three quarters."""
    count = len(next(iter(series.values())))
    return [
        Measured(900 + 2700 * number / count, {name: values[number] for name, values in series.items()}, number * 1024, number)
        for number in range(count)
    ]


def test_what_grows_slowly_under_noise_is_found_and_what_only_swings_or_peaks_is_not():
    rnd = random.Random(1)
    leak = [160 + number / 54 + rnd.uniform(-4, 4) for number in range(540)]
    swing = [160 + 20 * (number % 60 < 12) + rnd.uniform(-4, 4) for number in range(540)]
    peak = [160.0 if number < 500 else 300.0 for number in range(540)]
    leaks, swings, peaks = growth(rows(leak=leak, swing=swing, peak=peak), {"leak": 8.0, "swing": 8.0, "peak": 8.0})
    assert leaks.fails
    assert 8 < leaks.grew < 12
    assert not swings.fails
    assert not peaks.fails
    assert peaks.most == 300


def test_the_database_may_grow_by_what_each_hold_takes():
    grown = database(rows(nothing=[0.0] * 100))
    assert grown.grew == 1
    assert not grown.fails
    assert database([replace(row, holds=0) for row in rows(nothing=[0.0] * 100)]).fails
