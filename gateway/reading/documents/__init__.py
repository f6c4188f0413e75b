"""Documents and what holds them: archives, office files of all ages, Outlook's wrappings, signed messages, drawings.

Each extractor takes a Piece and the limits, and yields sheets, further pieces, and what it could not read with one of a few
plain words: encrypted, damaged, too large, too deep, unknown format, audio, video, not read. They are run in a process of
their own; where octets are so broken that one raises, the piece is noted as damaged. Nothing is written, fetched, executed
or decrypted.

`sniff` tells which of them reads a piece, by its octets; a name or a label counts only where octets cannot tell.
Windows metafiles are drawings too. olefile and expat stay behind this door.
"""

from collections.abc import Iterator, Mapping

from gateway.reading.apart import apart
from gateway.reading.documents import archives, macintosh, metafile, office, ole, pgp, plists, rar, rtf, seven, smime, svg, tnef
from gateway.reading.documents.markup import root
from gateway.reading.limits import ReadingLimits
from gateway.reading.pieces import ENTITY, Extractor, Item, Piece

ZIP, OLE, RTF, TAR = "application/zip", "application/x-ole-storage", "application/rtf", "application/x-tar"
FLAT, SVG, PGP = "application/x-office-xml", "image/svg+xml", "application/pgp-encrypted"

APPENDED = "application/x-appended-zip"

_MAGIC = (
    (b"PK\x03\x04", ZIP),
    (b"PK\x05\x06", ZIP),
    (b"PK00PK\x03\x04", ZIP),
    (b"\xd0\xcf\x11\xe0", OLE),
    (b"\x78\x9f\x3e\x22", tnef.TYPE),
    (b"\x1f\x8b", "application/gzip"),
    (b"BZh", "application/x-bzip2"),
    (b"\xfd7zXZ\0", "application/x-xz"),
    (b"]\0\0", "application/x-lzma"),
    (b"Rar!", "application/vnd.rar"),
    (b"7z\xbc\xaf", "application/x-7z-compressed"),
    (b"MSCF", "application/vnd.ms-cab-compressed"),
    (b"\x28\xb5\x2f\xfd", "application/zstd"),
    (b"\x1f\x9d", "application/x-compress"),
    (b"bplist0", plists.TYPE),
    (b"ID3", "audio/mpeg"),
    (b"fLaC", "audio/flac"),
    (b"OggS", "audio/ogg"),
    (b"#!AMR", "audio/amr"),
    (b"MThd", "audio/midi"),
    (b"FLV\x01", "video/x-flv"),
    (b"\x1a\x45\xdf\xa3", "video/x-matroska"),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "video/x-ms-asf"),
    (b"\x00\x00\x01\xba", "video/mpeg"),
    (b"\x00\x00\x01\xb3", "video/mpeg"),
)
_SIGNED = ("application/pkcs7-mime", "application/x-pkcs7-mime")
_SOUND = ("audio/mpeg", "audio/flac", "audio/ogg", "audio/amr", "audio/midi", "audio/mp4", "audio/wav")
_FILM = ("video/x-flv", "video/x-matroska", "video/x-ms-asf", "video/mpeg", "video/mp4", "video/x-msvideo")
_BOXES = {
    b"M4A ": "audio/mp4",
    b"M4B ": "audio/mp4",
    **dict.fromkeys((b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"), "image/heic"),
    **dict.fromkeys((b"avif", b"avis"), "image/avif"),
}
_RIFF = {b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}
_NAMED = {
    **dict.fromkeys(("gpg", "pgp"), PGP),
    **dict.fromkeys(("p7m", "p7z"), "application/pkcs7-mime"),
    "rpmsg": "application/x-microsoft-rpmsg-message",
    "lzma": "application/x-lzma",
    "svgz": SVG,
}
_BLANK = b"\xef\xbb\xbf\0 \t\r\n"
_END = b"PK\x05\x06"
_TAIL = 66_000
_TAR_HEADER = 512


def sniff(octets: bytes, name: str) -> str:
    """The media type that these octets are, "" where they are none of ours. name: the file's."""
    ending = name.rpartition(".")[2].lower()
    start = octets[:64].lstrip(_BLANK)
    if start.startswith(b"{\\rt"):
        return RTF
    if start.startswith((b"<", b"\xff\xfe<", b"\xfe\xff\0<")):
        return _markup(octets)
    return "" if _is_words(octets) else _binary(octets, ending)


def _binary(octets: bytes, ending: str) -> str:
    for magic, found in _MAGIC:
        if octets.startswith(magic):
            return SVG if ending == "svgz" and found == "application/gzip" else found
    if octets[:4] == b"RIFF":
        return _RIFF.get(octets[8:12], "")
    if octets[4:8] == b"ftyp":
        if octets[8:12] in {b"mif1", b"msf1"} and b"avif" in octets[16:64]:
            return "image/avif"
        return _BOXES.get(octets[8:12], "video/mp4")
    if archives.is_tar(octets[:_TAR_HEADER]):
        return TAR
    return metafile.sniff(octets) or macintosh.sniff(octets) or _NAMED.get(ending, "")


def trailing_zip(octets: bytes) -> bool:
    """Whether a zip ends these octets, whatever they begin with: a program that opens zips goes by their end."""
    end = octets.rfind(_END, max(0, len(octets) - _TAIL))
    return end >= 0 and octets.rfind(b"PK\x01\x02", 0, end) >= 0


def _markup(octets: bytes) -> str:
    if office.is_flat(octets):
        return FLAT
    return {"svg": SVG, "html": "text/html", "plist": plists.TYPE}.get(root(octets).rpartition(" ")[2], "")


def _is_words(octets: bytes) -> bool:
    sample = octets[:512]
    return not sample.translate(None, bytes(range(32, 127)) + b"\t\r\n")


def _appended(piece: Piece, limits: ReadingLimits) -> Iterator[Item]:
    """What stands before the zip was looked at already."""
    return archives.zip_(piece, limits, around=False)


READERS: Mapping[str, Extractor] = {
    ZIP: archives.zip_,
    APPENDED: _appended,
    TAR: archives.tar,
    "application/gzip": archives.gzip,
    "application/x-bzip2": archives.bzip2,
    "application/x-xz": archives.xz,
    "application/x-lzma": archives.xz,
    "application/x-7z-compressed": seven.archive,
    "application/vnd.rar": rar.archive,
    OLE: ole.compound,
    RTF: rtf.rich,
    tnef.TYPE: tnef.wrapped,
    FLAT: office.flat,
    SVG: svg.drawing,
    **dict.fromkeys((metafile.EMF, metafile.WMF), metafile.metafile),
    **dict.fromkeys(_SIGNED, smime.signed),
    PGP: pgp.binary,
    plists.TYPE: plists.plist,
    macintosh.BINHEX: macintosh.binhex,
    macintosh.MACBINARY: macintosh.macbinary,
    macintosh.APPLE: macintosh.apple,
}
"""Who reads what, in this process."""
EXTRACTORS: Mapping[str, Extractor] = {
    **{type_: apart(reader) for type_, reader in READERS.items()},
    "application/x-microsoft-rpmsg-message": archives.unopened("encrypted"),
    "application/vnd.ms-cab-compressed": archives.unopened("not read: a cabinet archive"),
    "application/zstd": archives.unopened("not read: compressed by Zstandard"),
    "application/x-compress": archives.unopened("not read: compressed by compress"),
    **dict.fromkeys(_SOUND, archives.unopened("audio")),
    **dict.fromkeys(_FILM, archives.unopened("video")),
}
"""The same, each in a process of its own, and those that only say what they see."""
BY_OCTETS = frozenset(EXTRACTORS) - {*_SIGNED, PGP}
"""What is only what its octets say: a label alone makes none of these."""
WRITTEN = frozenset({RTF, SVG, FLAT, plists.TYPE})
"""What is written in plain characters: as it stands where it is called text, and put in order where it is called what it is."""
HOLDING = frozenset(EXTRACTORS) - {SVG, FLAT, plists.TYPE, *_SOUND, *_FILM} | {"message/rfc822", ENTITY}
"""What looks after all its octets itself: no zip is looked for behind it."""
