"""Readings to judge, and what came of judging them."""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from gateway.classify import Classifier, load_roster
from gateway.mail import Place
from gateway.reading import Origin, Passage, Reader, Reading, fold
from gateway.verdict import Category, Label, Verdict

ROSTER = Path(__file__).parents[2] / "policies" / "roster"
DATA = Path(__file__).parents[1] / "classify" / "data"


@cache
def classifier() -> Classifier:
    """The classifier with the roster that ships."""
    return Classifier(load_roster(ROSTER))


def message(body: str, subject: str = "") -> Reading:
    """A plain message, as the reader reads it."""
    head = f"From: <a@department.example>\r\nSubject: {' '.join(subject.split())}\r\nMIME-Version: 1.0\r\n"
    form = "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    return Reader().read((head + form + body.replace("\n", "\r\n")).encode())


def passage(text: str, origin: Origin = Origin.NEW) -> Reading:
    """A reading of one passage."""
    folded, offsets = fold(text)
    place = Place(part="1", start=0, end=len(text))
    return Reading(passages=(Passage(text=text, folded=folded, offsets=offsets, place=place, origin=origin),))


def judge(body: str, subject: str = "") -> Verdict:
    return classifier().classify(message(body, subject))


def political(body: str, subject: str = "") -> Label:
    return judge(body, subject).labels[Category.POLITICAL]


def religious(body: str, subject: str = "") -> Label:
    return judge(body, subject).labels[Category.RELIGIOUS]


def rows(name: str) -> Iterator[dict[str, Any]]:
    """The rows of a file of tests/classify/data."""
    with (DATA / name).open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)
