"""All fronts as one: a new law reaches them all, or none."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from gateway.channel import Gone
from gateway.fronts.several import Several

NEW, OTHER = ({"loaded": True, "policies": version, "roster": "r"} for version in ("new", "other"))
REFUSED = {"loaded": False, "mistakes": "policies.yaml:1:1"}


@dataclass
class Front:
    """One that says this when it is to reload; nothing: it is gone. known: the laws that one in its place would choose from."""

    number: int
    says: dict | None
    up: bool = True
    asked: list = field(default_factory=list)
    replaced: list = field(default_factory=list)
    known: dict = field(default_factory=dict)

    async def ask(self, name, **given):
        self.asked.append((name, given))
        if self.says is None:
            raise Gone("nobody is at the other end")
        return self.says

    def replace(self):
        self.up = False
        self.replaced.append(dict(self.known))


@pytest.mark.parametrize(
    ("says", "answer", "asked", "replaced"),
    [
        ([NEW, NEW, NEW], NEW, [1, 2, 3], []),
        ([REFUSED, NEW, NEW], REFUSED, [1], []),
        ([NEW, REFUSED, NEW], NEW, [1, 2, 3], [2]),
        ([NEW, OTHER, None], NEW, [1, 2, 3], [2, 3]),
        ([None, NEW, NEW], NEW, [1, 2, 3], [1]),
        ([None, REFUSED, NEW], REFUSED, [1, 2], [1]),
    ],
)
async def test_whoever_is_without_the_law_of_the_first_is_replaced_by_one_that_has_it(says, answer, asked, replaced):
    fronts = [Front(number, said) for number, said in enumerate(says, 1)]
    assert await Several(fronts, since=datetime.now(UTC)).reload("admin") == answer
    assert [front.number for front in fronts if front.asked] == asked
    assert [front.number for front in fronts if not front.up] == replaced


async def test_a_front_that_was_starting_meanwhile_starts_anew_under_the_law_that_came():
    known = {}
    fronts = [Front(1, {**NEW, "law": {"plain": "new"}}), Front(2, NEW, up=False, known=known)]
    several = Several(fronts, since=datetime.now(UTC))
    several.obeyed = known.__setitem__
    assert await several.reload("admin") == NEW
    assert (fronts[1].asked, fronts[1].replaced) == ([], [{1: {"plain": "new"}}])


async def test_a_front_that_was_starting_is_left_alone_where_nothing_new_came():
    fronts = [Front(1, REFUSED), Front(2, NEW, up=False)]
    assert await Several(fronts, since=datetime.now(UTC)).reload("admin") == REFUSED
    assert fronts[1].replaced == []


async def test_where_none_answers_all_stay_as_they_are():
    fronts = [Front(1, None), Front(2, None)]
    said = await Several(fronts, since=datetime.now(UTC)).reload("admin")
    assert not said["loaded"]
    assert all(front.up for front in fronts)
