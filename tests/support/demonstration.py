"""A department in the middle of its day: a console with mail that waits, people, and a year behind it. All of it is made up."""

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP
from functools import cache
from pathlib import Path

from gateway.classify import Classifier, load_roster
from gateway.console import ConsoleServer
from gateway.desk import Remark
from gateway.hold import HeldMail, Review, Ruling
from gateway.mail import Mail
from gateway.mail.content import in_memory
from gateway.pipeline import judge
from gateway.policy import load_rulebook
from gateway.reading import Reader
from gateway.service import bound
from gateway.store import SqliteStore
from gateway.verdict import Category, Label, Verdict
from tests.support import mails
from tests.support.console import Console
from tests.support.gateway import TOP

PRESIDENT, SECRETARY = "president@association.example", "secretary@association.example"
NETWORK = "chair@network.example"
OFFICERS = ("adams", "baker", "castillo", "diaz", "evans", "fischer", "grant", "hayes", "ito", "jensen", "kowalski", "lopez")
WATCH = tuple(f"{name}@department.example" for name in OFFICERS)
PEOPLE = (
    ("captain@department.example", "reviewer", "Capt. M. Ruiz"),
    ("lieutenant@department.example", "reviewer", "Lt. J. Park"),
    ("chief@department.example", "supervisor", "Asst. Chief D. Okafor"),
    ("auditor@city.example", "auditor", "City Auditor"),
    ("admin@department.example", "administrator", "R. Stone"),
)

ENDORSEMENT = """\
<h2>Your board has decided</h2>
<p>Brothers and sisters,</p>
<p>after hearing all five candidates your board has <b>endorsed Ana Reyes for Mayor of Harborview</b>. She has stood by us in
the fight for safe staffing, and she will not forget who stood by her.</p>
<p>Please vote for Ana Reyes on November 3, and bring your families with you.
<a href="https://neighborsforreyes.example/volunteer">Sign up to walk a precinct</a>.</p>
<p>The general meeting stays on Thursday at 1900 in the hall; the treasurer reports on dues, and dinner is from 1800.</p>
<img src="https://mailer.example/open.gif" width="1" height="1">
<p>Fraternally,<br>the President</p>
"""
PICNIC = """\
Dear {name},

our association invites every member and family to the picnic at the lake on Saturday the 24th. The grill is lit at noon.
Bring a dish to share, chairs, and whoever you would like us to meet; drinks are there. Buses leave from the hall at 1100
and come back at 1700. Please tell the secretary by Tuesday how many of you come, so that there is enough for everybody.
"""
LEVY = """\
Colleagues,

a word on the ballot: Measure L pays for the second fire station, and for nothing else. Vote yes on Measure L. Every vote from
this department counts, and so does every yard sign. Signs are in the back of my car all week.
"""
PRAYER = """\
Good morning,

before each shift this month a few of us pray together in the small briefing room. Come and give your life to the Lord; He
is the only shield that holds. Bring a friend who needs Him.
"""
CONTRACT = """\
Members,

the third session with the city was on Monday. The parties agreed on the uniform allowance and on the shift bid calendar.
Open are overtime, the light duty article and retirement medical. The next session is on the 21st; send questions to the board.
"""
CHIP_IN = """\
Last call. Chip in for the campaign before midnight, five dollars keeps the phones on:
https://secure.actblue.com/donate/brandt-for-a-better-harbor
"""


def written(sender: str, subject: str, text: str, *, html: str = "", files: tuple[tuple[str, str], ...] = ()) -> bytes:
    message = EmailMessage()
    message["From"] = sender
    message["To"] = "Everybody <all@department.example>"
    message["Subject"] = subject
    message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html")
    for name, inside in files:
        message.add_attachment(inside.encode(), maintype="text", subtype="plain", filename=name)
    return message.as_bytes(policy=SMTP)


@cache
def _law():
    return Reader(), Classifier(load_roster(TOP / "policies" / "roster")), load_rulebook(TOP / "policies")


async def send(console: Console, id_: str, sender: str, to: tuple[str, ...], content: bytes, ago: timedelta) -> HeldMail:
    """Judge it as the gateway does, and hold it. Its policy must hold it."""
    reader, classifier, rulebook = _law()
    at = console.clock.now() - ago
    mail = Mail(id=id_, envelope=mails.envelope(sender, *to), content=in_memory(content), received=at)
    judged = judge(mail, reader=reader, classifier=classifier, rulebook=rulebook, at=at)
    held = HeldMail(mail=mail, decision=judged.decision, since=at, subject=judged.subject)
    await console.store.hold(held, [])
    return held


@asynccontextmanager
async def department(folder: Path, *, past: int = 420) -> AsyncIterator[tuple[str, Console]]:
    """Within: the console on a socket, its address, and what is behind it."""
    clock = mails.FixedClock()
    store = await SqliteStore.open(folder / "hatchway.db", clock)
    listening = bound("127.0.0.1:0")
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    console = Console(store, clock, **{"public url": url})
    server = ConsoleServer(console.house, listening)
    try:
        await furnish(console, past=past)
        await server.start()
        yield url, console
        await server.close()
    finally:
        listening.close()
        await store.close()


async def furnish(console: Console, *, past: int = 420) -> None:
    """Fill the house. past: so many messages that were ruled on in the year before."""
    for login, role, name in PEOPLE:
        await console.person(role, login, name=name)
    await _past(console, past)
    await _waiting(console)
    await console.store.desk.remark("ENDORSE", Remark(by="lieutenant@department.example", at=console.clock.now(), text=NOTE))


NOTHING = Verdict(labels={}, scores={}, findings=(), unread=(), model="", roster="")
NOTE = "The meeting notice at the end is fine. The President could send it again by itself."


async def _waiting(console: Console) -> None:
    hour = timedelta(hours=1)
    minutes = (("minutes of September.txt", "Present: all members of the board. The treasurer reported on dues.\n"),)
    text = "Please see the page."
    html = written(PRESIDENT, "Your board has decided", text, html=ENDORSEMENT, files=minutes)
    await send(console, "ENDORSE", PRESIDENT, WATCH, html, hour * 45)
    for n, name in enumerate(OFFICERS[:6]):
        invited = written(SECRETARY, "Picnic at the lake", PICNIC.format(name=name.capitalize()))
        await send(console, f"PICNIC{n}", SECRETARY, (WATCH[n],), invited, hour * 20 - timedelta(minutes=n))
    await send(
        console, "LEVY", "hall@department.example", WATCH[:4], written("hall@department.example", "Measure L", LEVY), hour * 9
    )
    await send(console, "CONTRACT", NETWORK, WATCH, written(NETWORK, "Bargaining, third session", CONTRACT), hour * 6)
    chip = written("mori@department.example", "please chip in", CHIP_IN)
    await send(console, "CHIPIN", "mori@department.example", WATCH[3:9], chip, hour * 5)
    pray = written("grant@department.example", "Before the shift", PRAYER)
    await send(console, "PRAYER", "grant@department.example", WATCH[:8], pray, hour * 2)


async def _past(console: Console, count: int) -> None:
    """What was held and ruled on before, in a year that has its seasons."""
    chosen = random.Random(7)
    boards = "association boards"
    kinds = (
        (PRESIDENT, ("police association board", boards), "command review", 0.62),
        (SECRETARY, ("police association board", boards), "command review", 0.66),
        (NETWORK, ("officers network board", boards), "command review", 0.48),
        ("hall@department.example", ("department",), "everyday mail", 0.22),
        ("mori@department.example", ("department",), "everyday mail", 0.26),
        ("chaplain@department.example", ("department", "chaplains"), "chaplaincy", 0.8),
    )
    for n in range(count):
        sender, groups, policy, released = chosen.choices(kinds, (8, 6, 9, 7, 5, 1))[0]
        ago = timedelta(days=365 * chosen.random() ** 1.4 + 4)
        held = mails.held(id_=f"OLD{n:04}", since=console.clock.now() - ago, to=WATCH[: 1 + n % 9])
        mail = replace(held.mail, envelope=mails.envelope(sender, *map(str, held.mail.envelope.recipients)))
        mail = replace(mail, content=in_memory(f"Subject: Notes of day {n}\r\n\r\nThese are the notes of day {n}.\r\n".encode()))
        found = chosen.choices((Category.POLITICAL, Category.RELIGIOUS, None), (5, 1, 4))[0]
        verdict = replace(NOTHING, labels={found: Label.MATCH} if found else {})
        decision = replace(held.decision, groups=groups, policy=policy, verdict=verdict)
        held = replace(held, mail=mail, decision=decision, subject=f"Notes of day {n}")
        await console.store.hold(held, [])
        await console.store.rule(held.mail.id, _review(held, chosen, released), [])


def _review(held: HeldMail, chosen: random.Random, released: float) -> Review:
    late = chosen.random() < 0.04
    after = (
        timedelta(hours=48) if late else timedelta(minutes=12) + timedelta(hours=chosen.expovariate(1 / 7)) % timedelta(hours=47)
    )
    ruling = Ruling.RELEASED if not late and chosen.random() < released else Ruling.DENIED
    by = "deadline of command" if late else chosen.choice(PEOPLE[:3])[0]
    note = "" if ruling is Ruling.RELEASED else "It promotes a political position, candidate or party."
    to = held.mail.envelope.recipients
    return Review(reviewer=by, ruling=ruling, recipients=to, note=note, at=held.since + after, by_deadline=late)
