"""A CSV file: a header line, then one line for each person and group."""

import asyncio
import csv
from pathlib import Path

from gateway.directory.sources import Away, of_people
from gateway.listing import CsvList

_LARGEST = 64 * 1024**2


class CsvFile:
    """Read anew each time."""

    def __init__(self, settings: CsvList) -> None:
        self._settings = settings

    async def members(self, group: str) -> frozenset[str]:
        """The addresses on the lines of that group. Raises Away, also if no line is of that group."""
        return await asyncio.to_thread(self._read, group)

    def close(self) -> None:
        """Nothing is open."""

    def _read(self, group: str) -> frozenset[str]:
        wishes = self._settings
        lines = csv.DictReader(_text(wishes.file).splitlines(), delimiter=wishes.delimiter)
        for setting, column in (("group column", wishes.group_column), ("address column", wishes.address_column)):
            if column not in (lines.fieldnames or ()):
                raise Away(setting, f"{wishes.file.name} has no column {column}")
        fits = [line[wishes.address_column] or "" for line in lines if _same(line[wishes.group_column], group)]
        if not fits:
            raise Away("file", f"no line of {wishes.file.name} is of the group {group}")
        return of_people(((bool(one.strip()), (one,)) for one in fits), "address column")


def _same(written: str | None, group: str) -> bool:
    return (written or "").strip().casefold() == group.strip().casefold()


def _text(file: Path) -> str:
    try:
        if file.stat().st_size > _LARGEST:
            raise Away("file", f"{file.name} is larger than {_LARGEST >> 20} MiB")
        return file.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise Away("file", f"{file.name} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise Away("file", f"{file.name} is not UTF-8 text") from None
