"""A decision of the past made again: by what it was made by, as far as that is still at hand, and by what is in force today.

The trail says under which policies, program and settings a message was held; its verdict says by which roster and model. Where
all are at hand, the message is read, judged and decided again, and the decision must be the same to the last digit. Where only
the policies are, it is decided again from the verdict on record.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from gateway.decision import Decision
from gateway.hold import HeldMail
from gateway.policy import Rulebook
from gateway.ports import Judgement
from gateway.reading import Reader, ReadingLimits
from gateway.rehearsal.bench import Bench, Law, Sitting
from gateway.rehearsal.cases import Case, outcome
from gateway.rehearsal.compared import difference
from gateway.trail import Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Versions:
    """What a message was judged by; "" where that is not known."""

    policies: str = ""
    roster: str = ""
    model: str = ""
    program: str = ""
    settings: str = ""


def versions(held: HeldMail, loaded: Iterable[Entry]) -> Versions:
    """Those a hold was made by. loaded: the trail's entries that say what came in force, until then."""
    verdict = held.decision.verdict
    last = max(loaded, key=lambda entry: entry.sequence, default=None)
    said = json.loads(last.detail) if last else {}
    return Versions(
        policies=str(said.get("policies", "")),
        roster=verdict.roster if verdict else "",
        model=verdict.model if verdict else "",
        program=str(said.get("version", "")),
        settings=str(said.get("settings", "")),
    )


def judged(held: HeldMail, law: Law, limits: ReadingLimits) -> Decision:
    """The decision that law makes on the message, at the moment it came."""
    return Sitting(Bench(laws=(law,), limits=limits)).judge(held.mail, held.mail.received)[0].decision


def decided(held: HeldMail, rulebook: Rulebook, limits: ReadingLimits) -> Decision | None:
    """The decision on the verdict on record; None where there is none."""
    if held.decision.verdict is None:
        return None
    reading = Reader(limits=limits).read(held.mail.content.read(), dear=False)
    return rulebook.decide(held.mail.envelope, reading.authors, held.decision.verdict, held.mail.received)


def differences(before: Decision, after: Decision) -> tuple[str, ...]:
    """What is otherwise, and why; empty if nothing that counts is."""
    sides = (outcome(Judgement(decision=before)), outcome(Judgement(decision=after)))
    found = difference(Case(number=0, name="", size=0, outcomes=sides))
    return found.why if found else ()
