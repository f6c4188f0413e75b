"""One message under two laws: what is different, and why."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from gateway.rehearsal.cases import Case, Outcome, Passage


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A message that two laws treat differently. why: the reasons, in plain words."""

    case: Case
    why: tuple[str, ...]

    def said(self) -> dict[str, Any]:
        """As JSON can say it."""
        now, then = self.case.outcomes
        return {
            "message": self.case.name,
            "sender": self.case.sender,
            "group": self.case.group,
            "subject": self.case.subject,
            "now": _side(now),
            "then": _side(then),
            "why": list(self.why),
        }


def difference(case: Case) -> Difference | None:
    """None where both do the same by the same kind of rule; a rule that only stands in another line is no difference."""
    now, then = case.outcomes
    if (now.word, now.policy, now.clause, now.grounds, _trials(now)) == (
        then.word,
        then.policy,
        then.clause,
        then.grounds,
        _trials(then),
    ):
        return None
    return Difference(case=case, why=tuple(_why(now, then)))


def _why(now: Outcome, then: Outcome) -> Iterator[str]:
    yield from _verdicts(now, then)
    if now.policy != then.policy:
        yield f'the policy is "{then.policy}" and was "{now.policy}"'
    if now.word != then.word:
        yield f"by {then.rule} it is {_DONE[then.word]}: {then.grounds}"
    elif now.grounds != then.grounds:
        yield f"the grounds are: {then.grounds}"
    if now.clause != then.clause:
        yield f"the authority is {', '.join(then.clause) or 'none'} and was {', '.join(now.clause) or 'none'}"
    if _trials(now) != _trials(then):
        said = [", ".join(f"would {word}" for word in _trials(one)) or "nothing" for one in (then, now)]
        yield f"its dry runs say {said[0]}, and said {said[1]}"


def _verdicts(now: Outcome, then: Outcome) -> Iterator[str]:
    before = dict(now.labels)
    scores, after = dict(now.scores), dict(then.scores)
    for category, label in then.labels:
        if before.get(category) != label:
            yield (
                f"{category} is {label} ({after.get(category, 0.0):.2f}) and was "
                f"{before.get(category, 'unknown')} ({scores.get(category, 0.0):.2f})"
            )
    if now.labels != then.labels:
        yield from (f"found now: {_shown(one)}" for one in then.passages if one not in now.passages)
        yield from (f"no longer found: {_shown(one)}" for one in now.passages if one not in then.passages)
    if bool(now.unread) != bool(then.unread):
        yield "something in it could not be read" if then.unread else "all of it could be read"


def _shown(passage: Passage) -> str:
    return f"{passage.says} “{passage.quote}”"


def _trials(one: Outcome) -> tuple[str, ...]:
    return tuple(word for word, _ in one.trials)


def _side(one: Outcome) -> dict[str, Any]:
    return {
        "disposition": one.word,
        "policy": one.policy,
        "rule": one.rule,
        "because": one.grounds,
        "authorities": list(one.clause),
        "labels": dict(one.labels),
        "scores": {category: round(score, 4) for category, score in one.scores},
    }


_DONE = {"relay": "relayed", "tag": "tagged", "hold": "held", "reject": "rejected", "defer": "deferred"}
DONE = _DONE
"""What became of a message, by the word of its disposition."""
