import re
from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.mail import Address
from gateway.people import Role
from gateway.ports import StoreUnavailable, StoreUncertain
from tests.support import mails

PICNIC = (
    "From: President <president@association.example>\r\nTo: shift{n}@department.example\r\nSubject: Picnic\r\n\r\n"
    "Dear officer number {n},\r\n\r\nour association invites every member of your shift to a picnic at the lake on Saturday.\r\n"
    "Bring your families, your chairs and a dish to share with the others; drinks are there.\r\n"
    "The buses leave at ten from the hall and come back at five in the afternoon.\r\n"
)


async def picnics(console, count):
    for n in range(count):
        await console.hold(
            f"P{n}",
            PICNIC.format(n=n).encode(),
            sender="president@association.example",
            subject="Picnic",
            to=(f"shift{n}@department.example",),
            since=mails.NOW + timedelta(seconds=n),
        )


async def test_what_waits_is_listed_the_earliest_deadline_first_with_counts(console, clock):
    await console.hold("LATE", subject="Later one")
    await console.hold(
        "SOON", b"Subject: x\r\n\r\nSomething else entirely\r\n", subject="Sooner one", deadline=timedelta(hours=2)
    )
    browser = await console.person(Role.REVIEWER)
    clock.forward(timedelta(minutes=29))
    page = (await browser.get("/queue")).text
    assert page.index("Sooner one") < page.index("Later one")
    assert "<b>2</b>wait for a decision" in page
    assert "<b>1</b>due within 4 hours" in page
    assert "The oldest came 29 minutes ago" in page


async def test_near_identical_messages_are_one_decision(console):
    await picnics(console, 5)
    browser = await console.person(Role.REVIEWER)
    page = (await browser.get("/queue")).text
    assert page.count("/mail/P") == 1
    assert "5 alike" in page
    chosen = await browser.post("/queue/confirm", data={"chosen": "alike:P0", "act": "deny"})
    assert chosen.text.count('name="hold"') == 5
    assert [(await console.store.get(f"P{n}")).review for n in range(5)] == [None] * 5
    refused = await browser.post("/queue/rule", data={"act": "deny", "hold": [f"P{n}" for n in range(5)], "note": ""})
    assert refused.status_code == 422
    done = await browser.post("/queue/rule", data={"act": "deny", "hold": [f"P{n}" for n in range(5)], "note": "Not this way."})
    assert "5 messages denied" in done.text
    assert [(await console.store.get(f"P{n}")).review.note for n in range(5)] == ["Not this way."] * 5


async def test_alike_messages_can_be_seen_one_by_one(console):
    await picnics(console, 3)
    browser = await console.person(Role.REVIEWER)
    assert (await browser.get("/queue?each=1")).text.count('href="/mail/P') == 3


async def test_another_attachment_or_another_sender_makes_another_decision(console):
    await picnics(console, 1)
    await console.hold("X1", PICNIC.format(n=7).encode(), sender="treasurer@association.example", subject="Picnic")
    other = (
        PICNIC.format(n=8).encode()
        + b"\r\n".join(b"QUJD%05d" % n + b"ZZ" * 30 for n in range(3))
        + b"\r\nVote for Alex and Sam " * 30
    )
    await console.hold("X2", other, sender="president@association.example", subject="Picnic")
    page = (await (await console.person(Role.REVIEWER)).get("/queue")).text
    assert "alike" not in page
    assert page.count('class="what"') == 3


async def test_a_bulk_decision_says_which_were_not_done_and_why(console):
    await picnics(console, 3)
    captain = await console.person(Role.REVIEWER, "captain@department.example", name="Capt. Ruiz")
    chief = await console.person(Role.SUPERVISOR, "chief@department.example")
    await captain.post("/mail/P1/release", data={"note": ""})
    done = await chief.post("/queue/rule", data={"act": "release", "hold": ["P0", "P1", "P2", "nothing"]})
    assert "2 messages released" in done.text
    assert "Capt. Ruiz ruled first" in done.text
    assert "no such message" in done.text


async def test_a_bulk_decision_goes_on_past_what_the_store_does_not_give_or_take(console):
    await picnics(console, 5)
    captain, rule = await console.person(Role.REVIEWER), console.store.rule
    await console.store._writer.do(lambda db: db.exec_driver_sql("UPDATE pieces SET octets = x'00' WHERE content = 'P1'"))
    loses = {"P2": StoreUnavailable("away"), "P3": StoreUncertain("lost")}

    async def losing(hold, *given, **more):
        if hold in loses:
            raise loses[hold]
        return await rule(hold, *given, **more)

    console.store.rule = losing
    done = await captain.post("/queue/rule", data={"act": "release", "hold": [f"P{n}" for n in range(5)]})
    assert done.status_code == 200
    assert "2 messages released" in done.text
    assert "2 messages stayed as they were" in done.text
    assert "P1</a>: It cannot be read" in done.text
    assert "P2</a>: The store could not be reached" in done.text
    assert "Look in a minute whether this was released, or do it again" in done.text
    waiting = [line.id for line in await console.store.desk.these([f"P{n}" for n in range(5)], None) if line.state == "waiting"]
    assert sorted(waiting) == ["P1", "P2", "P3"]


async def away(*_given, **_more):
    raise StoreUnavailable("away")


async def test_a_ruling_whose_step_cannot_be_recorded_is_a_ruling_all_the_same(console, said):
    await picnics(console, 1)
    captain, record = await console.person(Role.REVIEWER), console.store.record
    console.store.record = away
    assert (await captain.post("/mail/P0/release", data={"note": ""})).status_code == 303
    console.store.record = record
    assert (await console.store.get("P0")).review is not None
    assert [(one["what"], one["id"]) for one in said if one["event"] == "console.step_lost"] == [("released", "P0")]


async def test_that_nothing_was_changed_is_said_to_who_only_looks(console):
    await picnics(console, 1)
    captain = await console.person(Role.REVIEWER)
    console.store.get = away
    looked, ruled = await captain.get("/mail/P0"), await captain.post("/mail/P0/release", data={"note": ""})
    assert (looked.status_code, ruled.status_code) == (503, 503)
    assert "Nothing was changed" in looked.text
    assert "Look in a minute whether it was done" in ruled.text


@pytest.mark.parametrize("act", [{}, {"act": "undo"}])
async def test_a_bulk_decision_that_does_not_say_which_releases_nothing(console, act):
    await picnics(console, 1)
    captain = await console.person(Role.REVIEWER)
    assert (await captain.post("/queue/rule", data={**act, "hold": "P0"})).status_code == 422
    assert (await console.store.get("P0")).review is None


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("words=BUDGET", "B"),
        ("words=budget+finance", "B"),
        ("words=budget+picnic", ""),
        ("sender=Treasurer", "B"),
        ("recipient=shift0", "P0"),
        ("subject=picnic&each=1", "P0"),
        ("policy=command+review&words=council", "B"),
        ("group=the+board", "B"),
        ("group=the+board&words=picnic", ""),
        ("group=nobody", ""),
        ("category=political", ""),
        ("state=released", ""),
        ("state=all&words=budget", "B"),
        ("since=2026-10-15", ""),
        ("since=2026-10-13&until=2026-10-14&words=budget", "B"),
        ("words=%25", ""),
        ("words=_udget", ""),
    ],
)
async def test_searching(console, asked, found):
    await picnics(console, 1)
    await console.hold(
        "B",
        b"Subject: x\r\n\r\nx\r\n",
        sender="treasurer@association.example",
        subject="Budget",
        groups=("the board", "boards"),
        to=("finance@council.example",),
    )
    page = (await (await console.person(Role.REVIEWER)).get(f"/queue?{asked}")).text
    assert {line.partition('"')[0] for line in page.split('href="/mail/')[1:]} == ({found} if found else set())


async def test_pages_follow_each_other_and_nothing_is_missed_or_told_twice(console):
    for n in range(120):
        await console.hold(
            f"N{n:03}",
            f"Subject: x\r\n\r\nnumber {n} {'abcdefgh'[n % 8] * (n + 2)}\r\n".encode(),
            deadline=timedelta(hours=1 + n % 3),
        )
    browser = await console.person(Role.REVIEWER)
    seen, path = [], "/queue?each=1"
    while path:
        page = (await browser.get(path)).text
        seen += [line.partition('"')[0] for line in page.split('href="/mail/')[1:]]
        _, more, rest = page.rpartition('<a class="button" href="/queue?')
        path = f"/queue?{rest.partition(chr(34))[0]}".replace("&amp;", "&") if more and "Next page" in rest else ""
    assert len(seen) == 120
    assert len(set(seen)) == 120


@pytest.mark.parametrize(
    "asked", ["state=lost", "sort=upwards", "since=yesterday", "until=9999-12-31", "after=nowhere", "after=x~y"]
)
async def test_what_cannot_be_asked_for_leads_back_to_the_queue(console, asked):
    assert (await (await console.person(Role.REVIEWER)).get(f"/queue?{asked}")).headers["location"] == "/queue"


async def test_a_ruling_takes_a_message_from_the_queue_to_where_it_can_be_found(console):
    await console.hold()
    browser = await console.person(Role.REVIEWER)
    await browser.post("/mail/H1/release", data={"note": ""})
    assert "Nothing waits for you" in (await browser.get("/queue")).text
    assert "Unit 214" in (await browser.get("/queue?state=released")).text


async def test_what_a_stranger_wrote_is_only_text_on_the_page(console):
    held = mails.held()
    envelope = replace(held.mail.envelope, sender=Address(local="<script>", domain="evil.example"))
    await console.store.hold(
        replace(held, subject="<script>alert(1)</script>\u202eevil", mail=replace(held.mail, envelope=envelope)), []
    )
    browser = await console.person(Role.REVIEWER)
    for path in ("/queue", "/mail/H1"):
        page = (await browser.get(path)).text
        assert "<script>alert" not in page
        assert "<script>@" not in page
        assert "\u202e" not in page


async def test_the_list_keeps_itself_fresh_by_asking_for_itself(console, clock):
    browser = await console.person(Role.REVIEWER)
    page = (await browser.get("/queue?sender=board")).text
    again = re.search(r'hx-get="(/queue/lines\?sender=board&amp;on=\w+)"', page)[1].replace("&amp;", "&")
    assert (await browser.get(again)).status_code == 204
    await console.hold(sender="board@association.example")
    fragment = (await browser.get(again)).text
    assert fragment.lstrip().startswith('<section id="list"')
    assert "<html" not in fragment
    again = re.search(r'hx-get="([^"]+)"', fragment)[1].replace("&amp;", "&")
    assert (await browser.get(again)).status_code == 204
    clock.forward(timedelta(minutes=29))
    assert "The oldest came 29 minutes ago" in (await browser.get(again)).text


async def test_what_comes_to_a_list_that_was_empty_can_be_decided_on(console):
    page = (await (await console.person(Role.REVIEWER)).get("/queue")).text
    assert "Nothing waits for you" in page
    assert 'name="act" value="release"' in page
