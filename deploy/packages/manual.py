#!/usr/bin/env python3
"""The manual pages hatchway(1), hatchway.yaml(5) and hatchway-policy(5), written from what Hatchway says of itself.

    .venv/bin/python deploy/packages/manual.py --to FOLDER      also: make man
    .venv/bin/python deploy/packages/manual.py hatchway.yaml | man -l -

Commands and options are those of the command line with their help; keys, what they take and what counts where nothing is
said are those of settings and policies. What settings are for is said in the tables of README.md and deploy/, and of policies in
words.yaml beside this file. So a page is made when a package is made, and none is kept that could grow old. A key of a policy
without words, or words for no key, end it with status 1.
"""

import argparse
import os
import re
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, get_args

import click
import yaml

import gateway
from gateway import cli
from gateway.policy import written
from gateway.settings import Settings
from gateway.source import Model, schema

TOP = Path(__file__).resolve().parents[2]
PAGES = {"hatchway": "1", "hatchway.yaml": "5", "hatchway-policy": "5"}
_UNITS = (("d", 86400), ("h", 3600), ("m", 60), ("s", 1))
_SIZES = (("GiB", 1024**3), ("MiB", 1024**2), ("KiB", 1024))
_BEHIND: Mapping[str, type[Model]] = {"Ladder.rungs": written.Rung, "Policy.rules": written.Rule}
"""Lists whose entries are looked at one by one, and so have no shape in that of the file."""


# Text


def said(text: str) -> str:
    """Text as roff has it, on one line."""
    escaped = " ".join(text.split()).replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{escaped}" if escaped.startswith((".", "'")) else escaped


def prose(markdown: str) -> str:
    """Markdown on one line of roff: code and strong words are bold, and of a link its text stays, with the page in brackets."""
    text = re.sub(r"\[([^]]+)\]\(([^)]+)\)", lambda link: link[1] if link[1] in link[2] else f"{link[1]} ({link[2]})", markdown)
    return "".join(
        f"\\fB{said(part.strip('`*'))}\\fR" if part.startswith(("`", "**")) else re.sub(r"^\\&(?=.)", "", said(f"x{part}x")[1:-1])
        for part in re.split(r"(`[^`]+`|\*\*[^*]+\*\*)", " ".join(text.split()))
        if part
    )


def lines(markdown: str) -> Iterator[str]:
    """A paragraph, and no line that roff would take for a request."""
    text = prose(markdown)
    if text:
        yield f"\\&{text}" if text.startswith((".", "'")) else text


def literal(text: str) -> Iterator[str]:
    """Text as it stands, line by line."""
    yield ".nf"
    for line in text.splitlines():
        escaped = line.replace("\\", "\\e").replace("-", "\\-")
        yield f"\\&{escaped}" if escaped.startswith((".", "'")) else escaped
    yield ".fi"


def page(name: str, about: str, body: Iterator[str]) -> str:
    """A whole page. The day is $SOURCE_DATE_EPOCH's, where that is set."""
    day = datetime.fromtimestamp(float(os.environ.get("SOURCE_DATE_EPOCH") or datetime.now(UTC).timestamp()), UTC)
    head = f'.TH {name.upper()} {PAGES[name]} {day:%Y-%m-%d} "Hatchway {gateway.__version__}" "Hatchway"'
    return "\n".join((head, ".SH NAME", f"{said(name)} \\- {said(about)}", *body)) + "\n"


# The command


def commands(group: click.Group, *before: str) -> Iterator[tuple[str, click.Command, click.Context]]:
    """Every command that does something, by its full name."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from commands(command, *before, name)
        elif command is not None:
            yield " ".join(("hatchway", *before, name)), command, click.Context(command, info_name=name)


def _command(name: str, command: click.Command, context: click.Context) -> Iterator[str]:
    arguments = [piece for piece in command.collect_usage_pieces(context) if piece != "[OPTIONS]"]
    yield f".SS {said(name)} {said(' '.join(arguments))}".rstrip()
    for number, paragraph in enumerate((command.help or "").split("\n\n")):
        yield from ((".PP",) if number else ())
        yield from lines(paragraph.replace("\b", ""))
    for parameter in command.params:
        record = parameter.get_help_record(context) if isinstance(parameter, click.Option) else None
        if record:
            yield from (".TP", f"\\fB{said(record[0])}\\fR", *lines(re.sub(r"(\S)  +\[", r"\1 [", record[1])))


def of_hatchway() -> str:
    """The command and all below it."""
    synopsis = (".SH SYNOPSIS", r"\fBhatchway\fR \fICOMMAND\fR [\fIOPTIONS\fR] ...")
    about = (
        "Hatchway stands in front of a department's relay, reads each message that leaves, says whether it promotes a "
        "political or religious position, and by the sender's policy relays it, tags it, holds it for command review, "
        "or rejects it: always with the rule, and the authority the rule rests on. `hatchway setup` writes the settings"
        " and a policy, `hatchway serve` runs the gateway, and `hatchway doctor` looks for all that can be wrong."
    )
    told = [line for named in commands(cli.main) for line in _command(*named)]
    _, _, status = (cli.__doc__ or "").partition("Exit status: ")
    files = {
        "/etc/hatchway/hatchway.yaml": "The settings, if neither `-c` nor `HATCHWAY_CONFIG` names others: hatchway.yaml(5).",
        "/etc/hatchway/policies": "Policies, and the roster below them: hatchway-policy(5).",
        "/var/lib/hatchway": "What is held, the audit trail, and the key that it is sealed with. Keep it, and a copy of it.",
        "/run/hatchway/control.sock": "Where `queue`, `status` and `reload` reach the gateway; whoever may open it may rule.",
    }
    body = (
        *synopsis,
        *(".SH DESCRIPTION", *lines(about)),
        *(".SH COMMANDS", *told),
        *(".SH EXIT STATUS", *lines(f"{status[:1].upper()}{status[1:]}")),
        *(".SH ENVIRONMENT", ".TP", r"\fBHATCHWAY_CONFIG\fR", *lines("The settings file, where `-c` names none.")),
        *(
            ".SH SIGNALS",
            *lines("`hatchway serve` takes new policies and roster on `SIGHUP`, and keeps the old ones if the new are wrong."),
        ),
        *lines("On `SIGTERM` it finishes the messages under way and ends."),
        ".SH FILES",
        *(line for path, says in files.items() for line in (".TP", f"\\fI{said(path)}\\fR", *lines(says))),
        *(".SH SEE ALSO", r"\fBhatchway.yaml\fR(5), \fBhatchway-policy\fR(5), \fBpostconf\fR(5), \fBsystemctl\fR(1)"),
    )
    return page("hatchway", "keeps political and religious promotion out of a department's mail", iter(body))


# The files


def below(shape: type[Model], name: str, annotation: Any) -> Iterator[type[Model]]:
    """The models that stand in what a key takes."""
    behind = next((_BEHIND[key] for one in shape.__mro__ if (key := f"{one.__name__}.{name}") in _BEHIND), None)
    yield from (behind,) if behind else _in(annotation)


def _in(annotation: Any) -> Iterator[type[Model]]:
    if isinstance(annotation, type) and issubclass(annotation, Model):
        yield annotation
    for one in get_args(annotation):
        yield from _in(one)


def takes(part: Mapping[str, Any], whole: Mapping[str, Any]) -> str:
    """What may be written there, in a few words; empty where that is a mapping whose keys follow."""
    if "$ref" in part:
        return takes(whole[part["$ref"].rpartition("/")[2]], whole)
    if "enum" in part:
        return ", ".join(map(str, part["enum"]))
    either = part.get("anyOf")
    if either:
        return _either(either, whole)
    if part.get("pattern") or part.get("examples"):
        return f"for example {part['examples'][0]}" if part.get("examples") else "text"
    kind = part.get("type")
    if kind == "array":
        inside = takes(part.get("items", {}), whole)
        return f"a list: {inside}" if inside else "a list"
    if kind == "object":
        entries = part.get("additionalProperties")
        inside = takes(entries, whole) if isinstance(entries, Mapping) else ""
        return (f"by name: {inside}" if inside else "by name") if isinstance(entries, Mapping) else ""
    words = {"string": "text", "boolean": "true or false", "integer": "a number", "number": "a number"}
    return "a file or folder" if part.get("format") == "path" else words.get(str(kind), "")


def _either(parts: list[Mapping[str, Any]], whole: Mapping[str, Any]) -> str:
    first, *rest = [takes(one, whole) for one in parts]
    if len(rest) == 1 and rest[0] == f"a list: {first}":
        return f"{first}; one or a list"
    return " or ".join(dict.fromkeys(one or "a mapping" for one in (first, *rest)))


def stands(value: object) -> str:
    """A default as one would write it; empty where there is none to speak of."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, timedelta):
        return _span(int(value.total_seconds()))
    if isinstance(value, tuple):
        return ", ".join(map(stands, value))
    if isinstance(value, int) and value >= _SIZES[-1][1]:
        return next((f"{value // size}{unit}" for unit, size in _SIZES if value % size == 0), str(value))
    return str(value) if isinstance(value, str | int | float | Path) else ""


def _span(seconds: int) -> str:
    return next((f"{seconds // size}{unit}" for unit, size in _UNITS if seconds and seconds % size == 0), "0s")


def keys(shape: type[Model], whole: Mapping[str, Any], words: Mapping[tuple[str, str], str]) -> Iterator[str]:
    """The keys of a mapping, with those of mappings below them set in."""
    properties = (whole.get(shape.__name__) or schema(shape, ""))["properties"]
    for name, field in shape.model_fields.items():
        key, default = str(field.alias), "" if field.is_required() else stands(field.get_default(call_default_factory=True))
        notes = [takes(properties[key], whole), f"if nothing is said: {default}" if default else field.is_required() and "needed"]
        yield from (".TP", f"\\fB{said(key)}\\fR", *lines(words.get((shape.__name__, key), "")))
        yield from lines(f"({'; '.join(note for note in notes if note)})") if any(notes) else ()
        for one in below(shape, name, field.annotation):
            yield from (".RS", *_about(one), *keys(one, whole, words), ".RE")


def _about(shape: type[Model]) -> Iterator[str]:
    text = re.sub(r"\b([a-z]+)_([a-z]+)(_([a-z]+))?(?=[,: ])", lambda found: found[0].replace("_", " "), shape.__doc__ or "")
    for paragraph in text.split("\n\n"):
        yield from (".PP", *lines(paragraph))


def table(path: str, section: str = "") -> dict[str, str]:
    """What a page says of each key in its tables; section: under which heading."""
    text = (TOP / path).read_text(encoding="utf-8")
    parts = [part for part in text.split("\n## ") if part.startswith(section)] if section else [text]
    rows = [row for part in parts for row in re.findall(r"^\| ((?:`[^`]+`(?:, )?)+) \| (.*?) \|$", part, flags=re.MULTILINE)]
    return {key: says for names, says in rows for key in re.findall(r"`([^`]+)`", names)}


def settings_words() -> dict[tuple[str, str], str]:
    """What each key of the settings is for, as the pages in deploy/ and README.md say it."""
    told = {
        "Settings": table("README.md"),
        "Console": table("deploy/console.md", "`console:`"),
        "Oidc": table("deploy/console.md", "`oidc:`"),
        "Ldap": table("deploy/console.md", "`ldap:`"),
        "RoleOf": table("deploy/console.md", "`roles:`"),
        "Listing": table("deploy/directories.md", "`directories:`"),
        "LdapList": table("deploy/directories.md", "`ldap:`"),
        "EntraList": table("deploy/directories.md", "`entra:`"),
        "CsvList": table("deploy/directories.md", "`csv:`"),
        "Vigil": table("deploy/operations.md", "The watch"),
    }
    return {(shape, key): says for shape, rows in told.items() for key, says in rows.items()}


def of_settings() -> str:
    """The settings file."""
    whole = schema(Settings, "")
    example = next(re.finditer(r"```yaml\n(hostname:.*?)```", (TOP / "README.md").read_text(encoding="utf-8"), flags=re.DOTALL))[
        1
    ]
    about = (
        "Hatchway reads one file of settings, by default /etc/hatchway/hatchway.yaml. It is YAML; an unknown key is a "
        "mistake. `hatchway setup` writes it, and `hatchway check` names every mistake in it with file, line and "
        "column. Folders and files are looked for beside it. Lengths of time are written 30s, 15m, 48h or 2d; sizes in "
        "octets, or 512KiB, 25MiB, 1GiB."
    )
    body = (
        *(".SH DESCRIPTION", *lines(about)),
        *(".SH SETTINGS", *keys(Settings, {**whole["$defs"], "Settings": whole}, settings_words())),
        *(".SH EXAMPLE", *literal(example)),
        *(".SH SEE ALSO", r"\fBhatchway\fR(1), \fBhatchway-policy\fR(5)"),
    )
    return page("hatchway.yaml", "settings of the Hatchway outbound mail gateway", iter(body))


def policy_words() -> dict[tuple[str, str], str]:
    """What each key of a policy is for. Ends the program where words and keys do not agree."""
    told = yaml.safe_load(Path(__file__).with_name("words.yaml").read_text(encoding="utf-8"))
    words: dict[tuple[str, str], str] = {}
    used: set[tuple[str, str]] = set()
    for shape in known(written.File):
        for key in (str(field.alias) for field in shape.model_fields.values()):
            place = next((base.__name__ for base in shape.__mro__ if key in told.get(base.__name__, {})), None)
            if place is None:
                sys.exit(f"words.yaml has none for {shape.__name__}: {key}")
            words[shape.__name__, key] = told[place][key]
            used.add((place, key))
    strange = {f"{place}: {key}" for place, rows in told.items() for key in rows} - {f"{place}: {key}" for place, key in used}
    if strange:
        sys.exit(f"words.yaml has words for what is no key: {', '.join(sorted(strange))}")
    return words


def known(shape: type[Model]) -> Iterator[type[Model]]:
    """The model, and all below it."""
    yield shape
    for name, field in shape.model_fields.items():
        for one in below(shape, name, field.annotation):
            yield from known(one)


def of_policy() -> str:
    """A file of policies."""
    whole = schema(written.File, "")
    about = (
        "Policies say whose mail is treated how, and on what authority. They are the YAML files of one folder, by "
        "default /etc/hatchway/policies, taken together. The first entry under `senders` that fits picks the policy, "
        "and in it the first rule that fits decides. A rule that stops mail cites an authority. `hatchway check` names "
        "every mistake, `hatchway policy test` runs the tests beside the policies, and a reload takes a change over, or"
        " keeps what was there if anything is wrong."
    )
    words = policy_words()
    example = (TOP / "policies/department.yaml").read_text(encoding="utf-8")
    body = (
        *(".SH DESCRIPTION", *lines(about)),
        *(".SH KEYS", *keys(written.File, {**whole["$defs"], "File": whole}, words)),
        *(".SH EXAMPLE", *literal(example)),
        *(".SH SEE ALSO", r"\fBhatchway\fR(1), \fBhatchway.yaml\fR(5)"),
    )
    return page("hatchway-policy", "policies of the Hatchway outbound mail gateway", iter(body))


def main() -> None:
    """Write all pages to a folder as man(1) looks for them, or print one."""
    made = {"hatchway": of_hatchway, "hatchway.yaml": of_settings, "hatchway-policy": of_policy}
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("page", nargs="?", choices=PAGES, default="hatchway", help="which one to print")
    parser.add_argument("--to", type=Path, help="a folder for all of them, in place of printing one")
    given = parser.parse_args()
    if given.to is None:
        sys.stdout.write(made[given.page]())
        return
    for name, write in made.items():
        file = given.to / f"man{PAGES[name]}" / f"{name}.{PAGES[name]}"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(write(), encoding="utf-8")


if __name__ == "__main__":
    main()
