"""Exports of the audit trail, and the verifier that outsiders are given, loaded from where it is shipped."""

import csv
import importlib.util
import io
from pathlib import Path

from gateway.trail import COLUMNS, cells, line

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
    known = dict(_verifier.head(str(head)) for head in heads)
    try:
        return _verifier.verify(_verifier.entries(io.StringIO(export, newline="")), known, excerpt=excerpt)
    except _verifier.BrokenError as broken:
        return f"broken: {broken}"
