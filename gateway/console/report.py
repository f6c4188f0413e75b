"""The account of even-handedness: on a page, and as a file to take away."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gateway.console.house import house
from gateway.console.pages import page, trouble
from gateway.console.steps import step
from gateway.report import FORMS, Report, body, handed_on, question, written
from gateway.trail import Step

_ASKED = ("from", "to", "group", "policy")
_KINDS = {"html": "text/html", "csv": "text/csv", "json": "application/json", "text": "text/plain"}
WHAT = "account of even-handedness"
"""What the trail calls it."""


async def report(request: Request) -> Response:
    """The page."""
    asked = _asked(request)
    try:
        found = await _report(request, asked)
    except (ValueError, OverflowError):
        return RedirectResponse("/report", 303)
    here = house(request)
    return page(
        request,
        "report.html",
        asked=asked,
        body=Markup(body(await _named(request, found))),  # noqa: S704  -- it escapes what others wrote
        policies=await here.desk.policies(),
        circles=await here.desk.groups(),
    )


async def export(request: Request) -> Response:
    """A file. What is to be handed on points at no single person."""
    form, asked = request.path_params["form"], _asked(request)
    if form not in FORMS:
        return trouble(request, 404, "There is no such form", f"There are {', '.join(FORMS)}.")
    try:
        found = await _report(request, asked)
    except (ValueError, OverflowError):
        return RedirectResponse("/report", 303)
    public = request.query_params.get("for") != "us"
    octets = written(handed_on(found) if public else found, form).encode("utf-8")
    said = {name: value for name, value in asked.items() if value}
    said |= {"format": form, "handed_on": "yes" if public else "no", "sha256": hashlib.sha256(octets).hexdigest()}
    await step(request, Step.EXPORTED, of=WHAT, **said)
    name = f"even-handedness-{found.at:%Y-%m-%d}.{'txt' if form == 'text' else form}"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'",
    }
    return Response(octets, headers=headers, media_type=f"{_KINDS[form]}; charset=utf-8")


async def _named(request: Request, found: Report) -> Report:
    """The same, the reviewers by their names where they have accounts."""
    called = {account.login: account.called for account in await house(request).book.accounts()}
    rows = [replace(row, what=called.get(row.what, row.what)) for row in found.sections.get("reviewer", ())]
    return replace(found, sections={**found.sections, "reviewer": rows})


def _asked(request: Request) -> dict[str, str]:
    return {name: request.query_params.get(name, "").strip()[:200] for name in _ASKED}


async def _report(request: Request, asked: Mapping[str, str]) -> Report:
    """Raises ValueError or OverflowError for a day that is none."""
    here = house(request)
    wanted = question(since=asked["from"], until=asked["to"], group=asked["group"], policy=asked["policy"])
    return await here.figures.report(wanted, here.clock.now())
