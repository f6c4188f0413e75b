#!/usr/bin/env python3
"""What Hatchway is made of: a bill of materials (CycloneDX 1.6, JSON) from the run lock, or with --licences a list to read.

    .venv/bin/python deploy/sbom.py > hatchway.cdx.json      also: make sbom
    .venv/bin/python deploy/sbom.py --licences               also: make licences
    .venv/bin/python deploy/sbom.py --check                  also: make check

Names, versions and hashes are those of deploy/lock/run.txt; a licence is what the package installed here says of itself, and
nothing for one that is for other machines only. It needs Python and nothing else, and asks nobody. --check: it ends with 1
where what is installed is not what the lock names, or has no licence, or one under which Hatchway could not be handed on.
"""

import argparse
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

LOCK = Path(__file__).with_name("lock") / "run.txt"
_PIN = re.compile(r"^([a-z0-9-]+)==([^\s\\;]+)(?: ; ([^\\\n]+))?((?:\s*\\\n\s+--hash=\S+)+)", re.MULTILINE)
_TAKING = re.compile(r"\b(?:A?GPL|GNU (?:Affero )?General|SSPL|BUSL|Commons Clause|non-?commercial|proprietary)", re.IGNORECASE)
"""What one would have to hand on all of Hatchway under, or may not use for everything; the LGPL is not among them."""
_ELSEWHERE = {"pysqlite3": "Zlib"}
"""What says its licence in its repository, and not in its package."""


@dataclass(frozen=True, slots=True)
class Component:
    """One pin. where: the marker of the machines it is for, "" for all; licence: "" if nobody says; spdx: it is an expression."""

    name: str
    version: str
    where: str
    hashes: tuple[str, ...]
    licence: str
    spdx: bool

    @property
    def purl(self) -> str:
        """The package URL."""
        return f"pkg:pypi/{self.name}@{self.version}"

    def written(self) -> dict[str, object]:
        """As CycloneDX has it."""
        named = {"expression": self.licence} if self.spdx else {"license": {"name": self.licence}}
        kept = [{"type": "distribution", "url": self.purl, "hashes": [{"alg": "SHA-256", "content": one} for one in self.hashes]}]
        marked = {"properties": [{"name": "marker", "value": self.where}]} if self.where else {}
        return {
            "type": "library",
            "bom-ref": self.purl,
            "name": self.name,
            "version": self.version,
            "purl": self.purl,
            **({"licenses": [named]} if self.licence else {}),
            "externalReferences": kept,
            **marked,
        }


def components() -> Iterator[Component]:
    """All that the run lock pins."""
    for name, version, where, hashes in _PIN.findall(LOCK.read_text(encoding="utf-8")):
        yield Component(name, version, where.strip(), tuple(re.findall(r"sha256:([0-9a-f]{64})", hashes)), *licence(name))


def licence(name: str) -> tuple[str, bool]:
    """What the installed package says, "" if it is not here; and whether that is an SPDX expression."""
    try:
        said = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return "", False
    if expression := said.get("License-Expression"):
        return expression, True
    classified = [line.rpartition(" :: ")[2] for line in said.get_all("Classifier") or () if line.startswith("License ::")]
    lines = (said.get("License") or "").strip().splitlines()
    return next(iter(lines), "") or ", ".join(classified) or _ELSEWHERE.get(name, ""), False


def bill() -> dict[str, object]:
    """The whole bill of materials."""
    ours = {"type": "application", "name": "hatchway", "version": metadata.version("hatchway")}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {**ours, "licenses": [{"license": {"id": "Apache-2.0"}}]}},
        "components": [one.written() for one in components()],
    }


def faults() -> Iterator[str]:
    """What is not as it should be, of what is installed here."""
    pins = list(components())
    for one in pins:
        versions = sorted(other.version for other in pins if other.name == one.name)
        try:
            here = metadata.version(one.name)
        except metadata.PackageNotFoundError:
            if not one.where:
                yield f"{one.name} is not installed"
            continue
        if here not in versions:
            yield f"{one.name} is {here} here, and {' or '.join(versions)} in the lock"
        if not one.licence or _TAKING.search(one.licence):
            yield f"{one.name} is under {one.licence or 'no licence that it names'}"


def main() -> int:
    """Print what is asked for; the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--licences", action="store_true", help="a list to read, in place of the bill")
    parser.add_argument("--check", action="store_true", help="say in a line whether all is as it should be")
    chosen = parser.parse_args()
    if chosen.check:
        wrong = list(faults())
        sys.stdout.write(
            "\n".join(wrong or [f"{len(list(components()))} packages, each as the lock names it and with its licence"]) + "\n"
        )
        return 1 if wrong else 0
    if chosen.licences:
        for one in components():
            sys.stdout.write(f"{one.name:<28}{one.version:<12}{one.licence or f'not here: {one.where}'}\n")
    else:
        sys.stdout.write(json.dumps(bill(), indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
