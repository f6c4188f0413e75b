"""Who is named in a message: names and addresses, looked for in what a reader reads of it, however it is spelt.

A name is found as first and last name together, in either order and with one word between them, or as a rank with the last
name; a last name alone is too many people's. To whom a message goes says nothing of whom it names, so of the header only the
subject is looked at.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from gateway.display.opened import Opened
from gateway.reading.fold import fold

_RANKS = (
    *("captain", "capt", "lieutenant", "lt", "sergeant", "sgt", "corporal", "cpl", "officer", "ofc", "detective", "det"),
    *("chief", "deputy", "assistant", "asst", "commander", "cmdr", "major", "maj", "colonel", "col", "inspector", "insp"),
    *("commissioner", "director", "superintendent", "supt", "sheriff", "marshal", "mr", "mrs", "ms", "dr", "chaplain"),
)
_RANK = "|".join(_RANKS)
_APART = re.compile(r"[^\w@]+|_+")


def named(message: bytes | Opened, called: Mapping[str, Sequence[str]]) -> frozenset[str]:
    """Those (keys of `called`) one of whose names or addresses stands in the message. Never raises for anything in it."""
    opened = message if isinstance(message, Opened) else Opened(message)
    texts = [passage.folded for passage in opened.reading.passages if passage.place.header.casefold() in {"", "subject"}]
    written = "\n".join(texts).casefold()
    words = f" {_spread(written)} "
    return frozenset(key for key, names in called.items() if any(_stands(name, written, words) for name in names))


def _stands(name: str, written: str, words: str) -> bool:
    if "@" in name:
        address = re.escape(name.casefold())
        return re.search(rf"(?<![\w.+-]){address}(?![\w-]|\.\w)", written) is not None
    return any(re.search(pattern, words) for pattern in _patterns(name))


def _patterns(name: str) -> Iterator[str]:
    found = _spread(fold(name)[0].casefold()).split()
    core = [re.escape(word) for word in found if word not in _RANKS and len(word) > 1]
    if not core:
        return
    first, last = core[0], core[-1]
    if len(core) > 1:
        yield rf" {first} (?:\w+ )?{last} "
        yield rf" {last} {first} "
    yield rf" (?:{_RANK}) {last} "


def _spread(text: str) -> str:
    """Words parted by single spaces, without the signs between them."""
    return _APART.sub(" ", text).strip()
