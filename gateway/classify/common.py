"""The words that everybody writes."""

from importlib.resources import files


def _listed(name: str) -> frozenset[str]:
    return frozenset(files("gateway.classify").joinpath(name).read_text(encoding="ascii").split())


PLAIN = _listed("plain.txt")
"""Words that are no names even in capitals within a sentence."""
COMMON = PLAIN | _listed("common.txt")
"""Words that are no names where they begin a sentence."""
