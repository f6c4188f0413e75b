"""The target `display`: a message as reviewers are shown it, whatever is in it.

What others wrote is put where mail puts it: in the header, in a page, in plain text, and in a page with a picture beside it.
"""

import re

from gateway.display import Opened, named, part, show, source
from gateway.display.marks import in_words, runs, visible
from gateway.display.types import Mark, Shown
from gateway.mail import Place
from gateway.reading import Reading
from gateway.verdict import Category, Evidence, Finding, Kind
from tests.support.harm import harm

_HEAD = b"From: a@b.example\r\nSubject: s\r\nMIME-Version: 1.0\r\n"
_BESIDE = _HEAD + b"Content-Type: multipart/related; boundary=Q\r\n\r\n--Q\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
_FILE = b"\r\n--Q\r\nContent-Type: text/plain; name=a.png\r\nContent-ID: <one@x>\r\n\r\n\x89PNG\r\n\x1a\n\0\r\n--Q--\r\n"
_AROUND: tuple[tuple[bytes, bytes], ...] = (
    (b"", b"\r\n\r\nVote"),
    (_HEAD + b"Content-Type: text/html; charset=utf-8\r\n\r\n", b""),
    (_HEAD + b"Content-Type: text/plain; charset=utf-8\r\n\r\n", b""),
    (_BESIDE, _FILE),
    (_BESIDE + b'<img src="cid:one@x" alt="', b'">' + _FILE),
    (_BESIDE + b'<a href="', b'">Vote</a>' + _FILE),
)
_ENDS = re.compile("[\r\n\ufffd]")
_MARKED = 6
"""So many passages are marked, in their midst."""


def display(octets: bytes) -> None:
    """What is shown does nothing and loads nothing, nothing in it moves the cursor, and marks lose no word of it."""
    if not octets:
        return
    before, behind = _AROUND[octets[0] % len(_AROUND)]
    message = before + octets[1:] + behind
    opened = Opened(message)
    shown = show(opened, tuple(_findings(opened.reading)))
    assert not (found := harm(shown.page)), found
    for text in (*_written(shown), source(message)[0]):
        assert text == visible(text), text
        text.encode()
    shown.page.encode()
    for file in shown.files:
        assert len(part(message, file.part)[1]) == file.size
    assert named(opened, {"1": ("Jane Doe", "jane@a.example")}) <= {"1"}
    _whole(opened.reading)


def _findings(reading: Reading) -> list[Finding]:
    found = []
    for passage in reading.passages[:_MARKED]:
        place, length = passage.place, len(passage.text)
        start, end = (place.start or 0) + length // 3, (place.start or 0) + length * 2 // 3 + 1
        at = Place(part=place.part, header=place.header, name=place.name, page=place.page, start=start, end=end)
        evidence = (Evidence(place=at, quote=passage.text[length // 3 : length * 2 // 3 + 1]),)
        found.append(
            Finding(
                category=Category.POLITICAL,
                kind=Kind.PROMOTION,
                detector="t",
                says="promotes <script>",
                weight=1,
                evidence=evidence,
            )
        )
    return found


def _written(shown: Shown) -> list[str]:
    """All that is shown as text by itself."""
    fields = [text for field in shown.fields for text in field]
    runs_ = [text for one in shown.texts for text in (one.title, *(run.text for run in one.runs))]
    return [*fields, *runs_, *(text for link in shown.links for text in (link.shown, link.target))]


def _whole(reading: Reading) -> None:
    """Nothing is lost between two marks."""
    marks = [Mark(**_placed(evidence), says="x") for one in _findings(reading) for evidence in one.evidence]
    for passage in reading.passages[:_MARKED]:
        made = "".join(run.text for run in runs(passage, marks))
        assert _ENDS.sub("", made) == _ENDS.sub("", visible(passage.text))
        assert "".join(run.text for run in in_words(passage.text, marks)) == passage.text


def _placed(evidence: Evidence) -> dict[str, object]:
    place = evidence.place
    known = {name: getattr(place, name) for name in ("part", "header", "name", "page", "start", "end")}
    return {**known, "quote": evidence.quote}
