"""Text for matching, which still points into the original.

`fold` gives the text without what a reader does not see, with look-alike letters as plain ones:

- accents, zero-width, format and control characters are gone; full-width, styled and look-alike letters are plain Latin
  ones; curly quotes and all dashes are ASCII (`lookalikes.plain`); letter case is kept;
- blanks run together to one space, line breaks with the blanks around them to one newline, empty lines to two, so that a
  paragraph can still be told from a wrapped line; blanks at both ends are gone;
- letters set apart (`V O T E`, `V.O.T.E.`, one to a line) are one word, from four letters on, whatever sign stands between
  them (`strewn`); words without blanks between them have some (`seams`);
- figures that stand for letters (`v0te f0r`) are letters where a text is full of them;
- signs between all words (`vote * for * Ana`) are nothing, and telling words that were broken or misspelt are put right
  (`mending.mend`).

Ordinary ASCII text, which most mail is, is not touched, and its offsets are a range.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import pairwise

from gateway.reading import beside, lettered
from gateway.reading.draft import (
    ALONE,
    COUNTED,
    DRESSED,
    FIGURES,
    JOINED,
    LONG,
    PIECES,
    SIGNED,
    SPACED,
    STREWN,
    TAGGED,
    Draft,
    Edit,
    Folded,
    edited,
    listed,
    span,
)
from gateway.reading.glance import ALONE_SIGN, FIGURE, LONELY, LONELY_ALL, MANY_SIGNS, glance
from gateway.reading.lookalikes import plain
from gateway.reading.mending import mend
from gateway.reading.seams import seams
from gateway.reading.strewn import HINT, blanks, signs
from gateway.reading.telling import TELLING

_NARROW = re.compile(r"(?<![^\s])\w([\xa0\u2000-\u200a\u202f\u205f\u3000])\w(?:\1\w(?=\1|[\s.,;:!?]|\Z)){1,40}(?=[ \n.,;:!?]|\Z)")
_NARROW_BLANKS = frozenset("\xa0\u202f\u205f\u3000") | set(map(chr, range(0x2000, 0x200B)))
_UNSEEN, _PLAIN = re.compile(r"[^\x20-\x7e\n]"), bytes((*b"\n", *range(0x20, 0x7F)))
_BLANKS = r"[ \n](?:(?<=\A[ \n])[ \n]*|(?<= )[ \n]+|(?<=\n)(?:\n? |\n\n)[ \n]*|[ \n]*\Z)"
_APART = r"(?<![A-Za-z0-9'&])[A-Za-z](?![A-Za-z0-9'])(?:(?: {1,6}|(?: {0,120}\n){1,2} {0,120})[A-Za-z](?![A-Za-z0-9'])){3,}"
_PARTED = r"(?<![A-Za-z0-9])[A-Za-z](?:([._*\-|/~])[A-Za-z](?![A-Za-z0-9]))(?:\1[A-Za-z](?![A-Za-z0-9])){2,}"
_SPACING = re.compile(rf"{_APART}|{_PARTED}|{_BLANKS}")
_UNEVEN = re.compile(_BLANKS)
_BLANK, _UNEVEN_LINE = frozenset(" \n"), re.compile(r"\n(?: |\n\n|(?<= \n))")
_FIGURED = re.compile(
    r"(?<![\w.@])(?=[\w$@!€]*[a-z])(?:[A-Za-z]+[013457$@!€]+[a-z][\w$@!€]*|[013457$]+[a-z]{2}[\w$@!€]*)(?![@\w]|[.-]\w)"
)
_MEASURE = re.compile(
    r"(?:\d*(?:1st|2nd|3rd)|\d+(?:th|am|pm|hrs?|min|mins|sec|yrs?|yo|mph|ft|lbs?|oz|[ckm]?m|[km]g|ml|[gkm]b|px|pt|s|x|er))\b"
)
_WORD = re.compile(r"[A-Za-z0-9@$]+(?:[!€]+[A-Za-z0-9@$]+)*")
_WORDLIKE = re.compile(r"[013457]{5,12}")
_LETTERS = str.maketrans("013457@$89!€", "oieastasbgie")
_SIGN = re.compile(r"(?<=[\w.,!?'\"]) (?:[^\w\s.,!?()&'\"-]{1,4} ){1,3}(?=[\w'\"])")
"""A sign that stands alone between two words."""
_CARET = re.compile(r"(?<![\w:\\/])\\/(?=[a-z]{2})|(?<=[a-z])\\/(?=[a-z])")
_MANY, _SHARE = 4, 0.12
_FEW_KINDS = 32


def fold(text: str) -> Folded:
    """(folded, offsets): offsets[i] is the index in `text` of folded[i], and one more stands at the end.

    offsets never fall, so folded[a:b] stands in text[offsets[a] : offsets[b - 1] + 1].
    """
    draft = folded(text)
    return draft.text, draft.offsets


def folded(text: str, *, look: Callable[[str], frozenset[str]] = glance) -> Draft:
    """The same, and what may stand in the folded text. look: what tells of a text what may stand in it."""
    odd = _odd(text)
    draft = _seen(text, odd) if odd else Draft(text, range(len(text) + 1))
    draft.may = look(draft.text)
    if ALONE in draft.may:
        draft.put(_signs(draft.text))
    if "\\/" in draft.text:
        draft.put((*found.span(), "v") for found in _CARET.finditer(draft.text))
    _undress(draft)
    if STREWN in draft.may and HINT.search(draft.text):
        draft.put(signs(draft.text))
    if JOINED in draft.may:
        draft.put(blanks(draft.text))
    if SPACED in draft.may and LONELY.search(draft.text) and LONELY_ALL.search(draft.text):
        draft = Draft(*_spaced(_SPACING, draft.text, draft.offsets))
    elif _uneven(draft.text):
        draft.text, draft.offsets = _spaced(_UNEVEN, draft.text, draft.offsets)
    if FIGURES in draft.may and (spelled := _spelled(draft.text)) != draft.text:
        draft = Draft(spelled, draft.offsets)
    _part(draft)
    mend(draft)
    return draft


def _signs(text: str) -> Iterable[Edit]:
    """Signs that stand alone between two words, where most words have one between them."""
    alone = ALONE_SIGN.findall(text)
    if len(alone) >= MANY_SIGNS and len(alone) >= text.count(" ") // 3:
        yield from ((*found.span(), " ") for found in _SIGN.finditer(text))


def _uneven(text: str) -> bool:
    """Whether _UNEVEN is found."""
    return text[:1] in _BLANK or text[-1:] in _BLANK or "  " in text or _UNEVEN_LINE.search(text) is not None


def _undress(draft: Draft) -> None:
    """Letters and words without what each of them is dressed up with."""
    if TAGGED in draft.may:
        draft.put(lettered.tags(draft.text))
    if PIECES in draft.may:
        draft.put(lettered.syllables(draft.text))
    if not draft.may.isdisjoint({DRESSED, SIGNED}) and lettered.HINT.search(draft.text):
        draft.put(lettered.letters(draft.text) if DRESSED in draft.may else ())
        draft.put(lettered.signs(draft.text) if SIGNED in draft.may else ())
    if COUNTED in draft.may:
        draft.put(sorted(lettered.counted(draft.text)))


def _part(draft: Draft) -> None:
    """Words with blanks between them and none within, where that can be told."""
    if crumbs := list(lettered.crumbs(draft.text)):
        whole, _ = edited(draft.text, draft.offsets, crumbs)
        if any(seams(whole)):
            draft.put(crumbs)
    if LONG in draft.may:
        draft.put(seams(draft.text))


def _odd(text: str) -> str:
    """The characters that a reader may not see as they are, in order."""
    return text.encode("utf-8", "surrogatepass").translate(None, _PLAIN).decode("utf-8", "surrogatepass")


def _seen(text: str, odd: str) -> Draft:
    """Every character as a reader sees it."""
    kinds = set(odd)
    if not (edits := tuple(beside.undone(text, kinds))):
        return _plainly(text, kinds)
    written, offsets = edited(text, range(len(text) + 1), edits)
    draft = _plainly(written, set(_odd(written)))
    return Draft(draft.text, tuple(offsets[at] for at in draft.offsets))


def _plainly(text: str, odd: Collection[str]) -> Draft:
    """Every character as it is seen by itself. odd: those that a reader may not see as they are."""
    stand = {character: " " if character == "\t" else plain(character) for character in odd}
    closed = frozenset(_narrow(text, _NARROW_BLANKS & stand.keys()))
    if not closed and all(len(plainly) == 1 for plainly in stand.values()):
        return Draft(_standing(text, stand), range(len(text) + 1))
    pieces: list[str] = []
    offsets: list[int] = []
    last = 0
    for found in _UNSEEN.finditer(text):
        at = found.start()
        pieces.append(text[last:at])
        offsets.extend(span(last, at))
        stands = "" if at in closed else stand[text[at]]
        pieces.append(stands)
        offsets.extend((at,) * len(stands))
        last = at + 1
    pieces.append(text[last:])
    offsets.extend(span(last, len(text) + 1))
    return Draft("".join(pieces), tuple(offsets))


def _standing(text: str, stand: Mapping[str, str]) -> str:
    """The text with what stands for each of the characters. What does so stands for itself: they may be put one by one."""
    if len(stand) > _FEW_KINDS:
        return text.translate({ord(character): stands for character, stands in stand.items()})
    for character, stands in stand.items():
        text = text.replace(character, stands)
    return text


def _narrow(text: str, blanks: Iterable[str]) -> Iterable[int]:
    """Where one of these blanks, none of them plain, keeps letters of one word apart: words are kept apart by other ones."""
    if any(len(between) == 1 for blank in blanks for between in text.split(blank)[1:-1]):
        for found in _NARROW.finditer(text):
            yield from (at for at in range(*found.span()) if text[at].isspace())


def _spaced(pattern: re.Pattern[str], text: str, offsets: Sequence[int]) -> Folded:
    """Blanks run together, letters set apart joined."""
    offsets = listed(offsets)
    pieces: list[str] = []
    kept: list[int] = []
    last = 0
    for found in pattern.finditer(text):
        start, end = found.span()
        pieces.append(text[last:start])
        kept.extend(offsets[last:start])
        for at, character in _closed(found, len(text)):
            pieces.append(character)
            kept.append(offsets[at])
        last = end
    pieces.append(text[last:])
    kept.extend(offsets[last:])
    return "".join(pieces), tuple(kept)


def _closed(found: re.Match[str], length: int) -> Iterable[tuple[int, str]]:
    """(index, character) of what is left of blanks, or of letters set apart."""
    start, end = found.span()
    written = found[0]
    if written[0] in " \n":
        if start == 0 or end == length:
            return ()
        breaks = written.count("\n")
        return [(start + i, "\n") for i, c in enumerate(written) if c == "\n"][:2] if breaks else ((start, " "),)
    letters = [i for i, c in enumerate(written) if c.isalpha()]
    gaps = [7 if "\n" in written[a:b] else b - a for a, b in pairwise(letters)]
    usual = min(gaps)
    closed = [(start + letters[0], written[letters[0]])]
    for (before, at), gap in zip(pairwise(letters), gaps, strict=True):
        if gap > usual:
            closed.append((start + before + 1, written[before + 1]))
        closed.append((start + at, written[at]))
    return closed


def _spelled(text: str) -> str:
    """The text with figures read as letters, if so many words hold some that it is a manner of writing."""
    if len(FIGURE.findall(text)) < _MANY:
        return text
    found = [word[0] for word in _FIGURED.finditer(text) if not _MEASURE.match(word[0])]
    if len(found) < _MANY or len(found) < _SHARE * (text.count(" ") + 1):
        return text
    return _WORD.sub(_letters, text)


def _letters(word: re.Match[str]) -> str:
    """A word with small letters in it, or figures alone of a word's length; times, sizes, prices and years stay."""
    written = word[0]
    addressed = "@" in written and re.match(r"\.\w", word.string[word.end() : word.end() + 2])
    spoken = any(c.islower() for c in written) and not addressed and not _MEASURE.match(written)
    meant = written.translate(_LETTERS)
    if "1" in written and meant.lower() not in TELLING:
        other = written.replace("1", "l").translate(_LETTERS)
        meant = other if other.lower() in TELLING else meant
    return meant if spoken or _WORDLIKE.fullmatch(written) else written
