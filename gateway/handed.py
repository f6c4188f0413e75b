"""What a front is given by the process that starts it: one variable of the environment, and descriptors that it names.

Settings are among it, as they were read when the gateway was started: a file that somebody is about to change does not keep a
front from being replaced. It raises nothing that is to be expected, since both ends are one program.
"""

import json
import os
import pickle
import socket
from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import asdict, dataclass, field

from gateway.settings import Settings

_VARIABLE = "HATCHWAY_FRONT"


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """line, crowd, settings: descriptors; sockets: addresses as settings write them, with descriptors; law: what is in force."""

    number: int
    of: int
    line: int
    crowd: int
    settings: int
    sockets: Sequence[tuple[str, int]]
    law: Mapping[str, str] = field(default_factory=dict)

    @property
    def descriptors(self) -> tuple[int, ...]:
        """All that the process has to inherit."""
        return self.line, self.crowd, self.settings, *(descriptor for _, descriptor in self.sockets)

    def environment(self, around: Mapping[str, str]) -> dict[str, str]:
        """That of the front."""
        return {**around, _VARIABLE: json.dumps(asdict(self))}

    def loaded(self) -> Settings:
        """The settings of the gateway."""
        settings = pickle.loads(os.pread(self.settings, os.fstat(self.settings).st_size, 0))  # noqa: S301  -- `written` wrote it
        assert isinstance(settings, Settings)  # noqa: S101  -- `written` wrote it
        return settings

    def listening(self) -> list[tuple[str, socket.socket]]:
        """The sockets, with their addresses; the caller's from now on."""
        return [(address, socket.socket(fileno=descriptor)) for address, descriptor in self.sockets]


def written(settings: Settings) -> int:
    """A descriptor that `Handed.loaded` reads. Raises OSError."""
    descriptor = os.memfd_create("hatchway-settings", os.MFD_CLOEXEC)
    os.pwrite(descriptor, pickle.dumps(settings), 0)
    return descriptor


def taken(environment: MutableMapping[str, str] = os.environ) -> Handed | None:
    """What we were given, if we are a front of several; no child of ours is."""
    said = environment.pop(_VARIABLE, "")
    if not said:
        return None
    handed = Handed(**json.loads(said))
    for descriptor in handed.descriptors:
        os.set_inheritable(descriptor, False)  # noqa: FBT003  -- its own form
    return handed
