"""`hatchway classify`.

Evaluations run on this shape, so it stays as it is. In, one object a line: `id, from, to, subject, body`, or `id, eml` (the
path of a message). Out, one object a line, in the order they came:
`{"id", "labels": {category: label}, "scores": {category: 0..1}, "findings": [{"category", "kind", "says", "quote", "place"}],
"unread": [{"place", "why"}]}`. A line that cannot be used is told on standard error with its number, and the exit status is 65.
"""

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from gateway.cli import law
from gateway.cli.common import Exit, config, ends_told
from gateway.control.answers import verdict


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
    from gateway.evaluation.bench import verdicts

    asked = (_asked(number, line) for number, line in enumerate(sys.stdin.buffer, start=1))
    messages = ((one, None if one.wrong else one.content) for one in asked)
    bad = 0
    with ends_told("what was judged is written, and nothing of the lines behind it"):
        for one, found in verdicts(messages, law.judgeship(settings_file, roster), jobs=jobs):
            if found is None:
                bad += 1
                click.echo(f"line {one.number}: {one.wrong}", err=True)
            else:
                sys.stdout.write(_line({"id": one.id, **verdict(found)}) + "\n")
    sys.stdout.flush()
    if bad:
        raise SystemExit(Exit.DATA)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A line: the message that it asks about, or what is wrong with it."""

    number: int
    id: Any = None
    content: bytes = b""
    wrong: str = ""


def _asked(number: int, written: bytes) -> _Asked:
    try:
        asked = dict(json.loads(written))
        content = Path(asked["eml"]).read_bytes() if "eml" in asked else message(asked)
        return _Asked(number=number, id=asked["id"], content=content)
    except (ValueError, TypeError, RecursionError) as error:
        wrong = f"is no JSON object as described in --help: {error}"
    except KeyError as missing:
        wrong = f"has no {missing}; it needs id and either eml or from, to, subject and body"
    except OSError as error:
        wrong = f"{error.filename}: {error.strerror}"
    return _Asked(number=number, wrong=wrong)


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
