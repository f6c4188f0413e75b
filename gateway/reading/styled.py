"""Which elements a style sheet speaks of, and what attributes say of looks. Selectors are matched by `selectolax`."""

from collections.abc import Iterable, Mapping

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from gateway.reading import css
from gateway.reading.stylesheet import Generated
from gateway.reading.tags import NOT_SHOWN

_MOST_SELECTED, _LONGEST_SELECTOR = 20_000, 200


def presented(tag: str, attributes: Mapping[str, str | None]) -> css.Declarations:
    """Presentational attributes as the style they stand for (HTML Standard §15)."""
    style: dict[str, str] = {}
    if "hidden" in attributes or (tag == "dialog" and "open" not in attributes) or tag in NOT_SHOWN:
        style["display"] = "none"
    if colour := attributes.get("bgcolor"):
        style["background-color"] = colour.strip().lower()
    if attributes.get("background"):
        style["background-image"] = "url"
    if tag == "font":
        if colour := attributes.get("color"):
            style["color"] = colour.strip().lower()
        if attributes.get("size"):
            style["font-size"] = "medium" if not (attributes["size"] or "").isdigit() else "10px"
    if tag == "body" and (colour := attributes.get("text")):
        style["color"] = colour.strip().lower()
    return style


def ruled(tag: str, attributes: Mapping[str, str | None], rules: Mapping[str, css.Declarations]) -> css.Declarations:
    """What rules with simple selectors say of an element, the more particular selector last."""
    classes = (attributes.get("class") or "").split()[:20]
    selectors = [tag, *(f".{name}" for name in classes), *(f"{tag}.{name}" for name in classes), f"#{attributes.get('id')}"]
    style: dict[str, str] = {}
    for selector in selectors:
        style |= rules.get(selector, {})
    return style


def matched(tree: LexborHTMLParser, rules: Iterable[tuple[str, css.Declarations]]) -> dict[int, css.Declarations]:
    """For elements that selectors of more than one step fit, by their marks, what those say."""
    found: dict[int, css.Declarations] = {}
    for selector, style in rules:
        for node in selected(tree, selector):
            found[node.mem_id] = {**found.get(node.mem_id, {}), **style}
    return found


def put(tree: LexborHTMLParser, rules: Iterable[Generated]) -> dict[tuple[int, str], str]:
    """The text that a style sheet puts before or behind elements, by their marks."""
    found: dict[tuple[int, str], str] = {}
    for selector, where, pieces in rules:
        for node in selected(tree, selector):
            found[node.mem_id, where] = "".join(
                text or (node.attributes.get(name) or "" if name else "") for text, name in pieces
            )
    return found


def selected(tree: LexborHTMLParser, selector: str) -> list[LexborNode]:
    """The elements that a selector fits; none for one that is not understood."""
    try:
        return tree.css(selector)[:_MOST_SELECTED] if len(selector) < _LONGEST_SELECTOR else []
    except (SelectolaxError, ValueError, RuntimeError):
        return []
