"""The metrics of several fronts as one: sums that never go back, and the worst of what is measured."""

from dataclasses import replace

from gateway.mail import Reply
from gateway.monitor import Meters, Sums
from tests.monitor.test_server import GOOD, samples
from tests.test_operations import measured

WRITTEN = {"of": 2, "restarts": 0, "reloads": {"loaded": 3, "refused": 1}}


def counted(replies, **standing):
    meters = Meters()
    for _ in range(replies):
        meters.replied(Reply(code=250, status="2.0.0", text="Ok"))
    return meters.told(replace(GOOD, **standing))


def test_counts_are_added_up_and_what_is_measured_is_told_of_the_worst():
    fronts = {1: counted(2, relay_up=True), 2: counted(5, relay_up=False, relay_failures=4)}
    told = samples(Sums().written(fronts, up=2, **WRITTEN).decode())
    assert told["hatchway_replies_total", "2xx"] == 7
    assert told["hatchway_judge_restarts_total",] == 2 * GOOD.judge_restarts
    assert told["hatchway_sessions", "smtp"] == 2 * GOOD.sessions["smtp"]
    assert told["hatchway_holds_waiting",] == GOOD.shelf.waiting
    assert (told["hatchway_relay_up",], told["hatchway_relay_failures",]) == (0, 4)
    assert told["hatchway_serving",] == 1
    assert told["hatchway_reloads_total", "loaded"] == 3
    assert (told["hatchway_fronts",], told["hatchway_fronts_up",]) == (2, 2)


def test_a_front_that_died_leaves_its_counts_and_one_that_is_silent_has_those_it_told():
    sums = Sums()
    sums.written({1: counted(2), 2: counted(5)}, up=2, **WRITTEN)
    silent = samples(sums.written({1: counted(3)}, up=1, **WRITTEN).decode())
    assert (silent["hatchway_replies_total", "2xx"], silent["hatchway_serving",]) == (8, 0)
    sums.left(2)
    assert samples(sums.written({1: counted(3)}, up=1, **WRITTEN).decode())["hatchway_replies_total", "2xx"] == 8
    assert samples(sums.written({1: counted(3), 2: counted(1)}, up=2, **WRITTEN).decode())["hatchway_replies_total", "2xx"] == 9


def test_several_fronts_have_the_metrics_of_one():
    one = measured()
    told = {name for name, *_ in samples(Sums().written({1: counted(1)}, up=1, **WRITTEN).decode())}
    assert {name for name in told if name.startswith("hatchway_")} >= {
        name for name in one if not name.endswith(("_seconds", "_dry_run_total", "_messages_total"))
    } - {"hatchway_build", "hatchway_policy"}
