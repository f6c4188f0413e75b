from datetime import timedelta

from gateway.smarthost import Breaker, State
from tests.support.smarthost import HandClock


def opened(clock: HandClock) -> Breaker:
    breaker = Breaker(clock)
    for _ in range(3):
        breaker.attempt().failed()
    assert breaker.state is State.OPEN
    return breaker


def test_its_opening_and_closing_are_told_to_the_log_once_each(said):
    clock = HandClock()
    breaker = opened(clock)
    clock.pass_(seconds=1)
    breaker.attempt().succeeded()
    breaker.attempt().succeeded()

    assert [event["event"] for event in said] == ["relay.unreachable", "relay.reachable_again"]


def test_two_failures_are_bad_luck_and_three_open_it():
    breaker = Breaker(HandClock())
    breaker.attempt().failed()
    breaker.attempt().failed()

    assert breaker.state is State.CLOSED
    breaker.attempt().failed()
    assert breaker.state is State.OPEN
    assert breaker.attempt() is None


def test_only_failures_in_a_row_count():
    breaker = Breaker(HandClock())
    for _ in range(5):
        breaker.attempt().failed()
        breaker.attempt().failed()
        breaker.attempt().succeeded()

    assert breaker.state is State.CLOSED


def test_after_its_pause_one_attempt_is_let_through_at_a_time():
    clock = HandClock()
    breaker = opened(clock)
    clock.pass_(seconds=1)

    trial = breaker.attempt()
    assert trial is not None
    assert breaker.state is State.TRYING
    assert breaker.attempt() is None

    trial.succeeded()
    assert breaker.state is State.CLOSED
    assert str(breaker) == "reachable"


def test_each_failed_trial_doubles_the_pause_up_to_half_a_minute():
    clock = HandClock()
    breaker = opened(clock)
    pauses = []
    for _ in range(8):
        pauses.append((breaker.until - clock.now()) / timedelta(seconds=1))
        clock.time = breaker.until
        breaker.attempt().failed()

    assert pauses == [1, 2, 4, 8, 16, 30, 30, 30]


def test_attempts_that_were_under_way_when_it_opened_do_not_keep_it_open_longer():
    clock = HandClock()
    breaker = Breaker(clock)
    attempts = [breaker.attempt() for _ in range(50)]
    for attempt in attempts:
        attempt.failed()

    assert breaker.failures == 3
    assert breaker.until - clock.now() == timedelta(seconds=1)


def test_a_trial_that_is_cancelled_leaves_its_turn_to_the_next():
    clock = HandClock()
    breaker = opened(clock)
    clock.pass_(seconds=1)
    with breaker.attempt():
        pass

    assert breaker.state is State.OPEN
    assert breaker.attempt() is not None


def test_a_trial_that_ends_late_does_not_open_it_again():
    clock = HandClock()
    breaker = Breaker(clock)
    early = breaker.attempt()
    for _ in range(3):
        breaker.attempt().failed()
    clock.pass_(seconds=1)
    with breaker.attempt():
        early.succeeded()

    assert breaker.state is State.CLOSED


def test_a_clock_set_back_does_not_keep_it_open_for_hours():
    clock = HandClock()
    breaker = opened(clock)
    clock.pass_(hours=-3)

    assert breaker.attempt() is not None
