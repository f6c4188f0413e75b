"""The figures of a training run: with the same ones, the same data and the same processor it gives the same weights."""

from dataclasses import dataclass

from gateway.model.windows import SIZE


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How to train.

    rate: of learning in the last layer, falling by `decay` with each layer below; pieces: in a batch, with its padding
    size: pieces in a window; bury: for what share of the messages its telling lines are also shown in an ordinary one
    twins, sentences: what the margin between twins, and what is said of single sentences, count against what is said of windows
    mean: how slowly the weights that are kept follow those that learn
    """

    seed: int = 1
    epochs: int = 5
    rate: float = 2e-4
    decay: float = 0.85
    pieces: int = 2400
    size: int = SIZE
    bury: float = 0.25
    twins: float = 0.3
    sentences: float = 1.0
    margin: float = 3.0
    dropout: float = 0.1
    mean: float = 0.995
    threads: int = 2
