"""Names of people, associations, places, parties, faiths and measures as placeholders, so that no score can turn on them.

A sentence in, a sentence out: `[NAME]` for whoever or whatever is named, `[PARTY]`, `[FAITH]`, `[DEITY]`, `[TEMPLE]`,
`[BOOK]`, `[MEASURE]`, `[LINK]` and `[DRIVE]` (a link whose host says it is a campaign's, or that collects for campaigns).
Yes and no behind a word of voting are both "yes". Titles before a name go with it.

Which words are names `gateway.naming` says, with no model: by their capitals, and in small letters by a list and by what stands
beside them. The roster adds the parties, people and committees it knows. An unusual name in small letters that neither knows
stays, and in a sentence with a capital for every word names are told less surely; those are the limits of this room.

Most sentences hold nothing that most patterns look for, and patterns are slow to find that out. So a sentence's words are
looked up first, and a pattern is tried only where a word stands that it cannot do without.
"""

import re
from collections.abc import Iterable
from itertools import chain
from operator import itemgetter

from gateway.classify.masking import OF_A_FORM
from gateway.naming.hushed import hushed, telling
from gateway.naming.letters import bare
from gateway.naming.names import GIVEN_WORDS, NAME, begins, common, first_names, is_civic, quieted, quieted_runs, unnamed
from gateway.naming.terms import (
    BODIES,
    BOOK,
    DEITY,
    FAITH,
    MEMBERS,
    PARTY,
    SEATS,
    TEMPLE,
    TITLES,
    listed,
    words_of,
)

MARKS = ("[NAME]", "[PARTY]", "[FAITH]", "[DEITY]", "[TEMPLE]", "[BOOK]", "[MEASURE]", "[LINK]", "[DRIVE]")
PARTY_MARK, FAITH_MARK, DEITY_MARK, TEMPLE_MARK, BOOK_MARK, MEASURE, LINK, DRIVE = (chr(ord(NAME) + n) for n in range(1, 9))
_SPELT = {chr(0xE000 + number): f" {mark} " for number, mark in enumerate(MARKS)}
_LISTS = ((BOOK_MARK, BOOK), (DEITY_MARK, DEITY), (TEMPLE_MARK, TEMPLE), (PARTY_MARK, PARTY), (FAITH_MARK, FAITH))

_PRIVATE = re.compile("[\ue000-\uf8ff]")
_ENDINGS = "com|org|net|gov|us|edu|info|vote|io|co|tv|me|ly|be|app|example|mx|es|church|news|biz"
_LINK = re.compile(
    r"(?:https?://|www\.)[^\s<>\"')\]]+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?<![\w@.-])@[A-Za-z_]\w{2,}"
    rf"|(?<![\w@.-])(?:[A-Za-z0-9][A-Za-z0-9-]{{0,62}}\.){{1,5}}(?:{_ENDINGS})(?![\w@])(?:/[^\s<>\"')\]]*)?"
)
_HOST = re.compile(rf"\.(?:{_ENDINGS})(?!\w)")
_SEAT = "|".join(SEATS.split())
_CAMPAIGN = re.compile(
    r"(?:vote|elect|reelect|team|friendsof|committee|win|yeson|noon|yes|no(?:on)?|4|for)[a-z0-9-]*"
    rf"(?:{_SEAT}|20\d\d)|(?:for-?|4)(?:{_SEAT})"
    r"|^(?:www\.)?(?:vote|elect|reelect|yeson|noon|saveour|recall|friendsof|team)-?[a-z]"
    r"|actblue|winred|anedot|mobilize\.us|ngpvan|efundraising|democracyengine|[a-z]pac\b"
    r"|(?:democrats?|republicans?|gop|dfl|greens?|libertarians?)\b"
)
_HOST_END, _RUN, _WORDS_RUN = re.compile(r"[/?#]"), re.compile(r"[a-z0-9]+"), re.compile(r"[a-z]+(?:4[a-z]+)?(?:20\d\d)?|20\d\d")
_JUNIOR = re.compile(r"(?<=[a-z]),? (?:Jr|Sr|II|III|IV|Esq|Ph\.?D)\b\.?")
_TAG = re.compile(r"#(\w+)")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")

_NO_LETTERS = "a|i|y|e|o|is|on|to|in|of|at|we|or|it|by|as|up|an|if|my|he|be|so|no|do|de|en|la|el|us|me|go"
_MEASURE = re.compile(
    r"\b(?:(?:ballot|charter|city|county|state|town|local) )?(?:measure|proposition|prop|question|pregunta|amendment|initiative"
    r"|referendum|proposal|propuesta|medida|enmienda|issue|levy|bond|override|article)\.? (?:no\.? ?|number |#|la )?"
    rf"(?:\d{{1,4}}(?:-\d{{1,3}})?[a-z]?|(?!(?:{_NO_LETTERS})\b)[a-z]{{1,2}}(?=[\s.,;:!?)]|$))(?!{OF_A_FORM})",
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
    rf"{NAME}(?:,? (?:jr|sr|ii|iii|iv)\b\.?|(?:(?: [a-z]\.?)? | of | of the | in | & | and the "
    rf"| de | de la | del | van | von | y |-|/){NAME}| (?:no\. ?|#)?\d{{1,3}}\b)+"
)
_ARTICLE = re.compile(rf"(?:the |los |las |el |la )(?={NAME})")
_BY_LENGTH = sorted(map(re.escape, TITLES.split()), key=len, reverse=True)
_TITLE = re.compile(rf"\b(?:(?:{'|'.join(_BY_LENGTH)})\.?,? (?:the )?)+(?={NAME})")
_UNION = re.compile(
    r"\b(?:the )?(?:local|lodge|chapter|post|council|district council)(?: no\.?| #)? \d{1,4}\b(?! council| seat| race)",
    re.IGNORECASE,
)
_CAPITALS = rf"(?:[A-Z][\w'&-]*|{NAME}) (?:(?:of|for|and|&) (?:the )?)?"
_BODY = re.compile(
    rf"\b(?:[Tt]he )?({_CAPITALS}(?:{_CAPITALS}){{0,5}})"
    rf"(?:{'|'.join(map(str.capitalize, BODIES.split()))})\b(?: of (?:[A-Z][\w'-]+ ?)+)?"
)
_FOR = re.compile(r"([A-Z][a-z]+) for (?:the )?")
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
_WORD = re.compile(r"\w+")
_KEY = 4
_BEGINNING = itemgetter(slice(_KEY))
_PARTING = bytes(ord(char.lower()) if (char := chr(code)).isalnum() or char == "_" else 32 for code in range(128)).ljust(256)
_ODD = str.maketrans("ſı", "si")
"""What re.IGNORECASE takes for other letters than str.lower."""
_CHOICES = frozenset({"yes", "no", "si"})
_NONE: frozenset[str] = frozenset()
_MEMBER_WORDS, _BODY_WORDS = frozenset(MEMBERS.split()), frozenset(BODIES.split())
_HOLY_WORDS = frozenset({"st", "saint", "san", "santa", "first", "second", "grace", "calvary", "holy", "good"})
_BODY_WORD = re.compile(rf"\b(?:{'|'.join(map(str.capitalize, BODIES.split()))})\b")


def _key(term: str) -> str:
    """What _among must find for a term to stand in a text: its longest word, or the beginning of it."""
    longest = max(_WORD.findall(term.lower()), key=len, default="")
    return longest[:_KEY] if term.endswith("*") or not longest.isascii() else longest


def _small(text: str) -> str:
    return text.lower() if text.isascii() else text.lower().translate(_ODD)


class _Telling:
    """Words that are looked for in texts."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words = frozenset(words)
        self._octets = {word.encode(): word for word in self._words if word.isascii()}
        self._keys = frozenset(self._octets)

    def among(self, text: str) -> frozenset[str]:
        """Those that a text has as words, or that words of it begin with, in letters of any case."""
        if not text.isascii():
            words = _WORD.findall(_small(text))
            return self._words.intersection(chain(words, map(_BEGINNING, words)))
        octets = text.encode().translate(_PARTING).split()
        found = self._keys.intersection(chain(octets, map(_BEGINNING, octets)))
        return frozenset(map(self._octets.__getitem__, found)) if found else _NONE


_TITLE_WORDS = frozenset(map(_key, TITLES.split()))
_TITLE_ENDS = frozenset(_WORD.findall(title)[-1] for title in TITLES.split())
_ASKED = (
    "measure proposition prop question pregunta amendment initiative referendum proposal propuesta medida enmienda issue levy"
    " bond override article"
)
_FORMS = (
    (_JUNIOR, "", frozenset({"jr", "sr", "ii", "iii", "iv", "esq", "ph", "phd"})),
    (_MEASURE, MEASURE, frozenset(_ASKED.split())),
    (_UNION, NAME, frozenset({"local", "lodge", "chapter", "post", "council"})),
)
"""Patterns, what stands for what they match, and the words they cannot do without."""
_HUSHED = telling()
_TELLING = _HUSHED.union(
    GIVEN_WORDS, _CHOICES, _MEMBER_WORDS, _BODY_WORDS, _HOLY_WORDS, _TITLE_WORDS, *(keys for _, _, keys in _FORMS)
)
"""Words without which there is nothing to mask but names and links."""


class Masker:
    """Pure; parties and people are what a roster adds."""

    def __init__(self, *, parties: Iterable[str] = (), people: Iterable[str] = (), measures: Iterable[str] = ()) -> None:
        extra = {PARTY_MARK: tuple(parties)}
        terms = [(mark, (*listed(text), *extra.get(mark, ()))) for mark, text in _LISTS]
        known = [(MEASURE, tuple(measures)), (NAME, tuple(people)), *terms]
        bared = [(mark, tuple(map(bare, many))) for mark, many in known if many]
        self._terms = [(mark, words_of(many)) for mark, many in bared]
        self._standing: dict[str, list[tuple[int, str]]] = {}
        for number, (_, many) in enumerate(bared):
            for term in many:
                self._standing.setdefault(_key(term), []).append((number, term.lower().rstrip("*")))
        self._telling = _Telling(_TELLING.union(self._standing))

    def mask(self, sentence: str) -> str:
        """The sentence in small letters, with the marks of this room."""
        text = sentence if sentence.isascii() else bare(_PRIVATE.sub(" ", sentence)).replace("’", "'")
        if ("." in text or "@" in text) and _may_link(text):
            text = _LINK.sub(_link, text)
        if "#" in text:
            text = _TAG.sub(lambda tag: " ".join(_CAMEL.split(tag[1])), text)
        seen, even = self._telling.among(text), text.isprintable() and "  " not in text
        if seen:
            text, seen = self._formed(text, seen)
            text = self._termed(text, seen)
        if "YES" in text or "NO" in text or "SI" in text:
            text = _BIG_CHOICE.sub("yes", text)
        text = unnamed(text)
        masked = (hushed(text) if any(map(text.__contains__, seen & _HUSHED)) else text).lower()
        return _spelt(_settled(masked if even else _evenly(masked), seen))

    def _formed(self, text: str, seen: frozenset[str]) -> tuple[str, frozenset[str]]:
        """Without what is told by its form; and the telling words that are left."""
        for pattern, mark, keys in _FORMS:
            if not keys.isdisjoint(seen) and (other := pattern.sub(mark, text)) != text:
                text, seen = other, self._telling.among(other)
        if any(given.capitalize() in text or given.upper() in text for given in GIVEN_WORDS & seen):
            text = first_names(text)
        return _bodies(text, seen), seen

    def _termed(self, text: str, seen: frozenset[str]) -> str:
        if self._standing.keys().isdisjoint(seen):
            return text
        small = _small(text)
        for number in sorted({number for word in seen for number, term in self._standing.get(word, ()) if term in small}):
            mark, pattern = self._terms[number]
            text = pattern.sub(mark, text)
        return text


def _may_link(text: str) -> bool:
    return "@" in text or "://" in text or "www." in text or _HOST.search(text) is not None


def _link(found: re.Match[str]) -> str:
    host = re.sub(r"^https?://", "", found[0].lower())
    if "@" in host and not host.startswith("@"):
        return LINK
    return DRIVE if _CAMPAIGN.search(_spoken(host)) else LINK


def _spoken(address: str) -> str:
    """An address without what is no words behind its host: a token of a mailing service may spell anything."""
    end = _HOST_END.search(address)
    if not end:
        return address
    return address[: end.start()] + _RUN.sub(lambda run: run[0] if _WORDS_RUN.fullmatch(run[0]) else "", address[end.start() :])


def _bodies(text: str, seen: frozenset[str]) -> str:
    """Associations by what they call themselves; boards and councils of a city are none."""
    if text.isupper():
        return quieted(text)
    if not _MEMBER_WORDS.isdisjoint(seen):
        text = quieted_runs(_MEMBERS.sub(NAME, text))
    if _BODY_WORDS.isdisjoint(seen) or not (_BODY_WORD.search(text := quieted_runs(text))):
        return text
    return _BODY.sub(_body, text)


def _body(found: re.Match[str]) -> str:
    """Without the word that a sentence begins with: Nominations for the Sergeants Association."""
    if is_civic(found[1]):
        return found[0]
    before = _FOR.match(found[0])
    usual = before is not None and before[1].lower() in common() and begins(found.string, found.start())
    return f"{before[0]}{NAME}" if before and usual else NAME


def _settled(text: str, seen: frozenset[str]) -> str:
    """text: with single blanks; seen: the telling words that stood in it before there were marks."""
    if NAME in text or TEMPLE_MARK in text:
        text = _named(text, seen)
    if PARTY_MARK in text:
        text = _PARTY_RUN.sub(PARTY_MARK, text)
    if FAITH_MARK in text:
        text = _FAITH_RUN.sub(FAITH_MARK + " ", text)
    return text if _CHOICES.isdisjoint(seen) else _CHOICE.sub("yes", text)


def _named(text: str, seen: frozenset[str]) -> str:
    """With what goes before a name, and names that belong together."""
    behind = f" {NAME}" in text
    if not _HOLY_WORDS.isdisjoint(seen) and (behind or f" {TEMPLE_MARK}" in text):
        text = _HOLY_NAME.sub("", text)
    joined = _joined(text)
    if behind and not _TITLE_WORDS.isdisjoint(seen) and _may_title(joined):
        return _joined(_TITLE.sub("", joined))
    return joined if joined == text else _joined(joined)


def _may_title(text: str) -> bool:
    """False if no name has a title before it."""
    return any(
        _last(before) in _TITLE_ENDS or _last(before.removesuffix(" the")) in _TITLE_ENDS for before in text.split(f" {NAME}")
    )


def _last(text: str) -> str:
    """The last word, without what it is parted by from the next."""
    bare = text.rstrip(".,")
    at = len(bare)
    while at and bare[at - 1].isalnum():
        at -= 1
    return bare[at:]


def _joined(text: str) -> str:
    text = _JOINED.sub(NAME, text)
    return _ARTICLE.sub("", text) if f" {NAME}" in text else text


def _evenly(text: str) -> str:
    """Each run of blanks as one, at the ends too."""
    even = " ".join(text.split())
    return even if len(even) == len(text) else f"{' ' * text[:1].isspace()}{even}{' ' * text[-1:].isspace()}"


def _spelt(text: str) -> str:
    """text: with its blanks even, but where marks stand."""
    if text.isascii():
        return text.strip()
    for mark, spelt in _SPELT.items():
        text = text.replace(mark, spelt)
    return " ".join(text.split())
