"""The door to Jinja2: the templates that ship with Hatchway, those an admin puts in their place, and what both become.

A text template's first line is the subject. Every line of it is a paragraph: it is folded here at 78 columns, the
continuation lines indented as it is, so that a template need not count. HTML is escaped automatically. Templates run in
Jinja's sandbox and see only what `view` gives them; a name that is not there is a mistake.

An admin's template of the same name takes the place of the shipped one, which it may still extend as `shipped/NAME`.
Mistakes in it are raised when it is loaded, after it has been rendered on examples. If one should fail all the same on a
real message, the shipped template is used and the log says so: a notice that does not go out helps nobody.
"""

import re
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import structlog
from jinja2 import BaseLoader, ChoiceLoader, FileSystemLoader, PackageLoader, PrefixLoader, StrictUndefined, TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from gateway.source import Location, Mistakes, Problem, did_you_mean

log = structlog.get_logger()

Context = Mapping[str, object]

_WIDTH = 78
_SUFFIX = ".j2"
_BEGINS = re.compile(r"\s*(?:> |- |[A-Z][a-z]*: {2,})?")
"""What a folded line repeats, as spaces: its indentation and a list's dash or a fact's name; the mark of a quote as it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A notice in words."""

    subject: str
    text: str
    html: str


class Templates:
    """The templates, compiled. Raises Mistakes if the folder or a template in it cannot be used."""

    def __init__(self, folder: Path | None) -> None:
        self._shipped, shipped = _those_shipped()
        self._folder = folder
        self._used = self._shipped if folder is None else _environment(ChoiceLoader([FileSystemLoader(folder), shipped]), shipped)
        _raise(self._misnamed())
        _raise(self._uncompiled())

    def render(self, name: str, context: Context) -> Written:
        """The notice `name`."""
        try:
            return _render(self._used, name, context)
        except Exception as error:
            if self._used is self._shipped:
                raise
            log.warning("notice.template_failed", name=name, where=str(self._place(error, name)), fault=type(error).__name__)
            return _render(self._shipped, name, context)

    def rehearse(self, name: str, context: Context) -> Iterator[Problem]:
        """What goes wrong when the notice `name` is written about an example."""
        for suffix, render in ((".txt.j2", _text), (".html.j2", _html)):
            try:
                render(self._used, name, context)
            except Exception as error:  # noqa: BLE001  -- an admin's template may raise anything at all
                yield self._problem(error, name + suffix)

    def _misnamed(self) -> Iterator[Problem]:
        if self._folder is None:
            return
        if not self._folder.is_dir():
            yield Problem(location=Location(str(self._folder)), message="is no folder", remedy="It should hold notice templates.")
            return
        known = [name for name in self._shipped.list_templates() if name.endswith(_SUFFIX)]
        for path in sorted(self._folder.glob("*" + _SUFFIX)):
            if path.name not in known:
                remedy = did_you_mean(path.name, known)
                yield Problem(location=Location(str(path)), message="is not the name of a notice", remedy=remedy)

    def _uncompiled(self) -> Iterator[Problem]:
        for name in self._used.list_templates(extensions=["j2"]):
            try:
                self._used.get_template(name)
            except TemplateSyntaxError as error:
                yield self._problem(error, name)
            except (OSError, UnicodeDecodeError) as error:
                yield Problem(location=Location(self._path(name)), message=f"cannot be read as UTF-8 text: {error}")

    def _problem(self, error: Exception, name: str) -> Problem:
        location = self._place(error, name)
        said = getattr(error, "message", None) or str(error) or type(error).__name__
        written = _line(location)
        return Problem(location=location, message=str(said), written=written, remedy="The shipped templates show what there is.")

    def _place(self, error: Exception, name: str) -> Location:
        """Where the error arose: Jinja knows for syntax, and otherwise makes the traceback speak of the template."""
        if isinstance(error, TemplateSyntaxError):
            return Location(error.filename or self._path(name), error.lineno)
        here, trace = Location(self._path(name)), error.__traceback__
        while trace:
            if trace.tb_frame.f_code.co_filename.endswith(_SUFFIX):
                here = Location(trace.tb_frame.f_code.co_filename, trace.tb_lineno)
            trace = trace.tb_next
        return here

    def _path(self, name: str) -> str:
        return str(self._folder / name) if self._folder else name


@cache
def _those_shipped() -> tuple[ImmutableSandboxedEnvironment, BaseLoader]:
    """Ours, which are compiled once: they are the same for everybody."""
    shipped = PackageLoader("gateway.notice", "templates")
    return _environment(shipped), shipped


def _environment(loader: BaseLoader, shipped: BaseLoader | None = None) -> ImmutableSandboxedEnvironment:
    return ImmutableSandboxedEnvironment(
        loader=ChoiceLoader([loader, PrefixLoader({"shipped": shipped})]) if shipped else loader,
        autoescape=lambda name: bool(name and name.endswith(".html.j2")),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


def _render(environment: ImmutableSandboxedEnvironment, name: str, context: Context) -> Written:
    subject, text = _text(environment, name, context)
    return Written(subject=subject, text=text, html=_html(environment, name, context))


def _text(environment: ImmutableSandboxedEnvironment, name: str, context: Context) -> tuple[str, str]:
    """The subject and the folded text."""
    written = environment.get_template(f"{name}.txt.j2").render(context)
    subject, _, text = written.lstrip().partition("\n")
    folded = "\n".join(map(_fold, text.splitlines()))
    return " ".join(subject.split()), re.sub(r"\n{3,}", "\n\n", folded).strip("\n") + "\n"


def _html(environment: ImmutableSandboxedEnvironment, name: str, context: Context) -> str:
    written = environment.get_template(f"{name}.html.j2").render(context)
    return "\n".join(line for line in map(str.strip, written.splitlines()) if line) + "\n"


def _fold(line: str) -> str:
    bare = line.rstrip()
    if len(bare) <= _WIDTH:
        return bare
    begins = _BEGINS.match(bare)
    again = re.sub(r"[^\s>]", " ", begins[0]) if begins else ""
    return textwrap.fill(bare, _WIDTH, subsequent_indent=again, break_long_words=False, break_on_hyphens=False)


def _line(location: Location) -> str:
    try:
        return Path(location.path).read_text(encoding="utf-8").splitlines()[location.line - 1]
    except (OSError, UnicodeDecodeError, IndexError):
        return ""


def _raise(problems: Iterator[Problem]) -> None:
    if found := list(problems):
        raise Mistakes(found)
