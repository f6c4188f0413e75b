"""What all sessions of the door share."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from gateway.intake import Budget
from gateway.mail import Mail, Reply
from gateway.ports import Clock, NextHop, Transaction
from gateway.seat import Crowd
from gateway.settings import Settings, server_tls
from gateway.smtpd.terms import Terms

Submit = Callable[[Mail, Transaction], Awaitable[Reply]]
"""What is done with a complete message; its reply is the client's. Raises for nothing in the message."""


class House:
    """Settings, ports, and what is being counted. tls: the certificate for sessions that begin from now on."""

    def __init__(self, settings: Settings, *, next_hop: NextHop, submit: Submit, clock: Clock, crowd: Crowd) -> None:
        self.settings = settings
        self.limits = settings.limits
        self.terms = Terms(settings)
        self.next_hop = next_hop
        self.submit = submit
        self.clock = clock
        self.tls: ssl.SSLContext | None = server_tls(settings.tls)
        self.budget = Budget(settings.limits.in_flight, crowd)
        self.draining = False
        self.unfinished: set[asyncio.Task[Reply]] = set()

    def finish(self, work: Coroutine[Any, Any, Reply]) -> asyncio.Task[Reply]:
        """Begin what has to be finished even if its session is not: a message after its final dot."""
        task = asyncio.get_running_loop().create_task(work)
        self.unfinished.add(task)
        task.add_done_callback(self.unfinished.discard)
        return task
