"""What a message costs a door, the milter's beside SMTP's: CPU of door and client together, in one process, nothing judged."""

import asyncio
import logging
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import structlog

TOP = Path(__file__).parents[2]
sys.path.insert(0, str(TOP))

from tests.support import milter, smtpd

CHUNK = 65_535
ROUNDS = {4_000: 500, 5_000_000: 5}
TO = "a@other.example"


async def cost(name: str, size: int, send: Callable[[], Awaitable[object]]) -> None:
    await send()
    start = time.process_time()
    for _ in range(ROUNDS[size]):
        await send()
    print(f"{name:<8}{size:>10}{(time.process_time() - start) / ROUNDS[size] * 1000:>10.2f}")


async def by_milter(body: bytes, size: int) -> None:
    chunks = [body[start : start + CHUNK] for start in range(0, len(body), CHUNK)]
    with tempfile.TemporaryDirectory() as folder:
        async with milter.opened(Path(folder)) as house, house.mta() as mta:

            async def send() -> None:
                await mta.message(*chunks)
                house.ending.contents.clear()

            await mta.greet()
            await cost("milter", size, send)


async def by_smtp(body: bytes, size: int) -> None:
    octets = smtpd.stuffed(milter.WHOLE + body)
    async with smtpd.opened() as house, house.greeted() as client:

        async def send() -> None:
            await client.transaction(TO)
            client.write(octets + b".\r\n")
            await client.reply()
            house.submitted.contents.clear()
            house.hop.delivered.clear()

        await cost("SMTP", size, send)


async def main() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    print(f"{'door':<8}{'octets':>10}{'CPU ms':>10}")
    for size in ROUNDS:
        body = milter.BODY * (size // len(milter.BODY))
        await by_milter(body, size)
        await by_smtp(body, size)


if __name__ == "__main__":
    asyncio.run(main())
