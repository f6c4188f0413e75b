"""What an HTML page shows beside its text: words that come up over a part of it, and pages in frames that it brings along."""

from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser

from gateway.reading.lines import LINE, Lines

_MOST, _LONGEST = 200, 2000
_LEAST = 3
"""Fewer words are the name of a button or a picture."""


def framed(tree: LexborHTMLParser) -> Iterator[str]:
    """Pages that are written into frames."""
    for frame in tree.css("iframe[srcdoc]")[:_MOST]:
        yield frame.attributes.get("srcdoc") or ""


def tips(tree: LexborHTMLParser, seen: Lines) -> None:
    """Put what the pointer brings up below the text, where it says more than that."""
    if not (titled := tree.css("[title]")[:_MOST]):
        return
    text = " ".join("".join(seen.pieces).split())
    said = dict.fromkeys(" ".join((node.attributes.get("title") or "")[:_LONGEST].split()) for node in titled)
    for tip in said:
        if len(tip.split()) >= _LEAST and tip not in text:
            seen.part(LINE)
            seen.add(tip)
