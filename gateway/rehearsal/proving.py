"""Policy tests run: each sketched message is judged as in service, and held against what is expected of it.

A test that comes out otherwise is a Failure, not an error.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time

from gateway.decision import Decision
from gateway.mail import Mail
from gateway.mail.content import in_memory
from gateway.policy import Rulebook
from gateway.rehearsal.bench import Bench, Sitting
from gateway.rehearsal.sketches import Expected, Test

_NOON = time(12, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A test that came out otherwise. wrong: each thing that is not as expected."""

    test: Test
    wrong: tuple[str, ...]
    decision: Decision


def run(tests: Iterable[Test], bench: Bench) -> Iterator[tuple[Test, Failure | None]]:
    """Each test, and how it failed if it did. Raises gateway.model.WeightsError if the model is missing or damaged."""
    sitting = Sitting(bench)
    for test in tests:
        sketch = test.sketch
        at = datetime.combine(sketch.on, _NOON) if sketch.on else datetime.now(UTC)
        mail = Mail(id=test.name, envelope=sketch.envelope, content=in_memory(sketch.octets), received=at)
        decision = sitting.judge(mail, at)[0].decision
        wrong = tuple(_wrong(sketch.expect, decision, bench.laws[0].rulebook))
        yield test, Failure(test=test, wrong=wrong, decision=decision) if wrong else None


def number(rulebook: Rulebook, decision: Decision) -> int | None:
    """Which rule of its policy decided, counted from 1; None for `on error`."""
    policies = [rulebook.anyone, *(sender.policy for sender in rulebook.senders)]
    policy = next(policy for policy in policies if policy.name == decision.policy)
    places = [*(rule.action.place for rule in policy.rules), policy.last.place]
    return places.index(decision.rule) + 1 if decision.rule in places else None


def _wrong(expected: Expected, came: Decision, rulebook: Rulebook) -> Iterator[str]:
    """In the words of somebody who looks for the mistake: what was expected, and what came."""
    if came.word != expected.disposition:
        yield f"expected {expected.disposition}, came {came.word}"
    if expected.policy and came.policy != expected.policy:
        yield f'expected the policy "{expected.policy}", came "{came.policy}"'
    if expected.rule is not None and number(rulebook, came) != expected.rule:
        yield f"expected rule {expected.rule}, came rule {number(rulebook, came) or 'on error'}"
    cited = tuple(authority.name for authority in came.authority)
    if expected.authority and cited != expected.authority:
        yield f"expected the authority {', '.join(expected.authority)}, came {', '.join(cited) or 'none'}"
    if expected.because not in came.grounds:
        yield f'expected "{expected.because}" among the grounds, they are "{came.grounds}"'
    yield from _wrong_words(expected, came)


def _wrong_words(expected: Expected, came: Decision) -> Iterator[str]:
    verdict = came.verdict
    quotes = [_plain(evidence.quote) for finding in (verdict.findings if verdict else ()) for evidence in finding.evidence]
    for phrase in expected.evidence:
        if not any(_plain(phrase) in quote for quote in quotes):
            yield f'expected "{phrase}" among the evidence, ' + ("which is below" if quotes else "there is none")
    if expected.reply:
        reply = str(getattr(came.disposition, "reply", ""))
        if expected.reply not in reply:
            yield f'expected "{expected.reply}" in the reply, ' + (f'it is "{reply}"' if reply else "there is none")
    unread = bool(verdict.unread) if verdict else True
    if expected.unread is not None and unread is not expected.unread:
        yield f"expected that {'not all' if expected.unread else 'all'} of it is read, came the contrary"
    would = tuple(trial.would for trial in came.trials)
    if expected.dry_run and would != expected.dry_run:
        yield f"expected a dry run of {', '.join(expected.dry_run)}, came {', '.join(would) or 'none'}"


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()
