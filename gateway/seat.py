"""The place of one front among those of a machine that share its listening sockets, and what all of them have in use together.

Connections and memory are counted in memory that all fronts share, each in a row of its own that nobody else writes, so that
a limit means all of them together. Clients are counted by a number made of their address: two that fall on the same one share
what one may have, in one case of some thousands. The row of a front that died is cleared before another takes its place.

It does not fail, but for OSError where the system has no memory to share.
"""

import mmap
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Self
from zlib import crc32

_CONNECTIONS, _OCTETS, _CLIENTS = 0, 1, 2
_BUCKETS = 4096
_ROW = _CLIENTS + _BUCKETS
_WIDTH = 8
"""Octets of a number."""


class Crowd:
    """What is in use. descriptor: of the memory that is shared, -1 for none; mine: the row that is written here, from 0 on."""

    def __init__(self, descriptor: int = -1, *, rows: int = 1, mine: int = 0) -> None:
        self._map = mmap.mmap(descriptor, rows * _ROW * _WIDTH)
        self._cells = memoryview(self._map).cast("q")
        self._start = mine * _ROW
        self._others = tuple(row * _ROW for row in range(rows) if row != mine)

    @staticmethod
    def made(rows: int) -> int:
        """The descriptor of memory for so many fronts. Raises OSError."""
        descriptor = os.memfd_create("hatchway-fronts", os.MFD_CLOEXEC)
        os.ftruncate(descriptor, rows * _ROW * _WIDTH)
        return descriptor

    @classmethod
    def watched(cls, descriptor: int, rows: int) -> Self:
        """As it is seen by whom none of the rows belongs to."""
        return cls(descriptor, rows=rows, mine=rows - 1)

    @property
    def shared(self) -> bool:
        """Whether there are other fronts."""
        return bool(self._others)

    @property
    def connections(self) -> int:
        """Those of the other fronts."""
        return sum(self._cells[row + _CONNECTIONS] for row in self._others)

    @property
    def octets(self) -> int:
        """Of messages in the memory of the other fronts."""
        return sum(self._cells[row + _OCTETS] for row in self._others)

    def connected(self, count: int) -> None:
        """So many connections are ours."""
        self._cells[self._start + _CONNECTIONS] = count

    def hold(self, octets: int) -> None:
        """So many octets are in our memory."""
        self._cells[self._start + _OCTETS] = octets

    def sessions(self, address: str) -> int:
        """Those of that client at the other fronts."""
        cell = _CLIENTS + _bucket(address)
        return sum(self._cells[row + cell] for row in self._others)

    def add(self, address: str, count: int) -> None:
        """So many more sessions of that client are ours."""
        self._cells[self._start + _CLIENTS + _bucket(address)] += count

    def clear(self, row: int) -> None:
        """The front in that row is gone."""
        start = row * _ROW * _WIDTH
        self._map[start : start + _ROW * _WIDTH] = bytes(_ROW * _WIDTH)


def _bucket(address: str) -> int:
    return crc32(address.encode()) % _BUCKETS


def _lost(_name: str, **_said: object) -> None:
    """There is nobody to tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """number: from 1 on, of so many; law: the versions that the other fronts judge by, where there are some already.

    tell: says something to the process that started us, for the others to hear
    """

    number: int = 1
    of: int = 1
    crowd: Crowd = field(default_factory=Crowd)
    law: Mapping[str, str] = field(default_factory=dict)
    tell: Callable[..., None] = _lost

    @property
    def alone(self) -> bool:
        """Whether there is one front."""
        return self.of == 1

    @property
    def first(self) -> bool:
        """Whether what one front does for all of them is ours to do."""
        return self.number == 1

    @property
    def mark(self) -> Mapping[str, int]:
        """Which front it is, for the audit trail; nothing where there is one."""
        return {} if self.alone else {"front": self.number}
