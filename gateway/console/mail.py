"""One message, one page: what it is, why it is held, and the decision."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from gateway.console.guard import FRAME_CSP
from gateway.console.house import form_of, house, me
from gateway.console.links import Opens
from gateway.console.pages import page, trouble
from gateway.console.rights import groups, may_rule
from gateway.console.ruling import Refusal, held_for, name_of, recusal, rule
from gateway.console.standing import fresh, standing, takers, who_may
from gateway.console.steps import step
from gateway.console.words import plain
from gateway.desk import Remark, Search, State
from gateway.display import Shown, Unviewable, frames
from gateway.hold import HeldMail, Review
from gateway.mail import Address
from gateway.notice.view import left_out, relevant
from gateway.people import Role, Ruler

_NOTE, _DIGITS, _NAME = 4000, 4, 255
_DOWNLOAD = {"Content-Security-Policy": "sandbox; default-src 'none'", "Cache-Control": "no-store"}
_STOP_POLLING = 286
"""htmx: take this, and ask no more."""


async def go(request: Request) -> Response:
    """A link from a notice: to the message's page, if it was written to him and the message is the same."""
    held = await held_for(request, request.path_params["hold"])
    if held is None:
        return _unknown(request)
    opens = Opens.EXPIRED if held.destroyed else house(request).links.read(held, request.path_params["token"], me(request))
    if opens is Opens.IT:
        return RedirectResponse(f"/mail/{held.mail.id}", 303)
    await step(request, f"link {opens.value}", hold=held.mail.id)
    if opens is Opens.EXPIRED:
        return trouble(request, 410, "This link has expired", "The message is still in your queue if it waits.")
    return trouble(
        request, 403, "This link is not yours", "It was written to another reviewer. Your own queue shows what you may decide."
    )


async def mail(request: Request) -> Response:
    """The page."""
    held = await held_for(request, request.path_params["hold"])
    if held is None:
        return _unknown(request)
    return await _mail(request, held)


async def state(request: Request) -> Response:
    """What has become of it, for a page that is open: nothing as long as it waits. The message is not touched for that."""
    seen = await house(request).desk.these([request.path_params["hold"]], groups(me(request)))
    on = request.query_params.get("on", "")
    if not seen or (seen[0].state is State.WAITING and on in {"", fresh(seen[0].desk, seen[0].assented, seen[0].given)}):
        return Response(status_code=204)
    held = await held_for(request, request.path_params["hold"])
    if held is None:
        return Response(status_code=204)
    if held.review is None:
        recused = await recusal(request, held) if may_rule(me(request)) else ""
        return page(request, "waits.html", status=200, recused=recused, **await standing(request, held))
    return page(request, "ruled.html", status=_STOP_POLLING, **await _told(request, held))


async def body(request: Request) -> Response:
    """The message as its recipient would see it, for the sandboxed frame."""
    held = await held_for(request, request.path_params["hold"])
    if held is None:
        return _unknown(request)
    await step(request, "page seen", hold=held.mail.id)
    try:
        shown = await house(request).eye.show(held)
    except Unviewable as why:
        shown = Shown(page=f"<p>{why}</p>")
    answer = page(request, "frame.html", shown=shown)
    answer.headers["Content-Security-Policy"] = FRAME_CSP
    return answer


async def source(request: Request) -> Response:
    """The message as it is written."""
    held = await held_for(request, request.path_params["hold"])
    if held is None:
        return _unknown(request)
    await step(request, "source seen", hold=held.mail.id)
    try:
        text, more = await house(request).eye.source(held)
    except Unviewable as why:
        return trouble(request, 503, "It cannot be shown", f"The source: {why}.")
    return page(request, "source.html", held=held, text=text, more=more)


async def original(request: Request) -> Response:
    """The message, octet by octet, as a file."""
    held = await held_for(request, request.path_params["hold"])
    if held is None:
        return _unknown(request)
    if held.destroyed:
        return trouble(request, 410, "It is not there any more", f"Its content was destroyed on {held.destroyed:%Y-%m-%d}.")
    await step(request, "original taken", hold=held.mail.id)
    return StreamingResponse(held.mail.content.chunks(), headers=_as_file(f"{held.mail.id}.eml"), media_type="message/rfc822")


async def part(request: Request) -> Response:
    """An attachment as a file; never shown, whatever it says it is."""
    held = await held_for(request, request.path_params["hold"])
    if held is None:
        return _unknown(request)
    number = request.path_params["number"]
    try:
        name, octets = await house(request).eye.part(held, number)
    except KeyError:
        return _unknown(request)
    except Unviewable as why:
        return trouble(request, 503, "It cannot be opened", f"The attachment: {why}. The original message holds it.")
    await step(request, "attachment taken", hold=held.mail.id, part=number)
    return Response(octets, headers=_as_file(name or f"part-{number}"), media_type="application/octet-stream")


async def frame(request: Request) -> Response:
    """A picture or a page, drawn anew, with a box around what was found on it."""
    held = await held_for(request, request.path_params["hold"])
    if held is None:
        return _unknown(request)
    number = request.path_params["number"]
    try:
        octets = await house(request).eye.frame(held, int(number) if number.isdecimal() and len(number) < _DIGITS else -1)
    except KeyError:
        return _unknown(request)
    except Unviewable as why:
        return trouble(request, 503, "It cannot be shown", f"The picture: {why}. The original message holds it.")
    await step(request, "picture seen", hold=held.mail.id, number=number)
    return Response(octets, headers=_DOWNLOAD, media_type="image/jpeg")


async def release(request: Request) -> Response:
    """Let it go, to all or to some. What leaves open who is to get it lets it go to nobody."""
    form = await form_of(request)
    others, problem, to = _text(form, "others"), "", list[Address]()
    try:
        to = [Address.parse(str(one)) for one in form.getlist("to")]
    except ValueError:
        problem = "Who is to get it cannot be read. Tick them again."
    if others and not to:
        problem = problem or "You say why others do not get it, and nobody is ticked. Tick who gets it."
    if problem:
        return await refused(request, request.path_params["hold"], "release", Refusal(problem), form, to=to)
    note = " ".join(filter(None, (_text(form, "note"), others)))
    return await ruled(request, "release", form, to=to, note=note)


async def deny(request: Request) -> Response:
    """Keep it, and say why."""
    form = await form_of(request)
    return await ruled(request, "deny", form, note=reason(form))


def reason(form: FormData) -> str:
    """The reason that was chosen, and what was written beside it."""
    return " ".join(filter(None, (_text(form, "reason"), _text(form, "note"))))


async def agree(request: Request) -> Response:
    """Be the second of two, for what the page showed."""
    form = await form_of(request)
    return await ruled(request, "agree", form, given=_text(form, "to") or "nothing")


async def disagree(request: Request) -> Response:
    """The first of two agreed for nothing, or takes it back."""
    form = await form_of(request)
    return await ruled(request, "disagree", form, note=_text(form, "note"))


async def hand_over(request: Request) -> Response:
    """Give it to another reviewer, or up the ladder."""
    form = await form_of(request)
    return await ruled(request, "hand over", form, given=_text(form, "given"), note=_text(form, "note"))


async def note(request: Request) -> Response:
    """Leave a note for the other reviewers."""
    held, form = await held_for(request, request.path_params["hold"]), await form_of(request)
    if held is None:
        return _unknown(request)
    here, text = house(request), _text(form, "text")
    if text:
        await here.desk.remark(held.mail.id, Remark(by=me(request).login, at=here.clock.now(), text=text))
        await step(request, "noted", hold=held.mail.id)
    return RedirectResponse(f"/mail/{held.mail.id}#notes", 303)


async def ruled(  # noqa: PLR0913  -- what a form can say
    request: Request, act: str, form: FormData, *, to: Sequence[Address] = (), note: str = "", given: str = ""
) -> Response:
    """Rule, or hand over, and go back to the page; or the page again, with why not."""
    hold = request.path_params["hold"]
    try:
        await rule(request, hold, act, to=to, note=note, given=given)
    except Refusal as refusal:
        return await refused(request, hold, act, refusal, form, to=to)
    return RedirectResponse(f"/mail/{hold}", 303)


async def refused(  # noqa: PLR0913  -- what was asked for, and why it was not done
    request: Request, hold: str, act: str, refusal: Refusal, form: FormData, *, to: Sequence[Address] = ()
) -> Response:
    """The page again, with why it was not done and what was written."""
    held = await held_for(request, hold)
    if held is None:
        return _unknown(request)
    said = {name: _text(form, name) for name in ("note", "reason", "given", "others")} if refusal.first is None else {}
    failed = _Failed(act=act, problem=str(refusal), status=refusal.status, said=said, to=tuple(map(str, to)))
    return await _mail(request, held, failed)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Failed:
    """A ruling that was not taken: which, why, and what was written."""

    act: str = ""
    problem: str = ""
    status: int = 200
    said: dict[str, str] = field(default_factory=dict)
    to: tuple[str, ...] = ()


async def _mail(request: Request, held: HeldMail, failed: _Failed | None = None) -> Response:
    """That he was shown it is in the trail, whatever he asked for."""
    here, account = house(request), me(request)
    await step(request, "seen", hold=held.mail.id, role=str(account.role))
    shown, trouble_said = Shown(), ""
    try:
        shown = await here.eye.show(held)
    except Unviewable as why:
        trouble_said = str(why)
    verdict = held.decision.verdict
    return page(
        request,
        "mail.html",
        status=failed.status if failed else 200,
        failed=failed or _Failed(),
        shown=shown,
        unviewable=trouble_said,
        findings=relevant(verdict),
        frames=frames(relevant(verdict)),
        unread=verdict.unread if verdict else (),
        judged=verdict is not None,
        who=await who_may(request, held),
        takers=await takers(request, held) if may_rule(account) and held.review is None else [],
        recused=await recusal(request, held) if may_rule(account) else "",
        reasons=here.settings.reasons,
        remarks=[(await name_of(request, one.by), one) for one in await here.desk.remarks(held.mail.id)],
        statements=await here.pleas.statements(held.mail.id),
        supervises=account.role is Role.SUPERVISOR,
        as_page=request.query_params.get("as", "page" if shown.page else "text") == "page" and bool(shown.page),
        **await standing(request, held) | await _told(request, held),
    )


async def _told(request: Request, held: HeldMail) -> dict[str, object]:
    """What the page and its fragment say of the ruling."""
    here, review = house(request), held.review
    appealed = await here.pleas.appealed(held.mail.id) if review else None
    following = await here.desk.find(Search(groups=groups(me(request)), size=1)) if review else None
    return {
        "held": held,
        "review": review,
        "appealed": appealed,
        "own": appealed is not None and Ruler.of(me(request)).is_one_with(tuple(appealed.against.names)),
        "reviewer": await _names(request, review) if review else "",
        "kept_from": left_out(held) if review else (),
        "dispatches": await here.store.dispatches(held.mail.id) if review else (),
        "following": following.lines[0] if following and following.lines else None,
    }


async def _names(request: Request, review: Review) -> str:
    """Who ruled, both of them where it took two."""
    return " and ".join([await name_of(request, name) for name in (review.also, review.reviewer) if name])


def _text(form: FormData, name: str) -> str:
    """What was written under that name, wherever on the page."""
    return " ".join(filter(None, (str(written).strip() for written in form.getlist(name))))[:_NOTE]


def _as_file(name: str) -> dict[str, str]:
    """RFC 6266: download it under that name, in ASCII for old browsers and whole for others, turned around by nothing."""
    name = plain(name, _NAME)
    ascii_ = "".join(c if c.isascii() and (c.isalnum() or c in "-_. ") else "_" for c in name).strip(". ") or "attachment"
    return {
        **_DOWNLOAD,
        "Content-Disposition": f"attachment; filename=\"{ascii_}\"; filename*=UTF-8''{quote(name, errors='replace')}",
    }


def _unknown(request: Request) -> Response:
    return trouble(request, 404, "There is no such message", "It is not held here, or not in your queues.")
