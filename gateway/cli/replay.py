"""`hatchway replay`."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gateway import __version__
from gateway.cli.common import Exit, as_json, config, fail, mistakes_told, plain, print_json

if TYPE_CHECKING:
    from gateway.decision import Decision
    from gateway.hold import HeldMail
    from gateway.rehearsal.bench import Law
    from gateway.rehearsal.replay import Versions
    from gateway.settings import Settings

_FOLDER = click.Path(path_type=Path, exists=True, file_okay=False)


@click.command
@click.argument("id_", metavar="ID")
@click.option("--policies", type=_FOLDER, help="A folder where the policies of then may be, besides those that were kept.")
@click.option("--roster", type=_FOLDER, help="A folder where the roster of then may be, besides those that were kept.")
@click.option("--model", type=_FOLDER, help="A folder where the weights of then may be, besides those that ship.")
@config
@as_json
def command(  # noqa: PLR0913  -- one parameter an option
    id_: str, *, policies: Path | None, roster: Path | None, model: Path | None, settings_file: Path, as_json: bool
) -> None:
    """Make the decision on the held message ID again: by what it was made by, and by what is in force today.

    Policies and rosters that were ever in force are kept beside the store; what is not at hand is said so. Exit status 1 if all
    is at hand and the decision comes out otherwise. Nothing is stored or sent.
    """
    from gateway.model import WeightsError
    from gateway.settings import load_settings

    with mistakes_told():
        settings = load_settings(settings_file)
    held, made_by = _held(settings, id_)
    try:
        found = _replayed(_Hand(settings, policies, roster, model), held, made_by)
    except WeightsError as wrong:
        fail(Exit.CONFIG, str(wrong))
    if as_json:
        print_json(found)
    else:
        for line in _told(found):
            click.echo(plain(line))
    if found["then"]["reproduced"] is False:
        raise SystemExit(Exit.FAILED)


def _held(settings: "Settings", id_: str) -> "tuple[HeldMail, Versions]":
    """The message, and what it was judged by, or the end of the command."""
    from gateway.ports import Asked, StoreUnavailable
    from gateway.rehearsal.replay import versions
    from gateway.store import StoredHolds
    from gateway.trail import Step

    try:
        with StoredHolds(settings.store, settings.encryption) as shelf:
            held = shelf.get(id_)
            if held is None:
                fail(Exit.FAILED, f"{id_}: the store has no such message; it has those that were held")
            if held.destroyed:
                fail(
                    Exit.FAILED,
                    f"{id_}: its content was destroyed {held.destroyed:%Y-%m-%d}; nothing is left to judge",
                )
            when = [entry.sequence for entry in shelf.entries(Asked(hold=id_, step=Step.HELD), limit=1)]
            loaded = [
                entry
                for step in (Step.STARTED, Step.LOADED)
                for entry in (shelf.entries(Asked(step=step, before=when[0]), limit=1, newest=True) if when else ())
            ]
    except StoreUnavailable as gone:
        fail(Exit.UNAVAILABLE, str(gone))
    except ValueError as damaged:
        fail(Exit.DATA, str(damaged))
    return held, versions(held, loaded)


@dataclass(frozen=True, slots=True)
class _Hand:
    """Where versions of policies, roster and model may be had."""

    settings: "Settings"
    policies: Path | None
    roster: Path | None
    model: Path | None

    def today(self) -> "Law":
        """What is in force."""
        from gateway.classify import load_roster
        from gateway.directory import cached
        from gateway.judges import thresholds
        from gateway.policy import load_rulebook
        from gateway.rehearsal.bench import Law

        judging = self.settings.judging
        with mistakes_told():
            roster = load_roster(self.settings.roster)
            return Law(
                rulebook=load_rulebook(self.settings.policies, roster.elections, cached(self.settings)),
                roster=roster,
                judged=judging.model,
                thresholds=thresholds(judging),
            )

    def found(self, kind: str, version: str) -> "tuple[Any, Path | None]":
        """That version loaded, and where it was; None and None where it is not at hand. Mistakes in a folder say it is not."""
        from gateway.classify import load_roster
        from gateway.database import beside
        from gateway.policy import load_rulebook
        from gateway.source import Mistakes
        from gateway.store import KeptLaws

        load: Any = {"policies": load_rulebook, "roster": load_roster}[kind]
        kept = KeptLaws(beside(self.settings.store)).find(version)
        for folder in (kept, getattr(self, kind), getattr(self.settings, kind)) if version else ():
            try:
                loaded = load(folder) if folder else None
            except (Mistakes, OSError):
                continue
            if loaded is not None and loaded.version == version:
                return loaded, folder
        return None, None

    def weights(self, version: str) -> "tuple[bool, Path | None, bool]":
        """Whether that model is at hand, in which folder (None: as shipped), and whether it has weights at all."""
        from gateway.classify.classifier import rules_version
        from gateway.model import load_judge

        rules, _, weights = version.partition("+")
        if rules != f"rules-{rules_version()}":
            return False, None, True
        for folder in (None, self.model) if weights else ():
            if load_judge(folder).version == weights:
                return True, folder, True
        return not weights, None, False


def _replayed(hand: _Hand, held: "HeldMail", made_by: "Versions") -> dict[str, Any]:
    from dataclasses import replace

    from gateway.judges import limits
    from gateway.rehearsal.replay import decided, differences, judged

    reading = limits(hand.settings.judging)
    today = hand.today()
    rulebook, policies_at = hand.found("policies", made_by.policies)
    roster, roster_at = hand.found("roster", made_by.roster)
    model, weights, scored = hand.weights(made_by.model)
    again: Decision | None = None
    if rulebook and roster and model:
        again = judged(held, replace(today, rulebook=rulebook, roster=roster, model=weights, judged=scored), reading)
        how = "judged again"
    elif rulebook:
        again, how = decided(held, rulebook, reading), "decided again from the verdict on record"
    else:
        how = "not made again"
    now = judged(held, today, reading)
    reproduced = _same(held.decision, again) if again else None
    if reproduced is False and made_by.settings != hand.settings.sha256:
        reproduced, how = None, f"{how}: it comes out otherwise, but the settings are others now"
    return {
        "id": held.mail.id,
        "recorded": _decision(held.decision),
        "made_by": {
            "policies": {"version": made_by.policies, "at_hand": rulebook is not None, "folder": _path(policies_at)},
            "roster": {"version": made_by.roster, "at_hand": roster is not None, "folder": _path(roster_at)},
            "model": {"version": made_by.model, "at_hand": model},
            "program": {"version": made_by.program, "at_hand": made_by.program == __version__},
            "settings": {"version": made_by.settings, "at_hand": made_by.settings == hand.settings.sha256},
        },
        "then": {
            "how": how,
            "reproduced": reproduced,
            "decision": _decision(again) if again else None,
            "why": list(differences(held.decision, again)) if again else [],
        },
        "today": {"same": not (why := differences(held.decision, now)), "decision": _decision(now), "why": list(why)},
    }


def _same(recorded: "Decision", again: "Decision") -> bool:
    """Bit for bit: as the store would write them."""
    from gateway.store.codec import write_decision

    return write_decision(recorded) == write_decision(again)


def _decision(decision: "Decision") -> dict[str, Any]:
    from gateway.control.answers import verdict

    return {
        "disposition": decision.word,
        "policy": decision.policy,
        "rule": str(decision.rule),
        "because": decision.because,
        "dry_run": [{"would": t.would, "rule": str(t.rule), "grounds": t.grounds} for t in decision.trials],
        **verdict(decision.verdict),
    }


def _path(folder: Path | None) -> str | None:
    return str(folder) if folder else None


def _told(found: dict[str, Any]) -> Iterator[str]:
    recorded, then, today = found["recorded"], found["then"], found["today"]
    yield f"{found['id']}  {recorded['disposition'].upper()}  {recorded['because']}"
    yield f"  rule      {recorded['rule']}"
    yield "made by"
    for name, one in found["made_by"].items():
        where = f", {one['folder']}" if one.get("folder") else ""
        hand = {"program": f"this is {__version__}", "settings": "they are others now"}.get(name, "not at hand")
        yield f"  {name:<9} {one['version'] or 'not known'} ({'at hand' if one['at_hand'] else hand}{where})"
    said = {True: "the same, bit for bit", False: "it comes out otherwise", None: ""}[then["reproduced"]]
    yield f"then      {then['how']}{': ' + said if said else ''}"
    if then["decision"] and not then["reproduced"]:
        yield from _otherwise(then)
    yield f"today     {'the same' if today['same'] else 'it would come out otherwise'}"
    if not today["same"]:
        yield from _otherwise(today)


def _otherwise(side: dict[str, Any]) -> Iterator[str]:
    decision = side["decision"]
    yield f"  {decision['disposition'].upper()}  {decision['because']}"
    yield f"  rule      {decision['rule']}"
    yield from (f"  why       {why}" for why in side["why"] or ["only in the fine print: see --json"])
