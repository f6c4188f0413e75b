"""The policy files of a folder, and where everything that is declared in them stands.

Files are taken in the order of their names, which has no bearing on what they mean: only rules and senders have an order,
and each list of them stands in one file.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from gateway.policy.drawn import DIRECTORY
from gateway.policy.written import ANYONE, NOBODY
from gateway.source import Document, Keys, Location, Mistakes, Problem, check, did_you_mean, read

_NAMED = {
    "authorities": "authority",
    "groups": "group",
    "duty times": "duty times",
    "reviewers": "reviewers",
    "ladders": "ladder",
    "periods": "period",
    "policies": "policy",
}
"""Sections of named things, which may stand in several files, and the word for one of the things."""

_ONCE = ("time zone", "senders")
"""Sections that stand in one file."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Where something was declared."""

    document: Document
    keys: Keys

    @property
    def place(self) -> Location:
        """Of its name."""
        return self.document.at(*self.keys, key=True)


class _Anything(frozenset[str]):
    """Names of which some could not be read, so that none can be called unknown."""

    def __contains__(self, word: object) -> bool:
        return True


@dataclass(slots=True)
class Files:
    """What was read. named: by section and name; once: by section; texts: of all files, by name.

    whole: everything declared was found; otherwise no name can be called unknown
    """

    folder: Path
    problems: list[Problem] = field(default_factory=list)
    named: dict[str, dict[str, Entry]] = field(default_factory=lambda: {section: {} for section in _NAMED})
    once: dict[str, Entry] = field(default_factory=dict)
    texts: dict[str, bytes] = field(default_factory=dict)
    whole: bool = True

    @property
    def version(self) -> str:
        """Twelve hexadecimal digits that stand for all texts under their names."""
        return _version(self.texts.items())

    @property
    def plain(self) -> str:
        """The same of what people wrote, without what directories said."""
        drawn = f"{self.folder.name}/{DIRECTORY}/"
        return _version((name, text) for name, text in self.texts.items() if not name.startswith(drawn))

    def names(self, elections: Iterable[str] | None = None) -> dict[str, frozenset[str] | tuple[str, ...]]:
        """The words that may be used for each kind of thing. elections: the roster's, None if nobody knows them."""
        known = {word: tuple(self.named[section]) for section, word in _NAMED.items()}
        known["group"] = (*known["group"], ANYONE)
        known["sender group"] = (*known["group"], NOBODY)
        certain: dict[str, frozenset[str] | tuple[str, ...]] = dict(known) if self.whole else dict.fromkeys(known, _Anything())
        return {**certain, "election": _Anything() if elections is None else tuple(elections)}


def _version(texts: Iterable[tuple[str, bytes]]) -> str:
    digest = hashlib.sha256()
    for name, text in sorted(texts):
        digest.update(b"%d:%s%d:%s" % (len(name.encode()), name.encode(), len(text), text))
    return digest.hexdigest()[:12]


def gather(folder: Path) -> Files:
    """All `*.yaml` directly in the folder."""
    files = Files(folder.absolute())
    try:
        paths = sorted(path for path in files.folder.iterdir() if not path.name.startswith(".") and not path.is_dir())
    except OSError as error:
        files.problems.append(_of_folder(files, f"cannot be read: {error.strerror}", "Here the policies should be."))
        return files
    for path in paths:
        if path.suffix == ".yaml":
            _read(path, files)
        elif path.suffix.lower() in {".yml", ".yaml"}:
            remedy = "Let its name end in .yaml, or take it away."
            files.problems.append(Problem(location=Location(_name(path)), message="is not read", remedy=remedy))
    files.problems += _lacking(files)
    return files


def _lacking(files: Files) -> Iterator[Problem]:
    if not files.texts and not files.problems:
        yield _of_folder(files, "holds no policies", "Put a file there whose name ends in .yaml.")
    elif files.whole and "senders" not in files.once:
        remedy = "Add the list `senders` to one file: {sender: GROUP, policy: NAME}, and for anyone at the end."
        yield _of_folder(files, "nothing says who is under which policy", remedy)


def _read(path: Path, files: Files) -> None:
    try:
        document = read(path, name=_name(path))
    except Mistakes as mistakes:
        files.problems += mistakes.problems
        files.whole = False
        return
    files.texts[document.path] = "\n".join(document.lines).encode()
    _, problems = check(document, dict[str, object])
    files.problems += problems
    files.whole = files.whole and isinstance(document.data, dict)
    for section in document.data if isinstance(document.data, dict) else ():
        files.problems += _section(document, section, files)


def _section(document: Document, section: str, files: Files) -> Iterator[Problem]:
    if section in _NAMED:
        yield from _declarations(document, section, files)
    elif section not in _ONCE:
        files.whole = False
        allowed = did_you_mean(section, (*_NAMED, *_ONCE))
        yield document.problem((section,), f'unknown key "{section}"', allowed, key=True)
    elif section in files.once:
        remedy = f"It stands in {files.once[section].place} already; keep one of them."
        yield document.problem((section,), f'"{section}" is written twice', remedy, key=True)
    else:
        files.once[section] = Entry(document, (section,))


def _declarations(document: Document, section: str, files: Files) -> Iterator[Problem]:
    _, problems = check(document, dict[str, object], at=(section,))
    files.whole = files.whole and isinstance(document.data[section], dict)
    yield from problems
    for name in document.data[section] if isinstance(document.data[section], dict) else ():
        keys = (section, name)
        first = files.named[section].setdefault(name, Entry(document, keys))
        if first.document is not document:
            remedy = f"It stands in {first.place} already; keep one of them."
            yield document.problem(keys, f'the {_NAMED[section]} "{name}" is declared twice', remedy, key=True)
        yield from _misnamed(document, keys, section, name)


def _misnamed(document: Document, keys: Keys, section: str, name: str) -> Iterator[Problem]:
    if not name or not name.isprintable() or name != name.strip():
        yield document.problem(keys, "this is no name", "A name is printable characters on one line.", key=True)
    if section == "reviewers" and ("<" in name or ">" in name):
        remedy = "Angle brackets stand for a person whom somebody handed a message to."
        yield document.problem(keys, f'"{name}" is no name for reviewers', remedy, key=True)
    if section == "groups" and name in {ANYONE, NOBODY}:
        yield document.problem(keys, f'"{name}" has its meaning already', "Take another name for the group.", key=True)
    if section == "groups" and ("." in name or "@" in name):
        remedy = "A group's name has no dot and no @, so that no one takes it for an address or a domain."
        yield document.problem(keys, f'"{name}" is no name for a group', remedy, key=True)


def _of_folder(files: Files, message: str, remedy: str) -> Problem:
    return Problem(location=Location(files.folder.name), message=message, remedy=remedy)


def _name(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"
