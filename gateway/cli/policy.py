"""`hatchway policy`: policies tested as code is."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gateway.cli import law
from gateway.cli.common import Exit, as_json, config, fail, plain, print_json, refuse
from gateway.source import Mistakes, Problem

if TYPE_CHECKING:
    from gateway.rehearsal.proving import Failure
    from gateway.rehearsal.sketches import Test

_FOLDER = click.Path(path_type=Path, exists=True, file_okay=False)


@click.group
def command() -> None:
    """Test policies with sketches of messages."""


@command.command("test")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--policies", type=_FOLDER, help="A folder of policies in place of the settings'.")
@click.option("--roster", type=_FOLDER, help="A roster folder in place of the settings'.")
@config
@as_json
def test(files: tuple[Path, ...], *, policies: Path | None, roster: Path | None, settings_file: Path, as_json: bool) -> None:
    """Judge the messages sketched in FILES, and say which decisions are not those expected. Exit status 1 if any is.

    Without FILES, all of tests/*.yaml in the folder of the policies.
    """
    from gateway.judges import limits, thresholds
    from gateway.rehearsal.bench import Bench, Law
    from gateway.rehearsal.proving import run
    from gateway.rehearsal.sketches import test_files

    found = policies or law.folder(settings_file, "policies")
    chosen = files or test_files(found)
    if not chosen:
        fail(Exit.DATA, f"{found / 'tests'}: no tests are there; deploy/policies.md says how they are written")
    judging, known = law.judging(settings_file), law.roster(settings_file, roster)
    by = Law(
        rulebook=law.rulebook(settings_file, found, known),
        roster=known,
        judged=judging.model,
        thresholds=thresholds(judging),
    )
    tests = list(_loaded(chosen))
    ended = list(run(tests, Bench(laws=(by,), limits=limits(judging))))
    failures = [failure for _, failure in ended if failure]
    if as_json:
        print_json({"tests": len(ended), "failures": [_row(failure) for failure in failures]})
    else:
        for failure in failures:
            click.echo("\n".join(plain(line) for line in _told(failure)) + "\n")
        click.echo(f"{len(ended)} tests, {len(failures)} failed")
    if failures:
        raise SystemExit(Exit.FAILED)


def _loaded(files: tuple[Path, ...]) -> Iterator["Test"]:
    """All tests, or the end of the command with the mistakes of all files."""
    from gateway.rehearsal.sketches import load_tests

    problems: list[Problem] = []
    tests: list[Test] = []
    for file in files:
        try:
            tests += load_tests(file)
        except Mistakes as mistakes:
            problems += mistakes.problems
    if problems:
        refuse(Mistakes(problems), after="No test was run.")
    yield from tests


def _told(failure: "Failure") -> Iterator[str]:
    decision = failure.decision
    yield f"{failure.test.place}: {failure.test.name}"
    yield from (f"    {wrong}" for wrong in failure.wrong)
    yield f"    came: {decision.word}, {decision.because}"
    yield f"    by {decision.rule}"
    if decision.verdict is None:
        return
    for category, label in decision.verdict.labels.items():
        yield f"    {category} is {label} ({decision.verdict.scores[category]:.2f})"
    for finding in decision.verdict.findings:
        for evidence in finding.evidence:
            yield f"      {finding.says} {evidence.place}: “{' '.join(evidence.quote.split())}”"
    for unread in decision.verdict.unread:
        yield f"      unread {unread.place}: {unread.why}"


def _row(failure: "Failure") -> dict[str, Any]:
    from gateway.control.answers import verdict

    decision = failure.decision
    return {
        "test": failure.test.name,
        "place": str(failure.test.place),
        "wrong": list(failure.wrong),
        "disposition": decision.word,
        "policy": decision.policy,
        "rule": str(decision.rule),
        "because": decision.because,
        **verdict(decision.verdict),
    }
