"""Boxes of a slide or a drawing whose words make sense only together: in the order in which they stand, not that of the file.

One word in each of many boxes is a manner of hiding what they say; a slide that is set so for another reason is read twice.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

_FEWEST, _MOST_WORDS, _MOST_BOXES = 4, 2, 2000


@dataclass(frozen=True, slots=True)
class _Box:
    """The words of a box, and where it stands; in any unit."""

    words: str
    left: int
    top: int
    height: int


class Boxes:
    """Takes the boxes of one part as they come, by the attributes of DrawingML (ECMA-376 §20.1.7.6)."""

    def __init__(self) -> None:
        self._boxes: list[_Box] = []
        self._open: _Box | None = None

    def begin(self) -> None:
        """A box begins; where it stands is not known yet."""
        self._open = None

    def stands(self, attributes: Mapping[str, str]) -> None:
        """Where its corner is."""
        self._open = _Box("", _whole(attributes.get("x")), _whole(attributes.get("y")), 0)

    def measures(self, attributes: Mapping[str, str]) -> None:
        """How large it is."""
        if self._open:
            self._open = replace(self._open, height=_whole(attributes.get("cy")))

    def end(self, lines: Sequence[str]) -> None:
        """The box ends, and says this."""
        if self._open and len(self._boxes) < _MOST_BOXES:
            self._boxes.append(replace(self._open, words=" ".join(lines)))

    def read(self) -> str:
        """What they say together; "" where that is what they say one by one."""
        words = _read(self._boxes)
        return words if words != " ".join(box.words for box in self._boxes) else ""


def _whole(written: str | None) -> int:
    return int(written) if written and re.fullmatch(r"-?\d{1,12}", written) else 0


def _read(boxes: Sequence[_Box]) -> str:
    """Their words from line to line; "" where they are few, hold more than a word or two."""
    short = [box for box in boxes if 0 < len(box.words.split()) <= _MOST_WORDS]
    if len(short) < _FEWEST:
        return ""
    lines: list[list[_Box]] = []
    for box in sorted(short, key=lambda box: (box.top, box.left)):
        if lines and box.top < lines[-1][0].top + max(lines[-1][0].height, 1) / 2:
            lines[-1].append(box)
        else:
            lines.append([box])
    return " ".join(box.words for line in lines for box in sorted(line, key=lambda box: box.left))
