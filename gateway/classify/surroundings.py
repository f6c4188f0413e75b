"""What a sentence stands in, and how much less it weighs for that: reminders of the rules, reports, elections inside a union."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from gateway.classify.text import Page, Sentence
from gateway.reading.types import Origin
from gateway.verdict import Category, Kind

_NEGATED = re.compile(
    r"\b(?:not|never|cannot|can't|don't|doesn't|didn't|won't|isn't|aren't|neither|nobody|no one|without|whether|rather than|instead of|refus\w+|declin\w+|prohibit\w*|forbid\w*|may not|must not)\b(?: \w+){0,5}? ?$"
)
_AGREES = re.compile(
    r"(?:^|[.!,] ?)(?:\+1|amen|same here|me too|count me in|i'?m in|in for \d+|agreed?\b(?!,? (?:not|no|take|stop|please))|so true|well said|couldn't agree more|exactly|yes\b[.!]|i agree|this[.!]|preach|100 ?%|hear,? hear|pass(?:ing)? (?:it|this) on|please (?:share|watch|read|do the same)|share (?:it|wide|this)|finally someone|read and share|worth reading|can't say it better|he'?s earned|she'?s earned|lets? go|thx|do your part|see you (?:all )?there|who wants in|spread the word|post it in|with my full support|forwarding with)"
)
_OBJECTS = re.compile(
    r"\b(?:off (?:this|the|these|my) (?:list|chain|thread)|take me off|take (?:me|this|us|it|the building) off|not (?:on|to|from|for) (?:work|city|county|this|my work)|not on here|policy|violat\w+|is this allowed|allowed on|can (?:he|she|they) (?:send|use|do)|please advise|for the file|filing as|do not (?:post|forward|send|reply)|don't (?:post|forward|send)|did not open|stop (?:sending|this|these|please)|please stop|spam|block(?:ed)?|filter|complain\w*|captain|inspector|internal affairs|evidence|exhibit|found (?:these|this|\d+)|pulled|removed|return to sender|not ours|reported|rule \d|thread locked|department list|this list|without asking|never agreed|consented|never send|investigat\w+|viola la|norma|quien fue|scam|fake|fraud|phish\w*|asked (?:him|her|them) (?:twice|to stop)|who started|records? (?:mail|request)|could this go only|can't answer|legal,|city attorney|responsive|redact\w*|not laughing|keep it off|the work account)\b"
)


@dataclass(frozen=True, slots=True)
class Stance:
    """What the writer's own words say about what is quoted below them."""

    agrees: bool = False
    objects: bool = False


def stance(pages: Sequence[Page]) -> Stance:
    own = " ".join(s.masked for page in pages if page.origin is Origin.NEW for s in page.sentences[:12])[:1500]
    objects = bool(_OBJECTS.search(own))
    return Stance(bool(_AGREES.search(own)) and not objects, objects)


def origin_factor(origin: Origin, taken: Stance) -> float:
    """Whose words they are: a quotation counts for what the writer makes of it."""
    if origin is Origin.QUOTED:
        return 0.1 if taken.objects else 1.0 if taken.agrees else 0.4
    if origin is Origin.FORWARDED:
        return 0.1 if taken.objects else 0.95
    return 1.0


def negated(masked: str, start: int) -> bool:
    """True if what begins at `start` is denied in the words before it."""
    return bool(_NEGATED.search(masked, max(0, start - 40), start))


@dataclass(frozen=True, slots=True)
class Around:
    """The marks of a sentence, of its neighbours, and of the whole message."""

    own: frozenset[str]
    near: frozenset[str]
    rules: int
    reports: int
    internal: int
    chaplain: int
    size: int
    addressed: bool
    cited: bool = False


_VOTES = frozenset({Kind.ENDORSEMENT, Kind.VOTING_ADVICE, Kind.BALLOT_MEASURE, Kind.PROMOTION})
_TELLS = re.compile(r"\b(?:i|i'm|i'll|i've|i'd|we|we're|we'll|we've|we'd|us|our|my|me|you|your|you're|you'll|let's|lets|please|yo|nosotros|ustedes|les)\b|^(?:vote|join|come|get|give|send|sign|keep|put|bring|help|support|back|tell|take|elect|re-elect|pass|forward|share|read|meet|grab|donate|chip|call|remember|stop|pray|mark|say|throw|accept|repent|trust|walk|need|voten|marquen|vengan)\b|!|[,;:] (?:vote|join|come|give|sign|bring|tell|take|get|so)\b")


_CITED = re.compile(r"\b(?:reads?|reading|says?|said|say|noted|headed|wrote|titled|labell?ed|chanting|chants|editorial|asked|such as|like|phrases?|examples?|sent from)\b[^\"']{0,40}[\"']|[\"'][^\"']{3,60}[\"'] \([A-Z]?")


def cited(masked: str) -> bool:
    """True if the sentence gives somebody's words as a quotation."""
    return bool(_CITED.search(masked))


def addressed(masked: str) -> bool:
    """True if the writer speaks for himself or to the reader, rather than telling of others."""
    return bool(_TELLS.search(masked))


def factor(around: Around, category: Category, kind: Kind) -> float:
    """How much of its weight a finding keeps in its surroundings."""
    if category is Category.RELIGIOUS:
        return (0.35 if "R" in around.own else 0.8 if around.rules else 1.0) * (0.6 if "H" in around.own else 0.9 if around.chaplain > 2 else 1.0)  # noqa: PLR2004  -- more than two words of the chaplain's office
    kept = 1.0
    public = bool(around.near & frozenset("OPM"))
    if "R" in around.own:
        kept *= 0.35
    elif "R" in around.near:
        kept *= 0.75
    if around.rules >= 4:  # noqa: PLR2004  -- a reminder of the rules, not a word of them
        kept *= 0.6
    if around.cited:
        kept *= 0.5
    if "G" in around.own:
        kept *= 0.65
    elif around.reports >= 4:  # noqa: PLR2004  -- likewise
        kept *= 0.8
    if not around.addressed and kind is not Kind.LINK:
        kept *= 0.7
    if kind not in _VOTES:
        return kept
    if "I" in around.near and not public:
        kept *= 0.3
    elif around.internal >= 2 and not public:  # noqa: PLR2004  -- likewise
        kept *= 0.5
    if "J" in around.own and not public:
        kept *= 0.5
    return kept
