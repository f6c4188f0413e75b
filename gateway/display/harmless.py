"""HTML from a stranger, made harmless, and still looking as its recipient would see it.

nh3 (ammonia) parses as browsers do and keeps a short list of elements and styles. What it leaves is written anew: links
lose their target and show it, remote pictures become a note, passages are marked. nh3 then looks at it once more.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser
from urllib.parse import urlsplit

import nh3

from gateway.display.marks import in_words, visible
from gateway.display.types import Mark

_KEPT_ELEMENTS = """
a abbr address article b big blockquote br caption center cite code col colgroup dd del details dfn div dl dt em figcaption
figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark ol p pre q s samp section small span strike strong
sub summary sup table tbody td tfoot th thead tr tt u ul var
"""
_KEPT_STYLES = """
color background-color font font-family font-size font-style font-weight line-height letter-spacing text-align text-indent
text-decoration text-transform vertical-align white-space width max-width height padding padding-top padding-right
padding-bottom padding-left margin margin-top margin-right margin-bottom margin-left border border-top border-right
border-bottom border-left border-color border-style border-width border-radius border-collapse border-spacing list-style-type
"""
_ELEMENTS = set(_KEPT_ELEMENTS.split())
_STYLES = set(_KEPT_STYLES.split())
_ATTRIBUTES = {
    "*": {"style", "align", "valign", "dir", "title"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "font": {"color", "size", "face"},
    "table": {"width", "border", "cellpadding", "cellspacing", "bgcolor"},
    "tr": {"bgcolor"},
    "td": {"width", "height", "colspan", "rowspan", "bgcolor"},
    "th": {"width", "height", "colspan", "rowspan", "bgcolor"},
    "ol": {"start", "type"},
}
_OURS = {name: allowed for name, allowed in _ATTRIBUTES.items() if name != "a"}
_CLASSES = {name: {"goes", "link", "withheld", "found"} for name in ("span", "small", "mark", "u")}
_DROPPED = "script style title template noscript iframe object embed svg math select textarea head"
_GONE = set(_DROPPED.split())
_VOID = {"br", "hr", "img", "col"}
_FUNCTION = re.compile(r"(?<![\w-])(?!rgba?\(|hsla?\()[\w-]+\s*\(|@")
"""A function in a style that is not a colour may load or run something."""
_WITHHELD = ("http:", "https:", "ftp:", "//")
_LONGEST = 2_000_000
_SHOWN = 120

Picture = Callable[[str], str]
"""The data: URL of a picture that the message brings itself, by its Content-ID; "" if it brings none."""


def harmless(html: str, marks: Sequence[Mark], picture: Picture) -> tuple[str, int]:
    """The fragment, and how many remote things were left out."""
    kept = nh3.clean(
        html[:_LONGEST],
        tags=_ELEMENTS,
        clean_content_tags=_GONE,
        attributes=_ATTRIBUTES,
        filter_style_properties=_STYLES,
        url_schemes={"http", "https", "mailto", "tel", "ftp", "cid"},
        link_rel=None,
    )
    scribe = _Scribe(picture)
    scribe.feed(kept)
    scribe.close()
    return final("".join(scribe.written(marks))), scribe.withheld


def final(fragment: str) -> str:
    """What we wrote ourselves, looked at once more."""
    return nh3.clean(
        fragment,
        tags=_ELEMENTS - {"a"},
        clean_content_tags=_GONE,
        attributes=_OURS,
        allowed_classes=_CLASSES,
        filter_style_properties=_STYLES,
        url_schemes={"data"},
        attribute_filter=_only_pictures,
        link_rel=None,
    )


def _only_pictures(element: str, name: str, value: str) -> str | None:
    if name == "src":
        return value if element == "img" and value.startswith("data:image/") else None
    return None if "\\" in value or _FUNCTION.search(value.lower()) else value


@dataclass(slots=True)
class _Word:
    """Text on the page, where the marks are still to be set."""

    text: str


@dataclass(slots=True)
class _Anchor:
    href: str
    pieces: list[str] = field(default_factory=list)


class _Scribe(HTMLParser):
    """Writes sanitised HTML anew. Text is kept apart until the end, so that a passage is found across elements."""

    def __init__(self, picture: Picture) -> None:
        super().__init__(convert_charrefs=True)
        self.withheld = 0
        self._picture = picture
        self._pieces: list[str | _Word] = []
        self._anchors: list[_Anchor] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element begins."""
        given = {name: value or "" for name, value in attrs}
        if tag == "a":
            self._anchors.append(_Anchor(given.get("href", "")))
            self._pieces.append('<u class="link">')
        elif tag == "img":
            self._pieces.append(self._image(given))
        else:
            self._pieces.append(f"<{tag}{_attributes(given)}>")

    def handle_endtag(self, tag: str) -> None:
        """It ends."""
        if tag == "a":
            self._pieces.append("</u>")
            if self._anchors:
                self._pieces.append(_target(self._anchors.pop()))
        elif tag not in _VOID:
            self._pieces.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        """Text."""
        self._pieces.append(_Word(visible(data)))
        for anchor in self._anchors:
            anchor.pieces.append(data)

    def written(self, marks: Sequence[Mark]) -> Iterator[str]:
        """All of it, with the passages marked."""
        whole = "".join(piece.text for piece in self._pieces if isinstance(piece, _Word))
        edges = _edges(whole, marks)
        at = 0
        for piece in self._pieces:
            if isinstance(piece, str):
                yield piece
                continue
            yield from _marked(piece.text, at, edges)
            at += len(piece.text)

    def _image(self, given: Mapping[str, str]) -> str:
        source = given.get("src", "")
        if source.lower().startswith("cid:") and (data := self._picture(source[4:])):
            return f'<img src="{data}" alt="{escape(given.get("alt", ""))}"{_attributes(given, "width", "height", "style")}>'
        if source.lower().startswith(_WITHHELD):
            self.withheld += 1
            if given.get("width") in {"0", "1"} or given.get("height") in {"0", "1"}:
                return ""
        words = visible(given.get("alt", "").strip())
        return f'<span class="withheld">[picture not loaded{": " + escape(words) if words else ""}]</span>'


def _attributes(given: Mapping[str, str], *names: str) -> str:
    kept = given.items() if not names else ((name, given[name]) for name in names if name in given)
    return "".join(f' {name}="{escape(value)}"' for name, value in kept)


def _target(anchor: _Anchor) -> str:
    href, words = visible(anchor.href.strip()), " ".join("".join(anchor.pieces).split())
    if not href or words == href:
        return ""
    shown = href if len(href) <= _SHOWN else href[:_SHOWN] + "…"
    return f' <small class="goes" title="{escape(href[:1000])}">→ {escape(shown)}</small>'


def _edges(whole: str, marks: Sequence[Mark]) -> list[tuple[int, int, str]]:
    found, at = [], 0
    for run in in_words(whole, marks):
        if run.says:
            found.append((at, at + len(run.text), run.says))
        at += len(run.text)
    return found


def _marked(text: str, at: int, edges: Sequence[tuple[int, int, str]]) -> Iterator[str]:
    """One piece of text that begins at `at` of the whole."""
    done = 0
    for start, end, says in edges:
        first, last = max(start - at, done), min(end - at, len(text))
        if first < last:
            yield escape(text[done:first])
            yield f'<mark class="found" title="{escape(says)}">{escape(text[first:last])}</mark>'
            done = last
    yield escape(text[done:])


def disguised(shown: str, target: str) -> bool:
    """Whether a link's words name a host that it does not go to."""
    word = shown.strip().lower()
    if " " in word or "." not in word.strip("."):
        return False
    try:
        said = urlsplit(word if "//" in word else f"//{word}").hostname or ""
        goes = urlsplit(target).hostname or ""
    except ValueError:
        return True
    return bool(goes) and said.removeprefix("www.") != goes.removeprefix("www.")
