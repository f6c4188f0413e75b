from datetime import timedelta

import pytest

from gateway.decision import Hold, Reject
from gateway.hold import AlreadyRuled, Review, Ruling
from gateway.mail import Address, Reply
from tests.support.mails import NOW, decision, held, reviewers


def review(ruling=Ruling.RELEASED, to=("a@department.example",), note="", reviewer="captain") -> Review:
    return Review(reviewer=reviewer, ruling=ruling, recipients=tuple(Address.parse(one) for one in to), note=note, at=NOW)


def test_the_first_ruling_stands_and_the_second_is_told_so():
    ruled = held().ruled(review())
    with pytest.raises(AlreadyRuled, match="already released by captain at 2026-10-14 09:30 UTC"):
        ruled.ruled(review(Ruling.DENIED, note="no", reviewer="lieutenant"))


def test_a_denial_says_why():
    with pytest.raises(ValueError, match="note"):
        review(Ruling.DENIED)


def test_a_release_is_for_somebody():
    with pytest.raises(ValueError, match="recipient"):
        review(to=())


def test_nobody_can_be_added_by_a_release():
    with pytest.raises(ValueError, match=r"stranger@elsewhere\.example: not among"):
        held().ruled(review(to=("stranger@elsewhere.example",)))


@pytest.mark.parametrize(("hours", "number"), [(0, 0), (23, 0), (24, 1), (39, 1), (40, 2), (48, 3), (95, 3), (96, 4)])
def test_reminders_are_due_at_their_times_and_again_after_each_deadline(hours, number):
    assert held().reminders_by(NOW + timedelta(hours=hours)) == number


def test_a_decision_that_stops_mail_cites_an_authority():
    for disposition in (Hold(reviewers=reviewers()), Reject(reply=Reply(code=550))):
        with pytest.raises(ValueError, match="authority"):
            decision(disposition, authority=())


def test_because_is_one_sentence_with_policy_grounds_and_authority():
    assert decision().because == 'policy "command review": it goes to 12 recipients in department (SO 9-06 §C)'
