"""What the command line may ask of webhooks."""

from collections.abc import Mapping
from typing import Any

from gateway.calls import Pending
from gateway.control.server import Answer
from gateway.control.words import INVALID, UNKNOWN, Refused
from gateway.webhooks import Webhooks


def webhook_answers(webhooks: Webhooks) -> dict[str, Answer]:
    """Requests about webhooks."""

    async def listed(_user: str, _asked: Mapping[str, Any]) -> object:
        pending = await webhooks.pending()
        return [
            {"name": name, "url": hook.url, "events": list(hook.events), **_waiting(pending[name])}
            for name, hook in webhooks.hooks.items()
        ]

    async def test(_user: str, asked: Mapping[str, Any]) -> object:
        name = str(asked["name"])
        try:
            answer = await webhooks.ping(name)
        except KeyError:
            there = ", ".join(webhooks.hooks) or "none at all"
            raise Refused(UNKNOWN, f"the running gateway has no webhook called {name}; there are {there}") from None
        except OSError as error:
            raise Refused(INVALID, f"{error.filename}: {error.strerror}") from None
        return {"name": name, "heard": answer.status // 100 == 2, "says": answer.says}  # noqa: PLR2004  -- 2xx

    return {"webhook.list": listed, "webhook.test": test}


def _waiting(pending: Pending) -> dict[str, object]:
    oldest = pending.oldest.isoformat(timespec="seconds") if pending.oldest else None
    return {"pending": pending.count, "oldest": oldest, "last": pending.last}
