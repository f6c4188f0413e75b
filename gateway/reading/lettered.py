r"""Letters and words dressed up one by one: `(v)(o)(t)(e)`, `v.o-t_e`, `v()te`, a figure or a filler behind every word, crumbs.

Each is undone only where a text is full of it: a citation, a list or a formula stays as it is. What is taken out are signs
alone, and what is put in their place points at them.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise

from gateway.reading.seams import LITTLE
from gateway.reading.telling import TELLING

Edit = tuple[int, int, str]

HINT = re.compile(
    r"[^A-Za-z0-9\s](?:(?<=[(\[{<])[A-Za-z][)\]}>] {0,3}[(\[{<][A-Za-z][)\]}>]"
    r"|[^A-Za-z0-9\s]?[A-Za-z0-9@$][^A-Za-z0-9\s]{1,2}[A-Za-z0-9@$]"
    r"|(?<=\()\)[a-z]|(?<=\|)[)<-]?[a-z]|(?<=[§€¢£¥†‡√®©µ℮₵₦₫+])[A-Za-z])"
)
"""What a text has in it where letters may be dressed up; it begins with what is no letter, so that it is soon found or not."""
_ENCLOSED = re.compile(r"[(\[{<]([A-Za-z])[)\]}>]")
_ENCLOSING = re.compile(r"(?<![)\]}>])(?:[(\[{<][A-Za-z][)\]}>] {0,3}){3,80}")
_ENOUGH = 8
_PARTED = re.compile(r"(?<![A-Za-z0-9@$])[A-Za-z0-57-9@$](?:[^A-Za-z0-9\s@$]{1,2}[A-Za-z0-57-9@$]){3,60}(?![A-Za-z0-9@$])")
_SHORT = re.compile(r"(?<![A-Za-z0-9@$])[A-Za-z0-57-9@$](?:[^A-Za-z0-9\s@$]{1,2}[A-Za-z0-57-9@$]){1,60}(?![A-Za-z0-9@$])")
_WORDS, _HALF = 2, 0.5
_TOKEN = re.compile(r"\S+")
_MARK = r"\(\)|\|[)<]|\|-\||[§€¢£¥†‡√®©µ℮₵₦₫|+!](?=[A-Za-z(|])|(?<=[A-Za-z0])[§€¢£¥†‡√®©µ℮₵₦₫|+(]|\$(?=[A-Za-z])"
_SIGNED = re.compile(rf"(?<!\S)(?=\S{{0,23}}[A-Za-z])\S{{0,23}}?(?:{_MARK})\S{{0,23}}")
_MARKED = re.compile(_MARK)
_ADDRESS = re.compile(r"://|\.\w{2,4}(?:/|\Z)|\(s\)|@\w+\.")
_STANDS = {"()": "o", "|)": "d", "|<": "k", "|-|": "h", "\\/": "v"}
_SIGNS = re.compile(r"\(\)|\|\)|\|<|\|-\||\\/|[§€¢£¥†‡√®©µ℮₵₦₫|+!(@$013457]")
_SINGLE = {**dict(zip("§€¢£¥†‡√®©µ℮₵₦₫+!(@$013457", "seclyttvrcuecndticasoleast", strict=True)), "|": "l"}
_MANY, _FEW, _SHARE, _OFTEN = 4, 3, 0.25, 0.15
_COUNTER = re.compile(r"([^\d\s]{0,12}|[\d\-./:]{0,12}?)0{0,3}(\d{1,3})([.):\]\-]{0,2})")
_LETTER = re.compile(r"()\(?([a-z])([.)])")
_COUNTS = (
    re.compile(r"\d(?:[.):\]\-]{0,2}\s{1,80}+[^\s\d]\S{0,40}+\s{1,80}+\S{0,12}?\d){3}"),
    re.compile(r"[.)](?:\s{1,80}+\S{1,40}+\s{1,80}+\(?[a-z][.)]){3}"),
)
_FILLER = re.compile(r"(?:^| )\S{1,30} (\w{1,4})(?: \S{1,30} \1){4}(?= )")
_TAG = re.compile(r"(?i)\[/?(?:b|i|u|s|color|size|font|center)(?:=[^\]\s]{1,40})?\]|</?(?:b|i|u|s|em|strong|span|font)>")
_EMPHASIS = re.compile(r"(?<![\w/@.])_[A-Za-z][A-Za-z'’ ]{0,60}[.,:;!?]?_(?![\w/@])")
_PIECES = re.compile(r"(?<![\w/@.-])[A-Za-z]{1,4}(?:([-/\u00b7\u2027\u2022.|])[A-Za-z]{1,4})(?:\1[A-Za-z]{1,4}){0,8}(?![\w/@-])")
_PARTING, _DENSE = "-/\u00b7\u2027\u2022.|", 20
"""What stands in words that are in pieces, and in so many characters once at the least."""
_PARTING_SIGN = re.compile(r"[-/\u00b7\u2027\u2022.|](?<=[A-Za-z].)[A-Za-z]")
_SYLLABLES = 0.5
_GLUED = re.compile(r"(?<![^\s])\(?(\d{1,3})[.):\]]{1,2}(?=[A-Za-z])")
_GLUING_SIGN = re.compile(r"\d[.):\]]{1,2}[A-Za-z]")
_LISTED = re.compile(r"(?m)^([#*•·+~=|>\-]{1,3}|o) {1,3}\S{1,30} {0,3}(?:\n{1,2}\1 {1,3}\S{1,30} {0,3}){5,400}$")
_VARIED = 0.75
_MOST_COUNTED, MOST_FILLED = 4000, 500
_CRUMB, _CRUMBS, _LEAST, _LENGTH = 3, 0.9, 10, 4.2
_KNOWN = 0.5


def may_be_dressed(text: str) -> bool:
    """False of what `letters` finds nothing in; so are those below of what they are called by."""
    return len(_ENCLOSED.findall(text)) >= _ENOUGH or len(_parted(text)) >= _WORDS


def may_be_signed(text: str) -> bool:
    """The same of `signs`."""
    return len(_MARKED.findall(text)) >= _FEW


def may_be_in_pieces(text: str) -> bool:
    """The same of `syllables`."""
    return len(_PARTING_SIGN.findall(text)) > _FEW


def may_be_counted(text: str) -> bool:
    """The same of `counted`, but for a word at every second place."""
    return (
        any(counts.search(text) for counts in _COUNTS)
        or len(_GLUING_SIGN.findall(text)) > _ENOUGH // 2
        or ("\n" in text and _LISTED.search(text) is not None)
    )


def letters(text: str) -> Iterator[Edit]:
    """What is to be taken out from around and between letters, in order."""
    spans = [found.span() for found in _ENCLOSING.finditer(text)]
    enclosed = [found for start, end in spans for found in _ENCLOSED.finditer(text, start, end)]
    if len(enclosed) >= _ENOUGH:
        yield from ((found.start(), found.end(), found[1]) for found in enclosed)
        return
    parted = _parted(text)
    if len(parted) < _WORDS or len({found[0].lower() for found in parted}) == 1:
        return
    if len(parted) >= _OFTEN * len(text.split()):
        for found in _SHORT.finditer(text):
            yield from _bare(found)


def _parted(text: str) -> list[re.Match[str]]:
    """Where letters stand one by one, with signs between them."""
    return [found for found in _PARTED.finditer(text) if _is_word(found[0])]


def _is_word(written: str) -> bool:
    """Whether most of what stands apart are letters: not a telephone number, a version or an address."""
    kept = [c for c in written if c.isalnum()]
    return sum(map(str.isalpha, kept)) > _HALF * len(kept)


def _bare(found: re.Match[str]) -> Iterator[Edit]:
    for sign in re.finditer(r"[^A-Za-z0-9@$]+", found[0]):
        yield found.start() + sign.start(), found.start() + sign.end(), ""


def tags(text: str) -> Iterator[Edit]:
    """Marks of a forum or of HTML around every letter, and emphasis by underscores, in order."""
    marks = list(_TAG.finditer(text)) if "[/" in text or "</" in text else []
    if len(marks) >= _ENOUGH:
        yield from ((*found.span(), "") for found in marks)
    elif "_" in text:
        for found in _EMPHASIS.finditer(text):
            yield found.start(), found.start() + 1, ""
            yield found.end() - 1, found.end(), ""


def syllables(text: str) -> Iterator[Edit]:
    """The signs within words, where many words of a text are in pieces by the same one, in order."""
    found = list(_PIECES.finditer(text)) if any(text.count(sign) * _DENSE > len(text) for sign in _PARTING) else []
    if len(found) >= _FEW:
        sign, count = Counter(one[1] for one in found).most_common(1)[0]
        if _telling(found) and count > _FEW and count >= _SYLLABLES * sum(len(word) > _CRUMB for word in text.split()):
            for one in found:
                for at in range(one.start(), one.end()):
                    if one[1] == sign and text[at] == sign:
                        yield at, at + 1, ""


def _telling(found: Iterable[re.Match[str]]) -> bool:
    return any("".join(filter(str.isalpha, one[0])).lower() in TELLING for one in found)


def signs(text: str) -> Iterator[Edit]:
    """Signs that stand for letters, where many words hold some, in order."""
    if len(_MARKED.findall(text)) < _FEW:
        return
    tokens = [found for found in _SIGNED.finditer(text) if not _ADDRESS.search(found[0])]
    if len(tokens) < _FEW or len(tokens) < _SHARE * len(text.split()):
        return
    for token in _TOKEN.finditer(text):
        if not _ADDRESS.search(token[0]) and _SIGNS.search(token[0]) and any(map(str.isalpha, token[0])):
            yield from _spelt(token)


def _spelt(token: re.Match[str]) -> Iterator[Edit]:
    """The signs of one word; `|` and `1` are an l or an i, whichever makes a telling word."""
    found = list(_SIGNS.finditer(token[0]))
    word = _with(token[0], found, "l")
    other = _with(token[0], found, "i")
    upright = "i" if re.sub(r"\W", "", other) in TELLING and re.sub(r"\W", "", word) not in TELLING else "l"
    for sign in found:
        if _touches(token[0], sign):
            stands = _letter(sign[0], upright)
            yield token.start() + sign.start(), token.start() + sign.end(), stands.upper() if token[0].isupper() else stands


def _touches(word: str, sign: re.Match[str]) -> bool:
    """Whether a letter or another sign stands beside it: an exclamation mark at the end of a word is one."""
    if sign[0] == "(" and ")" in word:
        return False
    return sign.end() < len(word) or sign[0] not in "!("


def _with(word: str, signs: Iterable[re.Match[str]], upright: str) -> str:
    pieces, at = [], 0
    for sign in signs:
        pieces += [word[at : sign.start()], _letter(sign[0], upright)]
        at = sign.end()
    return "".join([*pieces, word[at:]]).lower()


def _letter(sign: str, upright: str) -> str:
    return _STANDS.get(sign) or (upright if sign in "|1" else _SINGLE.get(sign, sign))


def counted(text: str) -> Iterator[Edit]:
    """What counts the words of a text one by one, or stands before or between all of them, in order."""
    if any(counts.search(text) for counts in _COUNTS):
        yield from _numbers(text)
        return
    glued = list(_GLUED.finditer(text)) if any(text.count(sign) * _DENSE > len(text) for sign in ").:") else []
    if len(glued) > _ENOUGH // 2 and len(glued) > _HALF * len(text.split()):
        yield from ((*found.span(), "") for found in glued)
        return
    lists = [found for found in _LISTED.finditer(text) if _tells(found[0])] if "\n" in text else []
    if lists:
        for one in lists:
            marks = re.compile(rf"(?m)^{re.escape(one[1])} +")
            yield from ((*mark.span(), "") for mark in marks.finditer(text, *one.span()))
        return
    words = text.split(maxsplit=MOST_FILLED)
    if len(words) > MOST_FILLED:
        return
    often = Counter(words)
    if len(often) >= _VARIED * len(words) or max(often.values()) <= _SHARE * len(words):
        return
    if (found := _FILLER.search(text)) and often[found[1]] > _SHARE * len(words):
        filler = re.escape(found[1])
        yield from ((gap.start(), gap.end(), "") for gap in re.finditer(rf"(?<=\S) {filler}(?= )", text))


def _tells(text: str) -> bool:
    return any(word.strip(".,:;!?").lower() in TELLING for word in text.split())


def _numbers(text: str) -> Iterator[Edit]:
    tokens = [found for found, _ in zip(_TOKEN.finditer(text), range(_MOST_COUNTED), strict=False)]
    run: list[int] = []
    for start in (0, 1):
        last: tuple[str, int] | None = None
        for at in range(start, len(tokens), 2):
            mark = _count(tokens[at][0])
            if mark and last and mark[0] == last[0] and mark[1] == last[1] + 1:
                run.append(at)
            else:
                yield from _dropped(tokens, run)
                run = [at] if mark else []
            last = mark
        yield from _dropped(tokens, run)
        run = []


def _count(token: str) -> tuple[str, int] | None:
    """What stands before a number, and the number; None if it is no counter."""
    if found := _COUNTER.fullmatch(token):
        return f"{found[1].rstrip('0')}|{found[3]}", int(found[2])
    letter = _LETTER.fullmatch(token)
    return (letter[3], ord(letter[2])) if letter else None


def _dropped(tokens: list[re.Match[str]], run: list[int]) -> Iterator[Edit]:
    if len(run) >= _MANY:
        yield from ((tokens[at].start(), tokens[at].end(), "") for at in run)


def crumbs(text: str) -> Iterator[Edit]:
    """The blanks of a text that is broken into pieces of a letter or three, in order."""
    if len(text) > _LENGTH * (text.count(" ") + text.count("\n") + 1):
        return
    words = text.split()
    if len(words) < _LEAST or len(text) > _LENGTH * len(words):
        return
    if sum(len(word.strip(".,:;!?")) <= _CRUMB for word in words) < _CRUMBS * len(words):
        return
    if sum(word.lower().strip(".,:;!?") in LITTLE for word in words) > _KNOWN * len(words):
        return
    if sum(map(str.isalpha, text)) < _KNOWN * len(text):
        return
    tokens = list(_TOKEN.finditer(text))
    yield from ((before.end(), after.start(), "") for before, after in pairwise(tokens))
