"""Whether those who are to be told hear it: the running gateway sends each a test."""

from collections.abc import Iterator
from contextlib import suppress

from gateway.control import NotRunning, Refused, ask
from gateway.doctor.findings import Finding, bad, good
from gateway.settings import Settings


def looked_at(settings: Settings) -> Iterator[Finding]:
    """Each webhook of the settings. That no gateway answers was said already."""
    with suppress(NotRunning, PermissionError):
        for name in settings.webhooks:
            yield _asked(settings, name)


def _asked(settings: Settings, name: str) -> Finding:
    what = f"webhook {name}"
    try:
        said = ask(settings.control_socket, "webhook.test", name=name)
    except Refused as refused:
        return bad(what, str(refused), f"Look at `webhooks.{name}`; a gateway knows a new one once it is started again.")
    if said["heard"]:
        return good(what, f"it {said['says']} to a test")
    remedy = f"Look at `webhooks.{name}`, and at the receiver's log. What it was not told waits for its `give up`."
    return bad(what, str(said["says"]), remedy)
