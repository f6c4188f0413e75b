"""What is fuzzed by `make fuzz` holds on what fuzzing starts from, so that a target which finds something is right to do so."""

import pytest

from tests.fuzz.seeds import OURS
from tests.fuzz.targets import TARGETS


@pytest.mark.parametrize("name", TARGETS)
def test_a_target_takes_its_seeds_cut_and_whole(name):
    for octets in OURS[name]:
        for given in (octets, octets[: len(octets) // 2], octets[:-1] + b"\xff", b""):
            TARGETS[name](given)


def test_every_target_has_seeds():
    assert OURS.keys() == TARGETS.keys()
