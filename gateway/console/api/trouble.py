"""What is told where something was not done: problem details (RFC 9457), each with what to do about it."""

import json
from collections.abc import Mapping
from http import HTTPStatus

from starlette.responses import Response

KIND = "application/problem+json"


class Trouble(Exception):  # noqa: N818  -- it is an answer
    """Why it was not done. code: names the kind of problem for programs; more: further members; headers: besides the usual."""

    def __init__(  # noqa: PLR0913  -- what a problem says
        self,
        status: int,
        code: str,
        detail: str,
        remedy: str = "",
        *,
        more: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.remedy = remedy
        self.more = more or {}
        self.headers = headers or {}


def told(trouble: Trouble) -> Response:
    """The answer."""
    said: dict[str, object] = {
        "type": f"urn:hatchway:problem:{trouble.code}",
        "title": HTTPStatus(trouble.status).phrase,
        "status": trouble.status,
        "detail": trouble.detail,
        **({"remedy": trouble.remedy} if trouble.remedy else {}),
        **trouble.more,
    }
    return Response(json.dumps(said), trouble.status, headers=dict(trouble.headers), media_type=KIND)
