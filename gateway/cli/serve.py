"""`hatchway serve`."""

import asyncio
import logging
import sys
from pathlib import Path

import click
import structlog

from gateway.cli.common import Exit, config, fail, mistakes_told


@click.command
@config
def command(settings_file: Path) -> None:
    """Run the gateway until SIGTERM; SIGHUP takes new policies and roster."""
    from gateway.ports import StoreUnavailable
    from gateway.service import serve
    from gateway.settings import load_settings

    with mistakes_told("Hatchway does not start."):
        settings = load_settings(settings_file)
        log_to_stderr(settings.log)
        try:
            asyncio.run(serve(settings))
        except StoreUnavailable as error:
            fail(Exit.UNAVAILABLE, f"{settings.store}: {error}")


def log_to_stderr(style: str) -> None:
    """One line an event on standard error, as key=value or JSON; other libraries' warnings in the same form."""
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if style == "json"
        else structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event", "id"], bool_as_flag=False)
    )
    shared: list[structlog.typing.Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processor=renderer, foreign_pre_chain=shared))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
