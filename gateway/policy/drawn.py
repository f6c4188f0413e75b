"""Members of groups that a directory knows: what was last heard from it, handed to those who read the policies."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256

DIRECTORY = "directory"
"""The folder, beside the policies, that what directories said is taken to lie in."""
Group = tuple[str, str]
"""The name of a directory, and that of a group in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """names: of the directories in the settings; None where nobody knows, and then what lies beside the policies counts.

    members: addresses by group, for every group that was ever heard of
    """

    names: frozenset[str] | None = None
    members: Mapping[Group, frozenset[str]] = field(default_factory=dict)


def file_of(group: Group) -> str:
    """Under which name its members are part of the policies, so that what was decided by them can be decided again."""
    digest = sha256("\0".join(group).encode()).hexdigest()
    return f"{DIRECTORY}/{digest[:16]}.txt"


def listed(group: Group, addresses: Iterable[str]) -> bytes:
    """The text of that file."""
    head = "".join(f"# {' '.join(name.split())}\n" for name in group)
    return (head + "".join(f"{address}\n" for address in sorted(addresses))).encode()
