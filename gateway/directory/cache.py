"""What directories said, as files: one for each group, written whole or not at all, readable by us only.

A file that cannot be read, or is not what we wrote, is as if it were not there. Writing raises OSError.
"""

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from gateway.policy import Drawn
from gateway.settings import Settings

Group = tuple[str, str]
"""The name of a directory, and that of a group in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Whom a directory had in a group, and when it said so."""

    members: frozenset[str]
    at: datetime


def cached(settings: Settings) -> Drawn:
    """All that the directories of the settings ever said."""
    names = frozenset(settings.directories)
    kept = {group: said.members for group, said in kept_in(settings.directory_cache) if group[0] in names} if names else {}
    return Drawn(names=names, members=kept)


def kept_in(folder: Path) -> Iterator[tuple[Group, Said]]:
    """What is kept there."""
    for path in sorted(folder.glob("*.json")):
        with suppress(OSError, ValueError, KeyError, TypeError):
            found = json.loads(path.read_bytes())
            members = frozenset(str(one) for one in found["members"])
            yield (str(found["directory"]), str(found["group"])), Said(members=members, at=datetime.fromisoformat(found["at"]))


def keep(folder: Path, group: Group, said: Said) -> None:
    """Keep what was said. Raises OSError."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest = sha256("\0".join(group).encode()).hexdigest()
    path, growing = folder / f"{digest[:32]}.json", folder / f"{digest[:32]}.{os.getpid()}"
    written = {"directory": group[0], "group": group[1], "at": said.at.isoformat(), "members": sorted(said.members)}
    with os.fdopen(os.open(growing, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(written, file, ensure_ascii=False, indent=1)
        file.flush()
        os.fsync(file.fileno())
    growing.rename(path)
