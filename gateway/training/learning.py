"""The training loop: seeded, on the CPU, in bfloat16 where the processor has it.

The loss of a batch: what is said of each window, of each sentence, and for twins that the offending one stands above the
ordinary one by a margin. The weights that are kept are the running mean of those of the last steps.
"""

import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from gateway.model.judge import WHOLE
from gateway.training.batches import Sample, Told, epoch
from gateway.training.examples import Example
from gateway.training.network import LAYERS, Network, fresh
from gateway.training.recipe import Recipe


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Tensors for `Network.forward`, and what it should say.

    window: (window, 2); sentence and known: (window, sentence, 2); kind: (window, sentence), -1 where there is none to say
    """

    ids: Tensor
    pool: Tensor
    window: Tensor
    sentence: Tensor
    known: Tensor
    kind: Tensor
    there: Tensor
    pairs: tuple[tuple[int, int, int], ...]


def learn(  # noqa: PLR0913  -- what there is to learn, and from where on
    examples: Sequence[Example],
    extra: Sequence[Example],
    recipe: Recipe,
    *,
    told: Told,
    start: Network | None = None,
    say: Callable[[str], None] = print,
) -> Network:
    """A trained network. extra: messages shown in their first window only, such as long real ones.

    told: where it is noted how each was told; start: to train on, each time with what was told worst before
    """
    torch.set_num_threads(recipe.threads)
    torch.manual_seed(recipe.seed)
    rnd = random.Random(recipe.seed)  # noqa: S311  -- an order of training, no secret
    network = start or fresh(recipe.dropout)
    network.train()
    optimiser = torch.optim.AdamW(list(_groups(network, recipe)), betas=(0.9, 0.98), fused=True)
    mean = _Mean(network, recipe.mean)
    steps, begun = 0, time.monotonic()
    rates = [group["lr"] for group in optimiser.param_groups]
    for done in range(recipe.epochs):
        known = told.well(recipe.worst) if start else frozenset[str]()
        batches, lost = epoch(examples, extra, rnd, recipe, known=known), 0.0
        for number, batch in enumerate(batches):
            for group, rate in zip(optimiser.param_groups, rates, strict=True):
                group["lr"] = rate * _warmth((done + number / len(batches)) / recipe.epochs)
            loss, wrong = _step(network, optimiser, collate(batch), recipe)
            told.note(batch, wrong)
            lost += loss
            steps += 1
            mean.add(network, steps)
        say(f"pass {done + 1} of {recipe.epochs}: loss {lost / len(batches):.4f}, {time.monotonic() - begun:.0f} s")
    mean.put(network)
    network.eval()
    return network


def _groups(network: Network, recipe: Recipe) -> Iterator[dict[str, object]]:
    for name, parameter in network.named_parameters():
        if parameter.requires_grad:
            rate = recipe.rate * (recipe.decay ** (LAYERS - 1 - int(name.split(".")[1])) if name.startswith("layers.") else 0.3)
            rate = recipe.rate * 5 if name.startswith(("window.", "sentence.", "kind.")) else rate
            yield {"params": [parameter], "lr": rate, "weight_decay": 0.01 if parameter.ndim > 1 else 0.0}


def _warmth(done: float) -> float:
    return done / 0.1 if done < 0.1 else max(0.02, 1.0 - done)  # noqa: PLR2004  -- a tenth of the steps warms up


def _step(network: Network, optimiser: torch.optim.Optimizer, batch: Batch, recipe: Recipe) -> tuple[float, list[float]]:
    """Its loss, and how wrongly it told each window."""
    with torch.autocast("cpu", torch.bfloat16):
        window, sentence, kind = network(batch.ids, batch.pool)
    loss = loss_of(window, sentence, batch, recipe)
    if bool((batch.kind >= 0).any()):
        loss = loss + recipe.kinds * functional.cross_entropy(kind.flatten(0, 1), batch.kind.flatten(), ignore_index=-1)
    optimiser.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_([each for each in network.parameters() if each.requires_grad], 1.0)
    optimiser.step()
    said = message_of(window.detach(), sentence.detach(), batch).sigmoid()
    return float(loss.detach()), [float(much) for much in (said - batch.window).abs().max(1).values]


def message_of(window: Tensor, sentence: Tensor, batch: Batch) -> Tensor:
    """What is said of a message that has but this window, as the judge weighs window and worst sentence: window, 2."""
    return WHOLE * window + (1.0 - WHOLE) * _worst(sentence, batch)


def _worst(sentence: Tensor, batch: Batch) -> Tensor:
    return (sentence - (1.0 - batch.there)[:, :, None] * 30.0).max(1).values


def loss_of(window: Tensor, sentence: Tensor, batch: Batch, recipe: Recipe) -> Tensor:
    """Of one batch."""
    loss = 2.0 * functional.binary_cross_entropy_with_logits(window, batch.window)
    each = functional.binary_cross_entropy_with_logits(
        sentence, batch.sentence, reduction="none", pos_weight=torch.tensor([2.0, 2.0])
    )
    loss = loss + 2.0 * recipe.sentences * (each * batch.known).sum() / batch.known.sum().clamp(min=1.0)
    if batch.pairs and recipe.twins:
        worst = _worst(sentence, batch)
        apart = [
            functional.softplus(recipe.margin - (scores[bad, column] - scores[good, column]))
            for bad, good, column in batch.pairs
            for scores in (window, worst)
        ]
        loss = loss + recipe.twins * torch.stack(apart).mean()
    return loss


def collate(batch: Sequence[Sample]) -> Batch:
    """Windows as tensors, filled up with padding."""
    length, most = max(len(sample.window.ids) for sample in batch), max(len(sample.window.spans) for sample in batch)
    ids = torch.zeros(len(batch), length, dtype=torch.int64)
    pool = torch.zeros(len(batch), most, length)
    window, sentence = torch.zeros(len(batch), 2), torch.zeros(len(batch), most, 2)
    known, there = torch.zeros(len(batch), most, 2), torch.zeros(len(batch), most)
    kind = torch.full((len(batch), most), -1)
    for row, sample in enumerate(batch):
        ids[row, : len(sample.window.ids)] = torch.tensor(sample.window.ids)
        there[row, : len(sample.window.spans)] = 1.0
        for number, (_, start, end) in enumerate(sample.window.spans):
            pool[row, number, start:end] = 1.0 / (end - start)
        if sample.column is not None:
            window[row, sample.column] = 1.0
        if sample.marks is not None:
            known[row, : len(sample.marks)] = 1.0
            if sample.column is not None:
                sentence[row, : len(sample.marks), sample.column] = torch.tensor(sample.marks)
                if sample.kind is not None:
                    kind[row, : len(sample.marks)] = torch.tensor([sample.kind if mark else -1 for mark in sample.marks])
    return Batch(
        ids=ids, pool=pool, window=window, sentence=sentence, known=known, kind=kind, there=there, pairs=tuple(_pairs(batch))
    )


def _pairs(batch: Sequence[Sample]) -> Iterator[tuple[int, int, int]]:
    """Rows of an offending window and of an ordinary twin's, and the column they differ in."""
    together: defaultdict[str, list[int]] = defaultdict(list)
    for row, sample in enumerate(batch):
        if sample.twins:
            together[sample.twins].append(row)
    for rows in together.values():
        for bad in rows:
            column = batch[bad].column
            if column is not None:
                yield from ((bad, good, column) for good in rows if batch[good].ordinary)


class _Mean:
    """The running mean of the weights that are trained."""

    def __init__(self, network: Network, keep: float) -> None:
        self._keep = keep
        self._weights = {name: weight.detach().clone() for name, weight in _trained(network)}

    def add(self, network: Network, steps: int) -> None:
        keep = min(self._keep, (1 + steps) / (10 + steps))
        with torch.no_grad():
            for name, weight in _trained(network):
                self._weights[name].lerp_(weight, 1.0 - keep)

    def put(self, network: Network) -> None:
        with torch.no_grad():
            for name, weight in _trained(network):
                weight.copy_(self._weights[name])


def _trained(network: Network) -> Iterable[tuple[str, torch.nn.Parameter]]:
    return ((name, weight) for name, weight in network.named_parameters() if weight.requires_grad)
