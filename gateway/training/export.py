"""The trained network as ONNX, its weights in eight bits.

What is written reads one window, which is never padded: it masks nothing, and takes query, key and value in one step. It says
what the network says, for less.
"""

import logging
import tempfile
from pathlib import Path

import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor, nn
from torch.nn import functional

from gateway.training.network import HEADS, WIDTH, Layer, Network


class _Step(nn.Module):
    """A layer."""

    def __init__(self, layer: Layer) -> None:
        super().__init__()
        parts = (layer.query, layer.key, layer.value)
        self.layer, self.seen = layer, nn.Linear(WIDTH, 3 * WIDTH)
        with torch.no_grad():
            self.seen.weight.copy_(torch.cat([part.weight for part in parts]))
            self.seen.bias.copy_(torch.cat([part.bias for part in parts]))
        self.out, self.narrow = _negative(layer.out), _negative(layer.narrow)

    def forward(self, x: Tensor) -> Tensor:
        """x: window, piece, WIDTH."""
        query, key, value = (Layer.heads(part) for part in self.seen(x).split(WIDTH, -1))
        fit = query @ key.transpose(2, 3) / (WIDTH // HEADS) ** 0.5
        x = self.layer.norm(x - self.out((fit.softmax(-1) @ value).transpose(1, 2).reshape(x.shape)))
        return self.layer.last(x - self.narrow(functional.gelu(self.layer.widen(x))))


def _negative(part: nn.Linear) -> nn.Linear:
    """Says the opposite, to be taken away: onnxruntime makes one step of a sum and its norm that takes longer than both."""
    turned = nn.Linear(part.in_features, part.out_features)
    with torch.no_grad():
        turned.weight.copy_(-part.weight)
        turned.bias.copy_(-part.bias)
    return turned


class Lean(nn.Module):
    """The network for windows without padding. It speaks as Network.forward does."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network
        self.steps = nn.ModuleList(_Step(layer) for layer in network.layers)

    def forward(self, ids: Tensor, pool: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """See Network.forward."""
        network, length = self.network, ids.shape[1]
        x = network.norm(network.words(ids) + network.places.weight[:length])
        for step in self.steps:
            x = step(x)
        first, sentences = x[:, 0], torch.bmm(pool, x)
        said = torch.cat([sentences, first[:, None, :].expand(-1, sentences.shape[1], -1)], -1)
        whole = network.window(torch.cat([first, x.sum(1) / length], -1))
        return whole, network.sentence(said), network.kind(said)


def export(network: Network, path: Path) -> None:
    """Writes it to `path`; the larger one it is made of is not kept."""
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / "whole.onnx"
        exact(network, whole)
        logging.getLogger().setLevel(logging.ERROR)
        quantize_dynamic(whole, path, weight_type=QuantType.QInt8, per_channel=True)


def exact(network: Network, path: Path) -> None:
    """The network in float32."""
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    ids, pool = torch.ones(1, 12, dtype=torch.int64), torch.full((1, 3, 12), 1 / 12)
    torch.onnx.export(
        Lean(network).eval(),
        (ids, pool),
        str(path),
        input_names=["ids", "pool"],
        output_names=["window", "sentence", "kind"],
        dynamic_axes={
            "ids": {0: "n", 1: "l"},
            "pool": {0: "n", 1: "s", 2: "l"},
            "window": {0: "n"},
            "sentence": {0: "n", 1: "s"},
            "kind": {0: "n", 1: "s"},
        },
        opset_version=17,
        dynamo=False,
    )
