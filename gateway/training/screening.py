"""The screen's weights: for its first look what word pieces tell by heart, for its second a small network taught which
messages, and which of their sentences, offend. Both are rounded to eight bits.

The second begins with the model's own word embeddings, cut down to the screen's width, so that a word it is shown seldom stands
beside its like. The two are taught apart, so that they err apart.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from gateway.model.card import Level
from gateway.model.screen import INNER, PARTS, PIECES, SHOWN, SPAN, WIDTH, Screen
from gateway.training.examples import Example
from gateway.training.heart import MOST, bounds, learnt
from gateway.training.network import fresh

_PASSES, _BATCH, _RATE, _SLOW, _DECAY, _MEAN = 10, 48, 2e-3, 0.3, 0.01, 0.995
_LINES, _OFFENCE, _SENTENCES, _DROPOUT = 30, 8.0, 0.5, 0.1
_GAP = (0,) * (SPAN // 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sieve:
    """What training makes: the weights as they are written, and how they are to be read. Nothing is settled yet by it."""

    weights: bytes
    words: float
    scale: float
    bias: float

    def at(self, least: float) -> Screen:
        """The screen that settles what is below `least`."""
        return Screen(self.weights, words=self.words, scale=self.scale, bias=self.bias, least=least)

    def level(self, least: float) -> Level:
        """The same for the card."""
        return Level(words=self.words, scale=self.scale, bias=self.bias, least=least)


def sieve(examples: Sequence[Example], seed: int) -> Sieve:
    """Learns which sentences, with their neighbours, hold an offence."""
    known, scale, bias = learnt([([line.pieces for line in each.lines], each.marks) for each in examples], seed)
    read, inner, more = _read(examples, seed)
    return Sieve(weights=read + known, words=scale, scale=inner, bias=bias + more)


def _read(examples: Sequence[Example], seed: int) -> tuple[bytes, float, float]:
    """The weights of the second look, their scale and bias."""
    torch.manual_seed(seed)
    rnd = Random(seed)  # noqa: S311  -- an order of training, no secret
    network = _Small()
    rates = [_RATE * _SLOW, _RATE]
    words = [network.pieces.weight]
    others = [weight for name, weight in network.named_parameters() if name != "pieces.weight"]
    optimiser = torch.optim.AdamW([{"params": words, "weight_decay": 0.0}, {"params": others, "weight_decay": _DECAY}])
    mean = {name: weight.detach().clone() for name, weight in network.named_parameters()}
    shown = [example for example in examples if example.lines]
    steps, total = 0, _PASSES * math.ceil(len(shown) / _BATCH)
    for _ in range(_PASSES):
        rnd.shuffle(shown)
        for start in range(0, len(shown), _BATCH):
            for group, rate in zip(optimiser.param_groups, rates, strict=True):
                group["lr"] = rate * _warmth(steps / total)
            loss = _loss(network, [_cut(example, rnd) for example in shown[start : start + _BATCH]])
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            steps += 1
            with torch.no_grad():
                network.pieces.weight[0] = 0.0
                for name, weight in network.named_parameters():
                    mean[name].lerp_(weight, 1.0 - min(_MEAN, (1 + steps) / (10 + steps)))
    return _rounded({name: weight.numpy().astype(np.float64) for name, weight in mean.items()})


def _warmth(done: float) -> float:
    return done / 0.05 if done < 0.05 else max(0.02, 1.0 - done)  # noqa: PLR2004  -- a twentieth of the steps warms up


class _Small(nn.Module):
    """What Screen does, in numbers that can be learnt."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces = nn.Embedding(PIECES, WIDTH)
        with torch.no_grad():
            words = fresh().words.weight
            words = words - words.mean(0)
            narrow = words @ torch.pca_lowrank(words, q=2 * WIDTH, center=False)[2][:, :WIDTH]
            self.pieces.weight.copy_(narrow / narrow.std() / 2)
            self.pieces.weight[0] = 0.0
        self.spans, self.shown = nn.Parameter(torch.empty(SPAN * WIDTH, SHOWN)), nn.Parameter(torch.zeros(SHOWN))
        self.own, self.beside = nn.Parameter(torch.empty(SHOWN, INNER)), nn.Parameter(torch.zeros(SHOWN, INNER))
        self.told, self.out = nn.Parameter(torch.zeros(INNER)), nn.Parameter(torch.empty(INNER))
        self.bias = nn.Parameter(torch.tensor(-2.0))
        for weight, many in ((self.spans, SPAN * WIDTH), (self.own, SHOWN), (self.out, INNER)):
            nn.init.uniform_(weight, -(many**-0.5), many**-0.5)

    def forward(self, messages: Sequence[Sequence[tuple[int, ...]]], *, dropout: float = _DROPOUT) -> Tensor:
        """Of each sentence of all the messages, in order."""
        lines = [pieces for message in messages for pieces in message]
        lengths = [len(pieces) for pieces in lines]
        numbers = self.pieces(torch.tensor([*_GAP, *(piece for pieces in lines for piece in (*pieces, *_GAP))]))
        numbers = numbers * (torch.rand(len(numbers), 1) >= dropout)
        weights = self.spans.view(SPAN, WIDTH, SHOWN).permute(2, 1, 0)
        weighed = functional.conv1d(numbers.T[None], weights, padding=SPAN // 2)[0].T
        starts = np.cumsum([len(_GAP), *(length + len(_GAP) for length in lengths[:-1])])
        own = np.concatenate([np.arange(start, start + length) for start, length in zip(starts, lengths, strict=True)])
        most = torch.segment_reduce(weighed[torch.from_numpy(own)], "max", lengths=torch.tensor(lengths), axis=0, unsafe=True)
        most = functional.dropout((most + self.shown).relu(), dropout, dropout > 0.0)
        told = most @ self.own + _beside(most, [len(message) for message in messages]) @ self.beside + self.told
        return told.relu() @ self.out + self.bias


def _beside(most: Tensor, counts: Sequence[int]) -> Tensor:
    """Of each sentence, what those before and behind it in its message show."""
    before, behind = bounds(counts)
    return before[:, None] * most.roll(1, 0) + behind[:, None] * most.roll(-1, 0)


@dataclass(frozen=True, slots=True)
class _Shown:
    """Sentences of a message, whether they should pass, and which of them; marks: below 0 where nobody knows."""

    lines: tuple[tuple[int, ...], ...]
    passes: float
    marks: tuple[float, ...]


def _cut(example: Example, rnd: Random) -> _Shown:
    """So many sentences in a row as _LINES, one that offends among them where the message does."""
    count = len(example.lines)
    offending = [number for number, mark in enumerate(example.marks) if mark]
    first = 0
    if count > _LINES and (offending or example.expect is None):
        near = rnd.choice(offending) - rnd.randrange(_LINES) if offending else rnd.randrange(count - _LINES + 1)
        first = max(0, min(near, count - _LINES))
    marks = example.marks or (-1.0,) * count
    lines = tuple(line.pieces for line in example.lines[first : first + _LINES])
    return _Shown(lines, float(example.expect is not None), marks[first : first + _LINES])


def _loss(network: _Small, shown: Sequence[_Shown]) -> Tensor:
    """Of what is said of messages, which is the most that is said of a sentence, and of sentences."""
    said, weight = network([each.lines for each in shown]), torch.tensor(_OFFENCE)
    most = torch.segment_reduce(said, "max", lengths=torch.tensor([len(each.lines) for each in shown]), unsafe=True)
    whole = functional.binary_cross_entropy_with_logits(most, torch.tensor([each.passes for each in shown]), pos_weight=weight)
    marks = torch.tensor([mark for each in shown for mark in each.marks])
    known = marks >= 0.0
    parts = functional.binary_cross_entropy_with_logits(said[known], marks[known], pos_weight=weight)
    return whole + _SENTENCES * parts if bool(known.any()) else whole


def _rounded(weights: Mapping[str, NDArray[np.float64]]) -> tuple[bytes, float, float]:
    """The weights as Screen reads them. Each step's scale is that of the numbers it is given, times that of its weights."""
    scales = {name: float(np.abs(weights[name]).max()) / MOST or 1.0 for name in ("pieces.weight", "spans", "out")}
    scales["own"] = max(float(np.abs(weights[name]).max()) for name in ("own", "beside")) / MOST or 1.0
    spans = scales["pieces.weight"] * scales["spans"]
    inner = spans * scales["own"]
    written = {
        "told": weights["told"] / inner,
        "shown": weights["shown"] / spans,
        "spans": weights["spans"] / scales["spans"],
        "own": weights["own"] / scales["own"],
        "beside": weights["beside"] / scales["own"],
        "out": weights["out"] / scales["out"],
        "pieces": weights["pieces.weight"] / scales["pieces.weight"],
    }
    kinds = {name: np.dtype(kind).newbyteorder("<") for name, kind, _ in PARTS}
    octets = b"".join(np.round(written[name]).astype(kinds[name]).tobytes() for name in written)
    return octets, inner * scales["out"], float(weights["bias"])
