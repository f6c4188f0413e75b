"""The trained network as ONNX, its weights in eight bits."""

import logging
import tempfile
from pathlib import Path

import torch
from onnxruntime.quantization import QuantType, quantize_dynamic

from gateway.training.network import Network


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
        network.eval(),
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
