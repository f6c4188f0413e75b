from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.timetable import AT_ONCE, Timetable

NOON = datetime(2026, 10, 14, 12, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    ["at once", "hourly", "daily at 07:00", "at once and hourly", "at once and daily at 07:00 America/Chicago"],
)
def test_what_is_written_reads_back_as_it_was(written):
    assert str(Timetable.parse(written)) == written


@pytest.mark.parametrize("written", ["", "never", "daily", "daily at 7", "daily at 25:00", "hourly and daily at 07:00"])
def test_what_is_no_time_says_so(written):
    with pytest.raises(ValueError, match=r"no time|must be in"):
        Timetable.parse(written)


def test_an_unknown_zone_says_so():
    with pytest.raises(ValueError, match="no time zone"):
        Timetable.parse("daily at 07:00 America/Springfield")


@given(st.text(max_size=40))
def test_no_text_does_anything_but_read_or_say_why_not(written):
    try:
        told = Timetable.parse(written)
    except ValueError:
        return
    assert Timetable.parse(str(told)) == told


@pytest.mark.parametrize(
    ("written", "zone", "last"),
    [
        ("hourly", "UTC", "2026-10-14T12:00"),
        ("daily at 07:00", "UTC", "2026-10-14T07:00"),
        ("daily at 13:00", "UTC", "2026-10-13T13:00"),
        ("daily at 07:00", "America/Chicago", "2026-10-14T12:00"),
        ("daily at 07:00 Asia/Tokyo", "America/Chicago", "2026-10-13T22:00"),
    ],
)
def test_the_latest_time_to_tell_is_found_in_the_zone_it_was_meant_in(written, zone, last):
    assert Timetable.parse(written).last(NOON, zone).isoformat()[:16] == last


def test_who_hears_of_each_hold_has_no_time_to_hear_of_all():
    assert AT_ONCE.last(NOON) is None


def test_a_day_has_one_such_time_where_clocks_go_back():
    told = Timetable.parse("daily at 01:30 America/Chicago")
    night = [datetime(2026, 11, 1, hour, minute, tzinfo=UTC) for hour in range(6, 10) for minute in (0, 45)]
    assert len({told.last(at) for at in night if told.last(at).day == 1}) == 1
