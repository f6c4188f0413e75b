"""The queue: what waits, searched and sorted, alike messages together, and decisions on many at once."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import structlog
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gateway.console.house import form_of, house, me
from gateway.console.pages import page, trouble
from gateway.console.rights import groups
from gateway.console.ruling import Refusal, rule
from gateway.console.words import ago, left
from gateway.desk import Leaf, Line, Search, Sort, State, Tally
from gateway.hold import HeldMail
from gateway.mail import Address
from gateway.people import Account, Role, digest
from gateway.ports import StoreFault, StoreUnavailable, StoreUncertain
from gateway.verdict import Category

log = structlog.get_logger()

_SOON = timedelta(hours=4)
_MOST = 500
_AWAY = "The store could not be reached. Try again in a minute."
_UNREADABLE = "It cannot be read; the log says why."
_APART = ("words", "subject", "recipient", "each", "since", "until")
"""What may fit one message and not another that is alike; then each is shown for itself."""
_ASKED = ("words", "sender", "group", "subject", "recipient", "policy", "category", "state", "since", "until", "sort", "each")

_USUAL: dict[State | None, str] = {State.WAITING: "deadline", State.APPEALED: "oldest"}


async def home(request: Request) -> Response:
    """Where somebody's work is."""
    account = me(request)
    return RedirectResponse("/people" if account.role is Role.ADMINISTRATOR else "/queue", 303)


async def queue(request: Request) -> Response:
    """The whole page."""
    found, desk = await _found(request), house(request).desk
    if found is None:
        return RedirectResponse("/queue", 303)
    return page(
        request,
        "queue.html",
        status=200,
        policies=await desk.policies(),
        circles=await desk.groups(),
        categories=[str(category) for category in Category],
        **found,
    )


async def lines(request: Request) -> Response:
    """The list alone, for a page that keeps itself fresh; nothing as long as it shows what it would be given."""
    found = await _found(request)
    if found is None:
        return RedirectResponse("/queue", 303)
    if request.query_params.get("on") == found["on"]:
        return Response(status_code=204)
    return page(request, "lines.html", status=200, **found)


async def confirm(request: Request) -> Response:
    """Show what was chosen, and ask for the decision. Nothing is done yet."""
    form = await form_of(request)
    chosen = await _chosen(request, [str(one) for one in form.getlist("chosen")])
    if not chosen:
        return trouble(request, 422, "Nothing was chosen", "Go back and tick the messages that you want to decide on.")
    act = "deny" if form.get("act") == "deny" else "release"
    return _confirm(request, chosen, act, "")


async def decide(request: Request) -> Response:
    """Rule on each of those chosen. One that the store does not give or take keeps none of the others from it."""
    form = await form_of(request)
    ids = list(dict.fromkeys(str(one) for one in form.getlist("hold")))[:_MOST]
    act = str(form.get("act", ""))
    if act not in {"release", "deny"}:
        return trouble(request, 422, "Nothing was decided", "Go back, and choose again whether to release or to deny.")
    note = " ".join(filter(None, (str(form.get("reason", "")).strip(), str(form.get("note", "")).strip())))
    if act == "deny" and not note:
        return _confirm(request, await _lines(request, ids), act, "Say why. The sender reads it.")
    done: list[HeldMail] = []
    refused: list[tuple[str, str]] = []
    unsure: list[str] = []
    for hold in ids:
        try:
            done.append(await rule(request, hold, act, note=note))
        except Refusal as refusal:
            refused.append((hold, str(refusal)))
        except StoreUnavailable as why:
            log.error("console.store_away", id=hold, why=str(why))  # noqa: TRY400  -- where it was said says nothing more
            if isinstance(why, StoreUncertain):
                unsure.append(hold)
            else:
                refused.append((hold, _UNREADABLE if isinstance(why, StoreFault) else _AWAY))
    halves = [held for held in done if held.review is None]
    whole = [held for held in done if held.review is not None]
    return page(request, "decided.html", act=act, done=whole, halves=halves, refused=refused, unsure=unsure)


async def _found(request: Request) -> dict[str, object] | None:
    """What the list shows; None for what cannot be searched for."""
    here, account, asked = house(request), me(request), {name: request.query_params.get(name, "").strip() for name in _ASKED}
    seen, now = groups(account), here.clock.now()
    try:
        leaf = await here.desk.find(_search(asked, seen, request.query_params.get("after", "")))
    except (ValueError, OverflowError):
        return None
    tally = await here.desk.tally(seen, now + _SOON)
    return {
        "asked": asked,
        "leaf": leaf,
        "first": not request.query_params.get("after"),
        "tally": tally,
        "filtered": any(asked[name] for name in _ASKED if name not in {"state", "sort", "each"}),
        "waiting": asked["state"] in {"", "waiting"},
        "own": {line.id for line in leaf.lines if _own(account, line)},
        "on": _print(leaf, tally, now),
    }


def _print(leaf: Leaf, tally: Tally, now: datetime) -> str:
    """What tells one list from another that reads differently, the time that is left included."""
    spans = [left(line.deadline, now) for line in leaf.lines] + ([ago(tally.oldest, now)] if tally.oldest else [])
    return digest(repr((leaf, replace(tally, next=None), spans)))[:16]


def _search(asked: Mapping[str, str], seen: tuple[str, ...] | None, after: str) -> Search:
    """Raises ValueError or OverflowError for what cannot be searched for."""
    state = None if asked["state"] == "all" else State(asked["state"] or "waiting")
    return Search(
        groups=seen,
        state=state,
        words=asked["words"][:200],
        sender=asked["sender"][:320],
        subject=asked["subject"][:200],
        recipient=asked["recipient"][:320],
        policy=asked["policy"],
        group=asked["group"],
        category=asked["category"],
        since=_day(asked["since"]),
        until=_day(asked["until"], timedelta(days=1)),
        sort=Sort(asked["sort"] or _USUAL.get(state, "newest")),
        together=state is not None and not any(asked[name] for name in _APART),
        after=after,
    )


def _day(written: str, more: timedelta = timedelta()) -> datetime | None:
    """Midnight of a day in this machine's time zone. Raises ValueError, OverflowError."""
    if not written:
        return None
    return (datetime.combine(datetime.fromisoformat(written).date(), time()) + more).astimezone(UTC)


def _own(account: Account, line: Line) -> bool:
    return line.sender != "<>" and account.is_at(Address.parse(line.sender))


async def _chosen(request: Request, values: Sequence[str]) -> list[Line]:
    """The lines that ticked boxes stand for: one, or all that is alike."""
    here, seen = house(request), groups(me(request))
    found: dict[str, Line] = {}
    single = [value for value in values if not value.startswith("alike:")]
    for value in values[:_MOST]:
        if value.startswith("alike:"):
            found |= {line.id: line for line in await here.desk.alike(value.removeprefix("alike:"), seen)}
    found |= {line.id: line for line in await _lines(request, single)}
    return list(found.values())[:_MOST]


async def _lines(request: Request, ids: Sequence[str]) -> list[Line]:
    here, seen = house(request), groups(me(request))
    return list(await here.desk.these(ids[:_MOST], seen))


def _confirm(request: Request, chosen: Sequence[Line], act: str, problem: str) -> Response:
    own = {line.id for line in chosen if _own(me(request), line)}
    said = {"chosen": chosen, "act": act, "problem": problem, "reasons": house(request).settings.reasons, "own": own}
    return page(request, "confirm.html", status=422 if problem else 200, **said)
