"""The screen's weights: logistic regression on sentences with their neighbours, rounded to eight bits.

An offence counts for many ordinary stretches: what the screen lets pass costs a moment, what it settles nobody looks at again.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from gateway.model.card import Level
from gateway.model.screen import SIZE, Screen, features
from gateway.training.examples import Example

_PASSES, _BATCH, _RATE, _DECAY, _MOST, _OFFENCE = 4, 256, 0.02, 5e-5, 40, 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sieve:
    """What training makes: the weights as they are written, and how they are to be read. Nothing is settled yet by it."""

    weights: bytes
    scale: float
    bias: float

    def at(self, least: float) -> Screen:
        """The screen that settles what is below `least`."""
        return Screen(self.weights, scale=self.scale, bias=self.bias, least=least)

    def level(self, least: float) -> Level:
        """The same for the card."""
        return Level(scale=self.scale, bias=self.bias, least=least)


def sieve(examples: Sequence[Example], seed: int) -> Sieve:
    """Learns which stretches of three sentences hold an offence."""
    shown = [each for example in examples for each in _stretches(example)]
    torch.manual_seed(seed)
    weights, bias = torch.nn.EmbeddingBag(SIZE, 1, mode="sum"), torch.nn.Parameter(torch.zeros(1))
    torch.nn.init.zeros_(weights.weight)
    optimiser = torch.optim.Adam([*weights.parameters(), bias], lr=_RATE)
    rnd = Random(seed)  # noqa: S311  -- an order of training, no secret
    for _ in range(_PASSES):
        rnd.shuffle(shown)
        for start in range(0, len(shown), _BATCH):
            batch = shown[start : start + _BATCH]
            offsets = np.cumsum([0, *(len(found) for found, _ in batch[:-1])])
            where = torch.from_numpy(np.concatenate([found for found, _ in batch]))
            said = weights(where, torch.from_numpy(offsets))[:, 0] + bias
            labels = torch.tensor([label for _, label in batch])
            loss = functional.binary_cross_entropy_with_logits(said, labels, pos_weight=torch.tensor(_OFFENCE))
            loss = loss + _DECAY * (weights.weight**2).sum()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    return _rounded(weights.weight.detach().numpy()[:, 0], float(bias.detach()))


def _rounded(weights: NDArray[np.float32], bias: float) -> Sieve:
    scale = float(np.abs(weights).max()) / 127 or 1.0
    return Sieve(weights=np.round(weights / scale).astype(np.int8).tobytes(), scale=scale, bias=bias)


def _stretches(example: Example) -> Iterator[tuple[NDArray[np.int64], float]]:
    """Each sentence with its neighbours, and whether one of them offends; if nobody said which does, each of them."""
    each = [features(line.pieces) for line in example.lines[:_MOST]]
    marks = example.marks or (1.0,) * len(example.lines)
    for number in range(len(each)):
        first, last = max(0, number - 1), number + 2
        yield np.concatenate(each[first:last]), max(marks[first:last], default=0.0)
