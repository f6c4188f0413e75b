"""Names of people, associations, places, parties, faiths and measures as placeholders, so that no score can turn on them.

A sentence in, a sentence out: `[NAME]` for whoever or whatever is named, `[PARTY]`, `[FAITH]`, `[DEITY]`, `[TEMPLE]`,
`[BOOK]`, `[MEASURE]`, `[LINK]` and `[DRIVE]` (a link whose host says it is a campaign's, or that collects for campaigns).
Yes and no behind a word of voting are both "yes". Titles before a name go with it.

Names are told by their capitals, with no model and no list of people: within a sentence every capitalised word is one, but
for the words of offices, time and business in `terms`; at its beginning, and in lines all in capitals or in title case,
a word is a name if it is no common word. The roster adds the parties, people and committees it knows. A name in small
letters that the roster does not know stays; that is the limit of this room.
"""

import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

from gateway.model.terms import BOOK, DEITY, FAITH, GIVEN, KEPT, PARTY, PLAIN, SEATS, TEMPLE, TITLES, listed

MARKS = ("[NAME]", "[PARTY]", "[FAITH]", "[DEITY]", "[TEMPLE]", "[BOOK]", "[MEASURE]", "[LINK]", "[DRIVE]")
NAME, PARTY_MARK, FAITH_MARK, DEITY_MARK, TEMPLE_MARK, BOOK_MARK, MEASURE, LINK, DRIVE = (chr(0xE000 + n) for n in range(9))
_SPELT = {chr(0xE000 + number): f" {mark} " for number, mark in enumerate(MARKS)}
_KEPT, _PLAIN, _GIVEN = frozenset(KEPT.split()), frozenset(PLAIN.split()), frozenset(GIVEN.split())
_LISTS = ((PARTY_MARK, PARTY), (FAITH_MARK, FAITH), (DEITY_MARK, DEITY), (TEMPLE_MARK, TEMPLE), (BOOK_MARK, BOOK))

_PRIVATE = re.compile("[\ue000-\uf8ff]")
_LINK = re.compile(
    r"(?:https?://|www\.)[^\s<>\"')\]]+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?<![\w@.-])@[A-Za-z_]\w{2,}"
    r"|(?<![\w@.-])(?:[A-Za-z0-9][A-Za-z0-9-]{0,62}\.){1,5}"
    r"(?:com|org|net|gov|us|edu|info|vote|io|co|tv|me|ly|be|app|example|mx|es|church|news|biz)(?![\w@])(?:/[^\s<>\"')\]]*)?"
)
_CAMPAIGN = re.compile(
    r"(?:vote|elect|reelect|team|friendsof|committee|win|yeson|noon|yes|no(?:on)?|4|for)[a-z0-9-]*(?:" + "|".join(SEATS) + r"|20\d\d)"
    r"|for-?(?:" + "|".join(SEATS) + r")|4(?:" + "|".join(SEATS) + r")"
    r"|^(?:www\.)?(?:vote|elect|reelect|yeson|noon|saveour|recall|friendsof|team)-?[a-z]"
    r"|actblue|winred|anedot|mobilize\.us|ngpvan|efundraising|democracyengine|(?:democrats?|republicans?|gop|dfl|greens?|libertarians?)\b|[a-z]pac\b"
)
_TAG = re.compile(r"#(\w+)")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_TOKEN = re.compile(r"[^\W\d_][\w'’&-]*(?:\.(?=\s[A-Z]))?")
_SHOUT = 8
_TITLED = 0.6
_STARTS = frozenset(".!?:;\"“”(*•->|–—]…\ue006")
_MEASURE = re.compile(
    r"\b(?:(?:ballot|charter|city|county|state|town|local) )?(?:measure|proposition|prop|question|pregunta|amendment|initiative"
    r"|referendum|proposal|propuesta|medida|enmienda|issue|levy|bond|override|article)\.? (?:no\.? ?|number |#|la )?"
    r"(?:\d{1,4}(?:-\d{1,3})?[a-z]?|[a-z]{1,2}(?=[\s.,;:!?)]|$)(?<! is)(?<! on)(?<! to)(?<! in)(?<! of)(?<! at)(?<! we)(?<! or)(?<! it)"
    r"(?<! a)(?<! i)(?<! by)(?<! as)(?<! up)(?<! y)(?<! e)(?<! o)(?<! an)(?<! if)(?<! my)(?<! he)(?<! be)(?<! so)(?<! no)(?<! do)(?<! de)(?<! en)(?<! la)(?<! el))",
    re.IGNORECASE,
)
_CHOICE = re.compile(
    r"\b(yes|no|sí|si|against|for)\b(?=[\"'”]? (?:on|en|to|a|vote) |[\"'”]? on\b)"
    r"|(?<=vote )(?:yes|no)\b|(?<=voting )(?:yes|no)\b|(?<=vota )(?:sí|si|no)\b|(?<=voten )(?:sí|si|no)\b|(?<=voto )(?:sí|si|no)\b"
    r"|(?<=votar )(?:sí|si|no)\b|(?<=mark )(?:yes|no)\b|(?<=voted )(?:yes|no)\b|(?<=solid )(?:yes|no)\b|(?<=the )(?:yes|no)(?= box| campaign| side| vote| column| oval)",
    re.IGNORECASE,
)
_BIG_CHOICE = re.compile(r"\b(?:YES|NO|SÍ)\b")
_JOINED = re.compile(rf"(?:the |los |las |el |la )?{NAME}(?:(?:,? (?:jr|sr|ii|iii|iv)\b\.?)|(?:(?: [a-z]\.?)? | of | of the | in | & | and the | de | de la | del | van | von | y |-|/){NAME}| (?:no\. ?|#)?\d{{1,4}}\b)*")
_TITLE = re.compile(rf"\b(?:(?:{'|'.join(sorted((re.escape(t) for t in TITLES.split()), key=len, reverse=True))})\.?,? (?:the )?)+(?={NAME})")
_UNION = re.compile(r"\b(?:the )?(?:local|lodge|chapter|post|council|district council)(?: no\.?| #)? \d{1,4}\b(?! council| seat| race)", re.IGNORECASE)
_PARTY_RUN = re.compile(rf"(?:the |el |la |los )?(?:(?:state|county|local|city|national|young|college|area|registered) )*{PARTY_MARK}(?:s\b)?(?: (?:party|partido)\b)?")
_FAITH_RUN = re.compile(rf"(?:{FAITH_MARK} ?)+")
_HOLY_NAME = re.compile(rf"\b(?:st|saint|san|santa|first|second|grace|calvary|holy|good)\.? (?={NAME}|{TEMPLE_MARK})")
_SPACE = re.compile(r"\s+")


@cache
def common() -> frozenset[str]:
    """Words seen in small letters in everyday English and Spanish mail."""
    return frozenset(files("gateway.model").joinpath("common.txt").read_text(encoding="utf-8").split())


def _pattern(terms: Iterable[str]) -> re.Pattern[str]:
    """Whole words; a term with a capital as written or all in capitals, the others in any case."""
    exact, loose = [], []
    for term in terms:
        written = re.escape(term.rstrip("*")) + (r"\w*" if term.endswith("*") else "")
        (loose if term == term.lower() else exact).append(written)
        if term != term.lower() and term != term.upper():
            exact.append(re.escape(term.upper()))
    exact.sort(key=len, reverse=True)
    loose.sort(key=len, reverse=True)
    either = [f"(?i:{'|'.join(loose)})"] if loose else []
    return re.compile(rf"(?<![\w@])(?:{'|'.join(either + exact)})(?:['’]s)?(?!\w)")


class Masker:
    """Pure; parties and people are what a roster adds."""

    def __init__(self, *, parties: Iterable[str] = (), people: Iterable[str] = (), measures: Iterable[str] = ()) -> None:
        extra = {PARTY_MARK: tuple(parties)}
        self._terms = [(mark, _pattern((*listed(text), *extra.get(mark, ())))) for mark, text in _LISTS]
        if people := tuple(people):
            self._terms.insert(0, (NAME, _pattern(people)))
        if measures := tuple(measures):
            self._terms.insert(0, (MEASURE, _pattern(measures)))

    def mask(self, sentence: str) -> str:
        """The sentence in small letters, with the marks of this room."""
        text = _PRIVATE.sub(" ", sentence).replace("’", "'")
        text = _LINK.sub(_link, text)
        text = _TAG.sub(lambda tag: " ".join(_CAMEL.split(tag[1])), text)
        text = _MEASURE.sub(MEASURE, text)
        text = _UNION.sub(NAME, text)
        text = _first_names(text)
        for mark, pattern in self._terms:
            text = pattern.sub(mark, text)
        text = _names(_BIG_CHOICE.sub("yes", text))
        return _spelt(_settled(text.lower()))


def _link(found: re.Match[str]) -> str:
    host = re.sub(r"^https?://", "", found[0].lower())
    if "@" in host and not host.startswith("@"):
        return LINK
    return DRIVE if _CAMPAIGN.search(host) else LINK


_FIRST = re.compile(r"\b([A-Z][a-z]+)(?= (?:[A-Z]\. )?([A-Z][\w'’-]+))")


def _first_names(text: str) -> str:
    """A common word that is a first name before a capitalised word, such as Christian Hale and Jesus Alvarez."""
    return _FIRST.sub(
        lambda found: NAME if found[1].lower() in _GIVEN and found[2].lower() not in _KEPT | _PLAIN and not _is_term(found[2]) else found[0],
        text,
    )


@cache
def _terms_of_faith() -> frozenset[str]:
    return frozenset(term.lower().rstrip("*") for _, text in _LISTS for term in listed(text))


def _is_term(word: str) -> bool:
    return word.lower() in _terms_of_faith()


def _names(text: str) -> str:
    words = list(_TOKEN.finditer(text))
    loud = _loud(text, words)
    pieces, at, named = [], 0, False
    for number, found in enumerate(words):
        follows = words[number + 1] if number + 1 < len(words) else None
        adjacent = named and text[at : found.start()] in {" ", "-", ""}
        named = _is_name(text, found, follows, loud=loud, after=adjacent)
        written = found[0]
        own = "'s" if named and written.lower().endswith("'s") else ""
        pieces += [text[at : found.start()], NAME + own if named else written]
        at = found.end()
    return "".join([*pieces, text[at:]])


def _loud(text: str, words: list[re.Match[str]]) -> bool:
    """A line in capitals or in title case, which does not show its names."""
    letters = sum(map(str.isalpha, text))
    if sum(map(str.isupper, text)) * 2 > letters > _SHOUT:
        return True
    long = [found[0] for found in words if len(found[0]) > 3]
    return len(long) > 1 and sum(word[0].isupper() for word in long) / len(long) > _TITLED


def _is_name(text: str, found: re.Match[str], follows: re.Match[str] | None, *, loud: bool, after: bool) -> bool:
    word = found[0]
    if not word[0].isupper():
        return False
    small = word.lower().rstrip(".")
    stem = small.partition("'")[0]
    if small in _KEPT or stem in _KEPT:
        return False
    if len(stem) == 1 and small != "o":
        return after or (follows is not None and word.endswith("."))
    starts = loud or _begins(text, found.start())
    if small in _PLAIN:
        return False
    if starts and (small in common() or stem in common()):
        return after and not loud and word[1:].islower()
    return True


def _begins(text: str, at: int) -> bool:
    before = text[:at].rstrip()
    return not before or before[-1] in _STARTS or before[-1].isdigit()


def _settled(text: str) -> str:
    text = _SPACE.sub(" ", text)
    text = _HOLY_NAME.sub("", text)
    text = _JOINED.sub(NAME, text)
    text = _TITLE.sub("", text)
    text = _JOINED.sub(NAME, text)
    text = _PARTY_RUN.sub(PARTY_MARK, text)
    text = _FAITH_RUN.sub(FAITH_MARK + " ", text)
    return _CHOICE.sub("yes", text)


def _spelt(text: str) -> str:
    for mark, spelt in _SPELT.items():
        if mark in text:
            text = text.replace(mark, spelt)
    return _SPACE.sub(" ", text).strip()
