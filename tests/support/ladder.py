"""A hold on its way up, and who is told of it."""

from dataclasses import replace
from datetime import timedelta

from gateway.decision import Rung
from gateway.mail import Address
from gateway.mail.content import in_memory
from gateway.ports import Purpose
from tests.support.mails import held

HOUR = timedelta(hours=1)
CAPTAIN, LIEUTENANT, CHIEF = (f"{who}@department.example" for who in ("captain", "lieutenant", "chief"))
DEPUTY = Rung(name="deputy chief", members=(Address.parse("deputy@department.example"),), lasts=8 * HOUR, reminders=(6 * HOUR,))


async def hold(world, id_="H1", *, octets=None, **changes):
    ladder = {"deadline": 4 * HOUR, "reminders": (2 * HOUR,), "later": (DEPUTY,)}
    there = held(id_=id_, **ladder | changes)
    if octets:
        there = replace(there, mail=replace(there.mail, content=in_memory(octets)))
    await world.store.hold(there, ())
    return there


async def told(world):
    """Who was sent what since the last time: recipients and the beginning of the subject."""
    parcels = await world.store.lease(world.clock.now(), world.clock.now() + timedelta(days=99), 100)
    notices = [parcel.mail for parcel in parcels if parcel.purpose is Purpose.NOTICE]
    return [
        ([str(one) for one in mail.envelope.recipients], mail.content.read().partition(b"Subject: ")[2].split(b":")[0].decode())
        for mail in notices
    ]


async def after(world, hours):
    world.clock.forward(hours * HOUR)
    await world.reviews.expire()
    return await told(world)
