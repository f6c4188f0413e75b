"""The model at work. A window is run alone and unpadded, so that its scores never depend on what else is judged with it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from gateway.model.card import Card, WeightsError, read_card
from gateway.model.masking import Masker
from gateway.model.screen import Screen
from gateway.model.tokens import WordPieces
from gateway.model.windows import Line, Window, line, windows
from gateway.reading import Origin
from gateway.verdict import Category

__all__ = ["Judge", "Opinion", "WeightsError", "load_judge"]

WEIGHTS, VOCABULARY, SCREEN = "judge.onnx", "vocab.txt", "screen.bin"
MOST = 64
"""Windows of a message that are read; sentences beyond are counted in Opinion.left."""
KEPT = 4096
"""Windows whose scores are kept for the next message that has them."""
_COLUMNS = (Category.POLITICAL, Category.RELIGIOUS)
NOTHING = -20.0
"""The logit of a message without a word."""
Logits = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """What the model makes of a message.

    scores: of the message, 0..1 by category; sentences: of each sentence given, by category (0 where the screen settled it)
    read: so many windows the model read; left: so many sentences were beyond the most it reads
    """

    scores: Mapping[Category, float]
    sentences: tuple[Mapping[Category, float], ...]
    read: int = 0
    left: int = 0


class Judge:
    """Pure but for a cache. Safe to share between threads."""

    def __init__(self, card: Card, weights: bytes, pieces: WordPieces, masker: Masker, screen: Screen | None = None) -> None:
        self.card, self._pieces, self._masker, self._screen = card, pieces, masker, screen
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
        options.log_severity_level = 4
        self._session = onnxruntime.InferenceSession(weights, options, providers=["CPUExecutionProvider"])
        self._logits = lru_cache(maxsize=KEPT)(self._run)

    @property
    def version(self) -> str:
        """Names the weights in a verdict."""
        return self.card.version

    def score(self, sentences: Sequence[tuple[Origin, str]], *, subject: int = 0) -> Opinion:
        """Of a message's sentences in their order, as written, names and all; the first `subject` of them are the subject's."""
        cut, left = self.cut(self.lines(sentences, subject=subject))
        message, each = self.logits(cut, len(sentences))
        return Opinion(scores=self._said(message), sentences=tuple(map(self._said, each)), read=len(cut), left=left)

    def lines(self, sentences: Sequence[tuple[Origin, str]], *, subject: int = 0) -> list[Line]:
        """The sentences as the model reads them."""
        return [
            line(self._pieces.numbers(self._masker.mask(text)), origin, subject=number < subject)
            for number, (origin, text) in enumerate(sentences)
        ]

    def logits(self, cut: Iterable[Window], sentences: int) -> tuple[Logits, Logits]:
        """What `score` scales: of the message (2) and of each of its sentences (sentences, 2).

        A window's logit is the mean of what is said of it and of the worst sentence in it; a message's that of its worst window.
        """
        message, each = np.full(2, NOTHING), np.full((sentences, 2), NOTHING)
        for window in cut:
            whole, parts = self._logits(window)
            message = np.maximum(message, (whole + parts.max(axis=0)) / 2)
            for (number, _, _), said in zip(window.spans, parts, strict=True):
                each[number] = np.maximum(each[number], said)
        return message, each

    def cut(self, lines: Sequence[Line]) -> tuple[list[Window], int]:
        """The windows with a sentence that the screen lets pass."""
        cut, left = windows(lines, size=self.card.size, most=MOST)
        if self._screen is None or not lines:
            return [window for window in cut if window.spans], left
        passed = self._screen.passes(lines)
        return [window for window in cut if any(passed[number] for number, _, _ in window.spans)], left

    def _run(self, window: Window) -> tuple[Logits, Logits]:
        pool = np.zeros((1, len(window.spans), len(window.ids)), dtype=np.float32)
        for row, (_, start, end) in enumerate(window.spans):
            pool[0, row, start:end] = 1.0 / (end - start)
        whole, parts = self._session.run(None, {"ids": np.array([window.ids], dtype=np.int64), "pool": pool})
        return whole[0].astype(np.float64), parts[0].astype(np.float64)

    def _said(self, logits: Iterable[float]) -> Mapping[Category, float]:
        return {category: self.card.scales[category].probability(logit) for category, logit in zip(_COLUMNS, logits, strict=True)}


def load_judge(folder: Path | None = None, *, masker: Masker | None = None) -> Judge:
    """The judge whose weights are in `folder`; those that ship if None is given. Raises WeightsError."""
    folder = folder or Path(str(files("gateway.model").joinpath("weights")))
    card = read_card(folder)
    if missing := {WEIGHTS, VOCABULARY, SCREEN} - set(card.files):
        raise WeightsError(
            f"{folder / 'card.json'} does not name {', '.join(sorted(missing))}; install the package again or train"
        )
    screen = Screen((folder / SCREEN).read_bytes(), scale=card.screen.scale, bias=card.screen.bias, least=card.screen.least)
    return Judge(card, (folder / WEIGHTS).read_bytes(), WordPieces.load(folder / VOCABULARY), masker or Masker(), screen)
