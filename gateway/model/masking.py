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

from gateway.model.letters import bare
from gateway.model.terms import (
    BODIES,
    BOOK,
    CIVIC,
    DEITY,
    FAITH,
    GIVEN,
    KEPT,
    MEMBERS,
    PARTY,
    PLAIN,
    SEATS,
    TEMPLE,
    TITLES,
    listed,
)

MARKS = ("[NAME]", "[PARTY]", "[FAITH]", "[DEITY]", "[TEMPLE]", "[BOOK]", "[MEASURE]", "[LINK]", "[DRIVE]")
NAME, PARTY_MARK, FAITH_MARK, DEITY_MARK, TEMPLE_MARK, BOOK_MARK, MEASURE, LINK, DRIVE = (chr(0xE000 + n) for n in range(9))
_SPELT = {chr(0xE000 + number): f" {mark} " for number, mark in enumerate(MARKS)}
_KEPT, _PLAIN, _GIVEN = (frozenset(bare(words).split()) for words in (KEPT, PLAIN, GIVEN))
_LISTS = ((BOOK_MARK, BOOK), (DEITY_MARK, DEITY), (TEMPLE_MARK, TEMPLE), (PARTY_MARK, PARTY), (FAITH_MARK, FAITH))

_PRIVATE = re.compile("[\ue000-\uf8ff]")
_LINK = re.compile(
    r"(?:https?://|www\.)[^\s<>\"')\]]+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?<![\w@.-])@[A-Za-z_]\w{2,}"
    r"|(?<![\w@.-])(?:[A-Za-z0-9][A-Za-z0-9-]{0,62}\.){1,5}"
    r"(?:com|org|net|gov|us|edu|info|vote|io|co|tv|me|ly|be|app|example|mx|es|church|news|biz)(?![\w@])(?:/[^\s<>\"')\]]*)?"
)
_SEAT = "|".join(SEATS.split())
_CAMPAIGN = re.compile(
    r"(?:vote|elect|reelect|team|friendsof|committee|win|yeson|noon|yes|no(?:on)?|4|for)[a-z0-9-]*"
    rf"(?:{_SEAT}|20\d\d)|(?:for-?|4)(?:{_SEAT})"
    r"|^(?:www\.)?(?:vote|elect|reelect|yeson|noon|saveour|recall|friendsof|team)-?[a-z]"
    r"|actblue|winred|anedot|mobilize\.us|ngpvan|efundraising|democracyengine|[a-z]pac\b"
    r"|(?:democrats?|republicans?|gop|dfl|greens?|libertarians?)\b"
)
_JUNIOR = re.compile(r"(?<=[a-z]),? (?:Jr|Sr|II|III|IV|Esq|Ph\.?D)\b\.?")
_TAG = re.compile(r"#(\w+)")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_TOKEN = re.compile(r"[^\W\d_][\w'’&-]*(?:\.(?=\s[A-Z]))?")
_SHOUT = 8
_TITLED, _HEADING, _SHORT = 0.75, 5, 3
_STARTS = frozenset('.!?:;"“”(*•->|–—]…\ue006')
_NO_LETTERS = "a|i|y|e|o|is|on|to|in|of|at|we|or|it|by|as|up|an|if|my|he|be|so|no|do|de|en|la|el|us|me|go"
_MEASURE = re.compile(
    r"\b(?:(?:ballot|charter|city|county|state|town|local) )?(?:measure|proposition|prop|question|pregunta|amendment|initiative"
    r"|referendum|proposal|propuesta|medida|enmienda|issue|levy|bond|override|article)\.? (?:no\.? ?|number |#|la )?"
    rf"(?:\d{{1,4}}(?:-\d{{1,3}})?[a-z]?|(?!(?:{_NO_LETTERS})\b)[a-z]{{1,2}}(?=[\s.,;:!?)]|$))",
    re.IGNORECASE,
)
_CHOICE = re.compile(
    r"\b(?:yes|no)(?=[\"'”]? (?:on|vote on|vote for|en la) )|\bsi(?= (?:a|en) la )"
    r"|(?<=vote )(?:yes|no)\b|(?<=voting )(?:yes|no)\b|(?<=voted )(?:yes|no)\b|(?<=mark )(?:yes|no)\b|(?<=solid )(?:yes|no)\b"
    r"|(?<=vota )(?:si|no)\b|(?<=voten )(?:si|no)\b|(?<=voto )(?:si|no)\b|(?<=votar )(?:si|no)\b"
    r"|(?<=the )(?:yes|no)(?= box| campaign| side| vote| column| oval)",
    re.IGNORECASE,
)
_BIG_CHOICE = re.compile(r"\b(?:YES|NO|SI)\b(?=\W*(?:$|[.,;:!?\n]|[oO][nN]\b|[eE][nN]\b))")
_JOINED = re.compile(
    rf"(?:the |los |las |el |la )?{NAME}(?:,? (?:jr|sr|ii|iii|iv)\b\.?|(?:(?: [a-z]\.?)? | of | of the | in | & | and the "
    rf"| de | de la | del | van | von | y |-|/){NAME}| (?:no\. ?|#)?\d{{1,3}}\b)*"
)
_BY_LENGTH = sorted(map(re.escape, TITLES.split()), key=len, reverse=True)
_TITLE = re.compile(rf"\b(?:(?:{'|'.join(_BY_LENGTH)})\.?,? (?:the )?)+(?={NAME})")
_UNION = re.compile(
    r"\b(?:the )?(?:local|lodge|chapter|post|council|district council)(?: no\.?| #)? \d{1,4}\b(?! council| seat| race)",
    re.IGNORECASE,
)
_CIVIC = frozenset(CIVIC.split())
_CAPITALS = rf"(?:[A-Z][\w'&-]*|{NAME}) (?:(?:of|for|and|&) (?:the )?)?"
_BODY = re.compile(
    rf"\b(?:[Tt]he )?({_CAPITALS}(?:{_CAPITALS}){{0,5}})"
    rf"(?:{'|'.join(map(str.capitalize, BODIES.split()))})\b(?: of (?:[A-Z][\w'-]+ ?)+)?"
)
_MEMBERS = re.compile(
    rf"\b(?:{'|'.join(map(str.capitalize, MEMBERS.split()))}) (?:in|for|of|against|united for|por|de) (?:a |an |the )?"
    r"[A-Z][\w'-]+(?: [A-Z][\w'-]+)*"
)
_PARTY_RUN = re.compile(
    rf"(?:the |el |la |los )?(?:(?:state|county|local|city|national|young|college|area|registered) )*{PARTY_MARK}(?:s\b)?"
    r"(?: (?:party|partido)\b)?"
)
_FAITH_RUN = re.compile(rf"(?:{FAITH_MARK} ?)+")
_HOLY_NAME = re.compile(rf"\b(?:st|saint|san|santa|first|second|grace|calvary|holy|good)\.? (?={NAME}|{TEMPLE_MARK})")
_SPACE = re.compile(r"\s+")
_WORD = re.compile(r"\w+")
_KEY = 4
_NO_SURNAME = _KEPT | _PLAIN
_BODY_WORD = re.compile(rf"\b(?:{'|'.join(map(str.capitalize, BODIES.split()))})\b")


@cache
def common() -> frozenset[str]:
    """Words seen in small letters in everyday English and Spanish mail."""
    return frozenset(bare(files("gateway.model").joinpath("common.txt").read_text(encoding="utf-8")).split())


def _pattern(terms: Iterable[str]) -> re.Pattern[str]:
    """Whole words; a term with a capital as written or all in capitals, the others in any case."""
    exact: list[str] = []
    loose: list[str] = []
    for term in terms:
        written = re.escape(term.rstrip("*")) + (r"\w*" if term.endswith("*") else "")
        (loose if term == term.lower() else exact).append(written)
        if term != term.lower() and term != term.upper():
            exact.append(re.escape(term.upper()))
    exact.sort(key=len, reverse=True)
    loose.sort(key=len, reverse=True)
    either = [f"(?i:{'|'.join(loose)})"] if loose else []
    return re.compile(rf"(?<![\w@])(?:{'|'.join(either + exact)})(?:['’]s)?(?!\w)")


def _key(term: str) -> str:
    """The beginning of a term's longest word, which a text must have for the term to stand in it."""
    return max(_WORD.findall(term.lower()), key=len, default="")[:_KEY]


class Masker:
    """Pure; parties and people are what a roster adds."""

    def __init__(self, *, parties: Iterable[str] = (), people: Iterable[str] = (), measures: Iterable[str] = ()) -> None:
        extra = {PARTY_MARK: tuple(parties)}
        terms = [(mark, (*listed(text), *extra.get(mark, ()))) for mark, text in _LISTS]
        known = [(MEASURE, tuple(measures)), (NAME, tuple(people)), *terms]
        bared = [(mark, tuple(map(bare, many))) for mark, many in known if many]
        self._terms = [(mark, _pattern(many), frozenset(map(_key, many))) for mark, many in bared]

    def mask(self, sentence: str) -> str:
        """The sentence in small letters, with the marks of this room."""
        text = bare(_PRIVATE.sub(" ", sentence)).replace("’", "'")
        if "." in text or "@" in text:
            text = _LINK.sub(_link, text)
        if "#" in text:
            text = _TAG.sub(lambda tag: " ".join(_CAMEL.split(tag[1])), text)
        text = _JUNIOR.sub("", text)
        text = _MEASURE.sub(MEASURE, text)
        text = _UNION.sub(NAME, text)
        text = _bodies(_first_names(text))
        words = {word[:_KEY] for word in _WORD.findall(text.lower())}
        for mark, pattern, keys in self._terms:
            if not keys.isdisjoint(words):
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
        lambda found: (
            NAME if found[1].lower() in _GIVEN and found[2].lower() not in _NO_SURNAME and not _is_term(found[2]) else found[0]
        ),
        text,
    )


@cache
def _terms_of_faith() -> frozenset[str]:
    return frozenset(term.lower().rstrip("*") for _, text in _LISTS for term in listed(text))


def _is_term(word: str) -> bool:
    return word.lower() in _terms_of_faith()


def _bodies(text: str) -> str:
    """Associations by what they call themselves; boards and councils of a city are none."""
    text = _MEMBERS.sub(NAME, text)
    if not _BODY_WORD.search(text):
        return text
    return _BODY.sub(lambda found: found[0] if _is_civic(found[1]) else NAME, text)


def _is_civic(words: str) -> bool:
    said = [word for word in words.lower().split() if word not in {"of", "for", "and", "&", "the"}]
    return said[-1:] != [] and (said[-1] in _CIVIC or said[0] in _PLAIN)


def _names(text: str) -> str:
    words = list(_TOKEN.finditer(text))
    loud = _loud(text, words)
    pieces, at, named = [], 0, False
    for number, found in enumerate(words):
        follows = words[number + 1] if number + 1 < len(words) else None
        between = text[at : found.start()]
        adjacent = (named and between in {" ", "-", ""}) or between.endswith(f"{NAME} ")
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
    long = [
        word for found in words if len(word := found[0]) > _SHORT and word.lower() not in _KEPT and word.lower() not in _PLAIN
    ]
    return len(long) >= _HEADING and sum(word[0].isupper() for word in long) / len(long) > _TITLED


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
    if word.isupper() and (small in common() or stem in common()):
        return False
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
    if NAME in text or TEMPLE_MARK in text:
        text = _JOINED.sub(NAME, _HOLY_NAME.sub("", text))
        text = _JOINED.sub(NAME, _TITLE.sub("", text))
    if PARTY_MARK in text:
        text = _PARTY_RUN.sub(PARTY_MARK, text)
    if FAITH_MARK in text:
        text = _FAITH_RUN.sub(FAITH_MARK + " ", text)
    return _CHOICE.sub("yes", text)


def _spelt(text: str) -> str:
    for mark, spelt in _SPELT.items():
        if mark in text:
            text = text.replace(mark, spelt)
    return _SPACE.sub(" ", text).strip()
