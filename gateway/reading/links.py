"""Links in plain text: with a scheme, with `www.`, and bare names of sites; written to be clicked or to be typed.

They are looked for in folded text, so that invisible and look-alike characters do not hide them, and their places
are those of the original. Every pattern begins where a name can begin and is bounded, so the work is linear.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from string import ascii_lowercase, ascii_uppercase

from gateway.mail import Place
from gateway.reading.html import Page
from gateway.reading.types import Link, Origin, Passage
from gateway.reading.wrappers import ways

_DOT = r"(?:\.|\[\.\]|\(\.\)|\{\.\}|<\.>| ?(?:\[dot\]|\(dot\)|\{dot\}|<dot>) ?| dot (?=(?:com|org|net|gov|edu|info|us)\b))"
_SITES = (
    "com|org|net|edu|gov|mil|us|info|biz|io|co|me|tv|fm|ly|gl|gle|be|gd|to|cc|ws|app|dev|site|online|website|page|link|live|life|today"
    "|news|social|vote|voto|win|gop|democrat|republican|party|fund|fundraising|gives|charity|foundation|community|events|email|shop|store"
    "|church|faith|bible|christmas|islam|catholic|ngo|ong|group|club|team|care|world|xyz|uk|ca|mx|es|eu|example|test"
)
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9\-]{0,62})"
_REST = r"(?::\d{1,5})?(?:[/?#][^\s<>\"]{0,2000})?"
_URL = re.compile(
    rf"(?P<full>\b(?:h(?:tt|xx)ps?|ftp)\s?:\s?//\s?[^\s<>\"]{{1,2000}})"
    rf"|(?P<mail>\bmailto:[^\s<>\"]{{1,1000}})"
    rf"|(?<![\w.@\-/])(?P<www>www\d?\.[^\s<>\"]{{3,2000}})"
    rf"|(?<![\w.@\-/])(?P<bare>(?:{_LABEL}{_DOT}){{1,6}}(?:{_SITES})(?![\w\-@]|\.\w){_REST})",
    re.IGNORECASE,
)
_BROKEN = re.compile(r"\bh(?:tt|xx)ps?\s?:\s?//[^\s<>\"]{1,400}(?=\n[^\s<>\"]{2})", re.IGNORECASE)
_NEXT_LINE = re.compile(r"\n(?![^\n]{0,8}://)([^\s<>\"]{2,200})(?=\n|\Z)")
_MOST_LINES = 5
_GOES_ON = re.compile(r"[=&%_~?+-]\Z")
_WHOLE_HOST = re.compile(rf"\w+\s?:\s?//\s?(?:[^/?#\s]*\.)(?:{_SITES})(?::\d+)?(?:[/?#]|\Z)", re.IGNORECASE)
_ADDRESSLIKE = re.compile(r"\S*\w(?:[/=&%?]|\.\w)|[/=&%?#]")
_HINT = re.compile(rf"[/.\])}}:](?:/|(?=[a-z])(?:{_SITES})\b|(?<=w[w\d].)(?:(?<=www.)|(?<=www\d.))|(?<=o:)(?<=mailto:))")
"""Each alternative by a letter or two first, since most full stops end a sentence."""
_DOT_SAID = re.compile(r"[ \[({<]dot[ \])}>]")
_DOTTED = re.compile(r"\[\.\]|\(\.\)|\{\.\}|<\.>| ?(?:\[dot\]|\(dot\)|\{dot\}|<dot>) ?| dot ", re.IGNORECASE)
_SMALL = str.maketrans(ascii_uppercase, ascii_lowercase)
_TRAILING = ".,;:!?'*_>"
_PAIRS = {")": "(", "]": "[", "}": "{"}


def may_stand_in(text: str) -> bool:
    """Whether a link that is not spelt out with `dot` may stand in the text."""
    return _HINT.search(_small(text)) is not None or "<.>" in text


def in_text(passage: Passage) -> Iterator[Link]:
    """The links a passage's words hold."""
    for found in _found(passage.folded):
        shown = _trimmed(found[0])
        place, written = passage.quote(found.start(), found.start() + len(shown))
        for goes in filter(None, ways(_typed(shown))):
            yield Link(target=goes, written=written, shown=written, place=place, origin=passage.origin)
    yield from _over_lines(passage)


def _over_lines(passage: Passage) -> Iterator[Link]:
    """Addresses that go on in the next lines, as one puts them together to follow them; the first line alone is one too."""
    for found in _BROKEN.finditer(passage.folded) if "://" in passage.folded else ():
        whole, end = found[0], found.end()
        for _ in range(_MOST_LINES):
            line = _NEXT_LINE.match(passage.folded, end)
            if not line or not (_is_open(whole) or _ADDRESSLIKE.match(line[1])):
                break
            whole, end = whole + line[1], line.end()
        if end > found.end():
            place, written = passage.quote(found.start(), end)
            for goes in filter(None, ways(_typed(_trimmed(whole)))):
                yield Link(target=goes, written=written, shown=written, place=place, origin=passage.origin)


def _is_open(address: str) -> bool:
    """Whether an address can hardly end here."""
    return _GOES_ON.search(address) is not None or not _WHOLE_HOST.match(address)


def _found(text: str) -> Iterator[re.Match[str]]:
    """What may be a link, on the lines that hold a hint of one."""
    lowered = _small(text)
    if "dot" in lowered and _DOT_SAID.search(lowered):
        yield from _URL.finditer(text)
        return
    read = 0
    for hint in _HINT.finditer(lowered):
        if hint.start() >= read:
            end = text.find("\n", hint.start())
            line, read = text.rfind("\n", 0, hint.start()) + 1, end if end >= 0 else len(text)
            yield from _URL.finditer(text, line, read)


def _small(text: str) -> str:
    """The text with its plain letters as small ones, each in its place."""
    return text.lower() if text.isascii() else text.translate(_SMALL)


def _trimmed(found: str) -> str:
    """The address without the sentence's punctuation behind it."""
    text = found.rstrip(_TRAILING)
    while text and text[-1] in _PAIRS and text.count(text[-1]) > text.count(_PAIRS[text[-1]]):
        text = text[:-1].rstrip(_TRAILING)
    return text


def _typed(shown: str) -> str:
    """The address as one would type it: `hxxps://`, `[.]` and ` dot ` are what they stand for."""
    text = re.sub(r"^h(?:tt|xx)p(s?)\s?:\s?//\s?", r"http\1://", shown, flags=re.IGNORECASE)
    head, slash, rest = text.partition("/") if "://" not in text else (text, "", "")
    return _DOTTED.sub(".", head) + slash + rest


def on_sheet(given: Sequence[tuple[str, str]], text: str, place: Place, origins: Callable[[int], Origin]) -> Iterator[Link]:
    """The links that a document or a picture gives apart from its text, as (target, shown)."""
    read = 0
    for written, words in given:
        leads = tuple(filter(None, ways(written)))
        if not leads:
            continue
        shown = words.strip()
        found = text.find(shown, read) if shown else -1
        start = max(0, found if found >= 0 else text.find(shown))
        stands = bool(shown) and text.startswith(shown, start)
        read = start + len(shown) if stands else read
        at = replace(place, start=start, end=start + len(shown) if stands else start)
        for goes in leads:
            yield Link(target=goes, written=written, shown=shown, place=at, origin=origins(start))


def on_page(page: Page, place: Place, origins: Iterator[Origin]) -> Iterator[Link]:
    """The links of an HTML page; `origins` gives whose words stand at each of them."""
    for anchor, origin in zip(page.anchors, origins, strict=False):
        leads = tuple(filter(None, ways(anchor.written, page.base)))
        if not leads:
            continue
        text = page.hidden if anchor.hidden else page.text
        words = text[anchor.start : anchor.end]
        start = anchor.start + len(words) - len(words.lstrip())
        shown = words.strip()
        offset = len(page.text) + 2 if anchor.hidden else 0
        first = offset + start
        at = Place(part=place.part, header=place.header, name=place.name, page=place.page, start=first, end=first + len(shown))
        whose = Origin.HIDDEN if anchor.hidden else origin
        for goes in leads:
            yield Link(target=goes, written=anchor.written, shown=shown, place=at, origin=whose)
