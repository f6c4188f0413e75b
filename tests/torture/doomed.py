"""A gateway that ends at a step of its own, and the relay before it, at which some of the steps are seen."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import ClassVar, Self

from gateway.control import NotRunning, ask
from tests.support.gateway import TOP, Gateway
from tests.support.relay import FakeRelay, Message

_PATIENCE = 1200.0


def shim(folder: Path) -> Path:
    """shim.c, compiled. Raises FileNotFoundError where there is no compiler."""
    made = folder / "shim.so"
    source = Path(__file__).with_name("shim.c")
    subprocess.run(["cc", "-shared", "-fPIC", "-O2", "-o", made, source, "-ldl"], check=True, capture_output=True)
    return made


class Child:
    """A process that a Nursery gave life to; as much of a Popen as Gateway asks of one. ended: the file that says how it did."""

    def __init__(self, pid: int, ended: Path) -> None:
        self.pid = pid
        self._ended = ended

    @property
    def returncode(self) -> int | None:
        return self.poll()

    def poll(self) -> int | None:
        with suppress(FileNotFoundError):
            return int(self._ended.read_text())
        return None

    def wait(self, timeout: float) -> int:
        until = time.monotonic() + timeout
        while (code := self.poll()) is None:
            if time.monotonic() > until:
                raise subprocess.TimeoutExpired("hatchway serve", timeout)
            time.sleep(0.01)
        return code

    def send_signal(self, number: int) -> None:
        os.kill(self.pid, number)


class Nursery:
    """victim.py, running: gives life to gateways."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._born = 0
        self._one = Lock()
        with (folder / "errors").open("ab") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.torture.victim"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                cwd=TOP,
                env={**os.environ, "LD_PRELOAD": str(shim(folder))},
                start_new_session=True,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """End it, and the process that its judges come from. No child may be alive."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(10)
        self._process.stdin.close()
        self._process.stdout.close()

    def born(self, **life: object) -> Child:
        with self._one:
            self._born += 1
            ended = self._folder / f"ended-{self._born}"
            self._process.stdin.write(json.dumps({**life, "ended": str(ended)}).encode() + b"\n")
            self._process.stdin.flush()
            return Child(int(self._process.stdout.readline()), ended)


@dataclass
class Doomed(Gateway):
    """A gateway from `nursery` where it has a step to end at, and else from the command line."""

    nursery: Nursery | None = None
    step: str = ""
    number: int = 0

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def doom(self, step: str, number: int) -> None:
        """Where it is to end: in the life that begins next, or in the one that is."""
        self.step, self.number = step, number
        if self.alive:
            self._orders.write_text(json.dumps({"step": step, "number": number}))
            os.kill(self.process.pid, signal.SIGUSR2)

    def start(self, log_file: Path | None = None) -> None:
        """Returns once it answers, or is dead. Raises RuntimeError if neither comes."""
        if self.nursery is None or not self.step:
            with suppress(AssertionError):
                super().start(log_file)
            return
        arguments = ["serve", "-c", str(self.settings)]
        log = str(log_file or self.folder / "log")
        self.process = self.nursery.born(
            step=self.step, number=self.number, arguments=arguments, log=log, orders=str(self._orders)
        )
        self.wait_until_it_answers()

    def kill(self) -> None:
        if self.process is not None:
            super().kill()

    def wait_until_it_answers(self) -> None:
        until = time.monotonic() + _PATIENCE
        while self.alive:
            with suppress(NotRunning):
                ask(self.control, "status")
                return
            if time.monotonic() > until:
                raise RuntimeError(f"it neither answers nor ends; see {self.folder / 'log'}")
            time.sleep(0.02)

    @property
    def _orders(self) -> Path:
        return self.folder / "orders"


class Watched(FakeRelay):
    """Calls `before` when a whole message came in, before it is answered, and `after` once the answer is out."""

    class Messages(list[Message]):
        relay: ClassVar["Watched"]

        def append(self, taken: Message) -> None:
            super().append(taken)
            self.relay.answering()

    def __init__(self) -> None:
        super().__init__()
        self.messages = type("Seen", (Watched.Messages,), {"relay": self})()
        self.unwatched()

    def unwatched(self) -> None:
        self.before = self.after = lambda: None

    def answering(self) -> None:
        self.before()
        asyncio.get_running_loop().call_later(0.0003, self.after)
