"""Rulings as labelled examples: a folder with the messages, and a line of JSON for each. Nothing of it leaves the machine.

It is kept only where the settings name the folder. A released message is an example of ordinary mail, a denied one of what
it was found to promote; where nothing was found (an unread part, many recipients) a denial says nothing of the words, and no
example is kept. Files are for the gateway's user alone. Raises OSError where the disk refuses.
"""

import asyncio
import json
import os
from pathlib import Path

from gateway.hold import HeldMail, Ruling
from gateway.verdict import Label, Verdict

LIST = "rulings.jsonl"


class ExampleFolder:
    """It implements the port `Examples`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def keep(self, ruled: HeldMail) -> None:
        """Add one, if its ruling says something of its words."""
        if expect := _expect(ruled):
            await asyncio.to_thread(self._write, ruled, expect)

    def _write(self, ruled: HeldMail, expect: str) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = f"{ruled.mail.id}.eml"
        _append(self._folder / name, ruled.mail.content.read())
        row = {"id": ruled.mail.id, "eml": name, "expect": expect, "at": ruled.review.at.isoformat() if ruled.review else ""}
        _append(self._folder / LIST, (json.dumps(row) + "\n").encode())


def _append(path: Path, octets: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "wb") as opened:
        opened.write(octets)


def _expect(ruled: HeldMail) -> str:
    """political, religious or neither; nothing where the ruling does not tell."""
    verdict = ruled.decision.verdict
    if ruled.review is None or verdict is None:
        return ""
    if ruled.review.ruling is Ruling.WITHDRAWN:
        return ""
    return "neither" if ruled.review.ruling is Ruling.RELEASED else _found(verdict)


def _found(verdict: Verdict) -> str:
    told = [category for category, label in verdict.labels.items() if label is not Label.CLEAR]
    return str(max(told, key=lambda category: verdict.scores[category])) if told else ""
