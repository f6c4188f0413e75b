"""Exports of the audit trail, and the verifier that outsiders are given, loaded from where it is shipped."""

import csv
import importlib.util
import io
from pathlib import Path

from gateway.hold import Review, Ruling
from gateway.mail import Receipt, Reply
from gateway.trail import COLUMNS, Step, cells, line
from tests.support.mails import NOW, held
from tests.support.parcels import notice, release

FORMS = ("jsonl", "csv")
VERIFIER = Path(__file__).parents[2] / "deploy" / "verify_trail.py"


def _loaded():
    spec = importlib.util.spec_from_file_location("verify_trail", VERIFIER)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


_verifier = _loaded()


def exported(entries, form: str) -> str:
    """The entries as an export, whatever was done to them."""
    if form == "jsonl":
        return "".join(f"{line(one)}\n" for one in entries)
    written = io.StringIO(newline="")
    csv.writer(written).writerows([COLUMNS, *map(cells, entries)])
    return written.getvalue()


def outsider(export: str, *heads, excerpt: bool = False) -> str:
    """What the stand-alone verifier says of an export."""
    known = [_verifier.head(str(head)) for head in heads]
    try:
        return _verifier.verify(_verifier.entries(io.StringIO(export, newline="")), known, excerpt=excerpt)
    except _verifier.BrokenError as broken:
        return f"broken: {broken}"


def _review(held, ruling) -> Review:
    return Review(reviewer="captain", ruling=ruling, recipients=held.mail.envelope.recipients, note="a campaign message", at=NOW)


async def a_life(store):
    """A message held, seen, released and delivered, another one denied."""
    there = held()
    await store.hold(there, [notice(there)])
    await store.record(Step.SEEN, actor="captain", hold="H1")
    await store.remind("H1", 1, [notice(there, "N2")])
    await store.rule("H1", _review(there, Ruling.RELEASED), [release(there)])
    await store.delivered(release(there), Receipt(reply=Reply(code=250, status="2.0.0", text="queued")), NOW, [])
    other = held(id_="H2")
    await store.hold(other, [])
    await store.rule("H2", _review(other, Ruling.DENIED), [])
