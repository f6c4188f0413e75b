"""What words tell by heart, learnt: a logistic regression on sentences with their neighbours, rounded to eight bits.

The skim and the screen's first look are taught alike, each by the numbers that it knows words by. An offence counts for many
ordinary sentences: what is let pass costs a moment, what is settled nobody looks at again.
"""

from collections.abc import Iterator, Sequence
from random import Random

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from gateway.model.heart import PAIRS, SINGLE, flat, places, stretches

_TIMES, _SENTENCES, _RATE, _LEAST, _SMALL, _LONG, _WORTH = 2, 1024, 0.01, 0.02, 1e-4, 40, 20.0
MOST = 127
"""The greatest of weights of eight bits."""

Shown = tuple[Sequence[Sequence[int]], Sequence[float]]
"""The sentences of a message in numbers, and which of them offend; no marks if nobody said which."""


def learnt(messages: Sequence[Shown], seed: int) -> tuple[bytes, float, float]:
    """The weights, their scale and bias. Ever less is learnt from what is shown."""
    torch.manual_seed(seed)
    weights, bias = nn.EmbeddingBag(SINGLE + PAIRS, 1, mode="sum"), nn.Parameter(torch.zeros(1))
    nn.init.zeros_(weights.weight)
    optimiser = torch.optim.Adam([*weights.parameters(), bias], lr=_RATE)
    rnd = Random(seed)  # noqa: S311  -- an order of training, no secret
    shown = [(said[:_LONG], (marks or (1.0,) * len(said))[:_LONG]) for said, marks in messages if said]
    for time in range(_TIMES):
        rnd.shuffle(shown)
        for done, batch in _batches(shown):
            optimiser.param_groups[0]["lr"] = _RATE * max(_LEAST, 1.0 - (time + done) / _TIMES)
            said = _said(weights, [numbers for sentences, _ in batch for numbers in sentences], whole=not time)
            first, last = bounds([len(sentences) for sentences, _ in batch])
            loud = said.relu()
            said = said + first * loud.roll(1) + last * loud.roll(-1) + bias
            labels = torch.tensor([label for _, marks in batch for label in _near(marks)])
            loss = functional.binary_cross_entropy_with_logits(said, labels, pos_weight=torch.tensor(_WORTH))
            loss = loss + _SMALL * (weights.weight**2).sum()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    learnt = weights.weight.detach().numpy()[:, 0]
    scale = float(np.abs(learnt).max()) / MOST or 1.0
    return np.round(learnt / scale).astype(np.int8).tobytes(), scale, float(bias.detach())


def _batches(shown: Sequence[Shown]) -> Iterator[tuple[float, Sequence[Shown]]]:
    """Messages of so many sentences together, and what share of them was shown before."""
    first = held = 0
    for number, (said, _) in enumerate(shown, start=1):
        held += len(said)
        if held >= _SENTENCES or number == len(shown):
            yield first / len(shown), shown[first:number]
            first, held = number, 0


def _said(weights: nn.EmbeddingBag, sentences: Sequence[Sequence[int]], *, whole: bool) -> Tensor:
    """What each weighs alone: all of it, or its most telling stretch."""
    ids, ends = flat(sentences)
    singles, pairs = places(ids, ends)
    spans = list(zip([0, *ends[:-1].tolist()], ends.tolist(), strict=True))
    if not whole:
        known: NDArray[np.float64] = weights.weight.detach().numpy()[:, 0].astype(np.float64)
        for number, start, end in stretches(known[singles] + known[pairs], ends):
            spans[number] = start, end
    where = np.concatenate([part[start:end] for start, end in spans for part in (singles, pairs)])
    offsets = np.cumsum([0, *(2 * (end - start) for start, end in spans[:-1])])
    said: Tensor = weights(torch.from_numpy(where), torch.from_numpy(offsets))[:, 0]
    return said


def bounds(counts: Sequence[int]) -> tuple[Tensor, Tensor]:
    """For each sentence of messages of so many, 1.0 if one stands before it, and if one stands behind it."""
    first = np.concatenate([np.arange(count) > 0 for count in counts])
    last = np.concatenate([np.arange(count) < count - 1 for count in counts])
    return torch.from_numpy(first.astype(np.float32)), torch.from_numpy(last.astype(np.float32))


def _near(marks: Sequence[float]) -> Iterator[float]:
    """Of each sentence, whether it or a neighbour offends."""
    return (max(marks[max(0, number - 1) : number + 2]) for number in range(len(marks)))
