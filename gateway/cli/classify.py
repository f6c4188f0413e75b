"""`hatchway classify`.

Evaluations run on this shape, so it stays as it is. In, one object a line: `id, from, to, subject, body`, or `id, eml` (the
path of a message). Out, one object a line, in the order they came:
`{"id", "labels": {category: label}, "scores": {category: 0..1}, "findings": [{"category", "kind", "says", "quote", "place"}],
"unread": [{"place", "why"}]}`. A line that cannot be used is told on standard error with its number, and the exit status is 65.
"""

import json
import os
import sys
from collections.abc import Iterator
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import click

from gateway.cli import law
from gateway.cli.common import Exit, config
from gateway.control.answers import verdict

_bench: list[Any] = []
"""In a worker process: the reader and the classifier."""


@click.command
@click.option("--jsonl", is_flag=True, required=True, help="JSON Lines in and out; the one form there is.")
@click.option("--roster", type=click.Path(path_type=Path, file_okay=False), help="A roster folder in place of the settings'.")
@click.option("--jobs", type=click.IntRange(min=1), default=os.cpu_count, show_default="all cores", help="Processes to use.")
@config
def command(*, jsonl: bool, roster: Path | None, jobs: int, settings_file: Path) -> None:  # noqa: ARG001  -- jsonl only states the form
    """Judge the messages on standard input, a line of JSON each, and write a line each to standard output.

    In: {"id", "from", "to", "subject", "body"}, or {"id", "eml"} with the path of a message. Out: {"id", "labels", "scores",
    "findings", "unread"}, in the order they came.
    """
    loaded = law.roster(settings_file, roster)
    lines = enumerate(sys.stdin.buffer, start=1)
    bad = 0
    for number, said, wrong in _answers(lines, partial(_sit, loaded), jobs):
        if wrong:
            bad += 1
            click.echo(f"line {number}: {wrong}", err=True)
        else:
            sys.stdout.write(said + "\n")
    sys.stdout.flush()
    if bad:
        raise SystemExit(Exit.DATA)


Answer = tuple[int, str, str]
"""The number of the line, the answer, or what is wrong with the line."""


def _answers(lines: Iterator[tuple[int, bytes]], sit: "partial[None]", jobs: int) -> Iterator[Answer]:
    if jobs == 1:
        sit()
        yield from map(_answer, lines)
        return
    with get_context("forkserver").Pool(jobs, initializer=sit) as pool:
        yield from pool.imap(_answer, lines, chunksize=8)


def _sit(roster: Any) -> None:
    from gateway.classify import Classifier
    from gateway.reading import Reader

    _bench[:] = [Reader(), Classifier(roster)]


def _answer(line: tuple[int, bytes]) -> Answer:
    number, written = line
    try:
        asked = dict(json.loads(written))
        content = Path(asked["eml"]).read_bytes() if "eml" in asked else message(asked)
        id_ = asked["id"]
    except (ValueError, TypeError, RecursionError) as error:
        return number, "", f"is no JSON object as described in --help: {error}"
    except KeyError as missing:
        return number, "", f"has no {missing}; it needs id and either eml or from, to, subject and body"
    except OSError as error:
        return number, "", f"{error.filename}: {error.strerror}"
    reader, classifier = _bench
    found = verdict(classifier.classify(reader.read(content)))
    return number, _line({"id": id_, **found}), ""


def _line(said: dict[str, Any]) -> str:
    """As JSON; half a surrogate pair, which UTF-8 has no octets for, stays the escape that it was."""
    return json.dumps(said, ensure_ascii=False).encode("utf-8", "backslashreplace").decode("utf-8")


def message(asked: dict[str, Any]) -> bytes:
    """The plain message that `from, to, subject, body` describe. Raises KeyError if the body is missing."""
    fields = [(name, " ".join(str(asked.get(name.lower()) or "").split())) for name in ("From", "To", "Subject")]
    head = "".join(f"{name}: {value}\n" for name, value in fields if value)
    kind = "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n"
    text = f"{head}{kind}\n{asked['body']}\n"
    return text.encode("utf-8", "replace").replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
