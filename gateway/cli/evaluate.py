"""`hatchway evaluate`."""

import os
from collections.abc import Iterator
from pathlib import Path

import click

from gateway.cli import law
from gateway.cli.common import Exit, as_json, config, ends_told, fail, print_json
from gateway.evaluation.labelled import Labelled, labelled


@click.command
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--errors", is_flag=True, help="List every error too.")
@click.option("--roster", type=click.Path(path_type=Path, file_okay=False), help="A roster folder in place of the settings'.")
@click.option("--jobs", type=click.IntRange(min=1), default=os.cpu_count, show_default="all cores", help="Processes to use.")
@config
@as_json
def command(  # noqa: PLR0913  -- one parameter an option
    *, files: tuple[Path, ...], errors: bool, roster: Path | None, jobs: int, settings_file: Path, as_json: bool
) -> None:
    """Judge labelled messages and print how often the judgement is right, by kind, difficulty, side and writer.

    FILES are JSON Lines, a message a line: {"id", "subject", "body", "expect"}, with "eml" (a path) in place of subject and body
    if you like. expect is political, religious or neither; subtype, difficulty and side make the tables.
    """
    from gateway.evaluation import tables
    from gateway.evaluation.bench import verdicts

    messages = ((message, message.content) for message in _messages(files))
    judged = verdicts(messages, law.judgeship(settings_file, roster), jobs=jobs)
    with ends_told("no table is drawn of a part of the messages"):
        found = [tables.Judged(message=message, verdict=verdict) for message, verdict in judged if verdict is not None]
    if as_json:
        print_json({**tables.as_json(found), **({"errors": list(tables.errors(found))} if errors else {})})
        return
    click.echo("\n".join(tables.tables(found)).lstrip("\n"))
    if errors:
        click.echo("\n" + "\n".join(tables.errors(found)))


def _messages(files: tuple[Path, ...]) -> Iterator[Labelled]:
    try:
        yield from (message for file in files for message in labelled(file))
    except ValueError as wrong:
        fail(Exit.DATA, str(wrong))
    except OSError as error:
        fail(Exit.DATA, f"{error.filename}: {error.strerror}")
