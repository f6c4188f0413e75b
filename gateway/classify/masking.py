"""Names, dates and numbers of measures as one letter each, so that no rule can tell one from another.

In the masked form everything is in small letters, and a capital stands for a kind of word: N a name, P a party, O a
public office, M a ballot measure, D a day, K a deity, T a place or hour of worship, B a scripture, F a faith, L a link.
A title before a name ("Judge Amdahl") is part of the name.
"""

import re
from functools import lru_cache

from gateway.classify.common import COMMON, PLAIN
from gateway.classify.words import SITES
from gateway.naming import NAME, cased, eased, shouted
from gateway.naming.hushed import hushed, is_uncommon, telling

_VERSE = re.compile(
    r"\b(?:[1-3] )?(?:John|Juan|Matthew|Mateo|Mark|Marcos|Luke|Lucas|Acts|James|Peter|Joel|Job|Genesis|Exodus"
    r"|Daniel|Surah?)(?= \d{1,3}:\d{1,3}\b)"
)
ACCOUNT = re.compile(r"[@#](?<![\w@.#&-].)[A-Za-z][\w-]{3,40}")
_LINK = re.compile(
    r"(?:https?://|www\.)\S+|(?<![\w@.-])@[A-Za-z][\w-]{3,}"
    rf"|(?<![\w@.-])[A-Za-z0-9](?:[A-Za-z0-9-]{{0,62}}\.){{1,5}}(?:{'|'.join(SITES)})(?![\w@])(?:/[^\s)>\"]*)?"
)
_HOST = re.compile(rf"\.(?:{'|'.join(SITES)})(?!\w)")
_WORD = re.compile(r"[A-Z][\w'’-]*(?:\.(?=\s[A-Z]))?")
_CAPITALS = re.compile(f"({_WORD.pattern})")
_TITLES = (
    r"mr|mrs|ms|dr|rev|fr|hon|rep|sen|gov|lt|sgt|capt|cpt|det|ofc|officer|chief|deputy|undersheriff|captain"
    r"|sergeant|lieutenant|detective|coach|professor|colonel|col|general|justice|president|vice|trustee"
    r"|supervisor|treasurer|auditor|candidate|commissioner|senior|former|incumbent|pastor|imam|rabbi|father"
    r"|sister|brother|reverend|bishop|deacon|pandit|granthi|swami|uncle|aunt|don|dona|state|us|juez"
)
_TITLE = frozenset({"O", *_TITLES.split("|")})
_HELD = re.compile(r"\b(O )([a-z]{4,})(?![\w'-])")
_TITLED = re.compile(rf"\b(?:(?:O|{_TITLES})\.?,? )+(?=N\b)")
_JOINED = re.compile(
    r"N(?<=\bN)(?:'s)?(?:(?: [a-z]\.)* N\b|(?:-| of | in | & | de | de la | del | d[aoi]s? | van | von | (?:van )?de[rn] | ter "
    r"| bin | ibn | abu | [ae]l-| y |, )N\b)+"
)
_NUMBERED = re.compile(r"\b(?:N|local|lodge) (?:no\.? ?)?\d{1,3}\b(?! (?:O|clerk|president)\b)|\b(?:local|lodge)(?= N)")
_NO_WORD = re.compile(r"\W")
_MAY_NUMBER = re.compile(r"N (?:no|\d)")
_DATED = re.compile(
    r"\bD(?:[.,]? (?:D\b|the )?\d{0,2}(?:st|nd|rd|th)?(?:,? 20\d\d)?)*(?<! )|\b\d{1,2}/\d{1,2}(?:/\d{2,4})?\b"
    r"|\bthe (?:\d{1,2}(?:st|nd|rd|th)|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth"
    r"|tenth)\b(?! (?:of the|time|floor|one|two|term|district))"
)
OF_A_FORM = (
    r" (?:of|on|in|from) (?:the |this |your |our |that |an? |each )?(?:\w+ ){0,2}?(?:forms?|applications?|survey|questionnaire"
    r"|sheet|packet|quiz|exam|test|checklist|worksheet|page|template|interview|audit|evaluation|assessment|waiver|manual|handbook)\b"
)
"""What stands behind a question that is none on a ballot."""
_MEASURE = re.compile(
    r"\b(?:(?:ballot|charter|city|county|state|town) )?(?:measure|prop|proposition|question|pregunta|amendment"
    r"|initiative|referendum|proposal|propuesta|medida|enmienda|issue|levy|bond|M)\.? (?:no\.? ?|number "
    r"|la )?(?:\d{1,3}(?:-\d{1,3})?[a-z]?|[b-hj-z]|kk|one|two|three|four|five|six|seven|eight|nine|ten"
    r"|a(?= (?:on|is|will|would|means|puts|passes|fails)\b|[.,!?;:)]|$))\b"
    rf"(?!{OF_A_FORM})"
)
_NEXT = re.compile(r"\s([A-Z][a-z]\w*)")
_EDGES = re.compile(r"^[^\x00-\x7f\w]+ *|^[*#=~+•-]+ +| *[^\x00-\x7f\w]+$")
"""Pictures and bullets around a sentence."""
_QUOTE_MARKS = re.compile(r"(?:^|\n)[> |]+")
_FIGURES = re.compile(r"\d")
_MEASURED = (
    "M", "measure", "prop", "question", "pregunta", "amend", "init", "referen", "medida", "enmienda", "issue", "levy", "bond",
)  # fmt: skip
_ORDINAL = re.compile(r"the (?:\d|fi|se|th|fo|si|ei|ni|te)")
_BULLETS = frozenset("*#=~+-")
_NAMED_FOR = re.compile(r"\b[KF] N\b")

_HUSHED, _SMALL = telling(), re.compile(r"[a-z]{2,}")
_LOUD = 12
_KEPT = 16_384
"""So many words are kept with what they are."""


def names(text: str, start: int, known: frozenset[int]) -> str:
    """`text` in small letters, its names as N, its links as L.

    start: where it stands in its sentence; known: where in the sentence words of the rules stand, which are no names. A word
    that begins the sentence is a name if it is no common one, or if a name follows.
    """
    if "@" in text or "://" in text or ("." in text and ("www." in text or _HOST.search(text))):
        text = _LINK.sub("\x02", text)
    if ":" in text:
        text = _VERSE.sub("\x03", text)
    if _shouted(text):
        text = shouted(_whispered(text, start, known) if known else text).replace(NAME, "\x01")
    else:
        text = eased(text)
        text = _unnamed(text, start) if not known else _WORD.sub(lambda found: _name(found, text, start, known), text)
    if not _HUSHED.isdisjoint(_SMALL.findall(text)):
        text = hushed(text).replace(NAME, "\x01")
    return text.lower().replace("\x01", "N").replace("\x02", "L").replace("\x03", "B")


def _unnamed(text: str, start: int) -> str:
    """The text with what stands for its words with a capital, where none of the rules' stand; see _name."""
    pieces = _CAPITALS.split(text)
    pieces[1::2] = [_sorts(word)[1] for word in pieces[1::2]]
    if not start and not pieces[0] and (word := _WORD.match(text)):
        pieces[1] = _name(word, text, 0, frozenset())
    return "".join(pieces)


def _whispered(text: str, start: int, known: frozenset[int]) -> str:
    """The text with the words of the rules in small letters, which are no names."""
    return "".join(letter.lower() if at in known else letter for at, letter in enumerate(text, start))


def _shouted(text: str) -> bool:
    """True for a line in capitals, which shows no names by them."""
    capitals, letters = cased(text)
    return capitals * 2 > letters > _LOUD


def _name(found: re.Match[str], text: str, start: int, known: frozenset[int]) -> str:
    at = start + found.start()
    small, within, begins = _sorts(found[0])
    if at in known:
        return small
    return begins if at == 0 and begins != within and not _followed(text, found.end()) else within


@lru_cache(maxsize=_KEPT)
def _sorts(word: str) -> tuple[str, str, str]:
    """A word in small letters, what stands for it within a sentence, and what where it begins one and no name follows."""
    small = word.lower().replace("’", "'")
    stem = small.rstrip(".").partition("'")[0]
    if len(small.rstrip(".")) == 1 or small in PLAIN or stem in PLAIN:
        return small, small, small
    name = "\x01's" if small.endswith("'s") else "\x01"
    if stem not in COMMON:
        return small, name, name
    return small, small if word.isupper() else name, small


def _followed(text: str, at: int) -> bool:
    following = _NEXT.match(text, at)
    return following is not None and following[1].lower() not in PLAIN


def settle(masked: str) -> str:
    """Names with their titles, numbers of measures, and dates, as one letter each."""
    masked = running(masked)
    if masked[:1] in _BULLETS or not masked.isascii():
        masked = _EDGES.sub("", masked)
    figures = _FIGURES.search(masked) is not None
    if "O " in masked:
        masked = _HELD.sub(lambda found: f"{found[1]}N" if is_uncommon(found[2]) else found[0], masked)
    if "N" in masked:
        masked = _named(masked, figures=figures)
    if any(map(masked.__contains__, _MEASURED)):
        masked = _MEASURE.sub("M", masked)
    return _DATED.sub("D", masked) if _may_date(masked, figures=figures) else masked


def makes(low: str) -> str:
    """The tokens that may come to stand in the masked form for words that are no terms; low: the text in small letters."""
    verse, measured = ":" in low, any(map(low.__contains__, _MEASURED))
    return "ND" + "B" * verse + "M" * measured


def running(text: str) -> str:
    """Without quotation marks before its lines, on one line with single blanks."""
    if ">" in text or "|" in text:
        text = _QUOTE_MARKS.sub(" ", text)
    return " ".join(text.split()).replace("’", "'")


def _named(masked: str, *, figures: bool) -> str:
    if "K N" in masked or "F N" in masked:
        masked = _NAMED_FOR.sub("N", masked)
    if (figures and _MAY_NUMBER.search(masked)) or "local" in masked or "lodge" in masked:
        masked = _NUMBERED.sub("N", masked)
    if _may_title(masked):
        masked = _TITLED.sub("", masked)
    return _JOINED.sub("N", masked) if masked.count("N") > 1 else masked


def _may_title(masked: str) -> bool:
    """False if no name has a title before it."""
    at = masked.find(" N")
    while at >= 0:
        before = masked[masked.rfind(" ", 0, at) + 1 : at].rstrip(".,")
        if (before if before.isalnum() else _NO_WORD.split(before)[-1]) in _TITLE:
            return True
        at = masked.find(" N", at + 2)
    return False


def _may_date(masked: str, *, figures: bool) -> bool:
    if "D" in masked:
        return True
    return (figures or "th " in masked) and ((figures and "/" in masked) or _ORDINAL.search(masked) is not None)
