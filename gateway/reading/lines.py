"""Text written down with the breaks between its words: a blank, a cell, a line or a paragraph, the strongest that is due."""

SPACE, CELL, LINE, PARAGRAPH = 1, 2, 3, 4
_BREAKS = ("", " ", "\t", "\n", "\n\n")


class Lines:
    """Text being written, with the break that is due before the next word."""

    __slots__ = ("due", "length", "pieces")

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.length = 0
        self.due = 0

    def add(self, text: str) -> None:
        """Put text, its inner blanks run together already."""
        if self.due:
            if self.length:
                self.pieces.append(_BREAKS[self.due])
                self.length += len(_BREAKS[self.due])
            self.due = 0
        self.pieces.append(text)
        self.length += len(text)

    def part(self, due: int) -> None:
        """A break is due, unless a stronger one is."""
        if due > self.due:  # noqa: PLR1730  -- asked a thousand times of a page, and `max` takes twice as long
            self.due = due

    def text(self) -> str:
        """All that was written."""
        return "".join(self.pieces)
