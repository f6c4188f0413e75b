"""The second round. Needs torch, which only training does."""

from copy import deepcopy
from dataclasses import replace

import pytest

torch = pytest.importorskip("torch")

from gateway.model import Line  # noqa: E402  -- only where torch is
from gateway.training import hardening  # noqa: E402  -- likewise
from gateway.training.batches import Told, samples  # noqa: E402  -- likewise
from gateway.training.examples import Example  # noqa: E402  -- likewise
from gateway.training.network import Network  # noqa: E402  -- likewise
from gateway.training.recipe import Recipe  # noqa: E402  -- likewise
from gateway.verdict import Category  # noqa: E402  -- likewise


def example(number, expect=None):
    lines = tuple(Line(pieces=(10, 2000 + number, 2001 + number, 1012)) for _ in range(2))
    marks = (1.0, 0.0) if expect else (0.0, 0.0)
    return Example(id=str(number), writer="w", expect=expect, lines=lines, marks=marks)


@pytest.fixture
def network():
    torch.manual_seed(1)
    return Network()


def hardened(network, shown, heap=(), again=1):
    """The network after a second round in which the upper half of `shown` was told worst."""
    noted, recipe = Told(), Recipe(again=again, threads=1, pieces=30, bury=0.0)
    for number in range(len(shown)):
        window = samples(shown[number], size=256)
        noted.note([replace(sample, told=f"#{number}") for sample in window], [float(number)] * len(window))
    return hardening.harden(network, shown, [], heap, recipe, told=noted, say=str).state_dict()


def same(one, other):
    return all(torch.equal(one[name], other[name]) for name in one)


@pytest.mark.parametrize(("changed", "alike"), [(1, True), (9, False)])
def test_the_second_round_shows_what_was_told_worst_and_nothing_else(network, changed, alike):
    shown = [example(n, Category.POLITICAL if n % 2 else None) for n in range(12)]
    others = [example(40) if n == changed else each for n, each in enumerate(shown)]
    assert same(hardened(deepcopy(network), shown), hardened(deepcopy(network), others)) is alike


def test_what_was_told_well_comes_again_once_the_others_are_told_better(network):
    shown = [example(n, Category.POLITICAL if n % 2 else None) for n in range(12)]
    others = [example(40) if n == 5 else each for n, each in enumerate(shown)]
    assert same(hardened(deepcopy(network), shown, again=1), hardened(deepcopy(network), others, again=1))
    assert not same(hardened(deepcopy(network), shown, again=4), hardened(deepcopy(network), others, again=4))


def test_it_shows_the_windows_of_ordinary_mail_that_would_be_flagged(network):
    shown = [example(n, Category.POLITICAL if n % 2 else None) for n in range(12)]
    with torch.no_grad():
        network.window.bias.fill_(9.0)
        network.sentence.bias.fill_(9.0)
    heap = [example(50)]
    assert len(hardening.hard(network, heap, Recipe())) == 1
    assert not same(hardened(deepcopy(network), shown), hardened(deepcopy(network), shown, heap))
    with torch.no_grad():
        network.window.bias.fill_(-9.0)
        network.sentence.bias.fill_(-9.0)
    assert hardening.hard(network, heap, Recipe()) == []
