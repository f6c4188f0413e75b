"""The trained network as ONNX, in two parts, weights in whole numbers: the lowest layer with the early exit, and all above it.

What is written reads one window, which is never padded: it masks nothing, and takes query, key and value in one step. It says
what the network says, for less. The numbers have seven bits of eight: the sum of two products of eight bits does not fit
the sixteen that a processor without VNNI has for it, which then says something else of the same message.
"""

import logging
import tempfile
from pathlib import Path

import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor, nn
from torch.nn import functional

from gateway.model.network import LOWER, UPPER
from gateway.training.network import HEADS, WIDTH, Layer, Network, sentences_of


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
        """x: the one window, piece, WIDTH."""
        query, key, value = (part.view(1, -1, HEADS, WIDTH // HEADS).transpose(1, 2) for part in self.seen(x).split(WIDTH, -1))
        fit = query @ key.transpose(2, 3) / (WIDTH // HEADS) ** 0.5
        x = self.layer.norm(x - self.out((fit.softmax(-1) @ value).transpose(1, 2).reshape(1, -1, WIDTH)))
        return self.layer.last(x - self.narrow(functional.gelu(self.layer.widen(x))))


def _negative(part: nn.Linear) -> nn.Linear:
    """Says the opposite, to be taken away: onnxruntime makes one step of a sum and its norm that takes longer than both."""
    turned = nn.Linear(part.in_features, part.out_features)
    with torch.no_grad():
        turned.weight.copy_(-part.weight)
        turned.bias.copy_(-part.bias)
    return turned


class _Lower(nn.Module):
    """Up to the early exit."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network, self.step = network, _Step(network.layers[0])

    def forward(self, ids: Tensor, pool: Tensor) -> tuple[Tensor, Tensor]:
        """What the lowest layer makes of the pieces, and what the exit says of each sentence: 1, sentence."""
        x = self.step(self.network.norm(self.network.words(ids) + self.network.places.weight[: ids.shape[1]]))
        return x, self.network.exit(sentences_of(x, pool))[:, :, 0]


class _Upper(nn.Module):
    """From there. It speaks as Network.forward does."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network, self.steps = network, nn.ModuleList(_Step(layer) for layer in network.layers[1:])

    def forward(self, x: Tensor, pool: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """See Network.forward."""
        for step in self.steps:
            x = step(x)
        said = sentences_of(x, pool)
        whole = self.network.window(torch.cat([x[:, 0], x.sum(1) / x.shape[1]], -1))
        return whole, self.network.sentence(said), self.network.kind(said)


def export(network: Network, folder: Path) -> None:
    """Writes both parts to `folder`; the larger ones they are made of are not kept."""
    with tempfile.TemporaryDirectory() as larger:
        exact(network, Path(larger))
        logging.getLogger().setLevel(logging.ERROR)
        for name in (LOWER, UPPER):
            quantize_dynamic(
                Path(larger) / name,
                folder / name,
                weight_type=QuantType.QInt8,
                per_channel=True,
                reduce_range=True,
                nodes_to_exclude=_of_exit(Path(larger) / name),
            )


def _of_exit(path: Path) -> list[str]:
    """The exit's steps, which keep their floats: what it tells by are small differences beside great numbers."""
    return [node.name for node in onnx.load(path).graph.node if "/exit/" in node.name]


def exact(network: Network, folder: Path) -> None:
    """Both parts in float32."""
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    ids, pool, hidden = torch.ones(1, 12, dtype=torch.int64), torch.full((1, 3, 12), 1 / 12), torch.ones(1, 12, WIDTH)
    _written(_Lower(network), {"ids": ids, "pool": pool}, {"hidden": {1: "l"}, "early": {1: "s"}}, folder / LOWER)
    said = {"window": {}, "sentence": {1: "s"}, "kind": {1: "s"}}
    _written(_Upper(network), {"hidden": hidden, "pool": pool}, said, folder / UPPER)


def _written(part: nn.Module, taken: dict[str, Tensor], said: dict[str, dict[int, str]], path: Path) -> None:
    """taken: its inputs, by name; said: its outputs, and which of their axes are as long as there are pieces or sentences."""
    lengths = {"ids": {1: "l"}, "hidden": {1: "l"}, "pool": {1: "s", 2: "l"}, **said}
    torch.onnx.export(
        part.eval(),
        tuple(taken.values()),
        str(path),
        input_names=list(taken),
        output_names=list(said),
        dynamic_axes={name: lengths[name] for name in (*taken, *said) if lengths[name]},
        opset_version=17,
        dynamo=False,
    )
