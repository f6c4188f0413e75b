"""What the command line may ask for, and the answers as JSON can say them.

The shapes are those of `--json`, so they stay stable. Errors are raised as `server` understands them.
"""

import base64
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from gateway.control.server import Answer
from gateway.control.words import INVALID, Refused
from gateway.hold import Assent, HeldMail, Review
from gateway.mail import Address
from gateway.people import Ruler
from gateway.plea import Appeal, OwnRuling, Statement
from gateway.ports import Dispatch, HoldStore, Pleas, Trail
from gateway.recusal import Bench, Recused
from gateway.review import Reviews
from gateway.trail import Step
from gateway.verdict import Verdict

Status = Callable[[], Awaitable[Mapping[str, object]]]
Reload = Callable[[str], Awaitable[Mapping[str, object]]]
"""Given who asked for it."""


def answers(  # noqa: PLR0913  -- the parts are wired by name
    *,
    store: HoldStore,
    trail: Trail,
    reviews: Reviews,
    pleas: Pleas,
    wake: Callable[[], None],
    status: Status,
    reload: Reload,
) -> dict[str, Answer]:
    """Every request by its name."""

    async def listed(_user: str, asked: Mapping[str, Any]) -> object:
        held = await store.list(waiting=not asked.get("all", False), limit=int(asked.get("limit", 1000)))
        open_ = set(await pleas.open())
        return [{**row(one), **({"state": "appealed"} if one.mail.id in open_ else {})} for one in held]

    async def shown(user: str, asked: Mapping[str, Any]) -> object:
        held = await store.get(asked["id"])
        if held is None:
            raise KeyError(asked["id"])
        whole_message = bool(asked.get("content")) and not held.destroyed
        content = {"content": base64.b64encode(held.mail.content.read()).decode("ascii")} if whole_message else {}
        await trail.record(Step.SEEN, actor=user, hold=held.mail.id, detail={"message": whole_message})
        said = {"statements": [statement(one) for one in await pleas.statements(held.mail.id)]}
        said |= {"dispatches": [_dispatch(d) for d in await store.dispatches(held.mail.id)]}
        return {**whole(held), **appealed(await pleas.appealed(held.mail.id)), **said, **content}

    async def state(_user: str, _asked: Mapping[str, Any]) -> object:
        return await status()

    async def reloaded(user: str, _asked: Mapping[str, Any]) -> object:
        return await reload(user)

    return {
        "queue.list": listed,
        "queue.show": shown,
        "status": state,
        "reload": reloaded,
        **ruling_answers(trail=trail, reviews=reviews, wake=wake),
    }


def ruling_answers(*, trail: Trail, reviews: Reviews, wake: Callable[[], None]) -> dict[str, Answer]:
    """Every request to rule, or to hand over, by its name."""

    async def told(act: Awaitable[HeldMail], asked: Mapping[str, Any], by: Ruler) -> object:
        held = await unless_recused(trail, act, asked["id"], by)
        wake()
        return row(held)

    async def released(user: str, asked: Mapping[str, Any]) -> object:
        to, by = _addresses(asked.get("to", ())), await ruler(reviews.bench, user, asked)
        return await told(reviews.release(asked["id"], reviewer=by, to=to, note=asked.get("note", "")), asked, by)

    async def denied(user: str, asked: Mapping[str, Any]) -> object:
        by = await ruler(reviews.bench, user, asked)
        return await told(reviews.deny(asked["id"], reviewer=by, note=asked.get("note", "")), asked, by)

    async def returned(user: str, asked: Mapping[str, Any]) -> object:
        by = await ruler(reviews.bench, user, asked)
        return await told(reviews.send_back(asked["id"], reviewer=by, note=asked.get("note", "")), asked, by)

    async def disagreed(user: str, asked: Mapping[str, Any]) -> object:
        by = await ruler(reviews.bench, user, asked)
        return await told(reviews.disagree(asked["id"], reviewer=by, note=asked.get("note", "")), asked, by)

    async def handed_over(user: str, asked: Mapping[str, Any]) -> object:
        by, to = await ruler(reviews.bench, user, asked), str(asked["to"])
        return await told(reviews.hand_over(asked["id"], reviewer=by, to=to, reason=asked.get("note", "")), asked, by)

    return {
        "queue.release": released,
        "queue.deny": denied,
        "queue.return": returned,
        "queue.disagree": disagreed,
        "queue.hand-over": handed_over,
    }


async def ruler(bench: Bench, user: str, asked: Mapping[str, Any]) -> Ruler:
    """Who rules: the system user, or whom that user names and answers for."""
    return await bench.known(str(asked.get("reviewer") or "").strip(), user)


async def unless_recused(trail: Trail, act: Awaitable[HeldMail], hold: str, by: Ruler) -> HeldMail:
    """The message after what he did; that he may not is in the trail. Raises Recused."""
    try:
        return await act
    except (Recused, OwnRuling) as why:
        await trail.record(Step.RECUSED, actor=by.name, hold=hold, detail={"why": str(why)})
        raise Recused(str(why)) from None


def row(held: HeldMail) -> dict[str, object]:
    """A hold as a line of the queue."""
    envelope, decision = held.mail.envelope, held.decision
    return {
        "id": held.mail.id,
        "state": str(held.review.ruling) if held.review else "waiting",
        "since": _time(held.since),
        "deadline": _time(held.deadline),
        "then": held.reviewers.then,
        "sender": str(envelope.sender) if envelope.sender else "<>",
        "recipients": [str(address) for address in envelope.recipients],
        "subject": held.subject,
        "size": held.mail.content.size,
        "policy": decision.policy,
        "rule": str(decision.rule),
        "because": decision.because,
        "authority": [authority.name for authority in decision.authority],
        "reviewers": held.reviewers.name,
        "with": held.desk.name,
        "above": held.following.rung.name if held.following else None,
        "until": _time(held.leg.ends),
        "agreed": _agreed(held.course.assent),
        "review": _review(held.review),
    }


def whole(held: HeldMail) -> dict[str, object]:
    """A hold with all that is known of it but its octets."""
    client, decision = held.mail.envelope.client, held.decision
    return {
        **row(held),
        "client": {"address": client.address, "name": client.name, "helo": client.helo, "login": client.login, "tls": client.tls},
        "authorities": [{"name": a.name, "title": a.title, "text": a.text} for a in decision.authority],
        "members": [str(member) for member in held.members],
        "ladder": [{"reviewers": leg.rung.name, "from": _time(leg.begins), "until": _time(leg.ends)} for leg in held.way],
        "hurry": held.reviewers.hurry,
        "two": held.reviewers.pair,
        **verdict(decision.verdict),
        "dry_run": [{"would": t.would, "rule": str(t.rule), "grounds": t.grounds} for t in decision.trials],
        "kept": held.kept,
        "destroyed": _time(held.destroyed) if held.destroyed else None,
    }


def statement(said: Statement) -> dict[str, object]:
    """What a sender said."""
    return {"by": said.by, "at": _time(said.at), "text": said.text, "answers": said.answers}


def appealed(appeal: Appeal | None) -> dict[str, object]:
    """The appeal; one that is open is the hold's state."""
    if appeal is None:
        return {"appeal": None}
    found = appeal.finding
    finding = {"by": found.by, "at": _time(found.at), "upheld": found.upheld, "reason": found.reason} if found else None
    said = {"by": appeal.by, "at": _time(appeal.at), "text": appeal.text, "against": _review(appeal.against), "finding": finding}
    said["assent"] = _review(appeal.assent.review) if appeal.assent else None
    return {"appeal": said, **({} if found else {"state": "appealed"})}


def verdict(found: Verdict | None) -> dict[str, object]:
    """A verdict in the shape of `hatchway classify`; empty where the judgement failed."""
    if found is None:
        return {"labels": {}, "scores": {}, "findings": [], "unread": []}
    return {
        "labels": {str(category): str(label) for category, label in found.labels.items()},
        "scores": {str(category): round(score, 4) for category, score in found.scores.items()},
        "findings": [
            {
                "category": str(finding.category),
                "kind": str(finding.kind),
                "says": finding.says,
                "quote": evidence.quote,
                "place": str(evidence.place),
            }
            for finding in found.findings
            for evidence in finding.evidence
        ],
        "unread": [{"place": str(unread.place), "why": unread.why} for unread in found.unread],
    }


def _agreed(assent: Assent | None) -> dict[str, object] | None:
    """Who was the first of two, and to what."""
    return _review(assent.review) if assent else None


def _review(review: Review | None) -> dict[str, object] | None:
    if review is None:
        return None
    return {
        "reviewer": review.reviewer,
        "ruling": str(review.ruling),
        "recipients": [str(address) for address in review.recipients],
        "note": review.note,
        "at": _time(review.at),
        "by_deadline": review.by_deadline,
        "also": review.also,
    }


def _dispatch(dispatch: Dispatch) -> dict[str, object]:
    return {
        "purpose": str(dispatch.purpose),
        "recipients": [str(address) for address in dispatch.recipients],
        "state": dispatch.state,
        "attempts": dispatch.attempts,
        "relay": str(dispatch.last) if dispatch.last else "",
        "at": _time(dispatch.at),
    }


def _time(at: datetime) -> str:
    return at.isoformat(timespec="seconds")


def _addresses(written: Sequence[str]) -> tuple[Address, ...]:
    try:
        return tuple(Address.parse(one) for one in written)
    except ValueError as error:
        raise Refused(INVALID, f"{error}; write recipients as they stand in `hatchway queue show`") from None
