"""The early exit, taught: which windows offend no more than real ordinary mail does, told from the lowest layer alone.

The layers are as they are; only the exit's head learns. What it is for is everyday mail, so that real messages count for far more
than written ones, which tempt; and since these differ in their voice, offending lines are shown within real messages too, or it
would learn the voice and not the offence. Without real mail written messages stand in for it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

import torch
from torch import Tensor, nn
from torch.nn import functional

from gateway.model.windows import SIZE
from gateway.training.batches import Sample, buried, samples
from gateway.training.examples import Example
from gateway.training.learning import collate
from gateway.training.network import EXIT, WIDTH, Network, sentences_of

_OFFENCE, _REAL, _BESIDE, _TEMPTING = 5.0, 8.0, 0.3, 0.1
"""What a sentence counts: that offends; of real ordinary mail; beside one that offends; of an ordinary message as written."""
_PASSES, _BATCH, _RATE, _DROPOUT, _AT_ONCE = 6, 1024, 2e-3, (0.2, 0.1), 32


@dataclass(frozen=True, slots=True)
class _Sentences:
    """said: what the lowest layer makes of each (sentence, 2 WIDTH), in half precision; offends, counts: of each."""

    said: Tensor
    offends: Tensor
    counts: Tensor


def teach_exit(network: Network, shown: Sequence[Example], real: Sequence[Example], seed: int) -> None:
    """Sets the weights of its early exit. real: of third parties, ordinary and not."""
    torch.manual_seed(seed)
    rnd = Random(seed)  # noqa: S311  -- an order of training, no secret
    network.eval()
    sentences = _sentences(network, list(_weighed(shown, real, rnd)))
    mean, spread = sentences.said.float().mean(0), sentences.said.float().std(0) + 1e-6
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


def _sentences(network: Network, weighed: Sequence[tuple[Sample, float]]) -> _Sentences:
    weighed = sorted((each for each in weighed if each[0].window.spans), key=lambda each: len(each[0].window.ids))
    said, offends, counts = [], [], []
    for start in range(0, len(weighed), _AT_ONCE):
        some = weighed[start : start + _AT_ONCE]
        batch = collate([sample for sample, _ in some])
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
            padding = (batch.ids == 0)[:, None, None, :] * -1e4
            lowest = sentences_of(network.lowest(batch.ids, padding), batch.pool)
        there = batch.there > 0.0
        # Where nobody said which sentences of a window offend, each is taken to.
        marks = torch.where(batch.known.any(-1), batch.sentence.amax(-1), batch.window.amax(-1)[:, None])
        ordinary = torch.tensor([count for _, count in some])[:, None].expand(-1, there.shape[1])
        said.append(lowest[there].to(torch.float16))
        offends.append(marks[there])
        counts.append(torch.where(marks > 0.0, torch.tensor(_OFFENCE), ordinary)[there])
    return _Sentences(torch.cat(said), torch.cat(offends), torch.cat(counts))
