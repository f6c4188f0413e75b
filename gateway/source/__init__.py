"""What somebody wrote in a file, and where they wrote it.

The room turns a YAML file into a frozen model and remembers the line and column of everything in it, so that every
mistake can name its place and its remedy. It knows nothing of mail. It fails by raising `Mistakes`, which carries all
problems of a file at once; it never loads half a file.

PyYAML and pydantic stay behind this door: other rooms take `Model`, `load` and the vocabulary below.
"""

from pydantic import AfterValidator, BeforeValidator, Field

from gateway.source.document import Document, load, parse, read, validate
from gateway.source.model import Duration, Model, Size
from gateway.source.problem import Location, Mistakes, Problem, did_you_mean

__all__ = [
    "AfterValidator",
    "BeforeValidator",
    "Document",
    "Duration",
    "Field",
    "Location",
    "Mistakes",
    "Model",
    "Problem",
    "Size",
    "did_you_mean",
    "load",
    "parse",
    "read",
    "validate",
]
