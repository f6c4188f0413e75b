"""The report as lines for a terminal. Strangers' words in it are as they came: whoever prints them makes them plain."""

from collections.abc import Iterator, Mapping
from typing import Any

from gateway.rehearsal.compared import DONE

_SENDERS = _PROBLEMS = 20


def told(found: Mapping[str, Any]) -> Iterator[str]:
    """What `Tally.report` gives, with `compared` under "against" where two laws were held against each other."""
    yield from _summary(found)
    yield from _rules(found)
    yield from _who(found)
    yield from _reviews(found["reviews"])
    yield from _unread(found)
    if found.get("against"):
        yield from _against(found["against"])


def _summary(found: Mapping[str, Any]) -> Iterator[str]:
    judged = found["judged"]
    yield f"{_count(found['messages'], 'message')}, {judged} judged"
    if found.get("interrupted"):
        yield "Interrupted: this is what was judged until then."
    for word, count in found["dispositions"].items():
        if count or word in {"relay", "hold"}:
            yield f"  {DONE[word]:<10}{count:>8}  {count / judged if judged else 0.0:>6.1%}"


def _rules(found: Mapping[str, Any]) -> Iterator[str]:
    stops = [rule for rule in found["rules"] if rule["disposition"] != "relay"]
    if stops:
        yield "\nWhat is not simply relayed, by rule, with its most telling cases"
    for rule in stops:
        cited = f" ({', '.join(rule['authorities'])})" if rule["authorities"] else ""
        yield f'{rule["messages"]:>8}  {DONE[rule["disposition"]]} by {rule["rule"]}, policy "{rule["policy"]}"{cited}'
        for case in rule["telling"]:
            yield from _case(case)
    for trial in found["dry_run"]:
        yield f"{trial['messages']:>8}  dry run: would {trial['would']} by {trial['rule']}"


def _case(case: Mapping[str, Any]) -> Iterator[str]:
    yield f"            {case['message']}: {case['sender']}, “{case['subject']}”"
    yield f"              {case['because']}"
    for passage in case["evidence"][:2]:
        yield f"              {passage['says']} {passage['place']}: “{passage['quote']}”"
    for unread in case["unread"][:2]:
        yield f"              unread {unread['place']}: {unread['why']}"


def _who(found: Mapping[str, Any]) -> Iterator[str]:
    words = list(found["dispositions"])
    yield f"\n{'By group':<36}" + "".join(f"{DONE[word]:>10}" for word in words)
    for group in found["groups"]:
        yield f"  {group['group'][:33]:<34}" + "".join(f"{group[word]:>10}" for word in words)
    if found["senders"]:
        yield f"\n{'By sender':<36}" + "".join(f"{DONE[word]:>10}" for word in words if word != "relay")
    for sender in found["senders"][:_SENDERS]:
        numbers = "".join(f"{sender[word]:>10}" for word in words if word != "relay")
        yield f"  {sender['sender'][:33]:<34}{numbers}  {sender['group']}"
    if (more := len(found["senders"]) - _SENDERS) > 0:
        yield f"  and {more} more; --json and --html list them all"


def _reviews(reviews: Mapping[str, Any]) -> Iterator[str]:
    yield f"\nReviews: {reviews['holds']} held, {reviews['hours']:.1f} hours at {reviews['minutes_each']:g} minutes each"
    if reviews["weeks"]:
        busiest = reviews["busiest_week"]
        most = f"; most in the week of {busiest['from']}: {busiest['holds']}" if busiest else ""
        yield f"  a week: {reviews['holds_a_week']:.1f} held, {reviews['hours_a_week']:.1f} hours{most}"
        yield f"  {_weeks(reviews)} (by the Date field)"
    if reviews["without_a_date"]:
        yield f"  {_count(reviews['without_a_date'], 'message')} without a date"


def _unread(found: Mapping[str, Any]) -> Iterator[str]:
    unread, not_judged = found["unread"], found["not_judged"]
    if unread["messages"]:
        yield f"\nNot read in full: {_count(unread['messages'], 'message')}"
        yield from (f"{count:>8}  {why}" for why, count in unread["reasons"].items())
    if not_judged["messages"]:
        yield f"\nNot judged: {_count(not_judged['messages'], 'message')}"
        yield from (f"{count:>8}  {why}" for why, count in not_judged["reasons"].items())
        yield from (f"            {one['message']}: {one['problem']}" for one in not_judged["each"][:_PROBLEMS])
        if (more := not_judged["messages"] - _PROBLEMS) > 0:
            yield f"            and {more} more; --json and --html name them"


def _against(against: Mapping[str, Any]) -> Iterator[str]:
    yield f"\nAgainst {against['of']}: {_count(against['different'], 'message')} treated differently"
    for moved in against["moved"]:
        yield f"{moved['messages']:>8}  {DONE[moved['now']]}, then {DONE[moved['then']]}"
    yield f"  held: {against['held']['now']}, then {against['held']['then']}"
    for one in against["each"]:
        now, then = one["now"], one["then"]
        yield f"\n  {one['message']}: {one['sender']}, “{one['subject']}”"
        for side, name in ((now, "now"), (then, "then")):
            yield f'    {name:<5}{DONE[side["disposition"]]} by {side["rule"]}, policy "{side["policy"]}": {side["because"]}'
        yield from (f"    why  {why}" for why in one["why"])
    if (more := against["different"] - len(against["each"])) > 0:
        yield f"\n  and {more} more; --list says how many are listed"


def _weeks(reviews: Mapping[str, Any]) -> str:
    if reviews["weeks"] == 1:
        return f"all in the week of {reviews['first_week']}"
    return f"{reviews['weeks']} weeks have mail, from that of {reviews['first_week']} to that of {reviews['last_week']}"


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
