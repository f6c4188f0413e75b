"""What can be wrong with policies though every single word in them is right.

Each function takes what was written, and yields the Problems it finds; nothing is raised.
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from gateway.policy.written import AUTHORITY, Acting, OnError, Period, Policy, Rule, Sender, reply_text
from gateway.source import Document, Keys, Problem, Wrong

_GOES_WITH = {
    "headers": ("tag",),
    "subject": ("tag",),
    "reviewers": ("hold",),
    "ladder": ("hold",),
    "deadline": ("hold",),
    "reply": ("reject", "defer"),
    "code": ("reject", "defer"),
    "status": ("reject", "defer"),
}
"""What may stand beside which action."""

_NEEDS = {
    "hold": ("reviewers", "Name those who rule on it, as declared under `reviewers`."),
    "reject": ("reply", "Write the text that the sender's mail program shows."),
    "defer": ("reply", "Write the text that the sending server logs."),
}
_STOPS = ("hold", "reject")
_CODES = {"reject": (500, 599), "defer": (400, 499)}
_CLOSING = 421
"""Closes the connection, whatever it answers (RFC 5321 §3.8)."""


def in_policy(document: Document, keys: Keys, policy: Policy, rules: Sequence[Rule | None]) -> Iterator[Problem]:
    """Mistakes in a policy. rules: those it has, None for one that is wrong in itself."""
    if policy.on_error is not None:
        yield from _in_action(document, (*keys, "on error"), policy.on_error, policy.on_error.action, policy)
    for number, rule in enumerate(rules):
        if rule is not None:
            at = (*keys, "rules", number)
            yield from _in_action(document, at, rule, rule.action, policy)
            yield from _in_conditions(document, at, rule)
            yield from _unreachable(document, keys, rules, number)
    last = rules[-1] if rules else None
    if last is not None and (last.conditions or last.dry_run):
        yield document.problem(
            (*keys, "rules", len(rules) - 1),
            "after the last rule some messages are left without a decision",
            "Add a rule without conditions and without dry run, for example {action: relay}.",
        )


def _unreachable(document: Document, keys: Keys, rules: Sequence[Rule | None], number: int) -> Iterator[Problem]:
    rule = rules[number]
    for earlier, before in enumerate(rules[:number]):
        if rule is None or before is None or before.dry_run:
            continue
        if not before.conditions or before.conditions == rule.conditions:
            line = document.at(*keys, "rules", earlier).line
            every = "is for every message" if not before.conditions else "asks the same"
            remedy = f"The rule in line {line} {every} and comes first. Move this one up, or take it out."
            yield document.problem((*keys, "rules", number), "no message ever reaches this rule", remedy)
            return


def _in_conditions(document: Document, at: Keys, rule: Rule) -> Iterator[Problem]:
    if rule.finds and not rule.label:
        yield document.problem(
            (*at, "finds"), '"finds" needs "label"', "Write label: match, or label: [match, unsure].", key=True
        )
    for word in ("label", "kinds"):
        if getattr(rule, word) and not rule.finds:
            remedy = "Write finds: political, or finds: religious, or both as a list."
            yield document.problem((*at, word), f'"{word}" needs "finds"', remedy, key=True)
    if rule.recipients is not None and not rule.recipients.model_fields_set:
        yield document.problem(
            (*at, "recipients"), '"recipients" says nothing', "Write in, outside, at least, or several of them."
        )
    if rule.from_ and rule.until and rule.until < rule.from_:
        yield document.problem((*at, "until"), *_BACKWARDS)


_BACKWARDS = ("the period ends before it begins", 'The day under "until" is the last one, and belongs to it.')


def _in_action(document: Document, at: Keys, acting: Acting, action: str, policy: Policy) -> Iterator[Problem]:
    for word, actions in _GOES_WITH.items():
        if word in acting.model_fields_set and action not in actions:
            remedy = f"It goes with {' and '.join(actions)}."
            yield document.problem((*at, word), f'"{word}" does not go with the action {action}', remedy, key=True)
    needed, remedy = _NEEDS.get(action, ("", ""))
    optional = (isinstance(acting, OnError) and action == "defer") or (action == "hold" and bool(acting.ladder or policy.ladder))
    if needed and needed not in acting.model_fields_set and not optional:
        yield document.problem((*at, "action"), f'the action {action} needs "{needed}"', remedy)
    yield from _unclear(document, at, acting, policy)
    yield from _unfounded(document, at, acting, action, policy)
    yield from _miscoded(document, at, acting, action)
    if acting.headers is not None and not acting.headers:
        yield document.problem(
            (*at, "headers"), '"headers" names no header', "Name one, or take it out: the verdict is told then."
        )
    if acting.deadline is not None and acting.deadline <= timedelta():
        yield document.problem((*at, "deadline"), *_TIMELESS)


def _unclear(document: Document, at: Keys, acting: Acting, policy: Policy) -> Iterator[Problem]:
    """Who rules on it, said twice or by half."""
    if acting.ladder and acting.reviewers:
        yield document.problem((*at, "ladder"), '"ladder" and "reviewers" do not go together', "Keep one of them.", key=True)
    elif acting.deadline is not None and not acting.reviewers and (acting.ladder or policy.ladder):
        remedy = "Each rung of the ladder has its own time; write another ladder."
        yield document.problem((*at, "deadline"), '"deadline" goes with "reviewers" only', remedy, key=True)


_TIMELESS = ("the deadline leaves no time", "Write for example 48h.")


def _unfounded(document: Document, at: Keys, acting: Acting, action: str, policy: Policy) -> Iterator[Problem]:
    cited = acting.authority or policy.authority
    if not cited and action in _STOPS:
        remedy = "Add authority: to the rule or to its policy, with a name declared under `authorities`."
        yield document.problem((*at, "action"), "this stops mail without an authority", remedy)
    if not cited and AUTHORITY in acting.reply:
        yield document.problem(
            (*at, "reply"), f"{AUTHORITY} stands for nothing here", "Neither the rule nor its policy cites one."
        )
    try:
        reply_text(acting.reply, cited)
    except Wrong as wrong:
        said = str(wrong).replace("{key}", "with the names of its authorities the reply")
        yield document.problem((*at, "reply"), said, wrong.remedy)


def _miscoded(document: Document, at: Keys, acting: Acting, action: str) -> Iterator[Problem]:
    low, high = _CODES.get(action, (0, 999))
    if acting.code is not None and not low <= acting.code <= high:
        yield document.problem((*at, "code"), f"{acting.code} does not {action}", f"Write a code from {low} to {high}.")
    if acting.code == _CLOSING:
        yield document.problem((*at, "code"), "421 closes the connection", "Write 451, say (RFC 5321 §3.8).")
    if acting.status and low and acting.status[0] != str(low)[0]:
        remedy = f"Its first digit is the code's: {str(low)[0]} (RFC 3463 §2)."
        yield document.problem((*at, "status"), f"{acting.status} does not {action}", remedy)


def in_period(document: Document, keys: Keys, period: Period) -> Iterator[Problem]:
    """Mistakes in an entry under `periods`."""
    if period.until < period.from_:
        yield document.problem((*keys, "until"), *_BACKWARDS)


def in_senders(document: Document, senders: Sequence[Sender | None]) -> Iterator[Problem]:
    """Mistakes in the list under `senders`."""
    ends = [number for number, entry in enumerate(senders) if entry and "anyone" in entry.sender and not entry.dry_run]
    if not ends and all(senders):
        remedy = "Add {sender: anyone, policy: NAME}, so that nobody's mail is without a policy."
        yield document.problem(
            ("senders", len(senders) - 1), "after the last entry some senders are left without a policy", remedy
        )
    for number in range(ends[0] + 1 if ends else len(senders), len(senders)):
        line = document.at("senders", ends[0]).line
        remedy = f"The one in line {line} is for anyone and comes first. Move this one up, or take it out."
        yield document.problem(("senders", number), "no sender ever reaches this entry", remedy)
