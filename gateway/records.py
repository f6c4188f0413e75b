"""Story 4: a hold as a record: what is handed to those who may ask for it, and when its content is destroyed.

A records bundle is a ZIP that explains itself: a folder for each hold with all that is on the shelf of it, and a manifest
of hashes that `sha256sum -c` reads. That it was made is in the trail before anybody has it, with the hash of every file.

The link by which a sender opens the page of his message is a secret of his: notices in a bundle have it without what makes it
open anything, and the bundle says so.

Content is destroyed only where the settings say for how long it is kept, and never under a legal hold. What fails is tried
again at the next call; KeyError for an id that is unknown, StoreUnavailable where the store is away.
"""

import os
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Self

import structlog

from gateway.hold import HeldMail
from gateway.plea import Appeal, Statement
from gateway.ports import Archive, Asked, Clock, Dispatch, HoldStore, Pleas, Trail
from gateway.settings import Retention
from gateway.trail import GATEWAY, Step, line

log = structlog.get_logger()

_AT_ONCE = 100
_PAGE = 1000
_NOTICES = "notices/"
_SIGNED = 22
"""Characters of a link's signature."""
_BREAK = r"(?:=\r\n)?"
"""Where quoted-printable may break a line (RFC 2045 §6.7)."""

README = """\
Records of messages held for review by Hatchway. One folder for each message:

  summary.txt       what happened to it, in plain words
  message.eml       the message, octet for octet (not there if it was destroyed)
  envelope.json     who sent it to whom, and from where
  decision.json     the rule, the authority and the passages for which it was held
  ruling.json       who released, denied or returned it, or that its sender took it back, when and why (not there while it waits)
  explanations.jsonl  what its sender explained or answered, in order (if he did)
  appeal.json       his appeal, the ruling it was against, and what the supervisor answered (if he appealed)
  dispatches.json   what was sent because of it, and what the relay said
  notices/          the notices themselves, but for the secret in the links to the sender's own page, in place of which are *
  audit.jsonl       what the audit trail says of it, this bundle included

`sha256sum -c MANIFEST.sha256` shows that no file was changed. In audit.jsonl the entry "held" has the SHA-256 of message.eml,
envelope.json and decision.json; the entry "destroyed" that of what is gone and of decision.json as it is now. The last of the
entries "ruled", "expired", "returned", "withdrawn" and "overturned" has that of ruling.json. The last `pleas` is that of
explanations.jsonl and appeal.json together, with a line end between them. Of a notice from which a secret was left out, the
last "exported" has the SHA-256 both as it is here and, under `sent`, as it was sent. `verify_trail.py --excerpt audit.jsonl`
checks the entries by themselves; that they are in the trail, a whole export of it shows.
"""


class Records:
    """Bundles and retention."""

    def __init__(  # noqa: PLR0913  -- the parts are wired by name
        self, *, store: HoldStore, archive: Archive, trail: Trail, clock: Clock, retention: Retention, pleas: Pleas
    ) -> None:
        self._pleas = pleas
        self._store = store
        self._archive = archive
        self._trail = trail
        self._clock = clock
        kept = {end: getattr(retention, end) for end in type(retention).model_fields}
        self._kept: dict[str, timedelta] = {end: time for end, time in kept.items() if time is not None}

    @property
    def shortest(self) -> timedelta | None:
        """For how long content is kept at least; None where all is kept for ever."""
        return min(self._kept.values(), default=None)

    async def files(self, hold: str, *, actor: str, reason: str = "") -> dict[str, bytes]:
        """A hold's folder in a bundle: octets by name. That they were handed out is recorded first, with their hashes."""
        held = await self._store.get(hold)
        if held is None:
            raise KeyError(hold)
        dispatches = await self._store.dispatches(hold)
        pleas = await self._pleas.statements(hold), await self._pleas.appealed(hold)
        whole = await self._archive.files(hold)
        there = {name: veiled(octets, hold) if name.startswith(_NOTICES) else octets for name, octets in whole.items()}
        sent = {name: sha256(octets).hexdigest() for name, octets in whole.items() if there[name] != octets}
        told = summary(held, dispatches, *pleas, without=tuple(sent))
        files = {"summary.txt": told.encode("utf-8"), **there}
        hashes = [
            {"name": name, "sha256": sha256(octets).hexdigest(), **({"sent": sent[name]} if name in sent else {})}
            for name, octets in files.items()
        ]
        said = {"what": "records bundle", "reason": reason, "files": hashes}
        await self._trail.record(Step.EXPORTED, actor=actor, hold=hold, detail=said)
        return {**files, "audit.jsonl": await self._entries(hold)}

    async def destroy_due(self) -> int:
        """Destroy all content that was kept long enough; how much was. What cannot be is tried once."""
        now = self._clock.now()
        before = {end: now - kept for end, kept in self._kept.items()}
        done, left = 0, set[str]()
        while ended := await self._archive.expendable(before, _AT_ONCE + len(left)):
            if ended.keys() <= left:
                break
            for hold, end in [(hold, end) for hold, end in ended.items() if hold not in left]:
                if await self._destroy(hold, end):
                    done += 1
                else:
                    left.add(hold)
        return done

    async def _destroy(self, hold: str, end: str) -> bool:
        """One that cannot be destroyed keeps no other from it."""
        why = f"retention: {end} content is kept for {_span(self._kept[end])}"
        try:
            done = await self._archive.destroy(hold, actor=GATEWAY, why=why)
        except Exception:
            log.exception("content.not_destroyed", id=hold)
            return False
        if done:
            log.info("content.destroyed", id=hold, why=why)
        return done

    async def _entries(self, hold: str) -> bytes:
        lines: list[str] = []
        asked = Asked(hold=hold)
        while found := await self._trail.entries(asked, limit=_PAGE):
            lines += [f"{line(entry)}\n" for entry in found]
            asked = replace(asked, after=found[-1].sequence)
        return "".join(lines).encode("ascii")


class Bundle:
    """A bundle under way: a new file, for its owner only. Raises OSError, FileExistsError among them; then none is left."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._hashes: dict[str, str] = {}

    def __enter__(self) -> Self:
        file = os.fdopen(os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b")
        self._file, self._zip = file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED)
        self._write("README.txt", README.encode("ascii"))
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        whole = False
        try:
            if kind is None:
                self._write(
                    "MANIFEST.sha256", "".join(f"{hash_}  {name}\n" for name, hash_ in self._hashes.items()).encode("ascii")
                )
            with closing(self._file):
                self._zip.close()
            whole = kind is None
        finally:
            if not whole:
                self._path.unlink(missing_ok=True)

    def add(self, hold: str, files: Mapping[str, bytes]) -> None:
        """A hold's folder."""
        for name, octets in files.items():
            self._write(f"{hold}/{name}", octets)

    def _write(self, name: str, octets: bytes) -> None:
        self._hashes[name] = sha256(octets).hexdigest()
        self._zip.writestr(name, octets)


def veiled(notice: bytes, hold: str) -> bytes:
    """The notice; in links to the sender's page, wherever quoted-printable breaks them, * is in place of what signs them."""
    path = _BREAK.join(re.escape(f"/status/{hold}/"))
    link = re.compile(rf"({path}{_BREAK}(?:\d{_BREAK}){{1,12}}-)((?:{_BREAK}[\w-]){{{_SIGNED}}})".encode("ascii"))
    return link.sub(lambda found: found[1] + re.sub(rb"[\w-]", b"*", found[2]), notice)


def summary(
    held: HeldMail,
    dispatches: Sequence[Dispatch],
    statements: Sequence[Statement] = (),
    appeal: Appeal | None = None,
    without: Sequence[str] = (),
) -> str:
    """What happened to a message, in plain words. without: the notices from which a secret was left out."""
    told = [*_told(held), *_pleas(statements, appeal), *_sent(held, dispatches)]
    told += [("left out", f"of {name}: the secret in the link to the sender's own page") for name in without]
    return "".join(f"{name + ':':<12} {_plain(text)}\n" for name, text in told)


def _pleas(statements: Sequence[Statement], appeal: Appeal | None) -> Iterator[tuple[str, str]]:
    for one in statements:
        yield "answer" if one.answers else "explanation", f"{_time(one.at)} by {one.by}: {_line(one.text)}"
    if appeal:
        against = appeal.against
        yield "appeal", f"{_time(appeal.at)} by {appeal.by}: {_line(appeal.text)}"
        yield "against", f"{against.ruling} {_time(against.at)} by {against.reviewer}: {_line(against.note) or '-'}"
        if appeal.finding:
            found = appeal.finding
            word = "upheld" if found.upheld else "overturned"
            yield word, f"{_time(found.at)} by {found.by}: {_line(found.reason) or '-'}"


def _told(held: HeldMail) -> Iterator[tuple[str, str]]:
    envelope, review = held.mail.envelope, held.review
    yield "message", held.mail.id
    yield "sender", str(envelope.sender) if envelope.sender else "<>"
    yield "recipients", ", ".join(map(str, envelope.recipients))
    yield "subject", held.subject
    yield "held", f"{_time(held.since)}, {held.decision.because}"
    yield "rule", str(held.decision.rule)
    for authority in held.decision.authority:
        yield "authority", f"{authority.name}, {authority.title}: {authority.text.strip()}"
    ladder = ", ".join(f"{leg.rung.name} until {_time(leg.ends)}" for leg in held.way)
    yield "reviewers", f"{ladder}, then {held.reviewers.then}"
    if held.reviewers.hurry:
        yield "less time", held.reviewers.hurry
    for given in held.course.handed:
        yield "handed over", f"{_time(given.at)} by {given.by} to {given.to or 'the supervisors'}: {given.reason}"
    if review:
        who = f"{review.also} and {review.reviewer}" if review.also else review.reviewer
        yield str(review.ruling), f"{_time(review.at)} by {who}, for {', '.join(map(str, review.recipients))}"
        yield "note", review.note or "-"


def _sent(held: HeldMail, dispatches: Sequence[Dispatch]) -> Iterator[tuple[str, str]]:
    for one in dispatches:
        said = f", the relay said: {one.last}" if one.last else ""
        yield str(one.purpose), f"{_time(one.at)} {one.state} to {', '.join(map(str, one.recipients))}{said}"
    if held.kept:
        yield "legal hold", held.kept
    if held.destroyed:
        yield "destroyed", f"{_time(held.destroyed)}: the message, its notices and the passages quoted from it"


def _line(text: str) -> str:
    return " / ".join(text.splitlines())


def _plain(text: str) -> str:
    return "".join(character if character.isprintable() else "\ufffd" for character in text)


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


def _span(span: timedelta) -> str:
    return f"{span.days} days" if not span.seconds else str(span)
