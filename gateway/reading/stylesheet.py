"""The style sheets of a page: which rules stand in them, and the text that they put.

Selectors are taken as they are written; `styled` finds what they fit. What rules inside `@media` say of looks is left alone,
since they hold on some screens only; what they hide is told apart, and the text that they put is taken, but that for print. The
work is bounded.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gateway.reading.css import Declarations, Look, declarations, unescaped

_COMMA = re.compile(r",(?![^()]{0,400}\))")
_PASSING = re.compile(r":(?!(?:nth-|first-|last-|only-|is\(|not\(|where\(|has\(|empty|root|link))")
"""What fits an element at times only, or a part of it."""
_CUSTOM = re.compile(r"""(--[\w-]{1,80})\s*:\s*("[^"<>]{0,2000}"|'[^'<>]{0,2000}'|[^;{}"'<>]{1,200})""")
_VARIABLE = re.compile(r"var\(\s*(--[\w-]{1,80})\s*(?:,\s*([^()]{0,200}))?\)")
_QUOTE = r"""(?:["']|&quot;|&#3[49];)"""
_AREAS = re.compile(rf"grid-template(?:-areas)?\s*:((?:\s*{_QUOTE}[\w\s.-]{{1,4000}}{_QUOTE}[^;{{}}\"'&<>]{{0,80}}){{1,200}})")
_ROW = re.compile(rf"{_QUOTE}([\w\s.-]{{1,4000}}){_QUOTE}")
_AREA = re.compile(r"(grid-area\s*:\s*)([A-Za-z_][\w-]{0,80})(?![\w\s-]*/)")
_TYPE = re.compile(r"^[A-Za-z0-9]+")
_SIMPLE = re.compile(r"([a-z][a-z0-9]*)?(?:([.#])(-?[_a-zA-Z][\w-]*))?")
_CONTENT = re.compile(
    r"""(?<!-)content\s*:\s*((?:"[^"]{0,2000}"|'[^']{0,2000}'|attr\([\w\- ]{1,60}\)|(?:no-)?(?:open|close)-quote|\s){1,40})""",
    re.IGNORECASE,
)
_PSEUDO = re.compile(r"::?(before|after|marker)\s*$", re.IGNORECASE)
_MARKED = re.compile(r"""(?:list-style(?:-type)?|quotes)\s*:[^;"']{0,60}("[^"]{0,2000}"|'[^']{0,2000}')""", re.IGNORECASE)
_SYMBOLS = re.compile(r"""symbols\s*:\s*((?:"[^"]{0,2000}"|'[^']{0,2000}'|\s){1,400})""", re.IGNORECASE)
"""Text that is put before list items, or around quotations."""
_PIECE = re.compile(r"""["']([^"']*)["']|attr\(\s*([\w\-]+)\s*\)""", re.IGNORECASE)
_HOLDS = re.compile(r"@(?:media\s+(?:only\s+)?(?:all|screen)\s*$|supports\b|layer\b)", re.IGNORECASE)
"""What holds wherever mail is read."""
_AT_TIMES = re.compile(r"@(?:media\b(?!\s+(?:only\s+)?print\s*$)|container\b)", re.IGNORECASE)
"""What holds on some screens."""
_HIDES = re.compile(r"none|hidden|opacity|transparent|size\s*:\s*[01.]|-\d{3}")
_MOST_RULES, _MOST_OTHERS = 5000, 300
_BRACE, _COUNTED = re.compile(r"[{}]"), re.compile(r"@counter-style\b", re.IGNORECASE)
_DEEPEST, _MOST_NESTED, _LONGEST_SELECTOR = 8, 20, 400

Head = tuple[str, bool | None]
"""The selectors of a rule, and whether it holds on every screen; None where it does on none."""
_NOTHING: Head = ("", None)
Generated = tuple[str, str, tuple[tuple[str, str], ...]]
"""A selector, "before" or "after", and what is put there: text, or the name of an attribute."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """A style sheet.

    simple: by `tag`, `.class`, `#id` or `tag.class`; others: by any other selector, as it is written
    at_times: selectors of what some screens do not show
    """

    simple: Mapping[str, Declarations]
    others: tuple[tuple[str, Declarations], ...] = ()
    generated: tuple[Generated, ...] = ()
    at_times: tuple[str, ...] = ()


def rules(sheet: str) -> Rules:
    """The rules that hold on every screen; of others the text that they put, and what they hide."""
    simple: dict[str, Declarations] = {}
    others: list[tuple[str, Declarations]] = []
    generated: list[Generated] = []
    at_times: list[str] = []
    for count, (selectors, body, always) in enumerate(_blocks(_uncommented(sheet))):
        if count > _MOST_RULES:
            break
        if not always:
            small = body.lower()
            if "content" in small:
                generated += (one for one in _generated(selectors, body) if any(text or name for text, name in one[2]))
            if _HIDES.search(small) and Look().under(declarations(body)).hidden:
                at_times += _listed(selectors)
            continue
        generated += _generated(selectors, body)
        style = declarations(body)
        for selector in _listed(selectors) if style else ():
            written = _TYPE.sub(lambda tag: tag[0].lower(), selector)
            if written and _SIMPLE.fullmatch(written):
                simple[written] = {**simple.get(written, {}), **style}
            elif written and not _PASSING.search(written):
                others.append((selector, style))
    return Rules(
        simple=simple,
        others=tuple(others[:_MOST_OTHERS]),
        generated=tuple(generated[:_MOST_OTHERS]),
        at_times=tuple(at_times[:_MOST_OTHERS]),
    )


def _listed(selectors: str) -> Iterator[str]:
    return map(str.strip, _COMMA.split(selectors))


def _generated(selectors: str, body: str) -> Iterator[Generated]:
    """The text that a rule puts."""
    if selectors.startswith("@"):
        if symbols := _SYMBOLS.search(body):
            yield "body > :first-child", "before", tuple((f"{unescaped(text)} ", "") for text, _ in _PIECE.findall(symbols[1]))
        return
    content, marked = _CONTENT.search(body), _MARKED.search(body)
    for selector in _listed(selectors) if content or marked else ():
        if marked:
            yield selector, "before", ((unescaped(marked[1][1:-1]), ""),)
        if content and (pseudo := _PSEUDO.search(selector)):
            pieces = tuple((unescaped(text), name.lower()) for text, name in _PIECE.findall(content[1]))
            yield selector[: pseudo.start()] or "*", "after" if pseudo[1].lower() == "after" else "before", pieces


def resolved(source: str) -> str:
    """The source of a page with its custom properties and the areas of its grids in the place of their names.

    CSS Variables §3, CSS Grid Layout §7.3
    """
    if "grid-template" in source:
        source = _placed(source)
    if "var(" not in source:
        return source
    given = dict(_CUSTOM.findall(source))
    return _VARIABLE.sub(lambda found: str(given.get(found[1], found[2] or "")).strip(), source)


def _placed(source: str) -> str:
    """With the row and the column of an area for its name."""
    cells: dict[str, str] = {}
    for template in _AREAS.findall(source):
        for row, written in enumerate(_ROW.findall(template), 1):
            cells |= {name: f"{row}/{column}" for column, name in enumerate(written.split(), 1)}
    return _AREA.sub(lambda found: found[1] + cells.get(found[2], found[2]), source)


def _uncommented(sheet: str) -> str:
    return "".join(piece.partition("*/")[2] if number else piece for number, piece in enumerate(sheet.split("/*")))


def _blocks(sheet: str) -> Iterator[tuple[str, str, bool]]:
    """(selectors, declarations, whether it holds on every screen) of every rule that holds on any, whatever it stands in."""
    heads: list[Head] = []
    at = 0
    for found in _BRACE.finditer(sheet):
        written = sheet[at : found.start()]
        at = found.end()
        selectors, always = heads[-1] if heads else ("", True)
        if found[0] == "{":
            own, _, head = written.rpartition(";")
            if own and selectors and always is not None:
                yield selectors, own, always
            heads.append(_opened((selectors, always), head.replace("<!--", "").strip()) if len(heads) < _DEEPEST else _NOTHING)
        elif heads:
            if selectors and always is not None:
                yield selectors, written, always
            heads.pop()


def _opened(around: Head, head: str) -> Head:
    """What stands behind a head that stands within another one."""
    selectors, always = around
    if not head.startswith("@"):
        return _within(selectors, head), always
    if _HOLDS.match(head):
        return around
    if _COUNTED.match(head):
        return head, always
    return ("", False) if always is not None and _AT_TIMES.match(head) else _NOTHING


def _within(around: str, head: str) -> str:
    """The selector of a rule that stands in another one (CSS Nesting §3)."""
    if not around or around.startswith("@") or len(around) > _LONGEST_SELECTOR:
        return head
    return ", ".join(
        inner.replace("&", outer) if "&" in inner else f"{outer} {inner}"
        for outer in map(str.strip, _COMMA.split(around)[:_MOST_NESTED])
        for inner in map(str.strip, _COMMA.split(head)[:_MOST_NESTED])
    )
