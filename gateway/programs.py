"""What a front has for programs: who is told what happens, and what the command line may ask of that and of tokens."""

from datetime import timedelta

from gateway.control.server import Answer
from gateway.control.tokens import token_answers
from gateway.control.webhooks import webhook_answers
from gateway.oidc import Wire
from gateway.ports import Clock
from gateway.settings import Settings
from gateway.store import Shelf
from gateway.webhooks import Alarm, Webhooks


def webhooks_of(settings: Settings, store: Shelf, alarm: Alarm, clock: Clock) -> Webhooks:
    """Those of the settings, and the way to each. Raises OSError for a CA file that does not serve."""
    return Webhooks(
        settings.webhooks,
        lines={name: Wire(hook) for name, hook in settings.webhooks.items()},
        trail=store,
        calls=store.calls,
        desk=store.desk,
        alarm=alarm,
        clock=clock,
        public_url=settings.console.public_url if settings.console else "",
    )


def program_answers(settings: Settings, store: Shelf, webhooks: Webhooks, clock: Clock) -> dict[str, Answer]:
    """Requests about webhooks and tokens."""
    tokens = token_answers(
        tokens=store.tokens,
        book=store.accounts,
        factors=store.factors,
        trail=store,
        clock=clock,
        vouched_for=settings.console.vouched_for if settings.console else timedelta.max,
    )
    return webhook_answers(webhooks) | tokens
