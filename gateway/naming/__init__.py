"""Which words of a text are names, told by how they are written: no model, and no list of people.

Rules and model ask the same room, so that a name which one of them sees is none that the other misses. It knows no mail and no
verdict; it is pure, and nothing is raised.
"""

from gateway.naming.hushed import hushed
from gateway.naming.letters import bare, cased
from gateway.naming.names import NAME, common, eased, first_names, shouted, unnamed

__all__ = ["NAME", "bare", "cased", "common", "eased", "first_names", "hushed", "shouted", "unnamed"]
