"""The roster: who stands for office, for which party, with which committees, sites and accounts, and what is on the ballot.

It is read from every `*.yaml` in a folder, and lists all sides alike. A name of the roster decides nothing; it tells the
rules that a word is a name, and whose site a link goes to.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from gateway.source import AfterValidator, Document, Field, Location, Mistakes, Model, Problem, did_you_mean, load

_HOST = re.compile(r"(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
_ACCOUNT = re.compile(r"[^\s/?#]+(?:/@?[\w.-]+)+/?")


def _day(written: str) -> str:
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", written):
        try:
            date.fromisoformat(written)
        except ValueError:
            pass
        else:
            return written
    raise ValueError(f'"{written}" is no date; write year-month-day, for example 2026-11-03')


def _site(written: str) -> str:
    if not _HOST.fullmatch(written):
        raise ValueError(f'"{written}" is no host name; write for example reyes2026.example, without https:// and without a path')
    return written


def _account(written: str) -> str:
    if not _ACCOUNT.fullmatch(written) or not _HOST.fullmatch(written.partition("/")[0]):
        raise ValueError(f'"{written}" is no account; write its host and path, for example facebook.com/ReyesForMayor')
    return written


def _words(written: str) -> str:
    if not any(letter.isalnum() for letter in written) or written != written.strip() or "\n" in written:
        raise ValueError(f'"{written}" is no name; write the words as people write them')
    return written


Day = Annotated[str, AfterValidator(_day)]
Site = Annotated[str, AfterValidator(_site)]
Account = Annotated[str, AfterValidator(_account)]
Name = Annotated[str, AfterValidator(_words)]


class Entry(Model):
    """Anything with a name. What is in small letters matches in any case; what has a capital, only so or all in capitals."""

    name: Name
    aliases: tuple[Name, ...] = ()
    sites: tuple[Site, ...] = ()
    accounts: tuple[Account, ...] = ()


class Party(Entry):
    """A political party."""


class Platform(Entry):
    """A service through which campaigns raise money or find volunteers."""


class Candidate(Entry):
    """Somebody who stands for an office. party: a party of the roster, or `nonpartisan`."""

    party: str
    office: str
    elections: tuple[str, ...] = Field(min_length=1)


class Committee(Entry):
    """A campaign or action committee. supports, opposes: candidates or measures of the roster."""

    supports: tuple[str, ...] = ()
    opposes: tuple[str, ...] = ()


class Measure(Entry):
    """A question put to the voters."""

    title: str
    election: str


class Election(Model):
    """An election and its day."""

    name: Name
    day: Day


class File(Model):
    """One file of the roster."""

    elections: tuple[Election, ...] = ()
    parties: tuple[Party, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    committees: tuple[Committee, ...] = ()
    measures: tuple[Measure, ...] = ()
    platforms: tuple[Platform, ...] = Field(default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """All files together.

    version: a short hash of what they say; people: names of candidates and committees; sites, accounts: in small letters,
    each with whose it is ("candidate", "party", "committee", "measure", "platform")
    """

    version: str
    people: tuple[str, ...] = ()
    parties: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()
    sites: Mapping[str, str]
    accounts: Mapping[str, str]
    elections: Mapping[str, date]


_Files = list[tuple[File, Document]]
_SECTIONS = ("parties", "candidates", "committees", "measures", "platforms")
_ONE = {
    "parties": "party", "candidates": "candidate", "committees": "committee", "measures": "measure", "platforms": "platform",
}  # fmt: skip


def load_roster(folder: Path) -> Roster:
    """Every `*.yaml` in `folder`, in order of name. Raises Mistakes with all the mistakes of all the files."""
    files: _Files = []
    problems: list[Problem] = []
    for path in _paths(folder):
        if path.suffix != ".yaml":
            remedy = "Let its name end in .yaml, or take it away."
            problems.append(Problem(location=Location(str(path)), message="is not read", remedy=remedy))
            continue
        try:
            files.append(load(path, File))
        except Mistakes as mistakes:
            problems += mistakes.problems
    if not problems:
        problems += _contradictions(files)
    if problems:
        raise Mistakes(problems)
    return _roster([file for file, _ in files])


def _paths(folder: Path) -> list[Path]:
    """What may be YAML in it, by name; what editors leave behind (`.#city.yaml`) is not."""
    try:
        return sorted(
            path
            for path in folder.iterdir()
            if path.suffix.lower() in {".yaml", ".yml"} and not path.name.startswith(".") and not path.is_dir()
        )
    except OSError as error:
        said = "is no folder" if not folder.is_dir() else f"cannot be read: {error.strerror}"
        raise Mistakes(
            [Problem(location=Location(str(folder)), message=said, remedy="It should hold the roster's *.yaml.")]
        ) from None


def _contradictions(files: _Files) -> Iterator[Problem]:
    yield from _doubled(files)
    parties = {party.name for file, _ in files for party in file.parties} | {"nonpartisan"}
    elections = {election.name for file, _ in files for election in file.elections}
    stand = {entry.name for file, _ in files for entry in (*file.candidates, *file.measures)}
    for file, document in files:
        for number, candidate in enumerate(file.candidates):
            yield from _unknown(document, ("candidates", number, "party"), "party", candidate.party, parties)
            for index, election in enumerate(candidate.elections):
                yield from _unknown(document, ("candidates", number, "elections", index), "election", election, elections)
        for number, measure in enumerate(file.measures):
            yield from _unknown(document, ("measures", number, "election"), "election", measure.election, elections)
        for number, committee in enumerate(file.committees):
            for side in ("supports", "opposes"):
                for index, name in enumerate(getattr(committee, side)):
                    yield from _unknown(document, ("committees", number, side, index), "candidate or measure", name, stand)


def _unknown(document: Document, keys: tuple[int | str, ...], what: str, name: str, known: Iterable[str]) -> Iterator[Problem]:
    if name not in known:
        yield document.problem(keys, f'unknown {what} "{name}"', did_you_mean(name, sorted(known)))


def _doubled(files: _Files) -> Iterator[Problem]:
    seen: dict[tuple[str, str], str] = {}
    for file, document in files:
        for keys, space, written in _written(file):
            key = (space, written.lower().rstrip("/"))
            if key in seen:
                yield document.problem(
                    keys, f'"{written}" stands in the roster already', f"It is at {seen[key]}; keep one of them."
                )
            else:
                seen[key] = str(document.at(*keys))


def _written(file: File) -> Iterator[tuple[tuple[int | str, ...], str, str]]:
    """Where, among what, and what, for everything that may stand only once."""
    for number, election in enumerate(file.elections):
        yield ("elections", number, "name"), "election", election.name
    for section in _SECTIONS:
        for number, entry in enumerate(getattr(file, section)):
            yield (section, number, "name"), section, entry.name
            for index, alias in enumerate(entry.aliases):
                yield (section, number, "aliases", index), section, alias
            for index, site in enumerate(entry.sites):
                yield (section, number, "sites", index), "site", site
            for index, account in enumerate(entry.accounts):
                yield (section, number, "accounts", index), "account", account


def _roster(files: list[File]) -> Roster:
    said = hashlib.sha256("".join(file.model_dump_json() for file in files).encode())
    entries = [(section, entry) for file in files for section in _SECTIONS for entry in getattr(file, section)]
    return Roster(
        version=said.hexdigest()[:12],
        people=_names(entries, "candidates", "committees"),
        parties=_names(entries, "parties"),
        measures=_names(entries, "measures"),
        platforms=_names(entries, "platforms"),
        sites={site: _ONE[section] for section, entry in entries for site in entry.sites},
        accounts={account.lower().rstrip("/"): _ONE[section] for section, entry in entries for account in entry.accounts},
        elections={election.name: date.fromisoformat(election.day) for file in files for election in file.elections},
    )


def _names(entries: list[tuple[str, Any]], *sections: str) -> tuple[str, ...]:
    return tuple(name for section, entry in entries if section in sections for name in (entry.name, *entry.aliases))
