"""What `hatchway report` may ask for. It is written here, where the trail is told of it; the caller only prints it."""

import hashlib
from collections.abc import Mapping
from typing import Any

from gateway.control.server import Answer
from gateway.ports import Clock, Trail
from gateway.report import Counts, handed_on, question, written
from gateway.trail import Step


def report_answers(*, counts: Counts, trail: Trail, clock: Clock) -> dict[str, Answer]:
    """The one request about accounts by its name."""

    async def read(user: str, asked: Mapping[str, Any]) -> object:
        said = {name: str(asked.get(name) or "") for name in ("since", "until", "group", "policy")}
        found = await counts.report(question(**said), clock.now())
        public = not asked.get("each", False)
        form = str(asked["form"])
        text = written(handed_on(found) if public else found, form)
        detail = {name: value for name, value in said.items() if value}
        detail |= {"of": "account of even-handedness", "format": form, "handed_on": "yes" if public else "no"}
        detail["sha256"] = hashlib.sha256(text.encode("utf-8")).hexdigest()
        await trail.record(Step.EXPORTED, actor=user, detail=detail)
        return text

    return {"report": read}
