"""`hatchway neutrality`."""

import mailbox
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gateway.cli import law
from gateway.cli.common import as_json, config, ends_told, print_json

if TYPE_CHECKING:
    from gateway.evaluation.neutrality import Filling


@click.command
@click.argument("mail", nargs=-1, type=click.Path(path_type=Path, exists=True))
@click.option("--html", "page", type=click.Path(path_type=Path, dir_okay=False), help="Write the report as a page for people.")
@click.option("--roster", type=click.Path(path_type=Path, file_okay=False), help="A roster folder in place of the settings'.")
@click.option("--jobs", type=click.IntRange(min=1), default=os.cpu_count, show_default="all cores", help="Processes to use.")
@config
@as_json
def command(  # noqa: PLR0913  -- one parameter an option
    *, mail: tuple[Path, ...], page: Path | None, roster: Path | None, jobs: int, settings_file: Path, as_json: bool
) -> None:
    """Exchange candidates, parties, associations, faiths, yes and no, and see whether any answer changes. Exit status 1 if so.

    The templates that ship are judged with every name in them. MAIL adds your own: .eml files, folders of them, Maildirs, mbox
    files; each message that names somebody known is judged again with others in that place.
    """
    from gateway.evaluation import neutrality
    from gateway.evaluation.bench import verdicts
    from gateway.evaluation.page import page as written

    fillings = (filling for source in (neutrality.of_templates(), _of_mail(mail)) for filling in source)
    judged = verdicts(((filling, filling.content) for filling in fillings), law.judgeship(settings_file, roster), jobs=jobs)
    with ends_told("nothing is reported of a part of them"):
        found = neutrality.report(neutrality.cases((filling, verdict) for filling, verdict in judged if verdict is not None))
    if page:
        page.write_text(written(found, datetime.now(UTC)), encoding="utf-8")
    if as_json:
        print_json(found)
    else:
        click.echo("\n".join(neutrality.told(found)))
    if found["flips"]:
        raise SystemExit(1)


def _of_mail(places: tuple[Path, ...]) -> Iterator["Filling"]:
    from gateway.evaluation import neutrality
    from gateway.reading import Reader

    reader = Reader()
    for name, octets in _messages(places):
        yield from neutrality.of_message(name, reader.read(octets))


def _messages(places: tuple[Path, ...]) -> Iterator[tuple[str, bytes]]:
    for place in places:
        if (place / "cur").is_dir():
            yield from _boxed(place, mailbox.Maildir(place, create=False))
        elif place.is_dir():
            yield from ((str(file), file.read_bytes()) for file in sorted(place.rglob("*.eml")))
        elif place.suffix == ".mbox":
            yield from _boxed(place, mailbox.mbox(place, create=False))
        else:
            yield str(place), place.read_bytes()


def _boxed(place: Path, box: mailbox.Mailbox[mailbox.Message]) -> Iterator[tuple[str, bytes]]:
    yield from ((f"{place}:{key}", box.get_bytes(key)) for key in box.iterkeys())
