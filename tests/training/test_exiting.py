"""The early exit, taught. Needs torch and onnx, which only training does."""

from random import Random

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("onnx")

from gateway.model import Line  # noqa: E402  -- only where torch is
from gateway.training.batches import samples  # noqa: E402  -- likewise
from gateway.training.examples import Example  # noqa: E402  -- likewise
from gateway.training.exiting import teach_exit  # noqa: E402  -- likewise
from gateway.training.export import export  # noqa: E402  -- likewise
from gateway.training.learning import collate  # noqa: E402  -- likewise
from gateway.training.network import Network, sentences_of  # noqa: E402  -- likewise
from gateway.verdict import Category  # noqa: E402  -- likewise

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

OFFENDING, ORDINARY, OFFICE = range(2000, 2010), range(3000, 3010), range(4000, 4010)


def line(rnd, pieces):
    return Line(pieces=(10, *rnd.choices(pieces, k=6)))


def example(rnd, number, *pieces, expect=None):
    marks = tuple(float(each is OFFENDING) for each in pieces)
    return Example(id=str(number), writer="w", expect=expect, lines=tuple(line(rnd, each) for each in pieces), marks=marks)


@pytest.fixture(scope="module")
def taught(tmp_path_factory):
    torch.manual_seed(1)
    rnd, network = Random(1), Network()
    shown = [example(rnd, n, ORDINARY, OFFENDING, expect=Category.POLITICAL) for n in range(60)]
    shown += [example(rnd, n, ORDINARY, ORDINARY) for n in range(60)]
    before = {name: weight.clone() for name, weight in network.state_dict().items()}
    weights = tmp_path_factory.mktemp("weights")
    export(network, weights)
    for _ in range(3):
        teach_exit(network, weights, shown, [example(rnd, n, OFFICE, OFFICE) for n in range(60)], 1)
    return network, before


def test_what_is_the_same_for_all_tells_nothing(tmp_path):
    rnd, network = Random(2), Network()
    with torch.no_grad():
        network.layers[0].last.weight[5] = 0.0
        network.layers[0].last.bias[5] = 8.0
    export(network, tmp_path)
    shown = [example(rnd, n, ORDINARY, OFFENDING, expect=Category.POLITICAL) for n in range(9)]
    teach_exit(network, tmp_path, shown, [example(rnd, n, OFFICE) for n in range(9)], 1)
    assert float(network.exit[0].weight.detach()[:, 5].abs().max()) < 1000.0


def said(network, *pieces):
    """The exit's of a message of such sentences."""
    (sample,) = samples(example(Random(7), "x", *pieces), size=128)
    batch = collate([sample])
    with torch.no_grad():
        return float(network.exit(sentences_of(network.lowest(batch.ids, torch.zeros(1)), batch.pool)).max())


def test_only_the_exit_learns(taught):
    network, before = taught
    moved = {name for name, weight in network.state_dict().items() if not torch.equal(weight, before[name])}
    assert moved == {"exit.0.weight", "exit.0.bias", "exit.2.weight", "exit.2.bias"}


def test_an_offence_is_told_from_real_ordinary_mail_in_whose_midst_it_stands(taught):
    network, _ = taught
    office, within, written = said(network, OFFICE, OFFICE), said(network, OFFICE, OFFENDING), said(network, ORDINARY, OFFENDING)
    assert min(within, written) > office + 1.0
