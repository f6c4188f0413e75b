"""The tags of HTML by what they do to the text in them: break lines, keep blanks, hide it (HTML Standard §15.3)."""

from gateway.reading.lines import CELL, LINE, PARAGRAPH

UNSEEN = frozenset({"script", "style", "head", "title", "template", "meta", "link", "base", "iframe", "noembed"})
NOT_SHOWN = frozenset({"rp", "datalist"})
_BLOCKS = frozenset(
    {"address", "article", "aside", "body", "caption", "center", "dd", "details", "dialog", "dir", "div", "dl", "dt", "fieldset"}
    | {
        "figcaption",
        "figure",
        "footer",
        "form",
        "header",
        "hr",
        "legend",
        "li",
        "main",
        "menu",
        "nav",
        "ol",
        "optgroup",
        "option",
    }
    | {"section", "select", "summary", "table", "tbody", "tfoot", "thead", "tr", "ul", "textarea", "button", "frameset"}
)
_PARAGRAPHS = ("p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "listing", "xmp", "plaintext")
BREAKS = {**dict.fromkeys(_BLOCKS, LINE), **dict.fromkeys(_PARAGRAPHS, PARAGRAPH), "td": CELL, "th": CELL}
"""What parts an element from what is before and behind it."""
PRE = frozenset({"pre", "listing", "xmp", "plaintext", "textarea"})
FORMATTING = frozenset({"a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"})
OPTIONAL = frozenset(
    {"p", "li", "td", "th", "tr", "tbody", "thead", "tfoot", "dt", "dd", "option"}
    | {"br", "hr", "img", "meta", "link", "input", "col", "area", "base", "wbr", "source", "param"}
)
