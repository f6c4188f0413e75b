"""The figures of a training run: with the same ones, the same data and the same processor it gives the same weights."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How to train.

    rate: of learning in the last layer, falling by `decay` with each layer below; pieces: in a batch, with its padding
    size: pieces in a window, which may be more than when it judges
    bury: for what share of the messages its telling lines are also shown in an ordinary one
    twins, sentences, kinds: what the margin between twins, and what is said of single sentences and of their kinds, count
    against what is said of windows
    epochs: passes over everything; again: passes over what was told worst, each over a share of `worst`
    mean: how slowly the weights that are kept follow those that learn
    """

    seed: int = 1
    epochs: int = 2
    again: int = 8
    worst: float = 0.5
    rate: float = 2e-4
    decay: float = 0.85
    pieces: int = 2400
    size: int = 256
    bury: float = 0.15
    twins: float = 0.3
    sentences: float = 1.0
    kinds: float = 0.2
    margin: float = 3.0
    dropout: float = 0.05
    mean: float = 0.995
    threads: int = 2
