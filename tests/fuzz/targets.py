"""What is fuzzed: for each door or parser one function that takes any octets, and says by an exception what must not be.

A target raises where the code under it raises what it promised not to, or where what it made breaks a promise: a command that
holds a line end, a message that comes out changed, a link that opens what it was not written for. What an extractor may
raise is `damaged` and no finding; what it may never do, whatever the octets, is in `_extracted`.
"""

import re
import tempfile
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from gateway.console.links import Links, Opens
from gateway.console.seal import Broken, Seal
from gateway.intake import stands_alone
from gateway.mail import Client, Unread
from gateway.milter import packets
from gateway.milter.packets import Malformed, Packets
from gateway.people import Account, Role
from gateway.policy import load_rulebook
from gateway.reading import Reader, ReadingLimits, entity, headers
from gateway.reading.authors import FIELDS, authors
from gateway.reading.documents import READERS
from gateway.reading.extractors import TABLE, extract
from gateway.reading.pictures import images, pdf
from gateway.reading.pieces import Item, Piece, Sheet
from gateway.smarthost.body import stuffed
from gateway.smarthost.commands import xforward_lines
from gateway.smtpd.attributes import XCLIENT, XFORWARD, attributes, described
from gateway.smtpd.data import Dots
from gateway.smtpd.grammar import Path as Mailbox
from gateway.smtpd.grammar import forward_path, reverse_path
from gateway.smtpd.proxy import read_header
from gateway.source import Mistakes, Problem
from tests.fuzz.shown import display
from tests.support import documents
from tests.support.mails import NOW, FixedClock, held

LIMITS = ReadingLimits(
    parts=60,
    text=200_000,
    part=200_000,
    passages=200,
    expanded=4 * 1024 * 1024,
    elements=20_000,
    unfolded=8 * 1024 * 1024,
    time=20,
    whole=20,
    ocr=False,
    pixels=1_000_000,
    frames=3,
    pages=3,
)
_CONTROLS = re.compile(rb"[\x00-\x1f\x7f]")
_HERE: Mapping[str, Any] = {
    **TABLE,
    **READERS,
    "application/pdf": pdf.read,
    **{type_: images.read for type_ in TABLE if type_.startswith("image/") and type_ not in READERS},
}
"""Every extractor in this process: what one does badly ends the run instead of a child."""


def door(octets: bytes) -> None:
    """Commands of SMTP, and what fronts say of a client."""
    for line in octets.split(b"\n")[:20]:
        if not _CONTROLS.search(line):
            _commands(line)
    client = Client(address="192.0.2.1")
    for known in (XFORWARD, XCLIENT):
        said = attributes(octets, known)
        if said is not None:
            for written in xforward_lines(described(client, said), " ".join(XFORWARD)):
                assert re.fullmatch(rb"[ -~]+\r\n", written), written
    _proxy(octets)
    _proxy(b"\r\n\r\n\x00\r\nQUIT\n" + octets)


def _commands(line: bytes) -> None:
    for argument in (line, b"FROM:<" + line + b">", b"FROM:<a@x.example> " + line):
        found = reverse_path(argument)
        if isinstance(found, Mailbox):
            assert found.command.path in argument
            assert not re.search(rb"[<>]", re.sub(rb'"(?:[^"\\]|\\.)*"', b"", found.command.path))
    for argument in (line, b"TO:<" + line + b">", b"TO:<" + line + b"@x.example> " + line):
        found = forward_path(argument, utf8=True)
        if isinstance(found, Mailbox):
            assert found.command.path in argument
            assert found.address is not None


def _proxy(octets: bytes) -> None:
    stream = octets

    async def exactly(count: int) -> bytes:
        nonlocal stream
        if len(stream) < count:
            raise ConnectionResetError
        taken, stream = stream[:count], stream[count:]
        return taken

    with suppress(ConnectionResetError):
        _run(read_header(exactly))


def _run(work: Coroutine[Any, Any, Any]) -> Any:
    """What a coroutine returns that waits for nothing."""
    try:
        work.send(None)
    except StopIteration as done:
        return done.value
    raise AssertionError("it waits")


def data(octets: bytes) -> None:
    """DATA, in and out again: only CR LF . CR LF ends a message, and what goes out cannot end early or change."""
    cuts, stream = octets[:4], octets[4:]
    for normalize in (False, True):
        dots = Dots(normalize=normalize)
        message = _fed(dots, stream, [len(stream) * cut // 256 for cut in cuts])
        end = (b"\r\n" + stream).find(b"\r\n.\r\n")
        assert (dots.rest is None) is (end < 0)
        if dots.rest is None:
            continue
        assert dots.rest == stream[end + 3 :]
        assert normalize or dots.bare is stands_alone(stream[:end])
        if stands_alone(message):
            assert not normalize
            continue
        sent = b"".join(stuffed([message[: len(message) // 2], message[len(message) // 2 :]])) if message else b""
        assert b"\r\n.\r\n" not in b"\r\n" + sent
        assert b"".join(line.removeprefix(b".") for line in re.split(rb"(?<=\r\n)", sent)) == message


def _fed(dots: Dots, stream: bytes, cuts: list[int]) -> bytes:
    message = b""
    for start, end in pairwise([0, *sorted(cuts), len(stream)]):
        if dots.rest is None:
            message += dots.feed(stream[start:end])
        else:
            dots.rest += stream[start:end]
    return message


def header(octets: bytes) -> None:
    """A header block, and each of its values as every kind of field."""
    head = entity.head(octets)
    found, unread = authors(head, LIMITS)
    assert len(found) <= LIMITS.authors
    assert all(isinstance(one, Unread) for one in unread)
    head.get_content_type()
    head.get_boundary()
    values = [octets.decode("ascii", "surrogateescape"), *(value for name in FIELDS for value in head.values(name))]
    for value in values[:20]:
        headers.shown(value, LIMITS.field).encode()
        headers.token(value)
        for name, said in headers.parameters(value).items():
            name.encode(errors="surrogateescape")
            said.encode()
        headers.every(value, "name")


def message(octets: bytes) -> None:
    """A whole message, its attachments with it."""
    reading = Reader(limits=LIMITS, extractors=_HERE).read(octets)
    texts = {replace(passage.place, start=None, end=None) for passage in reading.passages}
    assert len(reading.passages) <= LIMITS.passages + len(texts)
    for passage in reading.passages:
        assert len(passage.offsets) == len(passage.folded) + 1
        assert all(0 <= offset <= len(passage.text) for offset in passage.offsets)
        passage.text.encode()
        if passage.folded:
            passage.quote(0, len(passage.folded))
    for link in reading.links:
        link.target.encode()
    reading.subject.encode()


_AGAIN: tuple[tuple[bytes, bytes], ...] = (
    (b"From: ", b"\r\n\r\nVote"),
    (b'From: "', b"\r\n\r\nVote"),
    (b"Subject: ", b"\r\n\r\nVote"),
    (b"Content-Type: text/plain; ", b"\r\n\r\nVote"),
    (b"Content-Type: multipart/mixed; boundary=b\r\n\r\n", b"\r\n--b--"),
    (b"\r\n", b""),
    (b"Content-Type: text/html\r\n\r\n", b""),
    (b"Content-Type: text/html\r\n\r\n<style>", b"</style>Vote"),
    (b"Content-Type: text/html\r\n\r\n<p style='", b"'>Vote"),
    (b"Content-Type: text/calendar\r\n\r\n", b""),
    (b"Content-Type: image/svg+xml\r\n\r\n<svg>", b"</svg>"),
    (b"Content-Type: application/rtf\r\n\r\n{\\rtf1", b"}"),
)
_UNIT, _LENGTH = 64, 40_000


def again(octets: bytes) -> None:
    """A few octets, over and over, where the first one says: what costs more than its length is slow."""
    if unit := octets[1 : 1 + _UNIT]:
        before, behind = _AGAIN[octets[0] % len(_AGAIN)]
        message(before + unit * (_LENGTH // len(unit)) + behind)


def _extracted(octets: bytes, kind: str = "application/octet-stream", name: str = "", **parameters: str) -> None:
    piece = Piece(octets=octets, type=kind, part="2", name=name, parameters=parameters)
    pieces, characters = [piece], 0
    for _ in range(LIMITS.parts):
        if not pieces:
            break
        inner = pieces.pop()
        for item in _guarded(inner):
            if isinstance(item, Piece) and item.depth < LIMITS.depth:
                assert item.depth >= inner.depth
                pieces.append(item)
            characters += _sound(item)
    assert characters < 20 * LIMITS.expanded


def _guarded(piece: Piece) -> list[Item]:
    """What comes out before it raises, as a piece may that is damaged."""
    items: list[Item] = []
    with suppress(*DAMAGE):
        items.extend(extract(piece, LIMITS, _HERE))
    return items


DAMAGE: tuple[type[Exception], ...] = (ValueError, EOFError, OSError)
"""What an extractor may raise over octets that are not as they should be; anything else was not thought of."""


def _sound(item: Item) -> int:
    if not isinstance(item, Sheet):
        return 0
    assert all(0 <= start <= end <= len(item.text) for start, end, _ in item.boxes)
    assert all(isinstance(target, str) and isinstance(shown, str) for target, shown in item.links)
    return len(item.text) + len(item.hidden)


def attachment(octets: bytes) -> None:
    """Octets of any kind, under the name that their first octet picks."""
    names = ("", "a.txt", "a.pdf", "a.svgz", "a.p7m", "a.gpg", "a.eml", "a.ics", "a.html", "a.zip", "a.lzma", "a.doc")
    _extracted(octets[1:], name=names[octets[0] % len(names)] if octets else "")


_OFFICE: tuple[Callable[[bytes], bytes], ...] = (
    lambda xml: documents.packed({"word/document.xml": xml}),
    lambda xml: documents.docx("<w:p/>", files={"word/document.xml": documents.docx(""), "word/comments.xml": xml}),
    lambda xml: documents.docx("<w:p/>", files={"word/_rels/document.xml.rels": xml, "docProps/core.xml": xml}),
    lambda xml: documents.xlsx({"a": ""}, files={"xl/worksheets/s1.xml": xml}),
    lambda xml: documents.xlsx({"a": ""}, files={"xl/sharedStrings.xml": xml, "xl/workbook.xml": xml}),
    lambda xml: documents.xlsx(
        {"a": ""}, files={"xl/workbook.bin": xml, "xl/sharedStrings.bin": xml, "xl/worksheets/s1.bin": xml}
    ),
    lambda xml: documents.pptx([""], files={"ppt/slides/slide1.xml": xml}),
    lambda xml: documents.pptx([""], files={"ppt/presentation.xml": xml, "ppt/charts/chart1.xml": xml}),
    lambda xml: documents.odf("", files={"content.xml": xml}),
    lambda xml: documents.odf("", files={"styles.xml": xml, "meta.xml": xml}),
    lambda xml: xml,
)
"""Where octets stand in a document: compressed they could not be changed to any effect."""


def office(octets: bytes) -> None:
    """One part of a document in the formats that are zips; the first octet picks which."""
    if octets:
        _extracted(_OFFICE[octets[0] % len(_OFFICE)](octets[1:]))


_STREAMS = (
    ("WordDocument", "1Table"),
    ("Workbook",),
    ("PowerPoint Document", "Current User"),
    ("__properties_version1.0", "__substg1.0_1000001F"),
    ("\x01Ole10Native", "Package"),
    ("\x05SummaryInformation", "\x05DocumentSummaryInformation"),
    ("VisioDocument", "Contents"),
)


def compound(octets: bytes) -> None:
    """The streams of a compound file; the first two octets pick which, and where one ends and the next begins."""
    if len(octets) < 2:
        return
    names, rest = _STREAMS[octets[0] % len(_STREAMS)], octets[2:]
    cut = len(rest) * octets[1] // 256 if len(names) > 1 else len(rest)
    _extracted(documents.compound(dict(zip(names, (rest[:cut], rest[cut:]), strict=False))))


def tnef(octets: bytes) -> None:
    """`winmail.dat`, with and without a right start."""
    _extracted(b"\x78\x9f\x3e\x22" + octets, name="winmail.dat")


def rtf(octets: bytes) -> None:
    """RTF."""
    _extracted(b"{\\rtf1" + octets, kind="application/rtf")


def markup(octets: bytes) -> None:
    """HTML, SVG, and text that other things are written into."""
    for kind in ("text/html", "text/plain", "text/calendar"):
        _extracted(octets, kind=kind)
    _extracted(b"<svg xmlns='http://www.w3.org/2000/svg'>" + octets, kind="image/svg+xml")


def signed(octets: bytes) -> None:
    """S/MIME and OpenPGP."""
    _extracted(octets, kind="application/pkcs7-mime", name="smime.p7m")
    _extracted(octets, kind="application/pgp-encrypted", name="a.gpg")
    _extracted(b"-----BEGIN PGP MESSAGE-----\n" + octets, kind="text/plain")


def page(octets: bytes) -> None:
    """PDF."""
    _extracted(octets if octets.startswith(b"%PDF") else b"%PDF-1.4\n" + octets, kind="application/pdf")


def picture(octets: bytes) -> None:
    """Pictures, by their octets."""
    _extracted(octets, kind="image/png")


@cache
def _folder() -> Path:
    made = Path(tempfile.mkdtemp(prefix="hatchway-fuzz-")) / "policies"
    made.mkdir()
    return made


def policy(octets: bytes) -> None:
    """A policy file: a rulebook, or mistakes with their places."""
    (_folder() / "p.yaml").write_bytes(octets)
    assert all(str(problem) for problem in _mistakes())


def _mistakes() -> tuple[Problem, ...]:
    try:
        load_rulebook(_folder())
    except Mistakes as mistakes:
        return mistakes.problems
    return ()


def milter(octets: bytes) -> None:
    """Packets from an MTA: in any pieces the same, and each payload read or named as malformed."""
    once, twice = Packets(), Packets()
    once.feed(octets)
    half = len(octets) // 2
    found = _taken(once)
    twice.feed(octets[:half])
    if not (first := _taken(twice)) or not isinstance(first[-1], Malformed):
        twice.feed(octets[half:])
        assert first + _taken(twice) == found
    for one in found:
        if not isinstance(one, Malformed):
            for read in (packets.options, packets.strings, packets.macros, packets.header, packets.client):
                read(one.payload)


def _taken(stock: Packets) -> list[Any]:
    found: list[Any] = []
    while (one := stock.next()) is not None:
        found.append(one)
        if isinstance(one, Malformed):
            break
    return found


_ACCOUNT = Account(id="1", login="chief@department.example", name="", role=Role.REVIEWER, made=NOW)
_SEAL = Seal(b"k" * 32, b"another key")


def links(octets: bytes) -> None:
    """A link or a seal that we did not write opens nothing."""
    token = octets.decode("utf-8", "replace")
    written = Links("https://hatchway.example", b"key" * 11, FixedClock())
    hold = held()
    assert written.read(hold, token, _ACCOUNT) is Opens.FOREIGN
    assert written.read_status(hold, token) is Opens.FOREIGN
    try:
        _SEAL.open(token, "1")
    except Broken:
        return
    raise AssertionError("a seal that nobody made was opened")


TARGETS: Mapping[str, Callable[[bytes], None]] = {
    target.__name__: target
    for target in (
        *(door, data, header, message, again, attachment, office, compound, tnef, rtf, markup, signed, page, picture),
        *(policy, milter, links, display),
    )
}
