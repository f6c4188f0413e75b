"""What a template gets to see of a hold: plain words and short lists, nothing of the message itself.

Every value here has passed `words.plain`, so that a template, an admin's own too, can print it as it is. What only
reviewers may know (the rule's place, the labels) is in `for_reviewers` alone, and so cannot reach a sender by a template.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from gateway.hold import HeldMail, Ruling
from gateway.mail import Address, Receipt, Reply, Unread
from gateway.notice.words import counted, length, lines, listed, plain, sentence, when, where
from gateway.plea import appeal_until
from gateway.verdict import Finding, Kind, Label, Verdict

_FINDINGS = 8
_QUOTES = 2
_QUOTE = 240
_UNREAD = 8
_RECIPIENTS = 5
_NAMED = 50
_FEW = 12
_KILO = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """The authority of a rule, in its own words."""

    name: str
    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """Words of the message and where they stand."""

    where: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One thing found: its category, a sentence without its stop, and up to two passages; `more` counts those not shown."""

    category: str
    says: str
    quotes: tuple[Quote, ...]
    more: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unseen:
    """Something that could not be read."""

    where: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruled:
    """A ruling, and the word for it. `to` and `withheld` name the recipients on one line.

    `withheld` is "" when nobody is left out. The note is a reviewer's; what a deadline did has none.
    """

    released: bool
    word: str
    by_deadline: bool
    by: str
    when: str
    note: tuple[str, ...]
    to: str
    withheld: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A recipient the relay refused, and its words."""

    recipient: str
    reply: str


_ADVICE = {
    Kind.ENDORSEMENT: "Leave out the part that supports or opposes a candidate or a party.",
    Kind.VOTING_ADVICE: "Leave out the part that advises how to vote.",
    Kind.PROMOTION: "Leave out the part that promotes a candidate, a party or a programme of theirs.",
    Kind.FUND_RAISING: "Leave out the part that raises money for a candidate, a party, a committee or a measure.",
    Kind.BALLOT_MEASURE: "Leave out the part that argues for or against a ballot measure.",
    Kind.CAMPAIGN_WORK: "Leave out the part that asks for help in a campaign.",
    Kind.LINK: "Leave out the link to a site or an account of a candidate, a party, a committee or a fund-raiser.",
    Kind.PARTISAN_OPINION: "Leave out the part that gives an opinion for or against a party, a candidate or an office-holder.",
    Kind.INSINUATION: "Leave out the part that hints at whom or what to vote for.",
    Kind.RELIGIOUS_PROMOTION: "Leave out the part that promotes a religious position, opinion or action.",
}
_PRIVATELY = "Or send it from a private account to private addresses, outside the department's systems."
_READABLY = "Write what could not be read into the message as text: not encrypted, no picture, document or archive."

_WORDS = {
    Ruling.RELEASED: "Released",
    Ruling.DENIED: "Denied",
    Ruling.RETURNED: "Returned for revision",
    Ruling.WITHDRAWN: "Withdrawn",
}
_THEN = {
    "release": "it is released to all its recipients",
    "deny": "it is denied and not sent",
    "wait": "it goes on waiting, and the reviewers are reminded",
}


def of_message(held: HeldMail, zone: tzinfo | None) -> dict[str, object]:
    """Of the message: id, subject, sender, recipients, recipient_count, received."""
    recipients = held.mail.envelope.recipients
    return {
        "id": plain(held.mail.id, 40),
        "subject": plain(held.subject, 150) or "(no subject)",
        "sender": person(held.mail.envelope.sender) if held.mail.envelope.sender else "<>",
        "recipients": people(recipients, _RECIPIENTS),
        "recipient_count": len(recipients),
        "received": when(held.mail.received, zone),
    }


def of_reason(held: HeldMail) -> dict[str, object]:
    """Of the decision: policy, grounds, authorities, found, unread, both with their _more, judged (False where that failed)."""
    decision, verdict = held.decision, held.decision.verdict
    findings = relevant(verdict)
    unread = verdict.unread if verdict else ()
    return {
        "policy": plain(decision.policy, 80),
        "grounds": sentence(decision.grounds),
        "authorities": tuple(
            Clause(name=plain(a.name, 80), title=plain(a.title, 200), text=plain(a.text, 4000)) for a in decision.authority
        ),
        "judged": verdict is not None,
        "found": tuple(map(_found, findings[:_FINDINGS])),
        "found_more": max(0, len(findings) - _FINDINGS),
        "unread": tuple(map(_unseen, unread[:_UNREAD])),
        "unread_more": max(0, len(unread) - _UNREAD),
    }


def of_wait(held: HeldMail, at: datetime, zone: tzinfo | None) -> dict[str, object]:
    """Of the wait: reviewers (whose it is), deadline, left ("" once it has passed), then.

    above: to whom it goes at `goes`, both "" for nobody; hurry: why there is less time than usual
    two: what takes two reviewers; assented: who was the first of them
    """
    reviewers, above, assent = held.reviewers, held.following, held.course.assent
    return {
        "reviewers": plain(held.desk.name, 80),
        "above": plain(above.rung.name, 80) if above else "",
        "goes": when(held.leg.ends, zone) if above else "",
        "hurry": plain(reviewers.hurry, 200),
        "two": {"": "", "release": "To release it", "both": "To release or deny it"}[reviewers.pair],
        "assented": plain(assent.review.reviewer, 120) if assent else "",
        "deadline": when(held.deadline, zone),
        "left": length(held.deadline - at) if held.deadline > at else "",
        "then": _THEN[reviewers.then],
    }


def of_passing(heading: str, said: Sequence[str], reason: str) -> dict[str, object]:
    """How it came to somebody: heading, happened (sentences), reason (lines)."""
    return {"heading": plain(heading, 60), "happened": tuple(sentence(one) for one in said), "reason": lines(reason)}


def for_reviewers(held: HeldMail) -> dict[str, object]:
    """What only reviewers may know: rule (file:line:column), labels, size."""
    verdict = held.decision.verdict
    labels = (f"{category} {label}" for category, label in verdict.labels.items()) if verdict else ()
    return {
        "rule": plain(str(held.decision.rule), 300),
        "labels": ", ".join(labels),
        "size": f"{-(-held.mail.content.size // _KILO)} KiB",
    }


def of_advice(held: HeldMail) -> dict[str, object]:
    """What would clear the message, as `advice`: a sentence for each thing."""
    return {"advice": tuple(_advice(held.decision.verdict))}


def of_ruling(held: HeldMail, zone: tzinfo | None) -> dict[str, object]:
    """The ruling as `ruled`. Raises ValueError for a hold without a ruling."""
    review = held.review
    if review is None:
        raise ValueError(f"{held.mail.id} is not ruled on")
    to, withheld = _parted(held)
    return {
        "ruled": Ruled(
            released=review.ruling is Ruling.RELEASED,
            word=_WORDS[review.ruling],
            by_deadline=review.by_deadline,
            by=listed(plain(name, 120) for name in (review.also, review.reviewer) if name),
            when=when(review.at, zone),
            note=() if review.by_deadline else lines(review.note),
            to=to,
            withheld=withheld,
        )
    }


def of_appeal(held: HeldMail, zone: tzinfo | None) -> dict[str, object]:
    """Until when the ruling can be appealed, as `appeal`; "" if it cannot."""
    until = appeal_until(held)
    return {"appeal": when(until, zone) if until else ""}


def of_failures(failures: Sequence[tuple[Address, Reply]]) -> dict[str, object]:
    """The `failures`, and failures_more for those not shown."""
    return {
        "failures": tuple(Failure(recipient=person(a), reply=plain(str(reply), 300)) for a, reply in failures[:_NAMED]),
        "failures_more": max(0, len(failures) - _NAMED),
    }


def failures_of(held: HeldMail, receipt: Receipt) -> tuple[tuple[Address, Reply], ...]:
    """Whom the relay refused: those it named, or else everybody the message was released to."""
    if receipt.refused:
        return receipt.refused
    recipients = held.review.recipients if held.review else held.mail.envelope.recipients
    return tuple((address, receipt.reply) for address in recipients)


def left_out(held: HeldMail) -> tuple[Address, ...]:
    """The recipients that a ruling keeps the message from."""
    return held.kept_from


def relevant(verdict: Verdict | None) -> tuple[Finding, ...]:
    """The findings that a label rests on, the weightiest first, and no passage twice for the same kind.

    Those of a category that came out clear are left out.
    """
    if verdict is None:
        return ()
    held = sorted((f for f in verdict.findings if verdict.labels.get(f.category) is not Label.CLEAR), key=lambda f: -f.weight)
    return tuple(finding for number, finding in enumerate(held) if not any(_covers(other, finding) for other in held[:number]))


def _covers(other: Finding, finding: Finding) -> bool:
    """True if every passage of a finding is shown by the other, weightier one."""
    return (other.category, other.kind) == (finding.category, finding.kind) and all(
        any(evidence.place.meets(shown.place) for shown in other.evidence) for evidence in finding.evidence
    )


def person(address: Address) -> str:
    """An address on one line."""
    return plain(str(address), 254)


def people(addresses: Sequence[Address], most: int) -> str:
    """Addresses in one sentence, at most so many."""
    return listed(map(person, addresses[:most]), max(0, len(addresses) - most))


def _parted(held: HeldMail) -> tuple[str, str]:
    """Who gets the message and who does not. Of two long lists the longer becomes "the other 58 recipients"."""
    everybody, out = held.mail.envelope.recipients, set(left_out(held))
    given = [a for a in everybody if a not in out]
    withheld = [a for a in everybody if a in out]
    to, kept = people(given, _NAMED), people(withheld, _NAMED)
    if len(given) > _FEW and len(given) >= len(withheld):
        to = f"{'the other' if withheld else 'all'} {counted(len(given), 'recipient')}"
    elif len(withheld) > _FEW:
        kept = f"{'the other' if given else 'all'} {counted(len(withheld), 'recipient')}"
    return to, kept


def _found(finding: Finding) -> Found:
    return Found(
        category=str(finding.category),
        says=sentence(finding.says).rstrip("."),
        quotes=tuple(Quote(where=where(e.place), text=plain(e.quote, _QUOTE)) for e in finding.evidence[:_QUOTES]),
        more=max(0, len(finding.evidence) - _QUOTES),
    )


def _unseen(unread: Unread) -> Unseen:
    return Unseen(where=where(unread.place), why=plain(unread.why, 200))


def _advice(verdict: Verdict | None) -> Iterator[str]:
    kinds = {finding.kind for finding in relevant(verdict)}
    yield from (advice for kind, advice in _ADVICE.items() if kind in kinds)
    if verdict and verdict.unread:
        yield _READABLY
    if kinds:
        yield _PRIVATELY
