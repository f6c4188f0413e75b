"""What is written of the network. Needs torch and onnx, which only training does."""

import math

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("onnx")

import torch

from gateway.model import Window
from gateway.model.network import Network as Written
from gateway.training.export import exact
from gateway.training.network import Network, sentences_of


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_what_is_written_says_what_the_network_says(tmp_path):
    torch.manual_seed(3)
    network = Network().eval()
    ids = torch.randint(1000, 20_000, (1, 40))
    pool = torch.zeros(1, 2, 40)
    pool[0, 0, :30], pool[0, 1, 30:] = 1 / 30, 1 / 10
    with torch.no_grad():
        said = network(ids, pool)
    exact(network, tmp_path)
    window = Window(ids=tuple(ids[0].tolist()), spans=((0, 0, 30), (1, 30, 40)))
    early, written = Written(tmp_path).read(window, -math.inf)
    for one, other in zip(said, written, strict=True):
        np.testing.assert_allclose(one[0].numpy(), other, atol=1e-4)
    with torch.no_grad():
        lowest = network.exit(sentences_of(network.lowest(ids, torch.zeros(1)), pool))
    assert early == pytest.approx(float(lowest.max()), abs=1e-4)
    assert Written(tmp_path).read(window, early + 1e-3) == (early, None)
