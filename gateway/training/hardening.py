"""A second round on what the network tells worst, and on what it gets wrong in ordinary mail.

Long real messages are shown in the first round by their first window only. Here every window of a heap of ordinary ones is
read by the network, and those it would flag are shown as ordinary beside the messages of the first round.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import torch

from gateway.training.batches import Sample, Told, samples
from gateway.training.examples import Example
from gateway.training.learning import collate, learn, message_of
from gateway.training.network import Network
from gateway.training.recipe import Recipe

LEAST = -2.0
"""The logit from which on a window is hard."""
_RATE = 0.75
"""Of the first round's."""
_AT_ONCE = 16


def harden(  # noqa: PLR0913  -- what was trained on, and on what next
    network: Network,
    examples: Sequence[Example],
    extra: Sequence[Example],
    heap: Sequence[Example],
    recipe: Recipe,
    *,
    told: Told,
    say: Callable[[str], None] = print,
) -> Network:
    """The same network after the second round. heap: ordinary messages; told: how those of the first round were told."""
    found = hard(network, heap, recipe)
    say(f"{len(found)} hard windows in {len(heap)} ordinary messages")
    second = replace(recipe, epochs=recipe.again, rate=_RATE * recipe.rate, bury=recipe.worst * recipe.bury, seed=recipe.seed + 1)
    return learn([*examples, *found], extra, second, told=told, start=network, say=say)


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
    return [float(each) for each in message_of(window, sentence, batch).max(1).values]


def _alone(example: Example, sample: Sample) -> Example:
    lines = tuple(example.lines[number] for number in dict.fromkeys(number for number, _, _ in sample.window.spans))
    return replace(example, lines=lines, marks=(0.0,) * len(lines), twins="")
