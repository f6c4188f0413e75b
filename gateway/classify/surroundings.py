"""How much less a finding weighs for where it stands: in reminders of the rules, in reports, in a union's own elections."""

from gateway.classify.message import Around
from gateway.verdict import Category, Kind

_VOTES = frozenset({Kind.ENDORSEMENT, Kind.VOTING_ADVICE, Kind.BALLOT_MEASURE, Kind.PROMOTION})
LEAST = 0.48
"""What words of rules, reports and chaplains beside it leave: they do not make nothing of it, since anybody can write them."""
ANY_VOTE = 0.935
"""What is left of the plainest call to vote where nothing says what the vote is on: so much that it is just no match."""
_PUBLIC = "OPM"


def factor(around: Around, category: Category, kind: Kind, *, mentioned: bool = False) -> float:
    """How much of its weight a finding keeps in its surroundings (0..1); mentioned: no word of it is the writer's own."""
    own = around.spoken if mentioned else 1.0
    if category is Category.RELIGIOUS:
        return around.worth * max(LEAST, own * _among_rules(around) * _among_chaplains(around))
    kept = around.worth * max(LEAST, own * _among_rules(around) * _among_reports(around, kind))
    if kind is not Kind.LINK and not around.addressed:
        kept *= 0.7
    return kept * _inside(around) * _of_nothing(around, kind) if kind in _VOTES else kept


def _about(around: Around, mark: str) -> bool:
    """True for a message that is about such things, and does not only have a word of them here and there."""
    return around.said[mark] >= max(4, around.length // 10)


def _among_rules(around: Around) -> float:
    many = 0.6 if _about(around, "R") else 1.0
    return many * (0.35 if around.own("R") else 0.75 if around.near("R") else 1.0)


def _among_reports(around: Around, kind: Kind) -> float:
    news = kind in {Kind.ENDORSEMENT, Kind.BALLOT_MEASURE} and around.listed
    many = 0.5 if around.balanced else 0.65 if news else 0.8 if _about(around, "G") else 1.0
    return (0.5 if around.cited else 1.0) * min(many, 0.65 if around.own("G") else 1.0)


def _among_chaplains(around: Around) -> float:
    return 0.6 if around.own("H") or _about(around, "H") else 1.0


def _of_nothing(around: Around, kind: Kind) -> float:
    """A vote is asked for, and the message knows no office, no party and no question: it may be any vote."""
    return 1.0 if kind is not Kind.VOTING_ADVICE or any(around.said[mark] for mark in _PUBLIC) else ANY_VOTE


def _inside(around: Around) -> float:
    """Elections within a union, a board or an office, and votes on what to eat."""
    if around.near(_PUBLIC):
        return 1.0
    play = 0.5 if around.own("J") else 1.0
    return play * (0.3 if around.near("I") else 0.5 if around.said["I"] >= 2 else 1.0)  # noqa: PLR2004  -- not a word of one
