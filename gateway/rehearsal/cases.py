"""What became of one message, in few words: small enough that a hundred thousand of them can be added up one by one."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from gateway.mail import Envelope
from gateway.policy import Rulebook
from gateway.policy.group import ANYONE, mailbox
from gateway.ports import Judgement
from gateway.verdict import Verdict

_PASSAGES = 5
_QUOTE = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """What was found and where; quote: the words, the first of them if they are many."""

    category: str
    kind: str
    says: str
    place: str
    quote: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What becomes of a message under one law. rule: its place; clause: the names of its authorities.

    unread: place and reason of each thing that could not be read; trials: what dry runs would have done, and by which rule
    """

    word: str
    policy: str
    rule: str
    grounds: str
    clause: tuple[str, ...]
    labels: tuple[tuple[str, str], ...]
    scores: tuple[tuple[str, float], ...]
    passages: tuple[Passage, ...]
    unread: tuple[tuple[str, str], ...]
    trials: tuple[tuple[str, str], ...]
    model: str
    roster: str

    @property
    def score(self) -> float:
        """The greater of the two."""
        return max((score for _, score in self.scores), default=0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A message of a source. number: its place in the order they came; problem: why it could not be judged, "" if it was.

    sender: as on the envelope, "<>" for nobody's; group: the entry under `senders` that the sender stands in
    outcomes: under the first law, and under the second if there are two
    """

    number: int
    name: str
    size: int
    problem: str = ""
    sender: str = ""
    group: str = ""
    recipients: int = 0
    at: datetime | None = None
    subject: str = ""
    outcomes: tuple[Outcome, ...] = ()


def outcome(judgement: Judgement) -> Outcome:
    """A judgement in few words."""
    decision = judgement.decision
    found = decision.verdict
    return Outcome(
        word=decision.word,
        policy=decision.policy,
        rule=str(decision.rule),
        grounds=decision.grounds,
        clause=tuple(authority.name for authority in decision.authority),
        labels=tuple((str(category), str(label)) for category, label in found.labels.items()) if found else (),
        scores=tuple((str(category), score) for category, score in found.scores.items()) if found else (),
        passages=tuple(_passages(found))[:_PASSAGES] if found else (),
        unread=tuple((str(unread.place), unread.why) for unread in found.unread) if found else (),
        trials=tuple((trial.would, str(trial.rule)) for trial in decision.trials),
        model=found.model if found else "",
        roster=found.roster if found else "",
    )


def _passages(verdict: Verdict) -> Iterator[Passage]:
    for finding in sorted(verdict.findings, key=lambda finding: -finding.weight)[:_PASSAGES]:
        for evidence in finding.evidence:
            quote = " ".join(evidence.quote.split())
            yield Passage(
                category=str(finding.category),
                kind=str(finding.kind),
                says=finding.says,
                place=str(evidence.place),
                quote=quote if len(quote) <= _QUOTE else f"{quote[:_QUOTE]} …",
            )


def group(rulebook: Rulebook, envelope: Envelope) -> str:
    """The words of the first entry under `senders` that the sender stands in."""
    who = mailbox(envelope.sender) if envelope.sender else None
    for entry in rulebook.senders:
        if entry.has(who) and not entry.dry_run:
            nobody = ["null sender"] if entry.nobody and ANYONE not in entry.groups else []
            return ", ".join([*(group.name for group in entry.groups), *nobody])
    return "anyone"
