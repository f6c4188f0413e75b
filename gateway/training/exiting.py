"""The early exit, taught: which windows offend no more than real ordinary mail does, told from the lowest layer alone.

The layers are as they are, and as they were written, in eight bits; only the exit's head learns. What it is for is everyday mail,
so that real messages count for far more than written ones, which tempt; and since these differ in their voice, offending lines
are shown within real messages too, or it would learn the voice and not the offence. Without real mail written messages stand in
for it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import torch
from torch import Tensor, nn
from torch.nn import functional

from gateway.model.network import Network as Written
from gateway.model.windows import SIZE
from gateway.training.batches import Sample, buried, samples
from gateway.training.examples import Example
from gateway.training.network import EXIT, WIDTH, Network, sentences_of

_OFFENCE, _REAL, _BESIDE, _TEMPTING = 5.0, 8.0, 0.3, 0.1
"""What a sentence counts: that offends; of real ordinary mail; beside one that offends; of an ordinary message as written."""
_PASSES, _BATCH, _RATE, _DROPOUT = 6, 1024, 2e-3, (0.2, 0.1)
_EVEN = 0.01
"""What differs by less is the same for all: half precision and eight bits tell no more."""


@dataclass(frozen=True, slots=True)
class _Sentences:
    """said: what the lowest layer makes of each (sentence, 2 WIDTH), in half precision; offends, counts: of each."""

    said: Tensor
    offends: Tensor
    counts: Tensor


def teach_exit(network: Network, weights: Path, shown: Sequence[Example], real: Sequence[Example], seed: int) -> None:
    """Sets the weights of its early exit. weights: the folder it was written to; real: of third parties, ordinary and not."""
    torch.manual_seed(seed)
    rnd = Random(seed)  # noqa: S311  -- an order of training, no secret
    sentences = _sentences(Written(weights), list(_weighed(shown, real, rnd)))
    mean, spread = sentences.said.float().mean(0), sentences.said.float().std(0).clamp(min=_EVEN)
    head = nn.Sequential(
        nn.Dropout(_DROPOUT[0]), nn.Linear(2 * WIDTH, EXIT), nn.GELU(), nn.Dropout(_DROPOUT[1]), nn.Linear(EXIT, 1)
    )
    optimiser = torch.optim.AdamW(head.parameters(), lr=_RATE, weight_decay=0.01)
    for time in range(_PASSES):
        optimiser.param_groups[0]["lr"] = _RATE * (1.0 - time / _PASSES)
        for some in torch.randperm(len(sentences.said)).split(_BATCH):
            said = head((sentences.said[some].float() - mean) / spread)[:, 0]
            loss = functional.binary_cross_entropy_with_logits(said, sentences.offends[some], weight=sentences.counts[some])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    with torch.no_grad():
        first, last = head[1], head[4]
        network.exit[0].weight.copy_(first.weight / spread)
        network.exit[0].bias.copy_(first.bias - first.weight @ (mean / spread))
        network.exit[2].load_state_dict(last.state_dict())


def _weighed(shown: Sequence[Example], real: Sequence[Example], rnd: Random) -> Iterator[tuple[Sample, float]]:
    """Windows, and what a sentence in them counts that does not offend."""
    hosts = [each for each in real or shown if each.expect is None and each.lines]
    guests = [each for each in shown if each.expect and each.marks]
    for each in shown:
        yield from ((sample, _BESIDE if each.expect else _TEMPTING) for sample in samples(each, size=SIZE))
    for each in real:
        yield from ((sample, _BESIDE if each.expect else _REAL) for sample in samples(each, size=SIZE))
    for guest in rnd.sample(guests, min(len(guests), len(hosts))):
        if made := buried(rnd, guest, hosts):
            yield from ((sample, _BESIDE) for sample in samples(made, size=SIZE) if sample.column is not None)


def _sentences(written: Written, weighed: Sequence[tuple[Sample, float]]) -> _Sentences:
    said, offends, counts = [], [], []
    for sample, count in weighed:
        if sample.window.spans:
            hidden, pool, _ = written.lowest(sample.window)
            said.append(sentences_of(torch.from_numpy(hidden), torch.from_numpy(pool))[0].to(torch.float16))
            # Where nobody said which sentences of a window offend, each is taken to.
            told = sample.marks or (1.0,) * len(sample.window.spans)
            marks = torch.tensor(told if sample.column is not None else (0.0,) * len(told))
            offends.append(marks)
            counts.append(torch.where(marks > 0.0, torch.tensor(_OFFENCE), torch.tensor(count)))
    return _Sentences(torch.cat(said), torch.cat(offends), torch.cat(counts))
