"""What a page brings along that its own tags do not show: style sheets in addresses, trees in templates, comments, drawings.

Style sheets written into `data:` addresses are part of the page's own. A template that is the shadow of an element is shown
in its place; where a page leads by itself is a link. Letters that a font in the page draws, and pictures made of thousands of
shadows, cannot be read, which is said.
"""

import base64
import binascii
import re
from collections.abc import Iterator
from urllib.parse import unquote

from selectolax.lexbor import LexborHTMLParser, LexborNode

from gateway.reading.sought import Sought

FONT, SHADOWS = "not read: letters that a font in it draws", "not read: what is drawn by style alone"
CURVES = "not read: what is drawn in curves"
SPREAD = "not read: letters that a drawing puts in places of their own"
_SHADOW = re.compile(r"<template\b(?=[^>]{0,300}\bshadowroot)[^>]{0,300}>", re.IGNORECASE)
_SHADOW_END = re.compile(r"</template\s{0,9}>", re.IGNORECASE)
_SHEET = re.compile(r"data:text/css((?:;[\w=.\-]{1,60}){0,4}),(.*)", re.IGNORECASE | re.DOTALL)
_IMPORT = re.compile(r"""@import\s{1,9}(?:url\(\s{0,9})?["']?(data:text/css[^"'()\s]{1,400000})""", re.IGNORECASE)
_FONT = re.compile(r"@font-face\s{0,9}\{[^{}]{0,2000}?url\(\s{0,9}[\"']?data:", re.IGNORECASE)
_ART = Sought(
    r"\b(?:box-shadow|text-shadow|background(?:-image)?)\s{0,9}:(?!\s{0,9}url)[^;\"'{}]{4000,}",
    (rf"{name}\s{{0,9}}:[^;\"'{{}}]{{4000}}" for name in ("-shadow", "background", "background-image")),
)
_DRAWN = re.compile(r"<path\b[^>]{0,400}?\bd\s{0,9}=\s{0,9}[\"']([^\"']{1,200000})", re.IGNORECASE)
_PLACES = re.compile(
    r"<t(?:ext|span)\b[^<>]{0,400}?\s[xy]\s{0,9}=\s{0,9}[\"']?\s{0,9}((?:-?[\d.]{1,12}[\s,]{1,9}){8,4000})", re.IGNORECASE
)
_NAMED = re.compile(r"<(?:text|tspan)\s[^<>]{0,400}?\bid\s*=", re.IGNORECASE)
_NUMBER = re.compile(r"-?\d{1,9}(?:\.\d{1,9})?")
_MOVE = re.compile(r"[Mm]")
LETTERS, STROKES = 12, 1500
"""So many outlines of so many characters may be letters; an icon has fewer."""
_MOST, _LONGEST = 20, 400_000
_REFRESH = re.compile(r"[\d.\s]{0,20}[;,\s]\s{0,9}(?:url\s{0,9}=\s{0,9})?[\"']?([^\"'\s]{1,4000})", re.IGNORECASE)
_CONDITIONAL = re.compile(r"<!--\[if\b(?![^\]|]{0,200}!mso[^\]|]{0,200}\])[^\]]{0,200}\]>(?!<!--[\s-]{0,9}>)", re.IGNORECASE)
_ISLAND, _ISLAND_END = re.compile(r"<xml(?=[\s/>])", re.IGNORECASE), re.compile(r"</xml\b", re.IGNORECASE)
_SAYS = re.compile(r"(?:^|>)\s*[^\s<>]|\b(?:alt|href|label|placeholder|string|value)\s*=", re.IGNORECASE)
"""What only opens and closes boxes has neither words nor these."""


def opened(source: str, small: str) -> str:
    """The source of a page with its shadow trees as boxes. small: the same in small letters."""
    if "shadowroot" not in small:
        return source
    return _SHADOW_END.sub("</div>", _SHADOW.sub("<div>", source))


def styles(tree: LexborHTMLParser) -> str:
    """All style sheets that are in the page, but those for print alone."""
    own = "\n".join(node.text() for node in tree.css("style") if _is_shown(node))[:_LONGEST]
    linked = [node.attributes.get("href") or "" for node in tree.css("link[href]")[:_MOST] if _is_shown(node)]
    written = [*linked, *_IMPORT.findall(own)[:_MOST]] if "data:" in own or any(linked) else []
    return "\n".join([*(_sheet(address) for address in written), own])[:_LONGEST]


def _is_shown(sheet: LexborNode) -> bool:
    return (sheet.attributes.get("media") or "").strip().lower() != "print"


def onward(tree: LexborHTMLParser, source: str) -> Iterator[str]:
    """Where the page takes its reader by itself, once it is open (HTML Living Standard §4.2.5.3, "refresh"), and its frames."""
    if "<iframe" in source:
        yield from (node.attributes.get("src") or "" for node in tree.css("iframe[src]")[:_MOST])
    for node in tree.css("meta[http-equiv]")[:_MOST] if "refresh" in source.lower() else ():
        if (node.attributes.get("http-equiv") or "").strip().lower() == "refresh":
            found = _REFRESH.match(node.attributes.get("content") or "")
            yield from found.groups() if found else ()


def _sheet(address: str) -> str:
    found = _SHEET.match(address[:_LONGEST])
    if not found:
        return ""
    if not found[1].lower().endswith(";base64"):
        return unquote(found[2])
    try:
        return base64.b64decode(unquote(found[2]) + "==").decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return ""


def unreadable(source: str) -> Iterator[str]:
    """Why not all of a page can be read as it is shown."""
    if "@font-face" in source and _FONT.search(source):
        yield FONT
    if _ART.stands_in(source):
        yield SHADOWS
    if "<svg" in source:
        if any(map(_may_be_letters, source.split("<svg")[1 : _MOST * 10])):
            yield CURVES
        if _is_spread(source):
            yield SPREAD


def _is_spread(source: str) -> bool:
    """Whether letters of a drawing have a place each, out of their order, or are drawn again elsewhere (SVG 2 §11.2, §5.5)."""
    if any((places := _numbers(found[1])) != sorted(places) for found in _PLACES.finditer(source)):
        return True
    return source.count("<use") >= LETTERS and len(_NAMED.findall(source)) >= LETTERS


def _numbers(written: str) -> list[float]:
    return [float(number) for number in _NUMBER.findall(written)]


def _may_be_letters(drawing: str) -> bool:
    drawn = "".join(_DRAWN.findall(drawing.partition("</svg")[0]))
    return len(drawn) >= STROKES and len(_MOVE.findall(drawn)) >= LETTERS


def conditional(html: str) -> Iterator[str]:
    """What stands in Outlook's conditional comments."""
    at = 0
    while opening := _CONDITIONAL.search(html, at):
        at = html.find("<![endif]", opening.end())
        if at < 0:
            return
        inner = html[opening.end() : at]
        if _SAYS.search(inner) and _SAYS.search(inner := _without_islands(inner)):
            yield inner


def _without_islands(inner: str) -> str:
    """Without settings of Word, which a browser shows and Outlook does not."""
    begin, kept = 0, list[str]()
    while (found := _ISLAND.search(inner, begin)) and (end := _ISLAND_END.search(inner, found.end())):
        kept.append(inner[begin : found.start()])
        begin = end.start()
    return "".join([*kept, inner[begin:]])
