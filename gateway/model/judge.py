"""The model at work. A window is run alone and unpadded, so that its scores never depend on what else is judged with it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import accumulate, chain
from pathlib import Path
from types import MappingProxyType

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from gateway.classify import Opinion, Thresholds, Told
from gateway.model.card import Card, WeightsError, read_card
from gateway.model.masking import Masker
from gateway.model.screen import Screen
from gateway.model.skim import Skim
from gateway.model.tokens import WordPieces
from gateway.model.windows import Line, Window, lines_of, windows
from gateway.reading import Origin
from gateway.verdict import Category, Kind

__all__ = ["Judge", "Said", "WeightsError", "load_judge"]

WEIGHTS, VOCABULARY, SCREEN, SKIM = "judge.onnx", "vocab.txt", "screen.bin", "skim.bin"
Logits = NDArray[np.float64]
MOST = 64
"""Windows of a message that are read; sentences beyond are counted in Opinion.left."""
REACH = 3
"""So many sentences on either side of one that the screen lets pass are read with it; the skim lets one more be heard."""
FOUND = 0.3
"""Where the rules found so much, some of it is read in any case: words without a stop around an appeal dilute it below what
the screen sees.
"""
KEPT = 4096
"""Windows whose scores are kept for the next message that has them."""
LINES = 8192
"""Sentences that are kept as the model reads them: signatures, forms and quotations come again. Some ten megabytes at most."""
_COLUMNS = (Category.POLITICAL, Category.RELIGIOUS)
KINDS = tuple(Kind)
"""In the order in which the network tells them apart."""
WHOLE = 0.75
"""What a window as a whole counts against the worst sentence in it."""
NOTHING = -20.0
"""The logit of a message without a word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What the model says of a message, in logits: of it (2), of each of its lines (lines, 2) and of their kinds.

    Where no window with a line was read, its logits are NOTHING.
    """

    message: Logits
    sentences: Logits
    kinds: Logits


class Judge:
    """Pure but for a cache. Safe to share between threads."""

    def __init__(  # noqa: PLR0913  -- what it is made of
        self,
        card: Card,
        weights: Path,
        pieces: WordPieces,
        masker: Masker,
        *,
        screen: Screen | None = None,
        skim: Skim | None = None,
    ) -> None:
        self.card, self._pieces, self._masker, self._screen, self._skim = card, pieces, masker, screen, skim
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
        options.log_severity_level = 4
        # By its name: of octets that it is given, a session keeps all beside what it made of them.
        self._session = onnxruntime.InferenceSession(weights, options, providers=["CPUExecutionProvider"])
        self._logits = lru_cache(maxsize=KEPT)(self._run)
        self._line = lru_cache(maxsize=LINES)(self._read)

    @property
    def version(self) -> str:
        """Names the weights in a verdict."""
        return self.card.version

    @property
    def thresholds(self) -> Thresholds:
        """Those that were measured with these weights."""
        return self.card.thresholds

    def score(self, sentences: Sequence[tuple[Origin, str]], *, subject: int, found: Mapping[Category, float]) -> Opinion:
        """Of a message's sentences in their order, as written, names and all; see gateway.classify.Scorer."""
        heard = self.heard(sentences, subject, found)
        if not any(heard):
            return Opinion(scores=self._scores((NOTHING, NOTHING), NOTHING, found), sentences=(None,) * len(sentences))
        spoken = self._spoken(sentences, subject, heard)
        lines = list(chain.from_iterable(spoken))
        screened = self.screened(lines)
        cut, left = self.cut(lines, max(found.values(), default=0.0), screened)
        said = self.said(cut, len(lines))
        scores = self._scores(said.message, float(screened.max(initial=NOTHING)), found)
        if not cut:
            return Opinion(scores=scores, sentences=(None,) * len(spoken), left=left)
        ends = accumulate(map(len, spoken))
        told = (self._told(said, screened, range(end - len(parts), end)) for parts, end in zip(spoken, ends, strict=True))
        return Opinion(scores=scores, sentences=tuple(told), left=left)

    def heard(self, sentences: Sequence[tuple[Origin, str]], subject: int, found: Mapping[Category, float]) -> list[bool]:
        """True for each sentence that the skim does not settle; where the rules found anything, for all of them."""
        if self._skim is None or any(found.values()):
            return [True] * len(sentences)
        near = self._skim.near([text for _, text in sentences], REACH + 1)
        return [True] * subject + near[subject:] if any(near) else near

    def lines(self, sentences: Sequence[tuple[Origin, str]], *, subject: int = 0, heard: Sequence[bool] = ()) -> list[Line]:
        """The sentences as the model reads them; heard: of each, whether it is among them, or empty for all."""
        return list(chain.from_iterable(self._spoken(sentences, subject, heard or [True] * len(sentences))))

    def screened(self, lines: Sequence[Line]) -> Logits:
        """What the screen says of each line."""
        return self._screen.scores(lines) if self._screen else np.zeros(len(lines))

    def said(self, cut: Iterable[Window], lines: int) -> Said:
        """What `score` scales.

        A window's logit: what is said of it, and for a quarter of the worst sentence in it. A message's: of its worst window.
        """
        message, each = np.full(2, NOTHING), np.full((lines, 2), NOTHING)
        kinds = np.zeros((lines, len(KINDS)))
        for window in cut:
            whole, parts, sorts = self._logits(window)
            message = np.maximum(message, WHOLE * whole + (1.0 - WHOLE) * parts.max(axis=0))
            for (number, _, _), said, sort in zip(window.spans, parts, sorts, strict=True):
                if said.max() >= each[number].max():
                    kinds[number] = sort
                each[number] = np.maximum(each[number], said)
        return Said(message=message, sentences=each, kinds=kinds)

    def cut(self, lines: Sequence[Line], found: float, screened: Logits) -> tuple[list[Window], int]:
        """Windows of the sentences that the screen lets pass, and of those around them; the most telling of too many.

        found: the most that rules found in the message; from FOUND on, the screen only says where to read
        screened: what the screen says of each line
        """
        only = self._screen.around(screened, REACH, found, some=found >= FOUND) if self._screen and lines else ()
        if len(only) and not any(only):
            return [], 0
        cut, left = windows(lines, size=self.card.size, most=MOST, only=only)
        if left and self._screen:
            cut, left = windows(lines, size=self.card.size, most=MOST, only=only, worth=screened.tolist())
        return [window for window in cut if window.spans], left

    def _spoken(self, sentences: Sequence[tuple[Origin, str]], subject: int, heard: Sequence[bool]) -> list[tuple[Line, ...]]:
        numbered = enumerate(zip(sentences, heard, strict=True))
        return [self._line(text, origin, number < subject) if passes else () for number, ((origin, text), passes) in numbered]

    def _told(self, said: Said, screened: Logits, lines: Sequence[int]) -> Told | None:
        """Of a sentence that was read in those lines: what is said of the worst of them."""
        if not lines:
            return None
        worst = max(lines, key=lambda number: said.sentences[number].max())
        logits = said.sentences[worst]
        if logits[0] <= NOTHING:
            return None
        return Told(scores=self._scores(logits, float(screened[worst])), kind=KINDS[int(said.kinds[worst].argmax())])

    def _read(self, text: str, origin: Origin, subject: bool) -> tuple[Line, ...]:  # noqa: FBT001  -- what is kept is found by it
        return lines_of(self._pieces.numbers(self._masker.mask(text)), origin, subject=subject)

    def _run(self, window: Window) -> tuple[Logits, Logits, Logits]:
        pool = np.zeros((1, len(window.spans), len(window.ids)), dtype=np.float32)
        for row, (_, start, end) in enumerate(window.spans):
            pool[0, row, start:end] = 1.0 / (end - start)
        outputs = self._session.run(None, {"ids": np.array([window.ids], dtype=np.int64), "pool": pool})
        whole, parts, sorts = (output[0].astype(np.float64) for output in outputs)
        return whole, parts, sorts

    def _scores(
        self, logits: Iterable[float], screened: float, found: Mapping[Category, float] = MappingProxyType({})
    ) -> Mapping[Category, float]:
        scales = self.card.scales
        return {
            category: scales[category].probability(logit, found.get(category, 0.0), screened)
            for category, logit in zip(_COLUMNS, logits, strict=True)
        }


def load_judge(folder: Path | None = None, *, masker: Masker | None = None) -> Judge:
    """The judge whose weights are in `folder`; those that ship if None is given. Raises WeightsError."""
    folder = folder or Path(str(files("gateway.model").joinpath("weights")))
    card = read_card(folder)
    if missing := {WEIGHTS, VOCABULARY, SCREEN, SKIM} - set(card.files):
        raise WeightsError(
            f"{folder / 'card.json'} does not name {', '.join(sorted(missing))}; install the package again or train"
        )
    screen = Screen((folder / SCREEN).read_bytes(), **asdict(card.screen))
    skim = Skim((folder / SKIM).read_bytes(), **asdict(card.skim))
    return Judge(card, folder / WEIGHTS, WordPieces.load(folder / VOCABULARY), masker or Masker(), screen=screen, skim=skim)
