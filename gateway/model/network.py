"""The network at work, in two parts: its lowest layer, which tells whether a window is worth the others, and those.

A window is run alone and unpadded, so that its scores never depend on what else is judged with it.
"""

from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from gateway.model.windows import Window

LOWER, UPPER = "lower.onnx", "upper.onnx"
Numbers = NDArray[np.float32]
Logits = NDArray[np.float64]
Whole = tuple[Logits, Logits, Logits]
"""Logits of the window (2), of its sentences (sentence, 2) and of their kinds (sentence, kind)."""


class Network:
    """Pure. Safe to share between threads."""

    def __init__(self, folder: Path) -> None:
        self._lower, self._upper = _session(folder / LOWER), _session(folder / UPPER)

    def read(self, window: Window, least: float) -> tuple[float, Whole | None]:
        """What the lowest layer says of it, and what all of them say: None if that is less than `least`, the early exit."""
        hidden, pool, early = self.lowest(window)
        if early < least:
            return early, None
        whole, parts, kinds = (output[0].astype(np.float64) for output in self._upper.run(None, {"hidden": hidden, "pool": pool}))
        return early, (whole, parts, kinds)

    def lowest(self, window: Window) -> tuple[Numbers, Numbers, float]:
        """What the lowest layer makes of it (1, piece, width), the mean that a sentence is (1, sentence, piece), what it says."""
        pool = np.zeros((1, len(window.spans), len(window.ids)), dtype=np.float32)
        for row, (_, start, end) in enumerate(window.spans):
            pool[0, row, start:end] = 1.0 / (end - start)
        hidden, said = self._lower.run(None, {"ids": np.array([window.ids], dtype=np.int64), "pool": pool})
        return hidden, pool, float(said.max())


def _session(weights: Path) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.log_severity_level = 4
    # By its name: of octets that it is given, a session keeps all beside what it made of them.
    return onnxruntime.InferenceSession(weights, options, providers=["CPUExecutionProvider"])
