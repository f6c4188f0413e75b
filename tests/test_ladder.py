"""The way of a hold up its ladder: settled when it begins."""

from datetime import timedelta

from gateway.decision import Rung
from gateway.ladder import legs, near
from gateway.mail import Address
from tests.support.mails import NOW, reviewers
from tests.test_duty import duty

HOUR = timedelta(hours=1)


def rung(name: str, hours: int = 4, **more) -> Rung:
    return Rung(name=name, members=(Address.parse(f"{name.replace(' ', '.')}@department.example"),), lasts=hours * HOUR, **more)


def way(ladder, since=NOW):
    return [(leg.rung.name, leg.begins, leg.ends) for leg in legs(ladder, since)]


def test_a_ladder_of_one_is_the_deadline():
    assert way(reviewers()) == [("command", NOW, NOW + 48 * HOUR)]


def test_each_rung_begins_where_the_one_before_ends():
    ladder = reviewers(deadline=4 * HOUR, later=(rung("deputy", 8), rung("chief", 12)))
    assert way(ladder) == [
        ("command", NOW, NOW + 4 * HOUR),
        ("deputy", NOW + 4 * HOUR, NOW + 12 * HOUR),
        ("chief", NOW + 12 * HOUR, NOW + 24 * HOUR),
    ]


def test_the_clock_of_a_rung_that_pauses_stands_still_off_duty():
    """The hold begins on a Wednesday, 09:30."""
    ladder = reviewers(deadline=10 * HOUR, duty=duty(), later=(rung("chief", 1),))
    assert way(ladder) == [("command", NOW, NOW + 25 * HOUR), ("chief", NOW + 25 * HOUR, NOW + 26 * HOUR)]


def test_a_rung_that_is_skipped_has_it_only_while_on_duty():
    ladder = reviewers(deadline=10 * HOUR, duty=duty(), off_duty="skip", later=(rung("watch", 2),))
    assert way(ladder) == [("command", NOW, NOW + 7.5 * HOUR), ("watch", NOW + 7.5 * HOUR, NOW + 9.5 * HOUR)]
    night = NOW + 12 * HOUR
    assert way(ladder, night) == [("watch", night, night + 2 * HOUR)]


def test_the_last_rung_takes_it_at_any_hour():
    ladder = reviewers(deadline=HOUR, duty=duty(), off_duty="skip", later=(rung("chief", 2, duty=duty(), off_duty="skip"),))
    night = NOW + 12 * HOUR
    assert way(ladder, night) == [("chief", night, night + 2 * HOUR)]


def test_a_deadline_is_near_for_a_quarter_of_the_time_and_four_hours_at_most():
    assert near(legs(reviewers(), NOW)) == 4 * HOUR
    assert near(legs(reviewers(deadline=2 * HOUR), NOW)) == 0.5 * HOUR
