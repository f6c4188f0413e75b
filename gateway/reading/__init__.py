"""What a recipient would see of a message: `Reader.read` turns its octets into a Reading.

A Reading holds the text in passages, each of one voice (new, quoted, forwarded, a signature, hidden) and with the place
it stands at; the links with where they really go; everybody the header says the message is from; and all that could not
be read, with the reason. Each passage carries its text folded for matching, which points back into the original.

The room knows nothing of politics, envelopes or policies, and does no I/O but with a child process of its own, in which
pictures and documents are read (`apart`). It never raises: what is broken,
hostile or too large ends as an Unread. Where mail programs differ in what they show, it reads all that any of them shows.

Each format is an extractor in `extractors.TABLE`; `documents` and `pictures` hold most. selectolax, charset-normalizer and
disarm stay behind this door, and what those two name as theirs.
"""

from gateway.reading.extractors import APART
from gateway.reading.fold import fold
from gateway.reading.limits import ReadingLimits
from gateway.reading.reader import Reader
from gateway.reading.runs import set_apart
from gateway.reading.types import Link, Origin, Passage, Reading
from gateway.reading.wrappers import is_short

__all__ = ["APART", "Link", "Origin", "Passage", "Reader", "Reading", "ReadingLimits", "fold", "is_short", "set_apart"]
