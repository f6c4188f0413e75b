"""The skim's weights, from which sentences, as they are written, hold an offence; see `heart`."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gateway.model.card import Glance
from gateway.model.heart import Numbers
from gateway.model.skim import Skim, numbers
from gateway.training.examples import Example
from gateway.training.heart import learnt


@dataclass(frozen=True, slots=True, kw_only=True)
class Skimming:
    """What training makes: the weights as they are written, and how they are to be read. Nothing is settled yet by it."""

    weights: bytes
    scale: float
    bias: float

    def at(self, least: float) -> Skim:
        """The skim that settles what is below `least`."""
        return Skim(self.weights, scale=self.scale, bias=self.bias, least=least)

    def level(self, least: float) -> Glance:
        """The same for the card."""
        return Glance(scale=self.scale, bias=self.bias, least=least)


def skimming(examples: Sequence[Example], seed: int) -> Skimming:
    """Learns which sentences, with their neighbours, hold an offence."""
    shown = [(_apart(*numbers(each.written)), each.offends) for each in examples if each.written]
    weights, scale, bias = learnt(shown, seed)
    return Skimming(weights=weights, scale=scale, bias=bias)


def _apart(ids: Numbers, ends: Numbers) -> list[list[int]]:
    return [numbers.tolist() for numbers in np.split(ids, ends[:-1])]
