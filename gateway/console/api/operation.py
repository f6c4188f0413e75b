"""One thing that can be asked, with all that routes and document need to know of it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request

from gateway.console.api.fields import Field
from gateway.people import Role
from gateway.tokens import ROLES, Scope

Handler = Callable[[Request, Mapping[str, Any]], Awaitable[object]]
"""Given the request and what it asks for: a response, or what is told as JSON. Raises Trouble."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """scope: what a token needs for it, None for nothing in particular; free: nobody is asked for a token.

    only: roles, where those that can have the scope are too many; answer: the name of a schema, or a media type
    shown: only who says what he was shown may ask for it
    """

    name: str
    method: str
    path: str
    says: str
    handler: Handler
    answer: str
    scope: Scope | None = None
    free: bool = False
    only: frozenset[Role] | None = None
    query: Mapping[str, Field] = field(default_factory=dict)
    body: Mapping[str, Field] = field(default_factory=dict)
    more: str = ""
    shown: bool = False

    @property
    def called(self) -> str:
        """As the trail calls it."""
        return f"{self.method} {self.path}"

    @property
    def roles(self) -> frozenset[Role]:
        """Whose tokens may be used for it."""
        return self.only or (ROLES[self.scope] if self.scope else frozenset(Role))
