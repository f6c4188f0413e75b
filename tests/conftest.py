"""What every test has: a quiet log that can be listened to, real Postfixes, and a last word on what was skipped and why."""

import gc
import logging
import os
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import structlog
from hypothesis import settings

from tests.support import postfix as real
from tests.support.sink import Sink
from tests.support.wants import SHARED, skip

if TYPE_CHECKING:
    from tests.support.postgres import Cluster

TOP = Path(__file__).resolve().parent.parent

settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, database=None, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")


REAL = frozenset({"postfix", "postgres", "browser"})
"""Fixtures that are programs of others."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where programs wait for each other on a busy machine, what failed is tried once more; the summary names it then, too."""
    for item in items:
        if item.path.is_relative_to(TOP / "tests" / "e2e") or REAL & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of test material beside the project."""
    folder = TOP.parent / "shared"
    if not folder.is_dir():
        skip(SHARED)
    return folder


@pytest.fixture
def standing(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Moves the machine into a time zone."""

    def moved(zone: str) -> None:
        monkeypatch.setenv("TZ", zone)
        time.tzset()

    yield moved
    monkeypatch.undo()
    time.tzset()


@pytest.fixture(autouse=True)
def quiet_log() -> None:
    """The log goes to the standard library's, which pytest shows with a test that failed; `caplog` and `said` hear it."""
    structlog.reset_defaults()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.format_exc_info,
            structlog.processors.KeyValueRenderer(key_order=["event"]),
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    logging.getLogger().setLevel(logging.INFO)


@pytest.fixture
def said() -> Iterator[list[dict[str, object]]]:
    """What the code under test logs, as structlog's event mappings."""
    with structlog.testing.capture_logs(processors=[structlog.contextvars.merge_contextvars]) as events:
        yield events


@pytest.fixture
def sink() -> Iterator[Sink]:
    """A last hop that takes everything and keeps it."""
    with Sink() as taken:
        yield taken


@pytest.fixture
def postfix() -> Iterator[Callable[..., real.Postfix]]:
    """Starts a real Postfix with the arguments of `Postfix`; all of them stop when the test ends, the last one first."""
    real.require()
    with ExitStack() as stack:
        yield lambda **how: stack.enter_context(real.Postfix(**how))


@pytest.fixture(scope="session")
def postgres() -> Iterator["Cluster"]:
    """A real PostgreSQL."""
    from tests.support.postgres import cluster  # noqa: PLC0415  -- its library is loaded where it is wanted

    with cluster() as running:
        yield running


class Complaints(logging.Handler):
    """What asyncio only logs: a task or a callback that failed and that nobody asked."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.heard.append(logging.Formatter().format(record))


COMPLAINTS = Complaints()
logging.getLogger("asyncio").addHandler(COMPLAINTS)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Generator[None]:
    """Fail a test whose tasks failed unasked; after a module's last one collect garbage, so that what was left open fails it."""
    yield
    if nextitem is None or nextitem.path != item.path:
        gc.collect()
    if COMPLAINTS.heard:
        heard = "\n".join(COMPLAINTS.heard)
        COMPLAINTS.heard.clear()
        pytest.fail(f"asyncio: {heard}")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how much was not tested, and for want of what."""
    skipped = (report.longrepr for report in terminalreporter.stats.get("skipped", []))
    reasons = Counter(why[2].removeprefix("Skipped: ") for why in skipped if isinstance(why, tuple))
    for reason, count in reasons.most_common():
        terminalreporter.write_line(f"not tested: {count}, because {reason}", yellow=True)
