"""Builders for the tests of policies: folders of YAML, envelopes, authors and verdicts in a few words."""

import re
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import available_timezones

import pytest

from gateway.mail import Address, Author, Client, Command, Envelope, Place, Unread
from gateway.policy import Rulebook, load_rulebook
from gateway.source import Mistakes
from gateway.verdict import Category, Evidence, Finding, Kind, Label, Verdict

needs_time_zones = pytest.mark.skipif("America/Chicago" not in available_timezones(), reason="the system has no tzdata")

NOON = datetime(2026, 10, 1, 12, tzinfo=UTC)

BASE = """\
authorities:
  SO 1: {title: Use of mail, text: No promotion}
groups:
  board: [president@association.example]
  department: [department.example]
reviewers:
  command: {members: chief@department.example, deadline: 48h, reminders: 24h, then: deny}
periods:
  window: {from: 2026-09-01, until: 2026-11-04}
time zone: UTC
policies:
  strict:
    authority: SO 1
    rules:
      - {finds: [political, religious], label: [match, unsure], action: reject, reply: No promotion}
      - {action: relay}
senders:
  - {sender: anyone, policy: strict}
"""


def sections(text: str) -> dict[str, str]:
    """The top-level sections of a YAML text, by key."""
    return {section.partition(":")[0]: section for section in re.split(r"(?m)^(?=\S)", text) if section.strip()}


def completed(text: str) -> str:
    """The text, followed by the sections of BASE that it does not have itself."""
    given = sections(text)
    return text + "".join(section for key, section in sections(BASE).items() if key not in given)


def with_rules(rules: str, *, top: str = "") -> str:
    """A whole file in which the policy `strict`, which everybody is under, has these rules."""
    indented = "".join(f"      {line}\n" for line in rules.strip().splitlines())
    policies = f"policies:\n  strict:\n    authority: SO 1\n    rules:\n{indented}"
    return completed(f"{policies}{top}senders: [{{sender: anyone, policy: strict}}]\n")


def folder(tmp_path: Path, **files: str) -> Path:
    """A folder `policies` with these files; two underscores in a name stand for a dot."""
    made = tmp_path / "policies"
    made.mkdir(exist_ok=True)
    for name, text in files.items():
        (made / name.replace("__", ".")).write_text(text, encoding="utf-8")
    return made


def loaded(tmp_path: Path, text: str) -> Rulebook:
    """The rulebook of one file, `policies/p.yaml`."""
    return load_rulebook(folder(tmp_path, p__yaml=text))


def mistakes(tmp_path: Path, **files: str) -> str:
    """What is said of these files; "" if nothing is wrong."""
    try:
        load_rulebook(folder(tmp_path, **files))
    except Mistakes as found:
        return str(found)
    return ""


def envelope(sender: str | None, *recipients: str, login: str = "") -> Envelope:
    """An envelope of these addresses."""
    to = recipients or ("someone@other.example",)
    return Envelope(
        sender=Address.parse(sender) if sender else None,
        recipients=tuple(Address.parse(recipient) for recipient in to),
        client=Client(address="127.0.0.1", login=login),
        mail=Command(path=(sender or "").encode()),
        rcpts=tuple(Command(path=recipient.encode()) for recipient in to),
    )


def author(address: str | None, header: str = "From", *, shown: bool = False) -> Author:
    """Somebody a header names; None is one that cannot be read."""
    return Author(header=header, written=address or "?", address=Address.parse(address) if address else None, shown=shown)


def written_by(*addresses: str | None) -> tuple[Author, ...]:
    """What one From field, or several, say."""
    return tuple(author(address) for address in addresses)


def finding(category: Category, kind: Kind) -> Finding:
    """A finding of that kind."""
    evidence = (Evidence(place=Place(part="1"), quote="words of the message"),)
    return Finding(category=category, kind=kind, detector="test", says="something", weight=1.0, evidence=evidence)


def verdict(
    political: Label = Label.CLEAR, religious: Label = Label.CLEAR, *kinds: tuple[Category, Kind], unread: bool = False
) -> Verdict:
    """A verdict with these labels and findings."""
    return Verdict(
        labels={Category.POLITICAL: political, Category.RELIGIOUS: religious},
        scores={Category.POLITICAL: 0.0, Category.RELIGIOUS: 0.0},
        findings=tuple(finding(*kind) for kind in kinds),
        unread=(Unread(place=Place(part="2", name="plan.zip"), why="encrypted"),) if unread else (),
    )
