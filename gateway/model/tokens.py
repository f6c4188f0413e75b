"""Words as the numbers of BERT's word pieces (uncased WordPiece: Devlin et al., 2019), for text that `masking` made.

Accents are dropped, punctuation stands alone, a word is the longest pieces of the vocabulary from its left. A mark of the
masks (`[NAME]`) is one piece. A word with no pieces, or of more than 100 characters, is `[UNK]`. Nothing is raised.
"""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import chain
from pathlib import Path

from gateway.model.masking import MARKS
from gateway.naming.letters import bare

PAD, UNKNOWN, FIRST, LAST = 0, 100, 101, 102
"""[PAD], [UNK], [CLS] and [SEP] of the vocabulary."""
LONGEST = 100
KEPT, SHORT = 32_768, 32
"""So many words whose pieces are kept, of fewer letters than this: some megabytes at the most."""
_WORDS = re.compile(rf"{'|'.join(map(re.escape, MARKS))}|[^\W_]+|[^\s]")
_HAN = re.compile("([\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff])")


class _Kept(dict[str, tuple[int, ...]]):
    """What stands between blanks, and its pieces; of short ones so many as KEPT, and then it is begun anew."""

    def __init__(self, cut: Callable[[str], tuple[int, ...]]) -> None:
        super().__init__()
        self._cut = cut

    def __missing__(self, chunk: str) -> tuple[int, ...]:
        pieces = self._cut(chunk)
        if len(chunk) < SHORT:
            if len(self) >= KEPT:
                self.clear()
            self[chunk] = pieces
        return pieces


class WordPieces:
    """vocabulary: pieces in the order of their numbers; the marks of the masks take the numbers from 1 on."""

    def __init__(self, vocabulary: Iterator[str]) -> None:
        self._numbers = {piece: number for number, piece in enumerate(vocabulary)}
        self._numbers.update({mark: number for number, mark in enumerate(MARKS, start=1)})
        self._kept = _Kept(self._chunk)
        self._word = lru_cache(maxsize=KEPT)(self._pieces)

    @classmethod
    def load(cls, path: Path) -> "WordPieces":
        """From a file with one piece on a line."""
        return cls(iter(path.read_text(encoding="utf-8").rstrip("\n").split("\n")))

    def numbers(self, text: str) -> list[int]:
        """The pieces of masked text."""
        return list(chain.from_iterable(map(self._kept.__getitem__, bare(text).split())))

    def _chunk(self, chunk: str) -> tuple[int, ...]:
        """Of what stands between blanks: a word and the punctuation around it."""
        if chunk.isalnum() and chunk.isascii():
            return self._word(chunk) if len(chunk) < SHORT else self._pieces(chunk)
        words = _WORDS.findall(chunk if chunk.isascii() else _HAN.sub(r" \1 ", chunk))
        return tuple(chain.from_iterable(map(self._word if len(chunk) < SHORT else self._pieces, words)))

    def _pieces(self, word: str) -> tuple[int, ...]:
        if (number := self._numbers.get(word)) is not None:
            return (number,)
        found: list[int] = []
        start = 0
        while start < len(word) <= LONGEST:
            end, prefix = len(word), "##" if start else ""
            while end > start and prefix + word[start:end] not in self._numbers:
                end -= 1
            if end == start:
                return (UNKNOWN,)
            found.append(self._numbers[prefix + word[start:end]])
            start = end
        return tuple(found) or (UNKNOWN,)
