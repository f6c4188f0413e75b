"""Sentences, and the masked form in which the rules read them.

In the masked form everything is in small letters, and a capital stands for a kind of word: N a name, P a party, O a
public office, M a ballot measure, D a day, L a link. So no rule can tell one name, party or faith's follower from
another, and a title before a name ("Judge Amdahl") is part of the name.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from importlib.resources import files

from gateway.classify.words import MASKED, SITES, Term, Words
from gateway.reading.types import Origin, Passage

LONGEST = 360
"""Characters of a sentence that are read as one; a longer one is read in overlapping pieces."""
OVERLAP = 60
LINE = 46
"""A line end behind fewer characters than this ends the sentence; behind more, the line was wrapped."""

_END = re.compile(r"[.!?;]+[\"')\]]*(?=\s)|\n+|$")
_GOES_ON = re.compile(r"[> |]{0,12}[\w($\"']")
_ABBREVIATED = re.compile(
    r"(?:^|\n)\W{0,3}\d{1,2}\.$|(?:^|[\s(])(?:[A-Za-z]|[Dd]r|[Mm]rs?|[Mm]s|[Rr]ep|[Ss]en|[Gg]ov|[Ll]t|[Ss]gt|[Cc]apt|[Dd]et|[Oo]fc|[Rr]ev|[Ff]r|[Hh]on|[Ss]t"
    r"|[Nn]o|[Nn]ov|[Oo]ct|[Ss]ept?|[Aa]ug|[Jj]an|[Ff]eb|[Aa]pr|[Vv]s|[Jj]r|[Ss]r|[Pp]rop|[Dd]ist|[Cc]o|[Ee]tc|Wm|Geo|Chas|Jos|Thos|[Mm]t|[Ff]t|[Aa]ve|a\.m|p\.m|i\.e|e\.g|U\.S|D\.A)\.$"
)
_VERSE = re.compile(
    r"\b(?:[1-3] )?(?:John|Juan|Matthew|Mateo|Mark|Marcos|Luke|Lucas|Acts|James|Peter|Joel|Job|Genesis|Exodus|Daniel|Surah?)(?= \d{1,3}:\d{1,3}\b)"
)
_ACCOUNT = re.compile(r"(?<![\w@.-])@[A-Za-z][\w-]{3,40}")
_LINK = re.compile(
    r"(?:https?://|www\.)\S+|(?<![\w@.-])@[A-Za-z][\w-]{3,}"
    rf"|(?<![\w@.-])[A-Za-z0-9](?:[A-Za-z0-9-]{{0,62}}\.){{1,5}}(?:{'|'.join(SITES)})(?![\w@])(?:/[^\s)>\"]*)?"
)
_WORD = re.compile(r"[A-Z][\w'’-]*(?:\.(?=\s[A-Z]))?")
_KEPT = frozenset(
    "a an and are as at be but by can come did do does don't for from get give go had has have he her here hey hi his how i "
    "i'd i'll i'm i've if in is it it's its just keep let let's like make me more my no not now of off on one only or our "
    "out please she so stop that that's the their them then there these they this those to too until up us was we we'll "
    "we're we've were what when where which who whose why with would yes you your all any both each every everyone "
    "everybody folks guys friends team dear good help here's let meet need needs want wants see send sign take tell thank "
    "thanks think try two three four ten watch wear work bring buy call click donate drop find follow forward free grab "
    "join looking meanwhile new next once order pass pick pls put re reply remember reminder saturday save share show "
    "some support talk text through use visit vote walk pray read urge choose el la los las un una y de por para con que "
    "si no se es en al del su sus nos lo le les tu yo mi the local proud proudly paid proceeds help elect fw fwd rv read "
    "give gift yes nope amen again also after before because since while whoever whatever never always last first second "
    "third nobody someone somebody anyone anybody president supervisor trustee treasurer auditor clerk recorder controller board "
    "seat place ward district top vote votes voting voted ballot ballots polls election elect elected reelect endorse endorses endorsed "
    "endorsing endorsement endorsements support supports supporting back backs backing recommend recommends donate donation donations "
    "campaign sign signs yard lawn rally caucus delegate delegates fundraiser fundraising raffle tickets ticket petition recall repeal "
    "slate straight volunteer volunteers phone phonebank canvass greet kickoff pac committee proceeds checks payable poster posters stickers "
    "sticker shirts guide card letter palm hangers door drop lit yes against tract tracts jesus saves repent prayer saved only "
    "officers cops firefighters law enforcement resist socialism measure question prop proposition amendment issue initiative levy bond "
    "referendum proposal charter medida propuesta pregunta enmienda party club partido captain captains "
    "voten vota vote voto votar votemos apoyemos apoyen apoya apoyamos marquen marca vengan ven recen reza oren donen dona amigos "
    "companeros hola gracias todos todas este esta martes domingo hay que digan necesitamos cuando quien como nuestro nuestra".split()
)
_COMMON = _KEPT | frozenset(files("gateway.classify").joinpath("common.txt").read_text(encoding="ascii").split())
_TITLES = (
    r"mr|mrs|ms|dr|rev|fr|hon|rep|sen|gov|lt|sgt|capt|cpt|det|ofc|officer|chief|deputy|undersheriff|captain|sergeant|lieutenant"
    r"|detective|coach|professor|colonel|col|general|justice|president|vice|trustee|supervisor|treasurer|auditor|candidate"
    r"|commissioner|senior|former|incumbent|pastor|imam|rabbi|father|sister|brother|reverend|bishop|deacon|pandit|granthi|swami|uncle|aunt|don|dona|state|us|juez"
)
_TITLED = re.compile(rf"\b(?:(?:O|{_TITLES})\.?,? )+(?=N\b)")
_JOINED = re.compile(r"\bN(?:['’]s)?(?:(?: |-| of | in | & | de | de la | del | van | von | y |, )N\b)+")
_NUMBERED = re.compile(r"\b(?:N|local|lodge) (?:no\.? ?)?\d{1,3}\b(?! (?:O|clerk|president)\b)|\b(?:local|lodge)(?= N)")
_DATED = re.compile(
    r"\bD(?:[.,]? (?:D\b|the )?\d{0,2}(?:st|nd|rd|th)?(?:,? 20\d\d)?)*(?<! )|\b\d{1,2}/\d{1,2}(?:/\d{2,4})?\b"
    r"|\bthe (?:\d{1,2}(?:st|nd|rd|th)|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth)\b(?! (?:of the|time|floor|one|two|term|district))"
)
_MEASURE = re.compile(
    r"\b(?:(?:ballot|charter|city|county|state|town) )?(?:measure|prop|proposition|question|pregunta|amendment|initiative|referendum|proposal|propuesta"
    r"|medida|enmienda|issue|levy|bond|M)\.? (?:no\.? ?|number |la )?"
    r"(?:\d{1,3}(?:-\d{1,3})?[a-z]?|[b-hj-z]|kk|one|two|three|four|five|six|seven|eight|nine|ten|a(?= (?:on|is|will|would|means|puts|passes|fails)\b|[.,!?;:)]|$))\b"
)
_NEXT = re.compile(r"\s([A-Z][a-z]\w*)")
_QUOTE_MARKS = re.compile(r"(?:^|\n)[> |]+")
_FIGURES = re.compile(r"\d")
_MEASURED = re.compile(r"M|measure|prop|question|pregunta|amend|init|referen|medida|enmienda|issue|levy|bond")
_NAMED_FOR = re.compile(r"\b[KF] N\b")


@dataclass(slots=True)
class Sentence:
    """A sentence (or a piece of a long one): folded[start:end] of its passage.

    marks: the classes of the terms in it; rules: the numbers of the rules whose needles are in it
    """

    page: "Page"
    start: int
    end: int
    terms: tuple[Term, ...]
    rules: frozenset[int]
    _masked: str = field(default="")

    @property
    def masked(self) -> str:
        """The sentence as the rules read it."""
        if not self._masked:
            self._masked = self.page.mask(self) or " "
        return self._masked

    @property
    def marks(self) -> frozenset[str]:
        """The classes of its words: those of the masked form where it has them, since a title is no office there."""
        seen = self.masked
        return frozenset(t.mark for t in self.terms if t.mark not in MASKED) | frozenset(mark for mark in MASKED if mark in seen)


class Page:
    """A passage, with its terms and sentences."""

    def __init__(self, passage: Passage, words: Words) -> None:
        self.passage = passage
        self.text = passage.folded
        self._low = lower(self.text)
        self._found = words.find(self.text, self._low)

    @property
    def origin(self) -> Origin:
        """Whose words they are."""
        return self.passage.origin

    @cached_property
    def sentences(self) -> tuple[Sentence, ...]:
        """In order."""
        terms, needles = self._found
        ends, needle_ends = [term.end for term in terms], [end for end, _ in needles]
        return tuple(self._sentence(start, end, ends, needle_ends) for start, end in spans(self.text))

    def _sentence(self, start: int, end: int, ends: list[int], needle_ends: list[int]) -> Sentence:
        terms = self._found.terms[bisect_right(ends, start) : bisect_right(ends, end)]
        needles = self._found.needles[bisect_right(needle_ends, start) : bisect_right(needle_ends, end)]
        halves = set().union(*{halves for _, halves in needles}) if needles else set()
        rules = frozenset(half >> 1 for half in halves if not half & 1 and half + 1 in halves)
        return Sentence(self, start, end, tuple(term for term in terms if term.start >= start), rules)

    def neighbours(self, number: int, reach: int) -> tuple[Sentence, ...]:
        """The sentence, and `reach` before and behind it."""
        return self.sentences[max(0, number - reach) : number + reach + 1]

    def at(self, index: int) -> int:
        """The number of the sentence that text[index] stands in."""
        return max(0, bisect_right(self._starts, index) - 1)

    @cached_property
    def _starts(self) -> list[int]:
        return [sentence.start for sentence in self.sentences]

    def accounts(self) -> Iterator[tuple[str, int, int]]:
        """Every account written as @name, and where it stands."""
        if "@" in self.text:
            yield from ((found[0], found.start(), found.end()) for found in _ACCOUNT.finditer(self.text))

    def mask(self, sentence: Sentence) -> str:
        """See Sentence.masked."""
        known = frozenset(at for term in sentence.terms for at in range(term.start, term.end))
        pieces, at = [], sentence.start
        for term in _apart(sentence.terms):
            pieces += [self._names(at, term.start, sentence.start, known), term.mark]
            at = term.end
        pieces.append(self._names(at, sentence.end, sentence.start, known))
        return settle("".join(pieces))

    def _names(self, start: int, end: int, first: int, known: frozenset[int]) -> str:
        """text[start:end] in small letters, its names as N; a word that begins the sentence is a name only if another shows it."""
        text = self.text[start:end]
        if "." in text or "@" in text or "://" in text:
            text = _LINK.sub("\x02", text)
        if ":" in text:
            text = _VERSE.sub("\x03", text)
        if sum(map(str.isupper, text)) * 2 > sum(map(str.isalpha, text)) > 12:  # noqa: PLR2004  -- a line in capitals
            return text.lower().replace("\x02", "L")

        def name(found: re.Match[str]) -> str:
            word = found[0]
            small = word.lower().replace("’", "'")
            stem = small.rstrip(".").partition("'")[0]
            loud = len(word) > 1 and word.isupper()
            if len(stem) == 1 or start + found.start() in known or small in _KEPT or stem in _KEPT or (loud and stem in _COMMON):
                return small
            if start + found.start() == first and stem in _COMMON and not _followed(text, found.end()):
                return small
            return "\x01's" if small.endswith("'s") else "\x01"

        return _WORD.sub(name, text).lower().replace("\x01", "N").replace("\x02", "L").replace("\x03", "B")


def _followed(text: str, at: int) -> bool:
    following = _NEXT.match(text, at)
    return bool(following) and following[1].lower() not in _KEPT


def _apart(found: tuple[Term, ...]) -> Iterator[Term]:
    """The terms that are masked, where they overlap the longest, in order."""
    end = -1
    for term in sorted((t for t in found if t.mark in MASKED), key=lambda t: (t.start, -t.end)):
        if term.start >= end:
            end = term.end
            yield term


def settle(masked: str) -> str:
    """Names with their titles, numbers of measures, and dates, as one letter each."""
    if ">" in masked or "|" in masked:
        masked = _QUOTE_MARKS.sub(" ", masked)
    masked = " ".join(masked.split()).replace("’", "'")
    figures = _FIGURES.search(masked)
    if "N" in masked:
        masked = _NAMED_FOR.sub("N", masked)
        masked = _NUMBERED.sub("N", masked) if figures or "l" in masked else masked
        masked = _JOINED.sub("N", _TITLED.sub("", masked))
    if _MEASURED.search(masked):
        masked = _MEASURE.sub("M", masked)
    return _DATED.sub("D", masked) if figures or "D" in masked or "th " in masked else masked


def spans(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of every sentence, without the space around it."""
    start = 0
    for found in _END.finditer(text):
        if found[0] and not _ends(text, start, found):
            continue
        yield from _pieces(text, start, found.end())
        start = found.end()


def _ends(text: str, start: int, found: re.Match[str]) -> bool:
    if "\n" in found[0]:
        line = text.rfind("\n", max(0, found.start() - LONGEST), found.start()) + 1
        return not (found[0] == "\n" and found.start() - line >= LINE and _GOES_ON.match(text, found.end()))
    return found[0] != "." or not _ABBREVIATED.search(text[max(start, found.start() - 8) : found.end()])


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    while end - start > LONGEST:
        cut = text.rfind(" ", start + LONGEST // 2, start + LONGEST)
        cut = cut if cut > 0 else start + LONGEST
        yield start, cut
        start = max(start + 1, cut - OVERLAP)
    if end > start:
        yield start, end


def lower(text: str) -> str:
    """Small letters, one for each character."""
    low = text.lower()
    return low if len(low) == len(text) else "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
