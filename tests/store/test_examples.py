"""Rulings kept as examples."""

from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.evaluation.labelled import labelled
from gateway.hold import Ruling
from gateway.store import ExampleFolder
from gateway.verdict import Category, Label, Verdict
from tests.support.mails import held
from tests.support.world import World

FOUND = Verdict(
    labels={Category.POLITICAL: Label.UNSURE, Category.RELIGIOUS: Label.UNSURE},
    scores={Category.POLITICAL: 0.5, Category.RELIGIOUS: 0.6},
)
NOTHING = Verdict(labels=dict.fromkeys(Category, Label.CLEAR), scores=dict.fromkeys(Category, 0.1))


async def kept_of(folder, verdict=FOUND):
    world = World(examples=ExampleFolder(folder))
    one = held()
    await world.store.hold(replace(one, decision=replace(one.decision, verdict=verdict)), ())
    return world


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "examples"


async def test_a_released_message_is_an_example_of_ordinary_mail(folder):
    await (await kept_of(folder)).reviews.release("H1", reviewer="captain")
    (kept,) = labelled(folder / "rulings.jsonl")
    assert (kept.id, kept.expect) == ("H1", "neither")
    assert kept.content == held().mail.content.read()


async def test_a_denied_message_is_an_example_of_what_was_found_in_it(folder):
    await (await kept_of(folder)).reviews.deny("H1", reviewer="captain", note="an invitation")
    (kept,) = labelled(folder / "rulings.jsonl")
    assert kept.expect == "religious"


async def test_examples_are_for_the_gateways_user_alone(folder):
    await (await kept_of(folder)).reviews.release("H1", reviewer="captain")
    assert [oct(path.stat().st_mode)[-3:] for path in (folder, *sorted(folder.iterdir()))] == ["700", "600", "600"]


@pytest.mark.parametrize("verdict", [NOTHING, None])
async def test_a_denial_of_what_nothing_was_found_in_says_nothing_of_its_words(folder, verdict):
    await (await kept_of(folder, verdict)).reviews.deny("H1", reviewer="captain", note="unread part")
    assert not folder.exists()


async def test_a_deadline_is_no_reviewers_opinion(folder):
    world = await kept_of(folder)
    await world.store.record("seen", actor="captain", hold="H1")
    world.clock.at += timedelta(days=60)
    await world.reviews.expire()
    assert (await world.store.get("H1")).review.ruling is Ruling.DENIED
    assert not folder.exists()


async def test_an_example_that_cannot_be_kept_costs_nobody_his_ruling(folder):
    folder.write_text("in the way")
    ruled = await (await kept_of(folder)).reviews.release("H1", reviewer="captain")
    assert ruled.review.ruling is Ruling.RELEASED
