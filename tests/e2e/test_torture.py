"""The harness of `make torture`: a short run of it, and that it sees what it is there to see."""

import pytest

from tests.support import apt
from tests.support.relay import Message
from tests.torture.harness import SORTS, Books, Report, Ruled, Sent, tortured

PASSES, _, HELD, _, REJECTED = SORTS
RELEASED = b"X-Hatchway-Id: H1\r\nX-Hatchway-Release-Id: R1\r\nSubject: token-0-0\r\n\r\n"
NOTICE = b"X-Hatchway-Notice-Id: N1\r\n\r\nHeld as HOLD0000001.\r\n"


async def test_a_gateway_killed_at_every_step_loses_nothing_and_lets_nothing_out(tmp_path):
    apt.compiler()
    report = await tortured(tmp_path, lives=3, seed=26)
    assert report.wrong == []
    assert report.kills.total() >= 1
    assert report.messages["passes"] >= 3
    assert report.messages["held"] >= 2


def at_relay(text: bytes = b"Subject: token-0-0\r\n\r\n") -> Message:
    return Message(data=text, acked=True)


def hold(state: str, name: str = "HOLD0000001") -> dict[str, str]:
    return {"id": name, "state": state, "subject": "token-0-0"}


def released(release: bytes = b"R1", name: bytes = b"HOLD0000001") -> Message:
    return at_relay(RELEASED.replace(b"H1", name).replace(b"R1", release))


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
        (HELD, 250, TOLD, [hold("waiting")], [at_relay(NOTICE), at_relay()], [], "", "LEAKED: token-0-0"),
        (HELD, 250, TOLD, [hold("denied")], [at_relay(NOTICE), released()], ["deny"], "deny", "LEAKED: HOLD0000001 is denied"),
        (HELD, 250, TOLD, [hold("released")], [at_relay(NOTICE)], ["release"], "release", "LOST: HOLD0000001 was released"),
        (HELD, 250, TOLD, [hold("released")], [at_relay(NOTICE), released()], [], "", "which nobody asked for"),
        (HELD, 250, TOLD, [hold("waiting")], [at_relay(NOTICE)], ["deny"], "deny", "deny was confirmed, and it is waiting"),
        (HELD, 250, TOLD, [hold("waiting")], [at_relay(NOTICE), released(name=b"X1")], [], "", "which nobody holds"),
        (
            HELD,
            250,
            TOLD,
            [hold("released")],
            [at_relay(NOTICE), released(), released(b"R2")],
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
    arrived, report = [at_relay(NOTICE), released(), released()], Report(1)
    books = Books({"token-0-0": sent}, {"HOLD0000001": Ruled(["release"], "release")}, [hold("released")], arrived, report)
    assert list(books.wrong()) == []
    assert report.again["released again under the same Release-Id"] == 1
