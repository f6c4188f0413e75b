"""Words written without a blank between them: `PleasevoteforAnaMarshforsheriff`.

Only what holds telling words is taken apart, at the words that are known; what stands between two of them, a name for the
most part, is left as it is. A blank is put in at each seam, and nothing else is changed.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

from gateway.reading.runs import within
from gateway.reading.telling import TELLING

_WRITTEN = """
a an and the to of in on at by for with from our your his her their my we you he she they it us them me is are was be will
please yes no not vote against before after this that join help give tell bring come day city county state school board
council measure proposition prop issue question january february march april june july august september october november
december monday tuesday wednesday thursday friday saturday sunday today tomorrow week neighbors friends family coworkers
knock doors sign poll polls today proudly who all every one can must new next more
el la los las un una unos unas y o de del al en por para con sin su sus mi tu nuestro nuestra que este esta estos es son
ser si no lunes martes miercoles jueves viernes sabado domingo enero febrero marzo abril mayo junio julio agosto
septiembre octubre noviembre diciembre companeros amigos vecinos concejo municipal ciudad condado dia hoy manana todos
traigan trae ayuda ayuden den favor queremos
"""
LITTLE = frozenset(_WRITTEN.split())
_KNOWN = LITTLE | TELLING
_LONGEST = max(map(len, _KNOWN))
_RUN = re.compile(r"(?<![A-Za-z_#@./%=&?+-])[A-Za-z]{16,400}(?![\w@/%=&+-])")
"""What is no part of an address, an account or a code."""
_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_KINDS, _LONG = bytes(ord("a" if octet in _LETTERS else " ") for octet in range(256)), b"a" * 16
"""A text's letters as one and the same, and what is found in it then where there is such a run."""
_SHORT, _OF_SHORT = 2, 2.5
_BEGUN, _STRANGE = 1.5, 0.8
"""What letters of no word cost, the first of them and each; a word costs one, a short one more."""
_LEAST, _SHARE = 3, 0.5
_ONE_APPEAL = 24
"""No longer than this are appeals of one name (`runs`), which is left whole there."""
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")


def may_stand_in(text: str) -> bool:
    """Whether there is a run of letters in the text that may be several words."""
    return _LONG in text.encode("utf-8", "replace").translate(_KINDS)


def seams(text: str) -> Iterator[tuple[int, int, str]]:
    """Where blanks are missing, in order, as edits."""
    for found in _RUN.finditer(text) if may_stand_in(text) else ():
        yield from ((found.start() + at, found.start() + at, " ") for at in _within(found[0]))


@lru_cache(maxsize=4096)
def _within(run: str) -> tuple[int, ...]:
    """The seams of one run; none where it does not come apart into words of which some are telling."""
    if len(run) <= _ONE_APPEAL and within(run):
        return ()
    pieces = _apart(run.lower())
    known = [piece for piece in pieces if piece in _KNOWN]
    telling = [piece for piece in known if piece in TELLING]
    if not telling or len(known) < _LEAST or sum(map(len, known)) < _SHARE * len(run):
        return ()
    seams, at = [], 0
    for piece, _ in pairwise(pieces):
        at += len(piece)
        seams.append(at)
    return tuple(sorted({*seams, *(hump.start() for hump in _HUMP.finditer(run))}))


def _apart(run: str) -> list[str]:
    """The run as the fewest words, with as few letters outside them as can be."""
    costs, backs = [0.0], [0]
    within, begun = _BEGUN, 0
    for end in range(1, len(run) + 1):
        within += _STRANGE
        cost, back = within, begun
        for start in range(max(0, end - _LONGEST), end):
            if run[start:end] in _KNOWN and costs[start] + (price := _price(end - start)) < cost:
                cost, back = costs[start] + price, start
        if cost + _BEGUN < within:
            within, begun = cost + _BEGUN, end
        costs.append(cost)
        backs.append(back)
    return list(_traced(run, backs))[::-1]


def _price(length: int) -> float:
    return _OF_SHORT if length <= _SHORT else 1.0


def _traced(run: str, backs: list[int]) -> Iterator[str]:
    """The pieces, the last one first."""
    end = len(run)
    while end > 0:
        yield run[backs[end] : end]
        end = backs[end]
