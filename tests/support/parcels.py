"""Parcels for tests: a notice about a hold, and the release of one."""

from gateway.mail import Mail
from gateway.mail.content import in_memory
from gateway.ports import Parcel, Purpose
from tests.support import mails


def notice(held, id_: str = "N1", *, to: str = "dreed@department.example", octets: bytes = b"Subject: Held\r\n\r\n", **changes):
    mail = Mail(id=id_, envelope=mails.envelope("", to), content=in_memory(octets), received=mails.NOW)
    given = {"hold": held.mail.id, "purpose": Purpose.NOTICE, "mail": mail, "made": mails.NOW, "due": mails.NOW}
    return Parcel(**{"id": id_, **given, **changes})


def release(held, id_: str = "R1", **changes):
    given = {"hold": held.mail.id, "purpose": Purpose.RELEASE, "mail": held.mail, "made": mails.NOW, "due": mails.NOW}
    return Parcel(**{"id": id_, **given, **changes})
