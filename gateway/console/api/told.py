"""Holds and what else is asked for, as JSON. What a message says in its own words is for those who may read it."""

import hashlib
import json
from datetime import datetime
from typing import Any

from starlette.requests import Request

from gateway.console.house import house
from gateway.desk import Line
from gateway.hold import Assent, HeldMail, Review
from gateway.notice.view import relevant
from gateway.plea import Appeal
from gateway.ports import Dispatch
from gateway.verdict import Evidence, Finding, Verdict

Json = dict[str, Any]
CONTENT = ("findings", "statements", "appeal")
"""What quotes a message or its sender, and is told in full only to those who may read it."""


async def hold(request: Request, held: HeldMail) -> Json:
    """All there is to say of one."""
    here, id_ = house(request), held.mail.id
    appeal = await here.pleas.appealed(id_) if held.review else None
    return {
        "id": id_,
        "state": _state(held, appeal),
        "link": f"{here.settings.public_url}/mail/{id_}",
        **_message(held),
        **_decision(held),
        **_course(held),
        "ruling": review(held.review) if held.review else None,
        "appeal": _appeal(appeal) if appeal else None,
        "notes": [{"by": one.by, "at": _at(one.at), "text": one.text} for one in await here.desk.remarks(id_)],
        "statements": [
            {"by": one.by, "at": _at(one.at), "text": one.text, "answers": one.answers}
            for one in await here.pleas.statements(id_)
        ],
        "dispatches": [_dispatch(one) for one in await here.store.dispatches(id_)],
    }


def unquoted(told: Json) -> Json:
    """The same, without a word of the message or of its sender."""
    findings = [{**one, "evidence": [{"place": it["place"]} for it in one["evidence"]]} for one in told["findings"]]
    appeal = told["appeal"] and {**told["appeal"], "text": None}
    return {**told, "findings": findings, "statements": [], "appeal": appeal}


def etag(told: Json) -> str:
    """The mark of this state of it (RFC 9110 §8.8.3)."""
    return f'"{hashlib.sha256(octets(told)).hexdigest()[:32]}"'


def octets(told: object) -> bytes:
    """JSON in ASCII; half characters, which mail can have, are replaced."""
    return json.dumps(_whole(told), separators=(",", ":")).encode("ascii")


def line(request: Request, one: Line) -> Json:
    """A hold in a list."""
    same = ("id", "sender", "subject", "grounds", "policy", "reviewers", "size", "desk", "above", "assented", "given", "cluster")
    return {
        **{name: getattr(one, name) for name in same},
        "link": f"{house(request).settings.public_url}/mail/{one.id}",
        "state": str(one.state),
        "first_recipient": one.first,
        "recipient_count": one.recipients,
        "categories": list(one.categories),
        "since": _at(one.since),
        "deadline": _at(one.deadline),
        "desk_until": _at(one.desk_until),
        "ruled": _at(one.ruled),
        "ruled_by": one.ruled_by,
    }


def review(one: Review) -> Json:
    """A ruling."""
    return {
        "ruling": str(one.ruling),
        "by": one.reviewer,
        "also": one.also,
        "recipients": [str(to) for to in one.recipients],
        "note": one.note,
        "at": _at(one.at),
        "by_deadline": one.by_deadline,
    }


def _message(held: HeldMail) -> Json:
    envelope = held.mail.envelope
    return {
        "subject": held.subject,
        "sender": str(envelope.sender) if envelope.sender else "<>",
        "recipients": [str(to) for to in envelope.recipients],
        "kept_from": [str(to) for to in held.kept_from],
        "client": envelope.client.address,
        "size": held.mail.content.size,
        "received": _at(held.mail.received),
        "since": _at(held.since),
        "destroyed": _at(held.destroyed),
        "legal_hold": bool(held.kept),
    }


def _decision(held: HeldMail) -> Json:
    decision, verdict = held.decision, held.decision.verdict
    return {
        "policy": decision.policy,
        "rule": str(decision.rule),
        "grounds": decision.grounds,
        "because": decision.because,
        "authority": [{"name": one.name, "title": one.title, "text": one.text} for one in decision.authority],
        "groups": list(decision.groups),
        "labels": {str(category): str(label) for category, label in verdict.labels.items()} if verdict else {},
        "findings": [_finding(one) for one in relevant(verdict)],
        "unread": _unread(verdict),
    }


def _course(held: HeldMail) -> Json:
    course, following = held.course, held.following
    return {
        "deadline": _at(held.deadline),
        "then": held.reviewers.then,
        "two": held.reviewers.pair,
        "hurry": held.reviewers.hurry,
        "desk": held.desk.name,
        "desk_since": _at(held.desk_since),
        "goes_up": _at(held.leg.ends) if following else None,
        "above": following.rung.name if following else "",
        "agreed": _assent(course.assent) if course.assent else None,
        "handed_over": [
            {"to": one.to, "up": one.up, "by": one.by, "reason": one.reason, "at": _at(one.at)} for one in course.handed
        ],
    }


def _assent(assent: Assent) -> Json:
    return review(assent.review)


def _appeal(appeal: Appeal) -> Json:
    finding = appeal.finding
    return {
        "by": appeal.by,
        "at": _at(appeal.at),
        "text": appeal.text,
        "against": review(appeal.against),
        "agreed": _assent(appeal.assent) if appeal.assent else None,
        "answer": {"by": finding.by, "at": _at(finding.at), "upheld": finding.upheld, "reason": finding.reason}
        if finding
        else None,
    }


def _state(held: HeldMail, appeal: Appeal | None) -> str:
    if held.review is None:
        return "waiting"
    return "appealed" if appeal and appeal.finding is None else str(held.review.ruling)


def _finding(one: Finding) -> Json:
    return {
        "category": str(one.category),
        "kind": str(one.kind),
        "says": one.says,
        "detector": one.detector,
        "weight": round(one.weight, 4),
        "evidence": [_evidence(it) for it in one.evidence],
    }


def _evidence(one: Evidence) -> Json:
    return {"place": str(one.place), "quote": one.quote}


def _unread(verdict: Verdict | None) -> list[Json]:
    return [{"place": str(one.place), "why": one.why} for one in verdict.unread] if verdict else []


def _dispatch(one: Dispatch) -> Json:
    return {
        "purpose": str(one.purpose),
        "recipients": [str(to) for to in one.recipients],
        "state": one.state,
        "attempts": one.attempts,
        "last": str(one.last) if one.last else "",
        "at": _at(one.at),
    }


def _at(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None


def _whole(told: object) -> object:
    if isinstance(told, dict):
        return {name: _whole(one) for name, one in told.items()}
    if isinstance(told, list | tuple):
        return [_whole(one) for one in told]
    return told.encode("utf-8", "replace").decode("utf-8") if isinstance(told, str) else told
