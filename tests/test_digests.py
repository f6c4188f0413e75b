"""Story 6: digests at their times, each once; what is nearly due at once; and the trail's head once a day."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from gateway.decision import Reviewers
from gateway.digests import Audience, Digests
from gateway.mail import Address
from gateway.people import Entry, new_account
from gateway.ports import Purpose
from gateway.store import SqliteStore
from gateway.timetable import Timetable
from gateway.trail import Step
from tests.support.console import Console
from tests.support.mails import FixedClock, held, reviewers
from tests.support.notices import text_of

HOUR = timedelta(hours=1)
CAPTAIN, LIEUTENANT = "captain@department.example", "lieutenant@department.example"
DAILY, HOURLY = Timetable.parse("daily at 07:00"), Timetable.parse("hourly")


class Desk:
    """Digests on a real shelf, under policies that a test changes."""

    def __init__(self, store, clock):
        self.store, self.clock = store, clock
        self.console = Console(store, clock)
        self.told = DAILY
        self.audience = Audience(book=store.accounts, rounds=store.rounds, law=self.law)
        self.restart()

    def restart(self):
        self.digests = Digests(
            audience=self.audience,
            desk=self.store.desk,
            store=self.store,
            rounds=self.store.rounds,
            trail=self.store,
            post=self.console.post,
            clock=self.clock,
            zone=lambda: "UTC",
            link=self.console.links.digested,
        )

    def law(self) -> list[Reviewers]:
        return [reviewers(told=self.told)]

    async def at(self, hour, day=15):
        """What is sent at that time."""
        self.clock.at = datetime(2026, 10, day, hour, tzinfo=self.clock.at.tzinfo)
        return await self.now()

    async def now(self):
        await self.console.house.reviews._escalation.round(self.clock.now())
        await self.digests.round()
        parcels = await self.store.lease(self.clock.now(), self.clock.now() + timedelta(days=60), 100)
        return sorted((str(p.mail.envelope.recipients[0]), text_of(p.mail)) for p in parcels if p.purpose is Purpose.NOTICE)

    async def account(self, login, role="reviewer", told=None):
        account = new_account(Entry(login=login, role=role, reviewers=("command",)), self.clock.now())
        await self.store.accounts.add(account)
        if told:
            await self.store.rounds.wish(account.id, Timetable.parse(told))
        return account


@pytest.fixture
async def desk(tmp_path):
    clock = FixedClock()
    store = await SqliteStore.open(tmp_path / "hatchway.db", clock)
    yield Desk(store, clock)
    await store.close()


async def test_a_daily_digest_comes_once_at_its_time_with_a_link_to_each_the_earliest_deadline_first(desk):
    assert await desk.now() == []
    await desk.store.hold(held(id_="H2", since=desk.clock.now() + HOUR), [])
    await desk.store.hold(held(id_="H1"), [])
    assert await desk.at(6) == []
    sent = await desk.at(7)
    assert [to for to, _ in sent] == [CAPTAIN, LIEUTENANT]
    [_, text], [_, other] = sent
    assert "2 messages wait for you." in text
    assert text.index("/go/H1/") < text.index("/go/H2/")
    assert "/go/H1/" in other
    assert await desk.at(8) == []


async def test_the_links_of_a_digest_are_those_of_a_notice(desk):
    there = held()
    await desk.store.hold(there, [])
    found = await desk.store.get("H1")
    [sha256] = (await desk.store.rounds.hashes(["H1"])).values()
    to = Address.parse(CAPTAIN)
    assert desk.console.links.digested("H1", sha256, found.deadline, to) == desk.console.links.to(found)(to)


async def test_where_nothing_waits_nothing_is_sent(desk):
    await desk.now()
    assert await desk.at(7) == []
    assert await desk.at(7, day=16) == []


async def test_a_restart_neither_repeats_a_digest_nor_forgets_one(desk):
    await desk.now()
    await desk.store.hold(held(), [])
    assert len(await desk.at(7)) == 2
    desk.restart()
    assert await desk.at(9) == []
    desk.restart()
    assert len(await desk.at(11, day=16)) == 2 + 2  # late, and by now the message is nearly due


async def test_an_account_says_for_itself_when_it_is_told(desk):
    desk.told = Timetable.parse("at once")
    await desk.account(CAPTAIN, told="hourly")
    await desk.account("chief@department.example", "supervisor", told="daily at 09:00")
    await desk.account("gone@department.example", told="hourly")
    there = held()
    assert [str(one) for one in await desk.audience.eager(there)] == [LIEUTENANT, "gone@department.example"][:1]
    await desk.now()
    await desk.store.hold(there, [])
    assert [to for to, _ in await desk.at(10, day=14)] == [CAPTAIN, "gone@department.example"]
    assert [to for to, _ in await desk.at(9)] == [CAPTAIN, "chief@department.example", "gone@department.example"]


async def test_who_is_disabled_is_told_nothing(desk):
    account = await desk.account("gone@department.example", told="hourly")
    await desk.store.accounts.change(replace(account, disabled=desk.clock.now()), was=account)
    assert "gone@department.example" not in [str(one.address) for one in await desk.audience.people()]


async def test_who_is_disabled_is_told_nothing_though_the_policies_name_him(desk):
    account = await desk.account(CAPTAIN)
    await desk.store.accounts.change(replace(account, disabled=desk.clock.now()), was=account)
    assert [str(one.address) for one in await desk.audience.people()] == [LIEUTENANT]


async def test_what_is_nearly_due_is_told_at_once_and_once_whatever_the_times_are(desk):
    await desk.now()
    await desk.store.hold(held(), [])  # until 16 October, 09:30
    assert len(await desk.at(7)) == 2
    assert await desk.at(23) == []
    assert len(await desk.at(6, day=16)) == 2
    [first, _] = await desk.at(7, day=16)
    assert "1 message waits for you." in first[1]
    assert await desk.at(8, day=16) == []


async def test_what_cannot_be_read_keeps_nobody_from_hearing_of_other_deadlines(desk, said):
    await desk.now()
    for number in (1, 2):
        await desk.store.hold(held(id_=f"H{number}", since=desk.clock.now() + number * HOUR), [])
        await desk.store.record(Step.SEEN, actor="captain", hold=f"H{number}", detail={"role": "reviewer"})
    desk.clock.forward(timedelta(hours=50))
    await desk.console.house.reviews._escalation.round(desk.clock.now())
    await desk.store._writer.do(lambda db: db.exec_driver_sql("UPDATE pieces SET octets = x'00' WHERE content = 'H1'"))
    for _ in range(3):
        await desk.digests.round()
    assert [event["id"] for event in said if event["event"] == "hold.nearing"] == ["H2"]
    assert [event["id"] for event in said if event["event"] == "store.unreadable"] == ["H1"]


async def test_who_is_told_that_nobody_opened_it_is_not_told_of_the_same_deadline_again(desk):
    await desk.account("chief@department.example", "supervisor", told="daily at 07:00")
    await desk.now()
    await desk.store.hold(held(), [])  # until 16 October, 09:30
    assert [to for to, _ in await desk.at(7)] == [CAPTAIN, "chief@department.example", LIEUTENANT]
    sent = await desk.at(6, day=16)
    assert [to for to, _ in sent] == [CAPTAIN, "chief@department.example", LIEUTENANT]
    assert ["nobody has opened it" in text for _, text in sent] == [False, True, False]


async def test_what_is_handed_to_somebody_is_in_his_digest(desk):
    await desk.account(CAPTAIN)
    away = new_account(Entry(login="away@department.example", role="reviewer", reviewers=("night",)), desk.clock.now())
    await desk.store.accounts.add(away)
    await desk.store.rounds.wish(away.id, Timetable.parse("hourly"))
    await desk.now()
    await desk.store.hold(held(), [])
    await desk.console.house.reviews.hand_over("H1", reviewer=CAPTAIN, to=away.login, reason="You know it.")
    await desk.store.lease(desk.clock.now(), desk.clock.now() + timedelta(days=60), 100)
    assert [to for to, _ in await desk.at(11, day=14)] == [away.login]


async def test_who_hears_of_each_hold_at_once_gets_its_notice_and_others_do_not(desk):
    desk.console.post._eager = desk.audience.eager
    parcels = await desk.console.post.on_hold(held())
    assert [str(p.mail.envelope.recipients[0]) for p in parcels] == ["dreed@department.example"]
    desk.told = Timetable.parse("at once and daily at 07:00")
    parcels = await desk.console.post.on_hold(held())
    assert [str(p.mail.envelope.recipients[0]) for p in parcels][1:] == [CAPTAIN, LIEUTENANT]


async def test_a_supervisor_is_told_of_open_appeals(desk):
    await desk.account("chief@department.example", "supervisor", told="daily at 07:00")
    await desk.now()
    await desk.store.hold(held(), [])
    await desk.console.house.reviews.deny("H1", reviewer=CAPTAIN, note="No.")
    await desk.console.house.hearings.appeal("H1", sender="dreed@department.example", text="It only quotes.")
    await desk.now()
    [[to, text]] = await desk.at(7)
    assert to == "chief@department.example"
    assert "1 appeal waits for you." in text


async def test_the_head_is_mailed_once_a_day_and_says_how_to_check_it(desk):
    to = [Address.parse("attorney@city.example")]
    head = await desk.digests.send_head(to)
    [[who, text]] = await desk.now()
    assert who == "attorney@city.example"
    assert f"\n  {head}\n" in text
    assert "hatchway audit verify --head HEAD" in text
    await desk.digests.send_head(to)
    assert await desk.now() == []
    desk.clock.forward(timedelta(days=1))
    later = await desk.digests.send_head(to)
    assert later != head
    assert len(await desk.now()) == 1
    assert await desk.digests.send_head([]) != ""


async def test_what_went_out_while_the_clock_was_a_year_ahead_keeps_nothing_from_going_out_when_it_is_right(desk):
    to = [Address.parse("attorney@city.example")]
    await desk.now()
    await desk.store.hold(held(since=desk.clock.now() + timedelta(days=365)), [])
    desk.clock.forward(timedelta(days=365))
    assert len(await desk.now()) == 2
    await desk.digests.send_head(to)
    assert len(await desk.now()) == 1
    desk.clock.forward(-timedelta(days=365))
    assert len(await desk.now()) == 2
    await desk.digests.send_head(to)
    assert len(await desk.now()) == 1
    desk.clock.forward(timedelta(seconds=-2))
    assert await desk.now() == []
    await desk.digests.send_head(to)
    assert await desk.now() == []


async def test_old_digests_are_deleted_when_later_ones_go_out(desk):
    to = [Address.parse("attorney@city.example")]
    await desk.digests.send_head(to)
    [parcel] = await desk.store.lease(desk.clock.now(), desk.clock.now() + HOUR, 10)
    from gateway.mail import Receipt, Reply  # noqa: PLC0415  -- needed here only

    await desk.store.delivered(parcel, Receipt(reply=Reply(code=250)), desk.clock.now(), [])
    desk.clock.forward(timedelta(days=31))
    await desk.digests.send_head(to)
    assert (await desk.store._writer.do(lambda db: db.exec_driver_sql("SELECT count(*) FROM pieces").scalar_one())) == 1
