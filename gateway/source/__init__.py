"""What somebody wrote in a file, and where they wrote it.

The room turns a YAML file into a frozen model and remembers the line and column of everything in it, so that every
mistake can name its place and its remedy. It knows nothing of mail. It fails by raising `Mistakes`, which carries all
problems of a file at once; it never loads half a file.

PyYAML and pydantic stay behind this door: other rooms take `Model`, `load` and the vocabulary below. Whoever gathers one
thing from several files, or wants the rest judged where a piece is broken, asks `check` piece by piece.
"""

from pydantic import AfterValidator, BeforeValidator, Field

from gateway.source.check import check, load, validate
from gateway.source.document import Document, Keys, parse, read
from gateway.source.model import Date, Duration, Model, OneOrMore, Size, Written, known
from gateway.source.problem import Location, Mistakes, Problem, Wrong, did_you_mean
from gateway.source.schema import schema

__all__ = [
    "AfterValidator",
    "BeforeValidator",
    "Date",
    "Document",
    "Duration",
    "Field",
    "Keys",
    "Location",
    "Mistakes",
    "Model",
    "OneOrMore",
    "Problem",
    "Size",
    "Written",
    "Wrong",
    "check",
    "did_you_mean",
    "known",
    "load",
    "parse",
    "read",
    "schema",
    "validate",
]
