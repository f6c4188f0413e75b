"""The model at work: what it says of a message, from what it says of its windows."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import accumulate, chain
from pathlib import Path
from types import MappingProxyType

import numpy as np

from gateway.classify import Opinion, Thresholds, Told
from gateway.model.card import Card, WeightsError, read_card
from gateway.model.masking import Masker
from gateway.model.network import LOWER, UPPER, Logits, Network, Whole
from gateway.model.screen import Screen
from gateway.model.skim import Skim
from gateway.model.tokens import WordPieces
from gateway.model.windows import Line, Window, lines_of, windows
from gateway.reading import Origin
from gateway.verdict import Category, Kind

__all__ = ["Judge", "Said", "WeightsError", "load_judge"]

VOCABULARY, SCREEN, SKIM = "vocab.txt", "screen.bin", "skim.bin"
FILES = (LOWER, UPPER, VOCABULARY, SCREEN, SKIM)
"""What training writes beside the card."""
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

    Where no window with a line was read to the end, its logits are NOTHING.
    early: what the lowest layer said of the window that weighs most
    """

    message: Logits
    early: float
    sentences: Logits
    kinds: Logits


class Judge:
    """Pure but for a cache. Safe to share between threads."""

    def __init__(  # noqa: PLR0913  -- what it is made of
        self,
        card: Card,
        network: Network,
        pieces: WordPieces,
        masker: Masker,
        *,
        screen: Screen | None = None,
        skim: Skim | None = None,
    ) -> None:
        self.card, self._pieces, self._masker, self._screen, self._skim = card, pieces, masker, screen, skim
        self._network = lru_cache(maxsize=KEPT)(network.read)
        self._line = lru_cache(maxsize=LINES)(self._lines)

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
        most = max(found.values(), default=0.0)
        cut, left = self.cut(lines, most, screened)
        said = self.said(cut, len(lines), most)
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

    def said(self, cut: Sequence[Window], lines: int, found: float) -> Said:
        """What `score` scales.

        A window's logit: what is said of it, and for a quarter of the worst sentence in it. A message's: of its worst window.
        found: the most that rules found in the message; from FOUND on, one window is read to the end in any case
        """
        message, each, early = np.full(2, NOTHING), np.full((lines, 2), NOTHING), -math.inf
        kinds = np.zeros((lines, len(KINDS)))
        for window, lowest, (whole, parts, sorts) in self._read(cut, found):
            weighed = WHOLE * whole + (1.0 - WHOLE) * parts.max(axis=0)
            early = lowest if weighed.max() > message.max() else early
            message = np.maximum(message, weighed)
            for (number, _, _), said, sort in zip(window.spans, parts, sorts, strict=True):
                if said.max() >= each[number].max():
                    kinds[number] = sort
                each[number] = np.maximum(each[number], said)
        return Said(message=message, early=early, sentences=each, kinds=kinds)

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

    def _read(self, cut: Sequence[Window], found: float) -> Iterator[tuple[Window, float, Whole]]:
        """What the lowest layer says, and what all of them say, of those windows that are read to the end."""
        glanced = [(window, *self._network(window, self.card.early)) for window in cut]
        if found >= FOUND and cut and all(whole is None for _, _, whole in glanced):
            window, lowest, _ = max(glanced, key=lambda each: each[1])
            glanced = [(window, *self._network(window, lowest))]
        return ((window, lowest, whole) for window, lowest, whole in glanced if whole)

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

    def _lines(self, text: str, origin: Origin, subject: bool) -> tuple[Line, ...]:  # noqa: FBT001  -- what is kept is found by it
        return lines_of(self._pieces.numbers(self._masker.mask(text)), origin, subject=subject)

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
    if missing := set(FILES) - set(card.files):
        raise WeightsError(
            f"{folder / 'card.json'} does not name {', '.join(sorted(missing))}; install the package again or train"
        )
    screen = Screen((folder / SCREEN).read_bytes(), **asdict(card.screen))
    skim = Skim((folder / SKIM).read_bytes(), **asdict(card.skim))
    return Judge(card, Network(folder), WordPieces.load(folder / VOCABULARY), masker or Masker(), screen=screen, skim=skim)
