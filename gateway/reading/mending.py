r"""Words that were broken or misspelt so that no machine knows them, and that eyes read all the same.

Only telling words are put right, those that an appeal to vote or to believe is made of, since nobody need hide others:
`vo te`, `can-\ndidate`, `v*te`, `[e]ndorse`, `voooote`, `endorce`, `canidate`, `apollemos`. A word that stands in a dictionary
is never another word. What is put right points, letter by letter, at what was written.

Apart from that, words run together in capitals (`VoteForAnaOnTuesday`) are set apart, and appeals however they are written
(`gateway.reading.runs`), and hyphens at line ends go.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from itertools import pairwise
from string import ascii_lowercase

from gateway.reading.draft import BROKEN, HUMPED, Draft, Edit
from gateway.reading.runs import apart, may_run
from gateway.reading.telling import ORDINARY, TELLING

_SAME = {
    **dict.fromkeys(("vot", "voet", "vtoe", "ovte", "vvote", "vot3", "vowt"), "vote"),
    **dict.fromkeys(("elekt", "elcet", "eelct", "elct", "leect", "illect"), "elect"),
    **dict.fromkeys(("boten", "botten", "voetn"), "voten"),
    **dict.fromkeys(("indorse", "indorsed", "indorce", "andorse"), "endorse"),
    **dict.fromkeys(("donait", "donaite", "doanate"), "donate"),
    **dict.fromkeys(("canidate", "canadate", "canditate", "candiate", "canidat"), "candidate"),
    **dict.fromkeys(("canidates", "canadates", "canditates"), "candidates"),
    **dict.fromkeys(("campane", "campayn", "kampaign", "campian", "compaign"), "campaign"),
    **dict.fromkeys(("repuglican", "republcan"), "republican"),
    **dict.fromkeys(("mayr", "maoyr", "mayour", "maior"), "mayor"),
    **dict.fromkeys(("jezus", "jeezus", "jesuss", "jseus"), "jesus"),
    **dict.fromkeys(("bibel", "bybel", "bilbe"), "bible"),
    **dict.fromkeys(("krist", "chrsit", "chirst"), "christ"),
    **dict.fromkeys(("apollemos", "apolemos", "apoyems"), "apoyemos"),
    **dict.fromkeys(("gobernor", "govenor", "gouvernor"), "governor"),
    **dict.fromkeys(("suporrt", "soport", "supprot"), "support"),
    **dict.fromkeys(("cmpgn", "cmpaign"), "campaign"),
    **dict.fromkeys(("spprt",), "support"),
    **dict.fromkeys(("endrs", "endrse"), "endorse"),
    "boto": "voto",
    "plege": "pledge",
    "alclade": "alcalde",
}
"""Misspellings that no rule makes."""

_JOINS = frozenset(
    {
        ("don", "ate"),
        ("do", "nate"),
        ("don", "ates"),
        ("el", "ect"),
        ("all", "ah"),
        ("is", "lam"),
        ("pray", "er"),
        ("may", "or"),
        ("govern", "or"),
        ("elect", "or"),
    }
)
"""Words that stand beside each other by chance."""

_OFTEN = (
    *("to", "and", "a", "i", "in", "is", "it", "on", "s", "be", "as", "t", "or", "if", "at", "re", "can", "but", "our", "an"),
    *("all", "do", "one", "no", "he", "up", "d", "m", "don", "am", "e", "us", "may", "over", "go", "ve", "ll", "let", "r", "did"),
    *("might", "her", "she", "na", "done", "part", "end", "date", "lot", "public"),
)
"""Pieces of telling words that stand in most texts, the most frequent first."""

_SWAPPED = (
    *(("ce", "se"), ("se", "ce"), ("ci", "si"), ("ei", "ie"), ("ie", "ei"), ("tion", "sion"), ("tion", "shun"), ("tion", "cion")),
    *(("z", "s"), ("s", "z"), ("c", "k"), ("ai", "ay"), ("ai", "a"), ("ph", "f"), ("i", "e"), ("e", "i"), ("a", "e"), ("o", "u")),
    *(("v", "b"), ("y", "ll"), ("ll", "y"), ("mp", "np"), ("e", "a"), ("i", "y"), ("er", "or"), ("or", "er"), ("dge", "ge")),
)
_SHORTEST = 6
"""A shorter word with a letter wrong is too often another one."""

_LETTERS = bytes(octet if octet in ascii_lowercase.encode() else ord(" ") for octet in range(256))
"""A blank for whatever is no letter."""
_KEPT = 65_536
_USUAL: set[str] = set()
"""So many words of which nothing else is made are kept, at the most."""
_TOKEN = re.compile(r"[A-Za-z]+")
_MARKS = r"[-.*'\[\](){}_~^\"|\\/+,:=#·•]"
_PARTED = re.compile(rf"(?<![A-Za-z0-9@/.])[A-Za-z]{{1,12}}(?:{_MARKS}{{1,4}}[A-Za-z]{{1,12}}){{1,11}}(?![A-Za-z0-9@/])")
_MARK = re.compile(rf"{_MARKS}(?<=[^\W\d_].){_MARKS}{{0,3}}[A-Za-z]")
_STARRED = re.compile(r"(?<![\w*#@/.-])[A-Za-z]{1,10}(?:[*#_]{1,3}[A-Za-z]{1,10}){1,3}(?![\w*#@/-])")
_STAR = re.compile(r"[*#_](?<=[A-Za-z].)[*#_]{0,2}[A-Za-z]")
"""What stands in all that is starred, found sooner than that nothing is."""
_GAPS = (" ", "\n", " \n", "-\n", "- \n")
_HYPHENED = re.compile(r"-\n(?<=[a-z]{3}-\n)(?<![-\n ]self-\n)(?<![-\n ]non-\n)(?<![-\n ]pre-\n)(?=[a-z]{2})")
_TWICE = re.compile(r"([a-z])\1+")
_HUMPED = re.compile(r"(?<![\w#@/:-])[A-Z][A-Za-z0-9]{4,600}(?![\w@/]|\.[a-z])")
"""What is no part of an address."""
_FOUR_HUMPS = re.compile(r"(?:[A-Z][a-z]{1,20}){3}[A-Z]{1,2}[a-z]")
"""Four words run together, or more."""
HUMPS = re.compile(r"[A-Z][a-z]{1,20}[A-Z][a-z]{0,20}[A-Z]")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z0-9])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[0-9])(?=[A-Z][a-z])")
_RUNS = 2
_DRAWN = 5
"""Fewer letters, some of them doubled, are an ordinary word: `boot`."""


@cache
def misspelt() -> dict[str, str]:
    """Every misspelling, and the word."""
    found: dict[str, str] = {}
    for word in sorted(TELLING):
        if len(word) >= _SHORTEST:
            found |= {wrong: word for wrong in _wrong(word) if wrong not in TELLING and wrong not in ORDINARY}
    return found | _SAME


def _wrong(word: str) -> Iterator[str]:
    """How a word is written by who is in a hurry, spells by ear, or hides it."""
    for at in range(1, len(word)):
        yield word[:at] + word[at + 1 :]
        yield word[:at] + word[at] + word[at:]
        if at + 1 < len(word):
            yield word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    for right, wrong in _SWAPPED:
        at = word.find(right, 1)
        while at > 0:
            yield word[:at] + wrong + word[at + len(right) :]
            at = word.find(right, at + 1)


@cache
def _squeezed() -> dict[str, str]:
    """Telling words by what is left of them without doubled letters."""
    return {_TWICE.sub(r"\1", word): word for word in sorted(TELLING, reverse=True)}


@cache
def _splits() -> tuple[frozenset[tuple[str, ...]], frozenset[tuple[str, ...]]]:
    """Every telling word in two pieces, and in three."""
    two = {(word[:at], word[at:]) for word in TELLING for at in range(1, len(word))}
    three = {(*pair, word[end:]) for word in TELLING for end in range(2, len(word)) for pair in _pairs(word[:end])}
    return (
        frozenset(pair for pair in two if TELLING.isdisjoint(pair)) - _JOINS,
        frozenset(pieces for pieces in three if TELLING.isdisjoint(pieces)),
    )


@cache
def _by_piece() -> Mapping[str, Sequence[tuple[str, ...]]]:
    """All telling words in pieces, each by the piece least often written: where none of these stands, nothing is to be joined."""
    often = {piece: at for at, piece in enumerate(_OFTEN)}
    found: dict[str, list[tuple[str, ...]]] = {}
    for pieces in sorted(frozenset.union(*_splits())):
        found.setdefault(max(pieces, key=lambda piece: (often.get(piece, len(often)), len(piece))), []).append(pieces)
    return found


@cache
def _rarest() -> frozenset[str]:
    """The pieces they are listed by."""
    return frozenset(_by_piece())


def _may_join(words: frozenset[str], small: str) -> bool:
    """False if no telling word is to be made of these words, as they stand in a text in small letters."""
    splits = _by_piece()
    return any(words.issuperset(pieces) and _adjoin(pieces, small) for piece in words & _rarest() for pieces in splits[piece])


def _adjoin(pieces: Sequence[str], small: str) -> bool:
    """Whether these stand one behind the other."""
    begun = [pieces[0]]
    for piece in pieces[1:]:
        begun = [more for before in begun for gap in _GAPS if (more := before + gap + piece) in small]
    return bool(begun)


def _pairs(word: str) -> Iterator[tuple[str, str]]:
    return ((word[:at], word[at:]) for at in range(1, len(word)))


def mend(draft: Draft) -> None:
    """Put right the telling words of a folded text."""
    if HUMPED in draft.may and HUMPS.search(draft.text):
        draft.put(_humped(draft.text))
    found = _words(draft.text)
    unusual = _unusual(found)
    if runs := [(at, at, " ") for at in apart(draft.text, unusual)]:
        draft.put(runs)
        found = _words(draft.text)
        unusual = _unusual(found)
    if edits := list(_joined(draft.text, found, draft.may)):
        draft.put(edits)
        unusual = _unusual(_words(draft.text))
    if wrong := _wrongly(unusual):
        draft.put(_spelt(draft.text, wrong))


def _words(text: str) -> frozenset[str]:
    """All words of a text, letters only, in small ones."""
    return frozenset(text.lower().encode("utf-8", "replace").translate(_LETTERS).decode("ascii").split())


def _unusual(words: frozenset[str]) -> frozenset[str]:
    """Those of the words that are misspelt, or may be several run together. What other words there are is kept."""
    fresh = words - _USUAL
    unusual = frozenset(word for word in fresh if _right(word) or may_run(word))
    if len(_USUAL) > _KEPT:
        _USUAL.clear()
    _USUAL.update(fresh - unusual)
    return unusual


def _humped(text: str) -> Iterator[Edit]:
    """Between words that run together in capitals; fewer than four of them only beside some that are more."""
    tokens = list(_HUMPED.finditer(text))
    if any(_FOUR_HUMPS.search(found[0]) for found in tokens):
        many = sum(HUMPS.search(found[0]) is not None for found in tokens) >= _RUNS
        for found in tokens:
            if many or _FOUR_HUMPS.search(found[0]):
                start = found.start()
                yield from ((start + hump.start(), start + hump.start(), " ") for hump in _HUMP.finditer(found[0]))


def _joined(text: str, words: frozenset[str], may: frozenset[str]) -> Iterator[Edit]:
    """Telling words that are broken by marks, blanks or line ends."""
    edits = [*marked(text), *starred(text)] if BROKEN in may else []
    edits += _blanks(text, words)
    edits += [(found.start(), found.end(), "") for found in _HYPHENED.finditer(text)]
    last = 0
    for start, end, stands in sorted(edits, key=lambda edit: (edit[0], -edit[1])):
        if start >= last:
            yield start, end, stands
            last = end


def marked(text: str) -> Iterator[Edit]:
    """Telling words with marks within them."""
    read = 0
    for mark in _MARK.finditer(text):
        if mark.start() < read:
            continue
        start = mark.start()
        while start > read and text[start - 1].isalpha():
            start -= 1
        found = _PARTED.match(text, start)
        if not found:
            continue
        read = found.end()
        if word := _whole(found[0]):
            yield start, read, word


@lru_cache(maxsize=4096)
def _whole(marked: str) -> str:
    """The telling word that is left without the marks, or ""."""
    pieces = _TOKEN.findall(marked)
    word = "".join(pieces)
    return word if word.lower() in TELLING and not any(piece.lower() in TELLING for piece in pieces) else ""


def starred(text: str) -> Iterator[Edit]:
    """A letter or two hidden behind stars."""
    for found in _STARRED.finditer(text) if _STAR.search(text) else ():
        word = _hidden(found[0].lower())
        if word:
            yield found.start(), found.end(), _cased(word, found[0])


@lru_cache(maxsize=1024)
def _hidden(starred: str) -> str:
    """The telling word that this may be."""
    form = re.compile(re.sub(r"[*#_]", ".", starred))
    return next((word for word in sorted(TELLING) if len(word) == len(starred) and form.fullmatch(word)), "")


def _blanks(text: str, words: frozenset[str]) -> Iterator[Edit]:
    """Pieces of a word on both sides of a blank or a line end."""
    if not _may_join(words, text.lower()):
        return
    two, three = _splits()
    tokens = [found.span() for found in _TOKEN.finditer(text)]
    pieces = [text[start:end].lower() for start, end in tokens]
    for at in range(len(tokens) - 1):
        for more, splits in ((2, two), (3, three)):
            if tuple(pieces[at : at + more]) in splits and _close(text, tokens[at : at + more]):
                yield tokens[at][0], tokens[at + more - 1][1], "".join(text[start:end] for start, end in tokens[at : at + more])


def _close(text: str, tokens: list[tuple[int, int]]) -> bool:
    return all(text[a:b] in _GAPS for (_, a), (b, _) in pairwise(tokens))


def _wrongly(words: frozenset[str]) -> dict[str, str]:
    """Of these words those that are misspelt, and what they are."""
    return {word: right for word in words if (right := _right(word))}


def _right(word: str) -> str:
    """What a misspelt word is, or one with letters drawn out or doubled; "" for every other word."""
    if word in TELLING or word in ORDINARY:
        return ""
    if right := misspelt().get(word):
        return right
    return _squeezed().get(_TWICE.sub(r"\1", word), "") if len(word) >= _DRAWN and _TWICE.search(word) else ""


def _spelt(text: str, wrong: dict[str, str]) -> Iterator[Edit]:
    for found in _TOKEN.finditer(text):
        if word := wrong.get(found[0].lower()):
            yield found.start(), found.end(), _cased(word, found[0])


def _cased(word: str, like: str) -> str:
    if like.isupper():
        return word.upper()
    return word.capitalize() if like[:1].isupper() else word
