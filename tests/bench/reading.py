"""What reading costs: `python tests/bench/reading.py`, by type of part, with and without OCR, and for large messages.

CPU is that of this process and of the one in which parts are read apart, which is warm; wall is what a message waits. Each
figure is the least of some rounds, nothing being kept from one to the next; memory is the most the other process has held.
"""

import io
import sys
import time
from base64 import encodebytes
from pathlib import Path

TOP = Path(__file__).parents[2]
sys.path.insert(0, str(TOP))

from PIL import Image

from gateway.reading import Reader, ReadingLimits
from tests.support import documents as made
from tests.support import pictures
from tests.support.apart import end, forget, held, spent

SENTENCES = (
    "The marked unit is back from the garage and the keys are in the watch office.",
    "Please send your overtime sheets for the week to payroll before noon on Friday.",
    "Roll call moves to the training room while the ceiling is repaired.",
    "The council votes on the fleet contract next week; three bids were received.",
    "Range qualification is on the 19th, and ear protection is provided.",
)
ROUNDS = 3
UNKNOWN = "application/octet-stream"
LIMITS = ReadingLimits(time=120, whole=600)
HEAD = "From: a@department.example\r\nSubject: Notes\r\nMIME-Version: 1.0\r\n"


def text(octets):
    return "\n".join(SENTENCES[number % len(SENTENCES)] for number in range(octets // 75))


def lines(count):
    return [SENTENCES[number % len(SENTENCES)] for number in range(count)]


def photograph(width, height):
    """Ground as cameras see it, and a sign."""
    ground = Image.effect_noise((width // 8, height // 8), 60).resize((width, height), Image.Resampling.BICUBIC).convert("RGB")
    ground.paste(pictures.drawn("Training room", "Range closed on Friday", size=width // 24), (width // 6, height // 4))
    return pictures.octets(ground, "JPEG", quality=92)


def scan(pages):
    paper = [pictures.drawn(*lines(24), size=26, room=(1275, 1650)) for _ in range(pages)]
    written = io.BytesIO()
    paper[0].save(written, "PDF", save_all=True, append_images=paper[1:], resolution=150)
    return written.getvalue()


def pdf(count):
    return pictures.pdf(
        "".join(pictures.text_at(72, 740 - 16 * number, line, size=11) for number, line in enumerate(lines(count)))
    )


def html(octets):
    rows = "".join(f"<tr><td><p style='margin:0'>{line}</p></td></tr>" for line in text(octets).split("\n"))
    return f"<html><body><table>{rows}</table></body></html>".encode()


def docx(octets):
    return made.docx("".join(made.wp(line) for line in text(octets).split("\n")))


def xlsx(octets):
    rows = "".join(f"<row><c t='inlineStr'><is><t>{line}</t></is></c><c><v>7</v></c></row>" for line in text(octets).split("\n"))
    return made.xlsx({"Hours": f"<sheetData>{rows}</sheetData>"})


def rtf(octets):
    return b"{\\rtf1\\ansi " + "".join(f"{line}\\par\n" for line in text(octets).split("\n")).encode() + b"}"


def parts():
    """(what it is, its octets, media type, file name)."""
    yield "text, 30 KB", text(30_000).encode(), "text/plain", ""
    yield "HTML, 40 KB", html(30_000), "text/html", ""
    yield "calendar", b"BEGIN:VCALENDAR\r\nSUMMARY:Range\r\nEND:VCALENDAR\r\n", "text/calendar", ""
    yield "docx, 30 KB of text", docx(30_000), "", "a.docx"
    yield "docx, 1 MB of text", docx(1_000_000), "", "a.docx"
    yield "xlsx, 400 rows", xlsx(30_000), "", "a.xlsx"
    yield "pptx, 20 slides", made.pptx([made.shape(*lines(6)) for _ in range(20)]), "", "a.pptx"
    yield "odt, 30 KB of text", made.odf("".join(f"<text:p>{line}</text:p>" for line in text(30_000).split("\n"))), "", "a.odt"
    yield "rtf, 30 KB of text", rtf(30_000), "", "a.rtf"
    yield "doc, 30 KB of text", made.compound(made.doc(text(30_000).replace("\n", "\r"))), "", "a.doc"
    yield "zip of 10 docx", made.packed({f"{number}.docx": docx(30_000) for number in range(10)}), "", "a.zip"
    yield "zip, 40 MB unfolded", made.packed({"a.bin": bytes(40_000_000)}), "", "a.zip"
    yield "PDF, a page of text", pdf(40), "", "a.pdf"
    yield "PDF, a scanned page", scan(1), "", "a.pdf"
    yield "PDF, three scanned pages", scan(3), "", "a.pdf"
    yield "PNG, icon", pictures.octets(pictures.drawn("R", room=(40, 40))), "", "a.png"
    yield "JPEG, flyer of 6 lines", pictures.octets(pictures.drawn(*lines(6), size=30), "JPEG"), "", "a.jpg"
    yield "PNG, screenshot of 40 lines", pictures.octets(pictures.drawn(*lines(40), size=18)), "", "a.png"
    yield "JPEG, photograph of 12 MP", photograph(4000, 3000), "", "a.jpg"


def messages():
    """(what it is, the message)."""
    for megabytes in (5, 25):
        yield f"{megabytes} MB of text", message((text(megabytes * 1_000_000).encode(), "text/plain", ""))
    photographs = [(photograph(4000, 3000 + number), "image/jpeg", f"{number}.jpg") for number in range(12)]
    files = [(text(4000).encode(), "text/plain", ""), (docx(100_000), "", "a.docx"), (scan(3), "", "a.pdf")]
    for megabytes in (5, 25):
        filled = list(files)
        for photo in photographs:
            if len(message(*filled, photo)) < megabytes * 1_050_000:
                filled.append(photo)
        yield f"{megabytes} MB: letter, docx, scan, {len(filled) - 3} photographs", message(*filled)


def message(*given):
    written = [f'{HEAD}Content-Type: multipart/mixed; boundary="b"\r\n\r\n'.encode()]
    for octets, kind, name in given:
        head = f'\r\n--b\r\nContent-Type: {kind or UNKNOWN}; name="{name}"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
        plain = f"\r\n--b\r\nContent-Type: {kind}; charset=utf-8\r\n\r\n"
        written.append(plain.encode() + octets if kind.startswith("text/") else head.encode() + encodebytes(octets))
    return b"".join([*written, b"\r\n--b--\r\n"])


def cost(content, *, dear, rounds=ROUNDS):
    """CPU and wall milliseconds of reading it, and what could not be read."""
    figures = []
    reader = Reader(limits=LIMITS)
    for _ in range(rounds):
        forget()
        cpu, wall = spent(), time.monotonic()
        reading = reader.read(content, dear=dear)
        figures.append((spent() - cpu, time.monotonic() - wall))
    return [1000 * min(column) for column in zip(*figures, strict=True)], len(reading.unread)


def start():
    """CPU and wall seconds, and megabytes, of a process that is started and reads its first document, and first picture."""
    flyer = next(octets for what, octets, _, _ in parts() if "flyer" in what)
    for what, given in (("first document", (docx(1000), "", "a.docx")), ("first picture", (flyer, "", "a.jpg"))):
        end()
        (cpu, wall), _ = cost(message(given), dear=True, rounds=1)
        print(f"{'process started, ' + what:<46}{cpu:>10.0f}{wall:>10.0f}{'':>20}{held():>8.0f}")


def main():
    print(f"{'ms':<36}{'octets':>10}{'CPU':>10}{'wall':>10}{'no OCR':>10}{'wall':>10}{'MB':>8}")
    start()
    for what, octets, kind, name in parts():
        row(what, message((octets, kind, name)), len(octets))
    for what, content in messages():
        row(what, content, len(content), rounds=1)


def row(what, content, size, rounds=ROUNDS):
    (cpu, wall), unread = cost(content, dear=True, rounds=rounds)
    most = held()
    (cheap, quick), _ = cost(content, dear=False, rounds=rounds)
    note = f"  {unread} unread" if unread else ""
    print(f"{what:<36}{size:>10}{cpu:>10.1f}{wall:>10.1f}{cheap:>10.1f}{quick:>10.1f}{most:>8.0f}{note}", flush=True)


if __name__ == "__main__":
    main()
