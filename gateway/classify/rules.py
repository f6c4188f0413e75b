"""What a detector is: a table of patterns over masked sentences, with what they weigh.

The patterns are written with the slots below. None repeats a group that itself repeats, and gaps are bounded, so that
the time for a sentence is bounded by its length.
"""

import re
from dataclasses import dataclass

from gateway.classify.needles import Way, both, needles, only
from gateway.classify.words import OFFICES, terms
from gateway.verdict import Category, Kind

SLOTS = {
    "TARGET": r"(?:N|him|her|them|me|us|our (?:own )?(?:guy|gal|girl|man|friends?|candidates?|slate|ticket"
    r"|team|picks?|people)|my [a-z]+(?:-[a-z-]+)?(?: [a-z]+)?(?:,? N)?|(?:the )?(?:boss|O|incumbent"
    r"|challenger)|the (?:two|three|four|five|whole slate|slate)|these (?:two|three|four|five)"
    r"|all (?:two|three|four|five))",
    "PERSON": r"(?:N|him|her|them|our (?:own )?(?:guy|gal|girl|man|friends?|candidates?|slate|people)|the (?:boss|O"
    r"|incumbent|challenger)|O)",
    "OFFICE": r"(?:(?:the |city |county |state |district |us |u\.s\. |our next |your next |mejor )*(?:O|president"
    r"|supervisor|trustee|treasurer|auditor|clerk|recorder|controller|assembly|board|seat)\b)",
    "MEASURE": r"(?:(?:the |our |this |that )?(?:M|N M|[a-z]+ M|(?:\w+ )?(?:levy|bond|tax|amendment|measure"
    r"|initiative|charter|referendum|surcharge|issue|proposition))|\d{1,3}[a-z]?\b|[b-hj-z]\b)",
    "GAP": r"[^.!?]{0,40}",
    "WIDE": r"[^.!?]{0,90}",
}
_OFFICES = "|".join(re.escape(term.strip("=*").lower()) for term in terms(OFFICES))
FOR_OFFICE = (
    r" (?:for|4|para) (?:the |city |county |state |district |us |u\.s\. |our next |your next |mejor )*"
    rf"(?:{_OFFICES}|president|supervisor|trustee|treasurer|auditor|clerk|recorder|controller|assembly|board|seat)"
)
"""What "for O" and "for <OFFICE>" are before a text is masked."""
IN_OFFICE = rf" in(?:to)? (?:the )?(?:{_OFFICES}|office)"
"""What "in O" and "in office" are."""


@dataclass(frozen=True, slots=True)
class Row:
    """A pattern over a masked sentence.

    weight: what it weighs (0..1) where one of the surroundings `near` is at hand (all marks if empty); alone: the share of
    it that is left where none is; needles: what a text must hold for it; seen: what must be found in the text, in small letters
    and as it was before it was masked, if not None
    """

    weight: float
    pattern: re.Pattern[str]
    near: str
    alone: float
    needles: tuple[Way, ...]
    seen: re.Pattern[str] | None


def row(  # noqa: PLR0913  -- all but the first two are seldom given
    weight: float, pattern: str, *, near: str = "", alone: float = 0.0, on: str = "", seen: str = ""
) -> Row:
    """A row; `<SLOT>` in the pattern stands for an entry of SLOTS. on: try it only where one of these words is; seen: see Row."""
    written = re.sub(r"<([A-Z]+)>", lambda found: SLOTS[found[1]], pattern)
    ways = needles(written)
    ways = both(only(on.split()), ways) if on else ways
    return Row(weight, re.compile(written), near, alone, ways, re.compile(seen) if seen else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Detector:
    """One thing that is looked for, in plain words for a reader, and the patterns that show it."""

    name: str
    kind: Kind
    says: str
    rows: tuple[Row, ...]
    category: Category = Category.POLITICAL
