"""Letters put between the letters of words, which a reader does not see by some style that is not understood here.

What gives them away is that they stand close to letters again and again and are all styled alike, as no emphasis of a writer
is. A page with such parts is read once more without them, and what stands in them by itself: one of both is what shows.
So it is with words that are hidden on some screens only; and a line break that is not shown is none.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

from gateway.reading.placed import Style
from gateway.reading.styled import selected
from gateway.reading.tags import BREAKS, OPTIONAL

_INLINE = "span, i, b, em, strong, font, u, s, small, big, sub, sup, a, label, code, tt, mark, ins, del, bdo, bdi, kbd, samp, var"
_MOST, _LEAST = 20_000, 8
_SHARE = 0.8
_LONGEST, _LETTERS = 12, 4.0
"""Characters: of one of them, and of all of them on average."""
_STYLED = ("style", "class", "id", "color", "hidden")
_ONE = r"\w{1,8}\s[^<>]{1,300}>[^<>]{0,12}</\w{1,8}>"
HINT = re.compile(rf"<(?:(?<=[A-Za-z;]<){_ONE}|{_ONE}[A-Za-z&])(?:[^<>]{{0,60}}+(?:<[^<>]{{1,300}}>[^<>]{{0,12}}+){{1,4}}){{6}}")
"""What a page with many of them has in its source."""
TORN = re.compile(r"<br(?<=[a-z]<br)\s[^<>]{1,300}>[a-z]")
"""A line break between letters, with attributes, in a page in small letters."""
_NAMES = re.compile(r"([\w\-]{1,40})\s*:")
_MOST_KINDS = 3
Kind = tuple[str, ...]


def parts(tree: LexborHTMLParser) -> Iterator[frozenset[int]]:
    """The marks of the elements that may be such letters, each sort of them by itself; small words over others are some."""
    if small := frozenset(node.mem_id for node in tree.css("ruby rt, ruby rp")[:_MOST]):
        yield small
    alike: dict[Kind, list[LexborNode]] = defaultdict(list)
    for node in tree.css(_INLINE)[:_MOST]:
        if any(name in node.attributes for name in _STYLED):
            for kind in dict.fromkeys((_exactly(node), _roughly(node))):
                alike[kind].append(node)
    found = (nodes for nodes in alike.values() if len(nodes) >= _LEAST and _are_between(nodes))
    chosen = sorted(found, key=len, reverse=True)[:_MOST_KINDS]
    yield from dict.fromkeys(frozenset(node.mem_id for node in nodes) for nodes in chosen)


def at_times(tree: LexborHTMLParser, selectors: Iterable[str]) -> frozenset[int]:
    """The marks of the elements within lines that a style sheet hides on some screens, by these selectors."""
    found = (node for selector in dict.fromkeys(selectors) for node in selected(tree, selector))
    return frozenset(node.mem_id for node in found if node.tag not in BREAKS and node.tag not in OPTIONAL)


def unbreak(tree: LexborHTMLParser, style: Style) -> None:
    """Take out the line breaks that are not shown."""
    for node in tree.css("br")[:_MOST]:
        if style(node).get("display") == "none":
            node.decompose()


def _exactly(node: LexborNode) -> Kind:
    return (node.tag or "", *(node.attributes.get(name) or "" for name in _STYLED[:2]))


def _roughly(node: LexborNode) -> Kind:
    """By what is set, whatever to: for those that each have a name or a number of their own."""
    names = _NAMES.findall((node.attributes.get("style") or "")[:1000].lower())
    return ("", node.tag or "", *sorted({*names, *(name for name in _STYLED if name in node.attributes)}))


def _are_between(nodes: list[LexborNode]) -> bool:
    lengths = [len((node.text() or "").strip()) for node in nodes]
    if max(lengths) > _LONGEST or sum(lengths) > _LETTERS * len(nodes) or not any(lengths):
        return False
    return sum(map(_is_close, nodes)) >= _SHARE * len(nodes)


def _is_close(node: LexborNode) -> bool:
    """Whether a letter that is not styled so stands right beside it."""
    before, behind = node.prev, node.next
    if before is not None and before.tag == "-text" and (before.text_content or "")[-1:].isalpha():
        return True
    return behind is not None and behind.tag == "-text" and (behind.text_content or "")[:1].isalpha()
