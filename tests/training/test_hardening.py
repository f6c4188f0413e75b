"""The second round. Needs torch, which only training does."""

from itertools import pairwise

import pytest

torch = pytest.importorskip("torch")

from gateway.model import Line  # noqa: E402  -- only where torch is
from gateway.training import hardening  # noqa: E402  -- likewise
from gateway.training.examples import Example  # noqa: E402  -- likewise
from gateway.training.network import Network  # noqa: E402  -- likewise
from gateway.training.recipe import Recipe  # noqa: E402  -- likewise
from gateway.verdict import Category  # noqa: E402  -- likewise


def example(number, expect=None):
    lines = tuple(Line(pieces=(10, 2000 + number, 2001 + number, 1012)) for _ in range(2))
    marks = (1.0, 0.0) if expect else (0.0, 0.0)
    return Example(id=str(number), writer="w", expect=expect, lines=lines, marks=marks)


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(1)
    return Network()


def test_the_mean_of_networks_is_that_of_their_weights(network):
    other = Network()
    mean = hardening.mean_of([network, other])
    for name, weight in mean.state_dict().items():
        assert torch.allclose(weight, (network.state_dict()[name] + other.state_dict()[name]) / 2)


def test_every_round_begins_where_the_first_ended_and_shows_other_messages(network):
    shown = [example(n, Category.POLITICAL if n % 2 else None) for n in range(12)]
    before = {name: weight.clone() for name, weight in network.state_dict().items()}
    one, two = (hardening.harden(network, shown, [], [], Recipe(rounds=n, threads=1, pieces=30), say=str) for n in (1, 2))
    assert all(torch.equal(weight, before[name]) for name, weight in network.state_dict().items())
    each = [Recipe(rounds=1, threads=1, pieces=30), Recipe(rounds=1, threads=1, pieces=30, seed=2)]
    ends = [hardening.harden(network, shown, [], [], recipe, say=str) for recipe in each]
    states = [found.state_dict() for found in (one, *ends[:1], hardening.mean_of(ends), two)]
    same = [all(torch.allclose(a[name], b[name], atol=1e-6) for name in a) for a, b in pairwise(states)]
    assert same == [True, False, True]
