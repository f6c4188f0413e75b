"""How the elements of a page are shown: by style sheets, by attributes and by what is around them.

That is worked out once for all that say the same of it within what looks the same.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from gateway.reading import css, woven
from gateway.reading.css import Look
from gateway.reading.lines import LINE
from gateway.reading.styled import presented, ruled
from gateway.reading.tags import BREAKS, NOT_SHOWN, PRE

_LOOKS = frozenset({"style", "class", "id", "bgcolor", "background", "color", "size", "text", "dir", "hidden", "open"})
_OF_LOOKS = NOT_SHOWN | {"dialog"}
"""What is shown in another way than what is around it, with or without attributes."""
_BACKWARDS, _BACK = "\u202e", "\u202c"
"""Marks around text that is shown from right to left (Unicode UAX #9)."""
_GONE: css.Declarations = {"content-visibility": "hidden"}
Attributes = Mapping[str, str | None]


class Kind(NamedTuple):
    """Elements that are shown alike.

    within: the kinds inside, by what elements say of their looks
    due: the break before and behind one; before, after: what is generated around its text
    """

    look: Look
    within: dict[object, "Kind"]
    hidden: bool
    pre: bool
    due: int
    before: str = ""
    after: str = ""


@dataclass(slots=True)
class Kinds:
    """rules: of simple selectors; matched: what longer ones say of elements, by their marks.

    doubted: names of declarations that hide nothing; what they would hide is marked, and shown
    """

    rules: Mapping[str, css.Declarations]
    matched: Mapping[int, css.Declarations] = field(default_factory=dict)
    doubted: frozenset[str] = frozenset()
    _within: dict[tuple[Look, bool], dict[object, Kind]] = field(default_factory=dict)

    def without(self, marks: Iterable[int]) -> "Kinds":
        """The same of a page in which these elements are not shown."""
        return Kinds(self.rules, {**self.matched, **dict.fromkeys(marks, _GONE)})

    def doubting(self, doubted: frozenset[str]) -> "Kinds":
        """The same where these declarations hide nothing."""
        return Kinds(self.rules, self.matched, doubted)

    def outermost(self, tag: str, attributes: Attributes) -> Kind:
        """That of the element whose inside is read."""
        return self._looking(tag, attributes, Look(), 0)._replace(due=LINE)

    def of(self, tag: str, attributes: Attributes, around: Kind, mark: int) -> Kind:
        """That of an element within another one."""
        says: object = tag
        if not _LOOKS.isdisjoint(attributes):
            says = (tag, *[item for item in attributes.items() if item[0] in _LOOKS])
        if mark in self.matched:
            says = (says, tuple(self.matched[mark].items()))
        kind = around.within.get(says)
        if kind is None:
            kind = around.within[says] = self._new(tag, attributes, around, mark)
        return kind

    def _new(self, tag: str, attributes: Attributes, around: Kind, mark: int) -> Kind:
        pre = around.pre or tag in PRE
        if _LOOKS.isdisjoint(attributes) and tag not in self.rules and tag not in _OF_LOOKS and mark not in self.matched:
            return Kind(around.look, self._inside(around.look, pre=pre), around.hidden, pre, due(tag))
        return self._looking(tag, attributes, around.look, mark, pre=pre)

    def _looking(self, tag: str, attributes: Attributes, around: Look, mark: int, *, pre: bool = False) -> Kind:
        sheets, own = self._sheets(tag, attributes, mark), _own(attributes)
        says = css.settled({**sheets, **presented(tag, attributes), **own})
        look = around.under(says)
        style = css.settled({**sheets, **own})
        turned = css.backwards(style) or (tag == "bdo" and (attributes.get("dir") or "").lower() == "rtl")
        before, after = (_BACKWARDS, _BACK) if turned else ("", "")
        if self.doubted and look.hidden and not around.hidden:
            look = around.under({name: value for name, value in says.items() if name not in self.doubted})
            before, after = (before, after) if look.hidden else (woven.BEGINS + before, after + woven.ENDS)
        break_due = due(tag, css.inline(style))
        return Kind(look, self._inside(look, pre=pre), look.hidden, pre, break_due, css.marked(style) + before, after)

    def _inside(self, look: Look, *, pre: bool) -> dict[object, Kind]:
        """The kinds in all elements that look so."""
        return self._within.setdefault((look, pre), {})

    def style(self, tag: str, attributes: Attributes, mark: int) -> css.Declarations:
        """What its style says of an element's place among its neighbours."""
        return css.settled({**self._sheets(tag, attributes, mark), **_own(attributes)})

    def _sheets(self, tag: str, attributes: Attributes, mark: int) -> css.Declarations:
        """What the page's style sheets say of an element."""
        return {**(ruled(tag, attributes, self.rules) if self.rules else {}), **self.matched.get(mark, {})}


def _own(attributes: Attributes) -> css.Declarations:
    return css.declarations(attributes.get("style") or "")


def due(tag: str, inline: bool | None = None) -> int:  # noqa: FBT001  -- three answers, one of them none
    """The break before and behind an element. inline: whether its style has it stand within its line, where that says so."""
    usual = BREAKS.get(tag, 0)
    return usual if inline is None else 0 if inline else max(LINE, usual)
