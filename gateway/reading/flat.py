"""HTML read without its layout, where a parser would take long over it: the text between the tags."""

import re
from html import unescape

from gateway.reading.tags import FORMATTING, OPTIONAL

_TAG = re.compile(r"<(/?[a-zA-Z][a-zA-Z0-9]{0,15})")
_MANY_TAGS, _DEEPEST, _MOST_COPIES = 600, 2000, 200_000


def heavy(html: str) -> bool:
    """Whether a parser would take long: nested very deep, or formatting left open that is opened again in every block."""
    if html.count("<") < _MANY_TAGS:
        return False
    depth = formatting = copies = 0
    for written in _TAG.findall(html):
        name = written.lower()
        if name[0] == "/":
            depth -= 1 if name[1:] not in OPTIONAL and depth else 0
            formatting -= 1 if name[1:] in FORMATTING and formatting else 0
        elif name in FORMATTING:
            formatting, depth = formatting + 1, depth + 1
        elif name not in OPTIONAL:
            depth += 1
        copies += formatting
        if depth > _DEEPEST or (formatting > 50 and copies > _MOST_COPIES):  # noqa: PLR2004  -- fewer are ordinary sloppiness
            return True
    return False


def text(html: str) -> str:
    """One line for what stands between two tags."""
    uncommented = "".join(piece.partition("-->")[2] if n else piece for n, piece in enumerate(html.split("<!--")))
    return re.sub(r"\s*\n\s*", "\n", unescape(re.sub(r"<[^<>]*>?", "\n", uncommented))).strip()


def links(html: str) -> list[str]:
    """Where it links to, as written."""
    return re.findall(r"""href\s*=\s*["']?([^\s"'<>]{1,2000})""", html)
