"""Signs: words in capitals or in a picture, with hardly a verb among them, as they stand on posters, buttons and flyers.

"ELECT MARSH SHERIFF", "MARSH FOR SHERIFF", "YES ON 12", a name over an office and the price of a dinner: no sentence, and so
no rule for sentences. A sign is read as a whole, its lines parted by a stroke. A line in capitals does not show which of its
words are names; here a word that is neither common nor known to the rules is taken for one, whoever it may be.

`signs` gives the signs of a passage, `found` what is promoted on one. `notice` tells one that names nobody, and nothing that
could be voted on or believed in, asks for nothing, and says when or where something is done: no opinion about its few words
makes a campaign's of it.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from string import ascii_letters

from gateway.classify.common import COMMON
from gateway.classify.links import SEAT
from gateway.classify.masking import OF_A_FORM
from gateway.classify.words import MASKED, Term, terms
from gateway.reading import set_apart
from gateway.verdict import Category, Kind

MOST = 40
"""So many signs of a passage are looked at."""
LINES, WORDS = 14, 30
"""More lines, or words, are no sign."""
FEW = 10
"""So few words are a sign whether they are in capitals or not."""
WIDE = 8
"""More words are no line of one."""
_LOUD = 0.7
_OTHER_LETTER = re.compile(r"[^\W\d_\x00-\x7f]")
_NO_SMALL = re.compile(r"\n[^a-z\n]+$", re.MULTILINE)
_AS_LETTERS = bytes.maketrans(ascii_letters.encode(), b"a" * 26 + b"A" * 26)
_NO_LETTERS = bytes(range(128)).translate(None, f"{ascii_letters}\n".encode())
_WORD = re.compile(r"[^\W\d_][\w'’.-]*|\d[\d:.,/-]*(?:(?:st|nd|rd|th|am|pm|[a-z])\b)?|[$€£#@]", re.IGNORECASE)
_KEPT = 16_384
"""So many words are kept with what they are on a sign."""
_PLAIN = re.compile(r"[a-z0-9$]+")

_GIVEN = r"(?:(?!(?:yes|no|si|on|al?|en|el|la|for|to|by|in|at|of|the|and|or|with|our|your|this|that)\b)[a-z]+ ){0,2}"
_NAME = rf"(?:{_GIVEN}[NS](?: (?:N|S|[a-z]\b|jr|sr|ii|iii))*)"
_BREAK = r"(?: \|)?"
_END = r"(?= \||$| D| 20\d\d| and | for our)"
_OF = r"(?:the|our|your|next|city|county|state|us|district|judicial|township|ward)"
_SEAT = rf"(?:(?:{_OF} )*O)"
_ANY_SEAT = rf"(?:(?:{_OF} )*(?:president|supervisor|treasurer|clerk|trustee|director|delegate))"
"""What is an office of clubs and classes as well."""
_TELLS = re.compile(
    r"\b(?:vote|voters?|votes|elect(?:ion)?|re-?elect(?:ion)?|primary|runoff|ballot|polls|democrat\w*|republican\w*|P|paid for by"
    r"|fund-?raiser|fundraising|rally|dinner|lunch(?:eon)?|breakfast|brunch|bbq|barbecue|picnic|reception|raffle|auction|gala"
    r"|meet and greet|donate|contribute|volunteers?|yard signs?|candidate|campaign|for a better|for change|conservative"
    r"|progressive|liberal|voten?|vota|cena|elecciones)(?![a-z])|\$"
)
"""What makes a campaign's bill of a name and an office."""
_BUSINESS = re.compile(
    r"\b(?:retire\w*|farewell|memorial|funeral|remembrance|training|class|course|seminar|speaker|ceremony|swearing|sworn|oath"
    r"|court|docket|vs|inmate|custody|warrant|wanted|missing|suspect|promotion|awards?|graduation|academy|blood drive|office"
    r"|hours|phone|fax|extension|memo|agenda|minutes|hearing|meeting|directory|staff|deputy|employee of|officer of|sample"
    r"|state of|polling place|drop box|early voting|voter registration|nonpartisan|forum|debate|results|certified|retiro)\b"
)
"""What makes the office's own business of it."""
_ASKING = re.compile(
    r"\b(?:we|us|our|ours|you|your|let's|vot\w+|elect|re-?elect\w*|support\w*|endors\w*|back|join|donat\w*|giv\w+|keep|send|stand|yes|no"
    r"|remember|save|stop|pray\w*|believe|trust|come|candidate\w*|campaign\w*|party|volunteer\w*|sign|rally|fund\w*|contribut\w*|apoy\w+"
    r"|nuestr\w+|ven|venga\w*|si|for|against|right|left|red|blue|great|again|more years|god|lord|hell|heaven)\b"
)
_DUTY = re.compile(
    r"\bevery (?:\d{1,2} )?(?:hours?|minutes|days?|shifts?|weeks?|morning|night|half|other)\b|\b\d{1,2}(?::\d\d)? ?(?:am|pm)\b"
    r"|\b(?:daily|weekly|hourly|nightly|hours|open|closed|closes|counter|desk|room|floor|bay|lot|gate|lobby|entrance|exit|shift"
    r"|schedule|roster|roll call|briefing|lineup|checks?|checklist|inspections?|logs?|forms?|parking|pick-?up|drop-?off|supplies"
    r"|deliver(?:y|ies)|keys?|extension|ext|unit|station|training|hazard|caution|wet|restroom|cafeteria|dispatch|repair"
    r"|maintenance|out of order)\b"
)
"""When or where something is done, and what."""
_PAPER = re.compile(
    rf"{OF_A_FORM}|\b(?:phone|contact|call|e-?mail|mailing|duty|seating|guest|visitor|check-?in"
    r"|sign[- ]?(?:in|up|out))(?: \|)? (?:lists?|sheets?|logs?|roster|tree)\b"
    r"|\b(?:retire(?:ment|es|d)?|farewell|memorial|funeral|remembrance|graduation|swearing[- ]in|blood drive)\b"
)
"""What is a list, a form or a department's own occasion, whoever stands on it."""
_POLLS = re.compile(
    r"(?:early )?(?:vote|voting|voten|vota)(?: \|)? (?:here|aqui|place|booths?|centers?|location)"
    r"(?: (?:\||open|today|hours|entrance|exit|parking|to|D|\d[\d:]*(?:am|pm)?|am|pm))*"
)
"""What shows the way to the polls."""
_CALLS = re.compile(
    r"\b(?:vot\w+|elect\w*|re-?elect\w*|support\w*|endors\w*|donat\w*|campaign\w*|volunteer\w*|yard signs?|pac)\b"
)
_SOMEBODY = frozenset("NPOMLKTBFX")


@dataclass(frozen=True, slots=True)
class Promoted:
    """What a sign promotes: as a Detector says it."""

    name: str
    kind: Kind
    says: str
    weight: float
    category: Category = Category.POLITICAL


@dataclass(frozen=True, slots=True)
class Sign:
    """text[start:end] of a passage. masked: its words in small letters, names and the terms of rules as one letter each."""

    masked: str
    start: int
    end: int
    marks: frozenset[str]

    def covers(self, text: str) -> bool:
        """Whether there is nothing else in the passage."""
        return not (text[: self.start] + text[self.end :]).strip()


_CALL = Promoted("sign", Kind.VOTING_ADVICE, "It is a sign that asks for votes.", 0.66)
_RUNS = Promoted("sign", Kind.ENDORSEMENT, "It is a sign for somebody who runs for public office.", 0.66)
_BILL = Promoted("sign", Kind.PROMOTION, "It is a sign for somebody who runs for public office.", 0.5)
_SIDE = Promoted("sign", Kind.BALLOT_MEASURE, "It is a sign for or against a ballot measure.", 0.66)
_VOTE = r"(?:^|\| |# )(?:please )?(?:vote|voten|vota)(?: for| 4| por)?(?: \|)?"
_ELECT = r"(?:^|\| |# )(?:please )?elect(?: \|)?"
_KEEP = r"(?:^|\| |# )(?:keep|retain|return)(?: \|)?"
_QUESTION = r"(?:(?:the )?M|[1-9]\d{0,2}[a-z]?|[b-hj-z])"
_ROWS = tuple(
    (promoted, re.compile(form))
    for promoted, form in (
        (_CALL, rf"(?:^|\| |# )re-?elect{_BREAK} (?!to\b|by\b|in\b|or\b|your\b)(?:{_NAME}|O|[a-z]+{_END})"),
        (_CALL, rf"{_ELECT} (?:O )?{_NAME}(?:{_END}|{_BREAK}(?: for)? {_SEAT})"),
        (_CALL, rf"{_ELECT} (?:[a-z]+ ){{1,2}}(?:\| )?(?:for )?{_SEAT}\b"),
        (_CALL, rf"{_VOTE} (?:O )?{_NAME}{_END}"),
        (_CALL, rf"(?:^|\| |# )(?:please )?endorse{_BREAK} (?:O )?{_NAME}{_END}"),
        (_CALL, rf"{_VOTE} (?:[a-z]+ ){{1,3}}(?:\| )?(?:for|4|para){_BREAK} {_SEAT}\b"),
        (_RUNS, rf"(?:^|\| |# ){_NAME}{_BREAK} (?:for|4|para){_BREAK} {_SEAT}{_END}"),
        (_BILL, rf"(?:^|\| |# ){_NAME}{_BREAK} (?:for|4|para){_BREAK} {_ANY_SEAT}{_END}"),
        (_CALL, rf"{_KEEP} (?:O {_NAME}{_END}|{_NAME}{_BREAK} (?:as |our |on |the |for )*{_SEAT}\b)"),
        (_SIDE, rf"(?:^|\| |# )(?:vote{_BREAK} )?(?:yes|no|si){_BREAK} (?:on|a|en){_BREAK} {_QUESTION}(?= \||$| D| 20\d\d)"),
        (_SIDE, r"(?:^|\| |# )vote(?: \|)? (?:yes|no)(?= \||$| D)(?=.*\bM\b)|\bM(?: \|)? vote(?: \|)? (?:yes|no)(?= \||$| D)"),
    )
)  # fmt: skip
_ON_DUTY = re.compile(
    r"\b(?:rotation|pager|on[- ]call|on duty|coverage|cover|standby|backup|acting|call before|reserved|parking|messages?)\b"
)
"""Who stands in for an office, or what is kept for it."""
_NAMED = re.compile(rf"(?:^|\| ){_NAME}(?:,? \|)? (?:for )?(?:{_SEAT}|{_ANY_SEAT})(?: [a-z0-9]+| D){{0,3}}(?= \||$)")


def signs(text: str, within: Callable[[int, int], tuple[Term, ...]], *, drawn: bool) -> Iterator[Sign]:
    """The signs of a passage.

    within: gives the terms that stand from one place to another, where they may be a sign
    drawn: it stands in a picture, or is the name of a file: small letters may be a sign there, and in a text of a few words
    """
    drawn = drawn or len(text.split(None, FEW)) <= FEW
    letters = _letters(text)
    if not (drawn or b"AA" in letters or _NO_SMALL.search(f"\n{text}")):
        return  # a line of which so many letters are capitals has two side by side, or no small ones
    made = 0
    for block in _blocks(text, letters, drawn=drawn):
        if made < MOST and (sign := _sign(text, within, block)):
            made += 1
            yield sign


def found(sign: Sign) -> Promoted | None:
    """What a sign promotes, if it does."""
    for promoted, pattern in _ROWS:
        if pattern.search(sign.masked) and not (promoted is _RUNS and _ON_DUTY.search(sign.masked)):
            return promoted
    told = _NAMED.search(sign.masked)
    return _BILL if told and _TELLS.search(sign.masked) and not _BUSINESS.search(sign.masked) else None


def notice(sign: Sign) -> bool:
    """Whether it tells of the day's business, and nobody and nothing could be promoted on it."""
    if _POLLS.fullmatch(sign.masked):
        return True
    if _PAPER.search(sign.masked):
        return not _CALLS.search(sign.masked)
    return bool(_DUTY.search(sign.masked)) and not (sign.marks & _SOMEBODY or _ASKING.search(sign.masked))


def _blocks(text: str, letters: bytes, *, drawn: bool) -> Iterator[list[tuple[int, int]]]:
    """The lines that may stand on a sign, those together that no other line parts."""
    block: list[tuple[int, int]] = []
    at = 0
    for line, cased in zip(text.split("\n"), letters.split(b"\n"), strict=True):
        end = at + len(line)
        if line:
            if (drawn or cased.count(b"A") >= _LOUD * len(cased)) and len(line) <= 15 * WIDE and line.count(" ") < WIDE:
                block.append((at, end))
            elif block:
                yield block
                block = []
        at = end + 1
    if block:
        yield block


def _letters(text: str) -> bytes:
    """The letters of its lines: a capital as A, any other as a."""
    if not text.isascii():
        text = _OTHER_LETTER.sub(lambda found: "A" if found[0].isupper() else "a", text)
    return text.encode("ascii", "replace").translate(_AS_LETTERS, _NO_LETTERS)


def _sign(text: str, within: Callable[[int, int], tuple[Term, ...]], block: list[tuple[int, int]]) -> Sign | None:
    start, end = block[0][0], block[-1][1]
    if len(block) > LINES:
        return None
    inside = within(start, end)
    lines = [" ".join(_masked(text, a, b, inside)) for a, b in block]
    masked = " | ".join(filter(None, lines))
    words = masked.replace("|", " ").split()
    if not words or len(words) > WORDS:
        return None
    marks = frozenset(term.mark for term in inside) | frozenset(word for word in words if len(word) == 1 and word.isupper())
    return Sign(masked, start, end, marks)


def _masked(text: str, start: int, end: int, inside: tuple[Term, ...]) -> Iterator[str]:
    """The words of a line."""
    known = sorted((t for t in inside if t.mark in MASKED and start <= t.start < end), key=lambda t: (t.start, -t.end))
    at = start
    for term in known:
        if term.start < at:
            continue
        yield from _words(text[at : term.start])
        yield term.mark
        at = term.end
    yield from _words(text[at:end])


def _words(text: str) -> Iterator[str]:
    return chain.from_iterable(map(_said, _WORD.findall(text)))


@lru_cache(maxsize=_KEPT)
def _said(written: str) -> tuple[str, ...]:
    """A word, or those that run together in it, in the masked form."""
    pieces = tuple(set_apart(written))
    return tuple("O" if len(pieces) > 1 and _OFFICE.fullmatch(piece) else _masked_word(piece) for piece in pieces)


def _masked_word(word: str) -> str:
    small = word.lower().replace("’", "'").strip(".-'")
    stem = _POSSESSIVE.sub("", small)
    if stem in _SURNAMES:
        return "S"
    named = stem[:1].isalpha() and not _KNOWN.fullmatch(small) and any(map(_is_name, re.split("[-.]", stem)))
    return "N" if named else small or word


def _is_name(word: str) -> bool:
    return len(word) > 1 and word.replace("'", "").isalpha() and word not in COMMON


_OFFICE = re.compile(SEAT, re.IGNORECASE)
_POSSESSIVE = re.compile(r"(?<=\w\w)'.*")


_SURNAMES = frozenset(
    terms(
        """best; blue; case; chase; church; cook; cross; day; english; fields; ford; french; glass; grace; gray; green; hall; hope
        lane; long; love; major; mills; moody; noble; page; park; parks; peace; pool; price; rich; rose; sharp; short; small; snow
        spring; strong; summer; swift; ward; waters; weeks; west; white; winter; wise; woods; young"""
    )
)
"""Common words that are surnames as well: names where a name must stand."""
_KNOWN = re.compile(
    r"re-?elect\w*|elect\w*|vot(?:e|es|ed|er|ers|ing|en|a)|yes|no|si|polls?|ballots?|box(?:es)?|dinner|rall(?:y|ies)|fund-?rais\w+"
    r"|jr|sr|i{2,3}|candidates?|campaigns?|primary|runoff|democrat\w*|republican\w*|luncheon|brunch|bbq|barbecue|picnic|reception"
    r"|raffle|auction|gala|donat\w+|contribut\w+|volunteer\w*|retain|retir\w+|memorial|funeral|farewell|ceremony|\w+tions?"
)
"""Words that are no names, whatever the list of common ones has."""
