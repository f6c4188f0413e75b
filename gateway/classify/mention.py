"""Words that are mentioned and not used: those within quotation marks, and capitals that a sign, a shirt or a shout bears.

`unspoken` blanks them and keeps every other character in its place, so that what is left can be read by the same rules.
It says nothing of whether the writer agrees with them; an apostrophe or an inch mark is no quotation mark.
"""

import re
from collections.abc import Iterator

_BEARERS = (
    r"stickers?|signs?|banners?|posters?|placards?|shirts?|tees?|buttons?|pins?|hats?|caps?|flyers?|fliers?|leaflets?|decals?"
    r"|magnets?|graffiti|chants?|slogans?"
)
_BEARS = r"reads?|reading|says?|said|saying|headed|titled|marked|labell?ed|shout(?:s|ed|ing)|yell(?:s|ed|ing)|chant(?:s|ed|ing)"
_QUOTED = re.compile(
    r"(?<![\w\"])\"(?=[^\s\"])(?:[^\"\n]|\n(?!\n)){1,300}\"(?!\w)"
    r"|(?<![\w'\"])'(?=\w)(?:[^'\n]|(?<=\w)'(?=\w)){2,160}(?<=[^\s'])'(?!\w)"
)
_CAPITALS = r"[A-Z]{2,20}(?: [A-Z0-9][A-Z0-9'&/-]{0,20}){1,12}"
_BORNE = re.compile(
    rf"(?<=\s)(?:{_BEARERS}|{_BEARS})(?:,|:| that| which| who| in)? {_CAPITALS}\b|\b{_CAPITALS}(?= (?:{_BEARERS}|one)\b)"
)
_LOUD = re.compile(_CAPITALS)
_MAY_BE_LOUD = re.compile("[A-Z]{2} [A-Z0-9]")
_MARKED = re.compile(r"[\"']")
_FILL = "~"


def unspoken(seen: str, text: str) -> str:
    """`text` with what is only mentioned blanked, the marks around it left; `seen`, as long, shows the marks."""
    spans = [(found.start() + 1, found.end() - 1) for found in _quoted(seen)]
    if _MAY_BE_LOUD.search(seen):
        spans += [(start, end) for borne in _BORNE.finditer(seen) for start, end in _capitals(seen, borne)]
    pieces, at = [], 0
    for start, end in sorted(spans):
        pieces += [text[at:start], _FILL * (end - max(at, start))]
        at = max(at, end)
    return "".join([*pieces, text[at:]])


def _quoted(seen: str) -> Iterator[re.Match[str]]:
    """What stands between quotation marks, with them."""
    mark = _MARKED.search(seen)
    while mark:
        found = _QUOTED.match(seen, mark.start())
        if found:
            yield found
        mark = _MARKED.search(seen, (found or mark).end())


def _capitals(seen: str, borne: re.Match[str]) -> list[tuple[int, int]]:
    return [loud.span() for loud in _LOUD.finditer(seen, borne.start(), borne.end())]
