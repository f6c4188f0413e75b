"""What the trail says of each step that the store writes: who, what, by which rule, and the hashes of what was kept.

No subject and no word of a message is in it, so that an export can be given to an outsider; a reviewer's note is. The
SHA-256 of octets and records are those of the files in a records bundle, so that the trail vouches for them.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from gateway.hold import Assent, HeldMail, Review, Ruling
from gateway.mail import Address, Receipt, Reply
from gateway.plea import Appeal, Finding, Statement
from gateway.ports import Parcel
from gateway.store import codec
from gateway.trail import Detail, Step, moment

Said = dict[str, Any]
_RULED = {Ruling.RETURNED: Step.RETURNED, Ruling.WITHDRAWN: Step.WITHDRAWN}


def held(hold: HeldMail, sha256: str, notices: Sequence[Parcel]) -> Said:
    """A message was held. sha256: of its octets."""
    envelope, decision, verdict = hold.mail.envelope, hold.decision, hold.decision.verdict
    return {
        "sha256": sha256,
        "size": hold.mail.content.size,
        "sender": str(envelope.sender) if envelope.sender else "<>",
        "recipients": _addresses(envelope.recipients),
        "client": envelope.client.address,
        "policy": decision.policy,
        "rule": str(decision.rule),
        "grounds": decision.grounds,
        "authority": [authority.name for authority in decision.authority],
        "labels": {str(category): str(label) for category, label in verdict.labels.items()} if verdict else {},
        "unread": len(verdict.unread) if verdict else 0,
        "reviewers": hold.reviewers.name,
        "since": moment(hold.since),
        "deadline": moment(hold.deadline),
        "then": hold.reviewers.then,
        **_ladder(hold),
        "envelope": record(codec.write_envelope(envelope)),
        "decision": record(codec.write_decision(decision)),
        "sends": _sends(notices),
    }


def _ladder(hold: HeldMail) -> Said:
    """What a ladder of one has not."""
    way = [{"reviewers": leg.rung.name, "until": moment(leg.ends)} for leg in hold.way]
    said = {"ladder": way if len(way) > 1 else [], "hurry": hold.reviewers.hurry, "two": hold.reviewers.pair}
    return {name: one for name, one in said.items() if one}


def ruled(review: Review, parcels: Sequence[Parcel]) -> tuple[Step, Said]:
    """A person ruled, or the deadline did."""
    said = {
        "ruling": str(review.ruling),
        "recipients": _addresses(review.recipients),
        "note": review.note,
        **({"also": review.also} if review.also else {}),
        "at": moment(review.at),
        "record": record(codec.write_review(review)),
        "sends": _sends(parcels),
    }
    return Step.EXPIRED if review.by_deadline else _RULED.get(review.ruling, Step.RULED), said


def stated(statement: Statement, print_: str, parcels: Sequence[Parcel]) -> Said:
    """The sender said something. pleas: the SHA-256 of the records of all he said so far."""
    return {"length": len(statement.text), "pleas": print_, "sends": _sends(parcels)}


def appealed(appeal: Appeal, print_: str, parcels: Sequence[Parcel]) -> Said:
    """The sender appealed."""
    against = {"ruling": str(appeal.against.ruling), "by": appeal.against.reviewer}
    return {"length": len(appeal.text), "against": against, "pleas": print_, "sends": _sends(parcels)}


def granting(assent: Assent, print_: str, parcels: Sequence[Parcel]) -> Said:
    """The first of two supervisors would grant an appeal."""
    review = assent.review
    return {"ruling": str(review.ruling), "note": review.note, "appeal": True, "pleas": print_, "sends": _sends(parcels)}


def found(finding: Finding, review: Review | None, print_: str, parcels: Sequence[Parcel]) -> tuple[Step, Said]:
    """A supervisor answered an appeal; with a ruling that takes the place of the first, its record."""
    said = {"reason": finding.reason, "pleas": print_, "sends": _sends(parcels)}
    if review is None:
        return Step.UPHELD, said
    recipients = _addresses(review.recipients)
    said |= {"also": review.also} if review.also else {}
    return Step.OVERTURNED, {**said, "recipients": recipients, "record": record(codec.write_review(review))}


def reminded(number: int, parcels: Sequence[Parcel], *, pleas: str = "") -> Said:
    """The reviewers were reminded, or with `pleas` the supervisors of an appeal; number: of reminders so far."""
    return {"number": number, **({"appeal": True, "pleas": pleas} if pleas else {}), "sends": _sends(parcels)}


def turned(hold: HeldMail, more: Detail, parcels: Sequence[Parcel]) -> Said:
    """The hold went on: whose it is now, and until when."""
    return {**more, "with": hold.desk.name, "until": moment(hold.leg.ends), "sends": _sends(parcels)}


def notified(parcels: Sequence[Parcel]) -> Said:
    """Mail was put in that belongs to no other step."""
    return {"sends": _sends(parcels)}


def tried(parcel: Parcel, receipt: Receipt, follow: Sequence[Parcel] = ()) -> Said:
    """The relay took or refused a parcel; attempt: which one this was."""
    return {
        "parcel": parcel.id,
        "purpose": str(parcel.purpose),
        "recipients": _addresses(parcel.mail.envelope.recipients),
        "attempt": parcel.attempts + 1,
        "relay": str(receipt.reply),
        "refused": [{"recipient": str(address), "reply": str(reply)} for address, reply in receipt.refused],
        "sends": _sends(follow),
    }


def postponed(parcel: Parcel, reply: Reply, due: datetime) -> Said:
    """The relay did not take a parcel for now."""
    return {**tried(parcel, Receipt(reply=reply)), "due": moment(due)}


def record(text: str | bytes) -> str:
    """The SHA-256 of a record, in hexadecimal."""
    return hashlib.sha256(text.encode("utf-8") if isinstance(text, str) else text).hexdigest()


def _addresses(addresses: Sequence[Address]) -> list[str]:
    return [str(address) for address in addresses]


def _sends(parcels: Sequence[Parcel]) -> list[Said]:
    return [{"parcel": p.id, "purpose": str(p.purpose), "recipients": _addresses(p.mail.envelope.recipients)} for p in parcels]
