"""The judgement: cheap first, and what is dear to read only where it could still change the decision."""

import pytest

from gateway.mail import Place, Unread
from gateway.pipeline import judge
from gateway.reading import Reading
from gateway.verdict import Category, Label, Verdict
from tests.support.mails import mail
from tests.support.policy import NOON, loaded, with_rules

PICTURE = Unread(place=Place(part="2", name="flyer.png"), why="put off: a picture")
ENCRYPTED = Unread(place=Place(part="3"), why="encrypted")


class Reader:
    """Reads the words of a picture only when asked to."""

    def __init__(self, *unread):
        self.unread, self.asked = unread, []

    def read(self, content, *, dear=True, after=None):
        assert content
        assert (after is not None) is dear
        self.asked.append(dear)
        left = [one for one in self.unread if not (dear and one is PICTURE)]
        return Reading(subject="dear" if dear else "cheap", unread=tuple(left))


class Classifier:
    """Finds politics in what was dear to read."""

    def classify(self, reading):
        found = Label.MATCH if reading.subject == "dear" else Label.CLEAR
        labels = {Category.POLITICAL: found, Category.RELIGIOUS: Label.CLEAR}
        return Verdict(labels=labels, scores=dict.fromkeys(Category, 0.0), unread=reading.unread)


def judged(tmp_path, rules, *unread):
    reader = Reader(*unread)
    rulebook = loaded(tmp_path, with_rules(rules))
    judgement = judge(mail(), reader=reader, classifier=Classifier(), rulebook=rulebook, at=NOON)
    return judgement.decision, reader.asked


HELD = "- {finds: political, label: match, action: hold, reviewers: command}\n- {action: relay}"


def test_a_picture_is_read_where_its_words_could_hold_the_message(tmp_path):
    decision, asked = judged(tmp_path, HELD, PICTURE)
    assert (decision.word, asked) == ("hold", [False, True])
    assert not decision.verdict.unread


def test_a_picture_is_not_read_where_nothing_hangs_on_it_and_that_is_told(tmp_path):
    decision, asked = judged(tmp_path, "- {action: relay}", PICTURE)
    assert (decision.word, asked) == ("relay", [False])
    assert decision.verdict.unread == (PICTURE,)


def test_all_of_a_message_that_is_held_anyway_is_read_so_that_the_reviewer_sees_what_was_found(tmp_path):
    rules = "- {recipients: {at least: 1}, action: hold, reviewers: command}\n- {action: relay}"
    decision, asked = judged(tmp_path, rules, PICTURE)
    assert (decision.word, asked) == ("hold", [False, True])
    assert decision.verdict.labels[Category.POLITICAL] is Label.MATCH


def test_a_picture_is_not_read_where_the_message_is_rejected_anyway(tmp_path):
    rules = "- {recipients: {at least: 1}, action: reject, reply: Not now}\n- {action: relay}"
    assert judged(tmp_path, rules, PICTURE)[1] == [False]


@pytest.mark.parametrize("unread", [(), (ENCRYPTED,)])
def test_a_message_without_pictures_is_read_once(tmp_path, unread):
    decision, asked = judged(tmp_path, HELD, *unread)
    assert (decision.word, asked) == ("relay", [False])
