from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from gateway.store.holds import moment
from tests.support.mails import held

HOURS = st.integers(1, 60).map(lambda hours: timedelta(hours=hours))
TICK = timedelta(microseconds=1)


@given(deadline=HOURS, reminders=st.lists(HOURS, max_size=4).map(tuple), reminded=st.integers(0, 12))
def test_a_hold_that_waits_is_due_the_moment_one_more_reminder_is(deadline, reminders, reminded):
    there = held(deadline=deadline, reminders=reminders, then="wait")
    at = moment(there, reminded)
    assert there.reminders_by(at) > reminded >= there.reminders_by(at - TICK)


@given(deadline=HOURS, reminders=st.lists(HOURS, max_size=4).map(tuple), reminded=st.integers(0, 12))
def test_a_deadline_that_rules_is_never_put_off(deadline, reminders, reminded):
    there = held(deadline=deadline, reminders=reminders, then="deny")
    at = moment(there, reminded)
    assert at <= there.deadline
    assert at == there.deadline or there.reminders_by(at) > reminded
