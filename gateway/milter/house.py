"""What all connections of the door share."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from gateway.intake import Body, Budget, Senders, header_refusal
from gateway.mail import Content, Mail, Reply
from gateway.milter.message import Message, Path
from gateway.ports import Clock, Transaction
from gateway.settings import Milter, Settings

Submit = Callable[[Mail, Transaction], Awaitable[Reply]]
"""What is done with a complete message; its reply is the client's. Raises for nothing in the message."""
Ours = Callable[[Mail], Awaitable[bool]]
"""Whether a message is one that we sent out ourselves, on its way through the MTA."""


class House:
    """Settings, ports, and what is being counted."""

    def __init__(self, settings: Settings, *, submit: Submit, ours: Ours, clock: Clock, budget: Budget) -> None:
        self.settings = settings
        self.limits = settings.limits
        self.milter = settings.milter or Milter()
        self.senders = Senders(settings.sender_domains)
        self.submit = submit
        self.ours = ours
        self.clock = clock
        self.budget = budget
        self.draining = False
        self.unfinished: set[asyncio.Task[None]] = set()

    def begin(self, sender: Path) -> Message:
        """Room for a message."""
        body = Body(spool=self.settings.spool, in_memory=self.limits.in_memory, budget=self.budget)
        normalize = self.settings.bare_line_ends == "normalize"
        return Message(sender, body, limit=self.limits.message_size, normalize=normalize)

    def checked(self, content: Content | Reply) -> Content | Reply:
        """The content, or what speaks against its header."""
        if not isinstance(content, Content):
            return content
        return header_refusal(content, hostname=self.settings.hostname, received=self.limits.received) or content

    def finish(self, work: Coroutine[Any, Any, None]) -> None:
        """Begin what has to be finished even if its connection is not: a message that is complete."""
        task = asyncio.get_running_loop().create_task(work)
        self.unfinished.add(task)
        task.add_done_callback(self.unfinished.discard)
