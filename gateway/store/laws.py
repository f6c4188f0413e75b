"""Policies and roster as they were: a copy of every version that mail was judged by, so that a decision can be made again.

Beside the database, in `PATH.laws`: a folder for each version, with the files under the names they had. It holds what
administrators wrote and nothing of any message. A copy that is not that version any more is not kept; one that is kept is on
stable storage. Raises OSError.
"""

import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath

from gateway.store.place import all_on_disk, synced

Versioned = Callable[[Path], str]
"""Loads a folder, and says which version that is."""


class KeptLaws:
    """The copies that belong to the database at `store`."""

    def __init__(self, store: Path) -> None:
        self._folder = store.with_name(f"{store.name}.laws")

    def keep(self, version: str, files: Mapping[str, bytes], versioned: Versioned) -> bool:
        """Keep the files, by name from their folder on; False if they lie elsewhere, or are not that version."""
        names = [PurePosixPath(name) for name in files]
        tops = {name.parts[0] for name in names if name.parts}
        if (self._folder / version).exists():
            return True
        if len(tops) != 1 or any(name.is_absolute() or ".." in name.parts or len(name.parts) < 2 for name in names):  # noqa: PLR2004  -- folder and file
            return False
        growing = self._folder / f"{version}.{os.getpid()}"
        try:
            for name, octets in files.items():
                path = growing / name
                path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                path.write_bytes(octets)
            if whole := versioned(growing / tops.pop()) == version:
                all_on_disk(growing)
                _put(growing, self._folder / version)
                synced(self._folder)
        finally:
            shutil.rmtree(growing, ignore_errors=True)
        return whole

    def find(self, version: str) -> Path | None:
        """The folder of that version as it was; None if it was not kept."""
        kept = self._folder / version
        inside = sorted(kept.iterdir()) if version and kept.is_dir() else []
        return inside[0] if inside else None


def _put(folder: Path, to: Path) -> None:
    """Give it that name, unless another front was first. Raises OSError."""
    try:
        folder.rename(to)
    except OSError:
        if not to.exists():
            raise
