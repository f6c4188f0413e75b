"""A second round on what the network gets wrong in ordinary mail: it is shown those windows, among others, as ordinary.

Long real messages are shown in the first round by their first window only. Here every window of a heap of ordinary ones is
read by the network, and those it would flag are what it learns from next: several times from where the first round ended, each
time among other messages of that round. What comes out is the mean of these networks.
"""

from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import replace
from random import Random

import torch

from gateway.model.judge import WHOLE
from gateway.training.batches import Sample, samples
from gateway.training.examples import Example
from gateway.training.learning import collate, learn
from gateway.training.network import Network
from gateway.training.recipe import Recipe

LEAST = -2.0
"""The logit from which on a window is hard."""
SHARE = 0.5
"""So much of the first round's messages is shown again."""
_AT_ONCE = 16


def harden(  # noqa: PLR0913  -- what was trained on, and on what next
    network: Network,
    examples: Sequence[Example],
    extra: Sequence[Example],
    heap: Sequence[Example],
    recipe: Recipe,
    *,
    say: Callable[[str], None] = print,
) -> Network:
    """The mean of networks after as many second rounds as the recipe has. heap: ordinary messages."""
    found = hard(network, heap, recipe)
    say(f"{len(found)} hard windows in {len(heap)} ordinary messages")
    groups: dict[str, list[Example]] = {}
    for number, example in enumerate(examples):
        groups.setdefault(example.twins or f"#{number}", []).append(example)
    ends = []
    for seed in range(recipe.seed, recipe.seed + recipe.rounds):
        rnd = Random(seed)  # noqa: S311  -- an order of training, no secret
        again = [example for group in groups.values() if rnd.random() < SHARE for example in group]
        second = replace(recipe, epochs=1, rate=recipe.rate / 2, bury=recipe.bury / 2, seed=seed + 1)
        ends.append(learn([*again, *found], extra, second, start=deepcopy(network), say=say))
    return mean_of(ends)


def mean_of(networks: Sequence[Network]) -> Network:
    """One whose weights are the mean of theirs."""
    mean, others = deepcopy(networks[0]), [each.state_dict() for each in networks]
    mean.load_state_dict({name: torch.stack([each[name] for each in others]).mean(0) for name in others[0]})
    return mean


def hard(network: Network, heap: Sequence[Example], recipe: Recipe) -> list[Example]:
    """The windows of ordinary messages that the network would flag, each as a message of its own."""
    cut = [(example, sample) for example in heap for sample in samples(example, size=recipe.size) if sample.window.spans]
    cut.sort(key=lambda each: len(each[1].window.ids))
    found: list[Example] = []
    network.eval()
    for start in range(0, len(cut), _AT_ONCE):
        some = cut[start : start + _AT_ONCE]
        found += [
            _alone(*each) for each, worst in zip(some, _worst(network, [s for _, s in some]), strict=True) if worst >= LEAST
        ]
    return found


def _worst(network: Network, some: Sequence[Sample]) -> list[float]:
    batch = collate(some)
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        window, sentence, _ = network(batch.ids, batch.pool)
    worst = (sentence - (1.0 - batch.there)[:, :, None] * 30.0).max(1).values
    return [float(each) for each in (WHOLE * window + (1.0 - WHOLE) * worst).max(1).values]


def _alone(example: Example, sample: Sample) -> Example:
    lines = tuple(example.lines[number] for number in dict.fromkeys(number for number, _, _ in sample.window.spans))
    return replace(example, lines=lines, marks=(0.0,) * len(lines), twins="")
