"""What stands in pictures, scans, documents and archives, through a whole gateway: found, pointed at, or named as unread."""

import asyncio
import json
import os
import re
import signal
import zipfile
from contextlib import suppress
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from tests.e2e.conftest import sent
from tests.support.documents import docx, header, listing, packed, wp
from tests.support.gateway import Gateway
from tests.support.pictures import drawn, octets
from tests.support.policy import with_rules
from tests.support.relay import FakeRelay
from tests.support.waiting import wait_until

OFFICER, DESK = "officer@department.example", ["desk@county.example"]
PATIENT = "judging: {workers: 1, time: 90s, model: false}"
HELD_IF_POLITICAL = "- {finds: political, label: match, action: hold, reviewers: command}\n- {action: relay}"
DPI, MARGIN, LINE = 100, 80, 44
FIRST = ("Minutes of the general meeting", "The roof of the hall is repaired.")
SECOND = ("Vote for Ana Reyes for Sheriff", "on November 3. Our association", "endorses Ana Reyes.")
THIRD = ("Range qualification is on the 19th.", "Ear protection is provided.")
FLYER = ("Vote for Omar Haddad for Mayor", "on November 3. Donate to the", "Haddad campaign today!")
LETTER = "Vote for Lena Novak for City Council on November 3. Our association endorses Lena Novak. Please donate to her campaign."


@pytest.fixture
async def relay():
    async with FakeRelay() as relay:
        yield relay


@pytest.fixture
async def started(relay, tmp_path):
    """Starts a gateway; rules: of the one policy everybody is under, the shipped policies otherwise."""
    running = []

    async def start(rules="", *, more=PATIENT):
        how = {}
        if rules:
            how["policies"] = tmp_path / "policies"
            how["policies"].mkdir()
            (how["policies"] / "all.yaml").write_text(with_rules(rules))
        gateway = Gateway(tmp_path / "gateway", relay=relay.port, more=more, **how)
        running.append(gateway)
        await asyncio.to_thread(gateway.__enter__)
        return gateway

    yield start
    for gateway in running:
        assert await asyncio.to_thread(gateway.stop) == 0


def page(*lines):
    """A sheet of letter paper as a scanner sees it."""
    paper = Image.new("RGB", (round(8.5 * DPI), 11 * DPI), "#fdfcf7")
    font = ImageFont.load_default(30)
    for number, line in enumerate(lines):
        ImageDraw.Draw(paper).text((MARGIN, MARGIN + LINE * number), line, font=font, fill="#202020")
    return paper


def scanned(*pages):
    """A PDF of nothing but pictures."""
    written = BytesIO()
    first, *more = (page(*lines) for lines in pages)
    first.save(written, "PDF", save_all=True, append_images=more, resolution=DPI)
    return written.getvalue()


def message(body, *attachments, to="desk@county.example"):
    """attachments: (octets, type, name)."""
    written = EmailMessage()
    written["From"], written["To"], written["Subject"] = OFFICER, to, "Papers"
    written.set_content(body)
    for content, kind, name in attachments:
        main, _, sub = kind.partition("/")
        written.add_attachment(content, main, sub, filename=name)
    return written.as_bytes().replace(b"\n", b"\r\n")


def flyer(**options):
    return octets(drawn(*FLYER, size=36), "JPEG", quality=85, **options), "image/jpeg", "flyer.jpg"


def letter(name="letter.docx"):
    return docx(wp(LETTER)), "application/vnd.openxmlformats-officedocument.wordprocessingml.document", name


def passed_on(relay):
    """What the relay was given of the officer's; notices are from nobody."""
    return [one for one in relay.messages if OFFICER.encode() in one.mail]


async def held(gateway):
    """The one held message, as `hatchway queue show --json` tells it."""
    [one] = gateway.ask("queue.list")
    shown = await asyncio.to_thread(gateway.hatchway, "queue", "show", one["id"], "--json")
    assert shown.returncode == 0, shown.stderr
    return json.loads(shown.stdout)


def quoted(told, place):
    """What the findings quote from places that look so, and the last such place."""
    found = [(finding["quote"], re.fullmatch(place, finding["place"])) for finding in told["findings"]]
    matched = [(quote, where) for quote, where in found if where]
    assert matched, (place, [finding["place"] for finding in told["findings"]], told["unread"])
    return " ".join(" ".join(quote for quote, _ in matched).split()), [where for _, where in matched]


def children(gateway):
    """The processes in which the gateway reads parts apart."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            group = int((process / "stat").read_text().rpartition(")")[2].split()[2])
            if group == gateway.process.pid and b"gateway.reading.apart" in (process / "cmdline").read_bytes():
                found.append(int(process.name))
        except OSError:
            continue
    return found


def cpu(process):
    """Seconds of processor time that it has taken."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.mark.timeout(240)
async def test_a_scan_a_flyer_and_a_document_in_a_zip_are_held_with_evidence_from_each(relay, started):
    gateway = await started(more="judging: {time: 90s}")
    papers = packed({"papers/letter.docx": letter()[0]})
    content = message(
        "The papers for Thursday are attached.",
        (scanned(FIRST, SECOND, THIRD), "application/pdf", "minutes.pdf"),
        flyer(),
        (papers, "application/zip", "papers.zip"),
    )
    heard = await sent(gateway.port, OFFICER, DESK, content)
    assert heard.final[1].startswith("2.0.0 Ok: held for review as ")
    assert passed_on(relay) == []
    told = await held(gateway)
    assert told["labels"]["political"] == "match"
    assert told["unread"] == []

    words, places = quoted(told, r"attachment minutes\.pdf, page 2, (\d+) by (\d+) at (\d+),(\d+)")
    assert "Ana Reyes for Sheriff" in words
    for place in places:
        width, height, x, y = (int(figure) * DPI / 72 for figure in place.groups())
        assert MARGIN - 20 < x < x + width < 8.5 * DPI
        assert MARGIN - 20 < y < y + height < MARGIN + LINE * (len(SECOND) + 1)
    words, places = quoted(told, r"attachment flyer\.jpg, (\d+) by (\d+) at (\d+),(\d+)")
    assert "Omar Haddad for Mayor" in words
    whole = drawn(*FLYER, size=36)
    for place in places:
        width, height, x, y = map(int, place.groups())
        assert (x + width, y + height) <= whole.size
    words, _ = quoted(told, r"attachment papers\.zip/papers/letter\.docx, characters \d+-\d+")
    assert "Lena Novak for City Council" in words
    assert not [finding for finding in told["findings"] if "page 1" in finding["place"] or "page 3" in finding["place"]]

    for command in (("queue", "show", told["id"]), ("explain", "-", "--sender", OFFICER, "--recipient", *DESK)):
        shown = await asyncio.to_thread(lambda command=command: gateway.hatchway(*command, stdin=content.decode()))
        assert re.search(r"attachment minutes\.pdf, page 2, \d+ by \d+ at \d+,\d+: “", shown.stdout), shown.stdout + shown.stderr


async def test_an_encrypted_zip_is_held_where_a_policy_asks_and_named(relay, started):
    gateway = await started("- {unread: true, action: hold, reviewers: command}\n- {action: relay}")
    secret = header("letter.docx", os.urandom(600), flags=1, method=8)
    zipped = secret + listing(("letter.docx", 0, 600, 8, 1), start=len(secret))
    assert zipfile.ZipFile(BytesIO(zipped)).infolist()[0].flag_bits & 1
    heard = await sent(gateway.port, OFFICER, DESK, message("As promised.", (zipped, "application/zip", "papers.zip")))
    assert heard.final[1].startswith("2.0.0 Ok: held")
    told = await held(gateway)
    assert told["unread"] == [{"place": "attachment papers.zip/letter.docx", "why": "encrypted"}]
    assert "it could not be read in full" in told["because"]
    assert told["labels"] == {"political": "clear", "religious": "clear"}
    await sent(
        gateway.port,
        OFFICER,
        DESK,
        message("As promised.", (packed({"a.txt": "Roll call is at six."}), "application/zip", "a.zip")),
    )
    assert len(passed_on(relay)) == 1


async def test_a_picture_that_nothing_hangs_on_is_relayed_and_its_words_are_put_off(relay, started):
    gateway = await started("- {action: relay}")
    content = message("The flyer.", flyer())
    assert (await sent(gateway.port, OFFICER, DESK, content)).final[0] == 250
    assert len(passed_on(relay)) == 1
    [line] = gateway.events("mail.disposed")
    assert (line["verdict"], line["unread"]) == ("political:clear,religious:clear", 1)
    assert not any(b"onnxruntime" in maps(child) for child in children(gateway))
    explained = await asyncio.to_thread(
        lambda: gateway.hatchway("explain", "-", "--sender", OFFICER, "--recipient", *DESK, "--json", stdin=content.decode())
    )
    assert json.loads(explained.stdout)["unread"] == [{"place": "attachment flyer.jpg", "why": "put off: a picture"}]


def maps(process):
    """What a process has loaded; nothing if it ended."""
    with suppress(OSError):
        return Path(f"/proc/{process}/maps").read_bytes()
    return b""


@pytest.mark.timeout(240)
@pytest.mark.parametrize(
    ("done", "why"), [(signal.SIGKILL, "damaged: the reader of it broke down"), (signal.SIGSTOP, "timed out")]
)
async def test_a_scan_at_which_the_reader_dies_or_hangs_costs_that_page_and_nothing_else(started, done, why):
    gateway = await started(HELD_IF_POLITICAL, more="judging: {workers: 1, time: 30s, model: false}")
    dense = [[f"Line {line} of the log of sheet {number}, as it was written" for line in range(20)] for number in range(3)]
    content = message("The log, and a letter.", (scanned(*dense), "application/pdf", "log.pdf"), letter())
    under_way = asyncio.create_task(sent(gateway.port, OFFICER, DESK, content))
    await asyncio.to_thread(wait_until, lambda: any(b"onnxruntime" in maps(one) for one in children(gateway)), 60, "OCR to begin")
    [child] = children(gateway)
    os.kill(child, done)
    assert (await under_way).final[1].startswith("2.0.0 Ok: held")
    told = await held(gateway)
    words, _ = quoted(told, r"attachment letter\.docx, characters \d+-\d+")
    assert "Lena Novak for City Council" in words
    assert {"place": "attachment log.pdf, page 1", "why": why} in told["unread"]
    assert child not in children(gateway)
    heard = await sent(gateway.port, OFFICER, DESK, message("The flyer.", flyer()))
    assert heard.final[1].startswith("2.0.0 Ok: held")


@pytest.mark.timeout(240)
async def test_the_flyer_of_a_blanket_mail_is_read_once(started):
    gateway = await started(HELD_IF_POLITICAL)
    await sent(gateway.port, OFFICER, DESK, message("The flyer.", flyer()))
    [child] = children(gateway)
    first = cpu(child)
    for number in range(3):
        copy = message(f"The flyer, for watch {number}.", flyer(), to=f"watch{number}@county.example")
        assert (await sent(gateway.port, OFFICER, [f"watch{number}@county.example"], copy)).final[1].startswith("2.0.0 Ok: held")
    assert children(gateway) == [child]
    copies = cpu(child) - first
    other = octets(drawn(*FLYER, size=35), "JPEG"), "image/jpeg", "flyer.jpg"
    await sent(gateway.port, OFFICER, DESK, message("Another flyer.", other))
    another = cpu(child) - first - copies
    assert copies <= another / 4, (first, copies, another)
    shown = [await asyncio.to_thread(gateway.ask, "queue.show", id=one["id"]) for one in gateway.ask("queue.list")]
    assert len({tuple(finding["place"] for finding in one["findings"]) for one in shown[:4]}) == 1
