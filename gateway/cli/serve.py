"""`hatchway serve`."""

import asyncio
import gc
import io
import logging
import os
import sys
from contextlib import suppress
from functools import partial
from pathlib import Path
from traceback import format_tb
from typing import TYPE_CHECKING, TextIO, cast

import click
import structlog

from gateway.cli.common import Exit, config, fail, mistakes_told

if TYPE_CHECKING:
    from gateway.handed import Handed
    from gateway.settings import Settings


@click.command
@config
def command(settings_file: Path) -> None:
    """Run the gateway until SIGTERM; SIGHUP takes new policies and roster."""
    from gateway.handed import taken
    from gateway.nursery import closed
    from gateway.ports import StoreUnavailable
    from gateway.settings import load_settings

    handed = taken()
    with mistakes_told("Hatchway does not start."):
        settings = handed.loaded() if handed else load_settings(settings_file)
        log_to_stderr(settings.log, handed.number if handed else None)
        if handed or settings.fronts == 1:
            _with_nursery(settings)
        try:
            status = asyncio.run(_serving(settings, handed))
        except StoreUnavailable as error:
            fail(Exit.UNAVAILABLE, str(error))
        finally:
            closed()
    sys.exit(status)


def _with_nursery(settings: "Settings") -> None:
    """Load what a front needs, once and for good, and have judges forked off it."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # else there are threads where the nursery is forked off, for nothing
    gc.disable()  # what is loaded now stays as long as we do
    import gateway.daemon  # noqa: F401  -- what judges are forked off has loaded it
    from gateway.heap import settle
    from gateway.judges import prepared
    from gateway.nursery import opened

    settle()
    gc.enable()
    opened(partial(prepared, settings.judging))


async def _serving(settings: "Settings", handed: "Handed | None") -> int:
    """As one front, as one of several, or as what keeps several; the exit status. Only what is wanted is loaded."""
    if handed is None and settings.fronts > 1:
        from gateway.fronts import serve as keep

        return await keep(settings)
    from gateway.daemon import serve, serve_as_one

    await (serve(settings) if handed is None else serve_as_one(handed))
    return 0


class Lossy(io.TextIOBase):
    """Writes to a file descriptor at once, and never fails: what cannot be written is lost, and nothing waits in a buffer."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def write(self, text: str, /) -> int:
        """Write what can be written."""
        left = text.encode("utf-8", "backslashreplace")
        with suppress(OSError):
            while left:
                left = left[os.write(self._descriptor, left) :]
        return len(text)


def trace(exc_info: structlog.typing.ExcInfo) -> str:
    """An exception and what it came from: types and places. The words only of those about files and the store.

    Any other exception may quote what it stumbled over, and that may be a message.
    """
    from gateway.ports import StoreUnavailable

    said: list[str] = []
    fault: BaseException | None = exc_info[1]
    while fault is not None:
        words = f": {fault}" if isinstance(fault, OSError | StoreUnavailable) else ""
        said.append(f"{''.join(format_tb(fault.__traceback__))}{type(fault).__qualname__}{words}")
        fault = fault.__cause__ or (None if fault.__suppress_context__ else fault.__context__)
    return "\nwhich came of\n".join(said)


def log_to_stderr(style: str, front: int | None = None, least: int = logging.INFO) -> None:
    """One line an event on standard error, as key=value or JSON; other libraries' warnings in the same form.

    front: its number, if it is one of several; least: of a level below that nothing is written

    A log that cannot be written (a full disk, a reader that is gone) stops no mail: its lines are lost, and nothing else.
    """
    stream = cast("TextIO", Lossy(sys.stderr.fileno()))
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if style == "json"
        else structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event", "id"], bool_as_flag=False)
    )
    shared: list[structlog.typing.Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.ExceptionRenderer(trace),
    ]
    if front is not None:
        shared.append(lambda _logger, _method, event: {**event, "front": front})
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(least),
        logger_factory=structlog.WriteLoggerFactory(stream),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processor=renderer, foreign_pre_chain=shared))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
