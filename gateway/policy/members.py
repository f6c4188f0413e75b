"""What is written under `groups`: addresses, domains, other groups, files that list addresses and domains, directories' groups.

A member with an @ is an address; one with a dot is a domain, which covers its sub-domains too as in Postfix's access(5);
any other is the name of a group.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from gateway.mail import Address
from gateway.policy.drawn import Drawn, file_of, listed
from gateway.policy.group import ANYONE, Group, domain_key, mailbox
from gateway.policy.written import DirectoryGroup, ListFile, is_mailbox
from gateway.source import Document, Keys, Location, Problem, check, did_you_mean

_DOMAIN = re.compile(r"(?:[\w-]+\.)+[\w-]+")
_KINDS = "A member is an address, a domain with a dot in it, or the name of a group."

Told = Callable[[str, str], Problem]
"""Makes a Problem of a message and a remedy, at the place of a member."""


@dataclass(slots=True)
class Members:
    """A group as written. groups: the names of those in it, with where they are named.

    drawn: groups of directories in it; unknown: the members of one of them were never heard of
    """

    name: str
    people: set[tuple[str, str]] = field(default_factory=set)
    domains: set[str] = field(default_factory=set)
    groups: dict[str, Told] = field(default_factory=dict)
    drawn: set[tuple[str, str]] = field(default_factory=set)
    unknown: bool = False

    def add(self, member: str, told: Told) -> Iterator[Problem]:
        """Take in a member as written; what is wrong with it is yielded."""
        if "@" in member:
            yield from self._add_address(member, told)
        elif "." in member:
            yield from self._add_domain(member, told)
        else:
            self.groups[member] = told

    def _add_address(self, member: str, told: Told) -> Iterator[Problem]:
        if not is_mailbox(member):
            yield told(f'"{member}" is no mail address', "Write local@domain and no more; for a whole domain, only the domain.")
            return
        who = mailbox(Address.parse(member))
        self.people.add((who.local, who.domains[0]))

    def _add_domain(self, member: str, told: Told) -> Iterator[Problem]:
        if not _DOMAIN.fullmatch(member):
            bare = re.sub(r"^[*.]+|\.$", "", member)
            meant = f"Write {bare}; it covers the sub-domains too." if _DOMAIN.fullmatch(bare) else _KINDS
            yield told(f'"{member}" is no domain', meant)
            return
        self.domains.add(domain_key(member))


def members(
    document: Document, keys: Keys, folder: Path, files: dict[str, bytes], drawn: Drawn
) -> tuple[Members, tuple[Problem, ...]]:
    """The group at `keys`. Files it lists are read from `folder`, and put into `files` by their names."""
    taking = _Taking(Members(str(keys[-1])), document, folder, files, drawn)
    value = document.value(keys)
    if not isinstance(value, list):
        return taking.members, tuple(taking.take(keys, value))
    problems = [problem for number, member in enumerate(value) for problem in taking.take((*keys, number), member)]
    if not value:
        problems.append(document.problem(keys, f'nobody is in the group "{keys[-1]}"', _KINDS))
    return taking.members, tuple(problems)


@dataclass(frozen=True, slots=True)
class _Taking:
    """Takes what is written into `members`."""

    members: Members
    document: Document
    folder: Path
    files: dict[str, bytes]
    drawn: Drawn

    def take(self, at: Keys, member: object) -> Iterator[Problem]:
        if isinstance(member, dict) and "ldap" in member:
            remedy = "Write {directory: NAME, group: ...}; under `directories` the settings say where NAME is."
            yield self.document.problem((*at, "ldap"), "directories stand in the settings", remedy, key=True)
        elif isinstance(member, dict) and "directory" in member:
            group, problems = check(self.document, DirectoryGroup, at=at)
            yield from problems
            if group is not None:
                yield from self._draw((*at, "directory"), (group.directory, group.group))
        elif isinstance(member, dict):
            listed, problems = check(self.document, ListFile, at=at)
            yield from problems
            if listed is not None:
                yield from self._take_file((*at, "file"), listed.file)
        else:
            word, problems = check(self.document, str, at=at)
            yield from problems
            if word is not None:
                yield from self.members.add(word, partial(self.document.problem, at))

    def _draw(self, at: Keys, group: tuple[str, str]) -> Iterator[Problem]:
        """Whom a directory has in a group, as last heard; without settings, as it lies beside the policies."""
        self.members.drawn.add(group)
        if self.drawn.names is not None and group[0] not in self.drawn.names:
            remedy = did_you_mean(group[0], sorted(self.drawn.names)) if self.drawn.names else "The settings have none."
            yield self.document.problem(at, f'unknown directory "{group[0]}"', remedy)
            return
        text = self._text(group)
        self.members.unknown |= text is None
        for line in (text or b"").decode().splitlines():
            if is_mailbox(line):
                yield from self.members.add(line, partial(self.document.problem, at))

    def _text(self, group: tuple[str, str]) -> bytes | None:
        name, text = file_of(group), None
        if group in self.drawn.members:
            text = listed(group, self.drawn.members[group])
        elif self.drawn.names is None:
            with suppress(OSError):
                text = (self.folder / name).read_bytes()
        if text is not None:
            self.files[f"{self.folder.name}/{name}"] = text
        return text

    def _take_file(self, at: Keys, file: str) -> Iterator[Problem]:
        name = f"{self.folder.name}/{file}"
        try:
            self.files[name] = (self.folder / file).read_bytes()
            text = self.files[name].decode("utf-8-sig")
        except OSError as error:
            said = f"the list cannot be read: {error.strerror}"
            yield self.document.problem(at, said, f"Its name is taken from the folder {self.folder.name} on.")
            return
        except ValueError:
            yield self.document.problem(at, "the list is not UTF-8 text")
            return
        empty = True
        for number, line in enumerate(text.splitlines(), start=1):
            if member := line.partition("#")[0].strip():
                empty = False
                yield from self.members.add(member, _in_list(Location(name, number, line.index(member) + 1), line, member))
        if empty:
            yield self.document.problem(at, "the list is empty", "Write an address or a domain on each line.")


def _in_list(place: Location, line: str, member: str) -> Told:
    def told(message: str, remedy: str) -> Problem:
        return Problem(location=place, message=message, remedy=remedy, written=line, width=len(member))

    return told


def groups(written: Mapping[str, Members], known: Collection[str]) -> tuple[dict[str, Group], tuple[Problem, ...]]:
    """Each group with everybody who is in it. known: the names of all groups, of those too that are wrong in themselves."""
    problems: list[Problem] = []
    circles: set[frozenset[str]] = set()
    found: dict[str, Group] = {}
    for name, one in written.items():
        problems += _strangers(one, known)
        reached = _reached(name, written)
        circle = frozenset(inner for inner in reached if inner in written and name in _reached(inner, written))
        if circle and circle not in circles:
            circles.add(circle)
            problems.append(_circle(one, circle))
        found[name] = _union(name, [one, *(written[inner] for inner in reached if inner in written)], reached)
    return found, tuple(problems)


def _reached(name: str, written: Mapping[str, Members]) -> tuple[str, ...]:
    """All groups in a group, and in those; itself only if it is in a circle."""
    reached: dict[str, None] = {}
    ahead = [name]
    while ahead:
        for inner in written[ahead.pop()].groups:
            if inner not in reached:
                reached[inner] = None
                ahead += [inner] if inner in written else []
    return tuple(reached)


def _circle(one: Members, circle: frozenset[str]) -> Problem:
    told = next(told for inner, told in one.groups.items() if inner in circle)
    others = sorted(circle - {one.name})
    through = f" through {', '.join(others)}" if others else ""
    return told(f'the group "{one.name}" holds itself{through}', "Take one of them out of the other.")


def _strangers(one: Members, known: Collection[str]) -> Iterator[Problem]:
    for name, told in one.groups.items():
        if name not in known:
            yield told(f'unknown group "{name}"', f"{did_you_mean(name, known)} {_KINDS}")


def _union(name: str, inside: Sequence[Members], reached: Sequence[str]) -> Group:
    return Group(
        name,
        frozenset().union(*(one.people for one in inside)),
        frozenset().union(*(one.domains for one in inside)),
        everyone=ANYONE.name in reached,
        unknown=any(one.unknown for one in inside),
    )
