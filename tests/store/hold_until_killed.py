"""Holds messages, each with a notice, until it is killed; says the id of each once the store has acknowledged it.

hold_until_killed.py DATABASE ROUND
"""

import asyncio
import random
import sys
from dataclasses import replace
from pathlib import Path

from gateway.mail.content import in_memory
from gateway.store import SqliteStore
from tests.support.mails import held
from tests.support.parcels import notice


def octets(id_: str) -> bytes:
    """The message of that id: some small, some of many pieces."""
    chance = random.Random(id_)
    return chance.randbytes(chance.choice([300, 10_000, 700_000]))


async def main(path: Path, turn: str) -> None:
    store = await SqliteStore.open(path)
    for number in range(1_000_000):
        there = held(id_=f"{turn}-{number}")
        there = replace(there, mail=replace(there.mail, content=in_memory(octets(there.mail.id))))
        await store.hold(there, [notice(there, f"N-{there.mail.id}")])
        sys.stdout.write(f"held {there.mail.id}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
