"""On-duty times, also where the clock on the wall jumps."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.duty import Duty
from tests.support.policy import needs_time_zones

HOUR = timedelta(hours=1)
WEEK = (0, 1, 2, 3, 4)


def duty(**changes) -> Duty:
    given = {"name": "office", "zone": "UTC", "days": WEEK, "begins": 8 * 60, "ends": 17 * 60, "holidays": ()}
    return Duty(**given | changes)


def at(day: int, hour: int, minute: int = 0, month: int = 10) -> datetime:
    """October 2026: the 12th is a Monday."""
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def test_time_is_counted_in_on_duty_hours_alone():
    office = duty()
    assert office.after(at(12, 9), 2 * HOUR) == at(12, 11)
    assert office.after(at(12, 16), 4 * HOUR) == at(13, 11)
    assert office.after(at(16, 16), 4 * HOUR) == at(19, 11)
    assert office.after(at(17, 12), HOUR) == at(19, 9)
    assert office.elapsed(at(16, 16), at(19, 11)) == 4 * HOUR
    assert office.elapsed(at(17, 0), at(19, 8)) == timedelta()


def test_who_is_there_is_there_from_the_beginning_to_the_end():
    office = duty()
    assert not office.on(at(12, 7, 59))
    assert office.on(at(12, 8))
    assert office.until(at(12, 12)) == at(12, 17)
    assert not office.on(at(12, 17))


def test_a_holiday_is_no_day_of_duty():
    assert duty(holidays=(date(2026, 10, 13),)).after(at(12, 16), 2 * HOUR) == at(14, 9)


def test_a_night_shift_ends_on_the_next_day_and_belongs_to_the_day_it_begins_on():
    night = duty(begins=22 * 60, ends=6 * 60, days=(4,), holidays=(date(2026, 10, 23),))
    assert night.on(at(16, 23))
    assert night.until(at(17, 1)) == at(17, 6)
    assert not night.on(at(23, 23))
    assert not night.on(at(24, 1))


def test_shifts_that_follow_one_another_are_one():
    always = duty(begins=0, ends=24 * 60, days=tuple(range(7)))
    assert always.until(at(12, 12)) > at(12, 12) + timedelta(days=20)
    assert always.after(at(12, 12), timedelta(days=3)) == at(15, 12)


@needs_time_zones
@pytest.mark.parametrize(("month", "day", "hours"), [(3, 8, 7), (11, 1, 9), (6, 7, 8)])
def test_on_the_days_the_clock_jumps_what_really_passed_is_counted(month, day, hours):
    """Sunday 8 March and 1 November 2026, 02:00 in Chicago: a shift from midnight to 08:00 is shorter, and longer."""
    night = duty(zone="America/Chicago", days=(6,), begins=0, ends=8 * 60)
    begins = datetime(2026, month, day, 6 if month == 3 else 5, tzinfo=UTC)
    assert night.elapsed(begins - HOUR, begins + 12 * HOUR) == hours * HOUR


@needs_time_zones
def test_a_shift_begins_at_eight_by_the_clock_on_the_wall_in_summer_and_in_winter():
    office = duty(zone="America/Chicago")
    assert office.after(at(30, 23), timedelta(minutes=1)) == at(2, 14, 1, month=11)
    assert office.after(at(28, 23), timedelta(minutes=1)) == at(29, 13, 1)


@needs_time_zones
def test_a_time_that_does_not_come_and_one_that_comes_twice_are_no_surprise():
    early = duty(zone="America/Chicago", days=(6,), begins=150, ends=240)
    assert early.elapsed(at(8, 0, month=3), at(9, 0, month=3)) == timedelta(minutes=30)
    twice = duty(zone="America/Chicago", days=(6,), begins=60, ends=90)
    assert twice.elapsed(at(1, 0, month=11), at(2, 0, month=11)) == timedelta(minutes=90)


@given(
    begins=st.integers(0, 1439),
    lasts=st.integers(60, 1440),
    days=st.sets(st.integers(0, 6), min_size=1).map(tuple),
    minutes=st.integers(0, 30 * 1440),
    span=st.integers(1, 5 * 1440),
    zone=st.sampled_from(["UTC", *(["America/Chicago"] if "America/Chicago" in available_timezones() else [])]),
)
def test_after_is_the_first_moment_at_which_so_much_has_passed(begins, lasts, days, minutes, span, zone):
    shift = duty(begins=begins, ends=(begins + lasts) % 1440 or 1440, days=days, zone=zone)
    since = at(20, 0) + timedelta(minutes=minutes)
    moment = shift.after(since, timedelta(minutes=span))
    assert shift.elapsed(since, moment) == timedelta(minutes=span)
    assert shift.elapsed(since, moment - timedelta(seconds=1)) < timedelta(minutes=span)


def test_the_hours_are_said_in_words():
    assert duty().says == "Monday to Friday, 08:00 to 17:00 (UTC)"
    assert duty(days=(5, 6), holidays=(date(2026, 1, 1),)).says == ("Saturday and Sunday, 08:00 to 17:00 (UTC), not on 1 holiday")
    assert duty(days=tuple(range(7)), begins=0, ends=1440).says == "every day, 00:00 to 24:00 (UTC)"
