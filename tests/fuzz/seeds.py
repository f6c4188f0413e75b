"""What fuzzing starts from: small things of every format that our own tests make, and the shared corpus where it is here."""

import email
import gzip
import io
import tarfile
from collections.abc import Iterator
from email import policy
from pathlib import Path

from tests.support import documents, milter, pictures, reading
from tests.support.policy import BASE
from tests.support.vectors import VECTORS

TOP = Path(__file__).parents[2]
_LARGEST = 64 * 1024
_MESSAGE = reading.parts(
    "Content-Type: text/plain; charset=utf-8; format=flowed\n\nVote for =?utf-8?q?Jane?=",
    "Content-Type: text/html\n\n<a href=https://a.example/>Vote</a><style>p{display:none}</style>",
    "Content-Type: message/rfc822\n\nFrom: a@b.example\nSubject: x\n\nInner",
    "Content-Type: text/csv; name*0*=utf-8''a%20; name*1=b\nContent-Transfer-Encoding: base64\n\nYSxi",
    fields=(
        "From: =?iso-8859-1?B?SmFuZQ==?= <jane@a.example>",
        'Sender: (c) "a, b"@c.example',
        "Subject: x",
        "Reply-To: g: a@b, c@d;",
    ),
)
_OFFICE = (
    b'<w:document xmlns:w="%b"><w:body><w:p><w:r><w:t>Vote</w:t></w:r></w:p></w:body></w:document>' % documents.W.encode(),
    b'<w:comments xmlns:w="%b"><w:comment w:id="1"><w:p><w:r><w:t>x</w:t></w:r></w:p></w:comment></w:comments>'
    % documents.W.encode(),
    documents.rels(("r1", "https://a.example/")).encode(),
    b'<worksheet xmlns="%b"><sheetData><row><c t="s"><v>0</v></c></row></sheetData></worksheet>' % documents.X.encode(),
    b'<sst xmlns="%b"><si><t>Vote</t></si></sst>' % documents.X.encode(),
    b"\x83\x01\x00\x9c\x01\x10" + bytes(16),
    documents.slide(documents.shape("Vote")).encode(),
    b'<p:presentation xmlns:p="%b"><p:sldIdLst/></p:presentation>' % documents.P.encode(),
    b'<office:document-content xmlns:office="%b:office:1.0" xmlns:text="%b:text:1.0"><office:body><office:text><text:p>'
    b"Vote</text:p></office:text></office:body></office:document-content>" % ((documents.ODF.encode(),) * 2),
    b'<office:document-meta xmlns:office="%b:office:1.0"/>' % documents.ODF.encode(),
    b'<?xml version="1.0"?><?mso-application progid="Word.Document"?><w:wordDocument xmlns:w="http://schemas.microsoft.com/'
    b'office/word/2003/wordml"><w:body><w:p><w:r><w:t>Vote</w:t></w:r></w:p></w:body></w:wordDocument>',
)
_PACKETS = milter.options() + milter.macros(b"M", i="1") + milter.connect() + milter.packet(b"L", milter.strings(b"From", b" a"))
_SOME_TNEF = documents.tnef(
    documents.attribute(1, 0x8004, b"Vote\0"), documents.attribute(1, 0x9003, documents.mapi((0x1000, 0x1E, b"Vote\0")))
)


def _tarred() -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        info = tarfile.TarInfo("a.txt")
        info.size = 4
        tar.addfile(info, io.BytesIO(b"Vote"))
    return out.getvalue()


def _doc() -> tuple[bytes, bytes]:
    streams = documents.doc("Vote for Jane")
    return streams["WordDocument"], streams["1Table"]


def _ours() -> dict[str, tuple[bytes, ...]]:
    word, table = _doc()
    drawn = pictures.drawn("Vote")
    return {
        "door": (
            b'FROM:<"a b"@x.example> SIZE=100 BODY=8BITMIME RET=FULL ENVID=a+2Bb\na@[IPv6:::1]\n@a.example:b@c.example',
            b"NAME=a.example ADDR=192.0.2.1 PORT=25 PROTO=ESMTP HELO=a+2Eb SOURCE=REMOTE LOGIN=a",
            b"PROXY TCP4 192.0.2.1 192.0.2.2 1000 25\r\n",
            b"\x21\x11\x00\x0c" + bytes(12),
        ),
        "data": (b"\x20\x50\x90\xf0Subject: a\r\n\r\n..b\r\n.\r\nRSET\r\n", b"\x01\x02\x03\x04a\n.\r\n.\n\r\n.\r\n"),
        "header": (_MESSAGE[:600], b"From: a@b, \"c\" <d@e>\r\nContent-Type: a/b; c*=utf-8''d%20; e*0=f; e*1=g\r\n\r\n"),
        "message": (_MESSAGE, reading.mail("Vote", "Subject: x", kind="text/html")),
        "again": (
            *(b"\x00" + unit for unit in (b'"', b'\\"', b"<", b"(", b"a@b.example, ", b"=?utf-8?q?a?= ", b"\r\nTo: a")),
            *(b"\x03" + unit for unit in (b"a*0*=b;", b'a="', b";")),
            *(b"\x04" + unit for unit in (b"--b\r\n", b"--b\r\n\r\n.", b"--b--\r\n")),
            *(
                b"\x05" + unit
                for unit in (b"Vote ", b"https://a.example ", b"begin 644 a\n", b"V\n", b"=20", b"> ", b"\xe2\x80\x8b")
            ),
            *(b"\x06" + unit for unit in (b"<p>", b"<table><tr><td>", b"<b>a", b"<!--", b"&amp;", b"<a href=a>", b"<svg>")),
            *(b"\x07" + unit for unit in (b"p{color:red}", b"@media{", b"/*")),
            *(b"\x08" + unit for unit in (b"color:red;", b"rgb(", b"float:left;")),
            *(bytes([kind]) + unit for kind, unit in ((9, b"SUMMARY:a\n"), (10, b"<text>a"), (11, b"{\\b a"))),
        ),
        "attachment": (
            b"\x09" + documents.packed({"a.txt": "Vote", "b.html": "<b>Vote</b>"}),
            b"\x00" + gzip.compress(b"Vote", mtime=0),
            b"\x00" + _tarred(),
            b"\x07BEGIN:VCALENDAR\r\nSUMMARY;ENCODING=QUOTED-PRINTABLE:a=20=\r\nb\r\n",
            b"\x01begin 644 a.txt\n$5F]T90``\n`\nend\n",
            b"\x01=ybegin line=128 size=4 name=a.txt\r\n\x80\x99\x9e\x8f\r\n=yend size=4\r\n",
            b"\x00From a@b Thu Jan  1 00:00:00 2026\nFrom: a@b\nSubject: x\n\nVote\n",
        ),
        "office": tuple(bytes([number]) + xml for number, xml in enumerate(_OFFICE)),
        "compound": (
            bytes([0, 255 * len(word) // (len(word) + len(table)) + 1]) + word + table,
            b"\x01\x00" + documents.record(0x809, bytes(16)) + documents.record(0x0FC, b"\1\0\0\0\1\0\0\0\4\0\0Vote"),
            b"\x02\xff" + documents.atom(1000, documents.atom(0x0FA8, b"Vote"), container=True),
            b"\x03\x80" + bytes(64),
            b"\x04\x80" + b"\x20\0\0\0\2\0a.txt\0a.txt\0\0\0\3\0\6\0\0\0a.txt\0\4\0\0\0Vote",
        ),
        "tnef": (_SOME_TNEF[4:],),
        "rtf": (b"\\ansi {\\fonttbl\\f0 Arial;}\\pard Vote\\'20\\u8217?\\par{\\object\\objdata 0105}{\\*\\x y}}",),
        "markup": (
            b'<!doctype html><p style="color:#fff">Vote</p><table><td>a</table><bdo dir=rtl>b</bdo><a href="//a">c</a>',
            b"<text x='1'>Vote</text><tspan/>",
        ),
        "signed": (
            documents.der(0x30, documents.der(6, b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02"), documents.der(0xA0, b"\x04\x01a")),
            documents.packet(11, b"b\x01a\0\0\0\0Vote"),
        ),
        "page": (pictures.pdf(pictures.text_at(10, 10, "Vote")),),
        "picture": tuple(pictures.octets(drawn, kind) for kind in ("PNG", "GIF", "BMP", "JPEG", "WEBP", "TIFF")),
        "policy": (BASE.encode(), (TOP / "policies/department.yaml").read_bytes()),
        "milter": (_PACKETS,),
        "display": (
            b"\x00From: =?utf-8?q?J=C3=A4ne?= <jane@a.example>\r\nTo: \xe2\x80\xaeb@c\r\nSubject: =?utf-8?b?Vm90ZQ==?=",
            b'\x01<p style="color:#fff;background:url(//a)">Vote for <b>Ja</b>ne</p><a href=https://b.example/>https://a.example</a>',
            b"\x02Vote for Jane Doe\r\n> Quoted\r\nhttps://a.example/ \xe2\x80\xaedesrever",
            b'\x03<img src="cid:one@x"><img src=http://a.example/b width=1><table bgcolor=red><td>Vote</table>',
            b"\x04Vote",
            b"\x05javascript:alert(1)",
            *(b"\x01" + html.encode() for html in VECTORS),
        ),
        "links": (b"1900000000-" + b"A" * 22, b"f1." + b"A" * 40, b"s1.=="),
    }


OURS = _ours()


def collected() -> Iterator[tuple[str, bytes]]:
    """(target, octets) out of `../shared/corpus`: messages, what is attached to them, and files of formats."""
    corpus = TOP.parent / "shared/corpus"
    for path in sorted(corpus.rglob("*")) if corpus.is_dir() else ():
        if path.is_file() and path.stat().st_size <= _LARGEST:
            yield from _sorted(path, path.read_bytes())


def _sorted(path: Path, octets: bytes) -> Iterator[tuple[str, bytes]]:
    top = path.relative_to(TOP.parent / "shared/corpus").parts[0]
    match top:
        case "mime" | "bombs":
            yield "message", octets
            yield "header", octets.partition(b"\n\n")[0][:8192]
            yield "data", b"\x30\x60\x90\xc0" + octets[:8192] + b"\r\n.\r\nQUIT\r\n"
            yield from _attached(octets)
        case "pdf":
            yield "page", octets
        case "tnef":
            yield "tnef", octets[4:]
        case "html-xss":
            yield "markup", octets
            yield "display", b"\x01" + octets


def _attached(octets: bytes) -> Iterator[tuple[str, bytes]]:
    if octets.count(b"boundary") > 100:
        return
    for part in email.message_from_bytes(octets, policy=policy.compat32).walk():
        inside = part.get_payload(decode=True)
        if isinstance(inside, bytes) and inside:
            kind = part.get_content_type()
            yield (
                {"text/html": "markup", "application/pdf": "page"}.get(kind, "picture" if "image/" in kind else "attachment"),
                (inside if kind in {"text/html", "application/pdf"} or "image/" in kind else b"\x00" + inside),
            )
