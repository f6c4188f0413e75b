"""What is written of the network. Needs torch and onnx, which only training does."""

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("onnx")

import onnxruntime
import torch

from gateway.training.export import exact
from gateway.training.network import Network


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_what_is_written_says_what_the_network_says(tmp_path):
    torch.manual_seed(3)
    network = Network().eval()
    ids = torch.randint(1000, 20_000, (1, 40))
    pool = torch.zeros(1, 2, 40)
    pool[0, 0, :30], pool[0, 1, 30:] = 1 / 30, 1 / 10
    with torch.no_grad():
        said = network(ids, pool)
    exact(network, tmp_path / "whole.onnx")
    written = onnxruntime.InferenceSession(tmp_path / "whole.onnx").run(None, {"ids": ids.numpy(), "pool": pool.numpy()})
    for one, other in zip(said, written, strict=True):
        np.testing.assert_allclose(one.numpy(), other, atol=1e-4)
