"""The notices, each as Mail that the outbox can take."""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Protocol

from gateway.hold import HeldMail, Ruling
from gateway.mail import Address, Mail, Receipt, Reply, new_id
from gateway.notice.answerable import answerable, message_id, reachable
from gateway.notice.dsn import Failed, report, wanted
from gateway.notice.message import Entity, Letter, multipart, text, write
from gateway.notice.scenes import Passed, Scene, Scenes
from gateway.notice.specimen import AT, FAILURES, WAITS, specimens
from gateway.notice.templates import Templates, Written
from gateway.notice.told import Told, Waits
from gateway.notice.view import failures_of, left_out
from gateway.notice.words import plain
from gateway.source import Mistakes

_HOST = re.compile(r"[A-Za-z0-9.:\[\]-]{1,255}")
_LONE_ADDRESS = re.compile(r"[\w.+-]+@[\w.-]+", re.ASCII)
_SUBJECT = 250
_NO_LINKS = {"link": "", "status": ""}
_STATUS = re.compile(r"[45]\.\d{1,3}\.\d{1,3}")
_DENIED = "5.7.1"
_EXPIRED = "4.4.7"
_UNSPECIFIED = "5.0.0"


class Wishes(Protocol):
    """What the settings say of notices: who they come from, whom people may ask, and the admin's own templates."""

    @property
    def from_(self) -> str:
        """The address in From."""
        ...

    @property
    def name(self) -> str:
        """The name beside it."""
        ...

    @property
    def contact(self) -> str:
        """Whom to ask; "" for the address in From."""
        ...

    @property
    def templates(self) -> Path | None:
        """The folder with templates that take the place of the shipped ones."""
        ...


Links = Callable[[HeldMail], Callable[[Address], str]]
"""Where a held message can be read and ruled on: for each reviewer a link of his own."""

Status = Callable[[HeldMail], str]
"""Where its sender sees how a held message stands, "" if he cannot."""


class Notices:
    """Writes notices. Pure, but for loading the templates once. Raises Mistakes for templates that cannot be used.

    hostname: our own name, in Message-IDs and delivery reports; relay: the next hop's, in delivery reports, ""
    zone: the time zone people read times in; None for this machine's
    links: to the console; then each reviewer has a mail of his own, else one goes to all; status: for the sender

    Notices to a sender need the header of the held message; one whose octets are gone raises OSError or ValueError.
    """

    def __init__(  # noqa: PLR0913  -- what it is told to know
        self,
        settings: Wishes,
        *,
        hostname: str,
        relay: str = "",
        zone: tzinfo | None = None,
        links: Links | None = None,
        status: Status | None = None,
        digest: str = "",
    ) -> None:
        if not _HOST.fullmatch(hostname):
            raise ValueError(f"{hostname!r} is no host name")
        self._hostname = hostname
        self._relay = relay
        self._links = links
        self._status = status
        self._digest = digest
        self._author = Address.parse(settings.from_)
        self._name = plain(settings.name, 60)
        self._scenes = Scenes(standing=_standing(settings, self._name, hostname), zone=zone)
        self._templates = Templates(settings.templates)
        if settings.templates is not None:
            self._rehearse()

    def to_sender_held(self, held: HeldMail, at: datetime, *, last: bool = False) -> Mail | None:
        """Your message is held; None where RFC 3834 forbids an answer. last: further holds this hour are not announced."""
        if not answerable(held.mail, own=self._author):
            return None
        return self._to_sender(held, at, self._scenes.sender_held(held, at, last=last))

    def to_sender_ruled(self, held: HeldMail, at: datetime) -> Mail | None:
        """Your message is released, or not; None where it may not be told. Who does not get it is in a delivery report."""
        failed = wanted(held.mail, [Failed(recipient=a, status=_DENIED, diagnostic=_says(held)) for a in left_out(held)])
        if held.review and held.review.ruling is Ruling.WITHDRAWN:
            failed = ()
        if not failed and not answerable(held.mail, own=self._author):
            return None
        return self._to_sender(held, at, self._scenes.sender_ruled(held), failed)

    def to_sender_upheld(self, held: HeldMail, by: str, reason: str, on: datetime, at: datetime) -> Mail | None:
        """Your appeal was refused; None where it may not be told."""
        if not answerable(held.mail, own=self._author):
            return None
        return self._to_sender(held, at, self._scenes.sender_upheld(held, by, reason, on))

    def to_sender_undelivered(self, held: HeldMail, receipt: Receipt, at: datetime) -> Mail | None:
        """Your message was released and refused by the relay: a delivery report, or None if nobody's NOTIFY allows one."""
        failures = dict(failures_of(held, receipt))
        failed = wanted(held.mail, [self._failed(address, reply) for address, reply in failures.items()])
        if not failed:
            return None
        told = [(f.recipient, failures[f.recipient]) for f in failed]
        return self._to_sender(held, at, self._scenes.sender_undelivered(held, told), failed)

    def each(self, members: Sequence[Address]) -> Iterator[Address | None]:
        """Whom to write to of a wait: each reviewer alone, since each has a link of his own; None for all in one mail."""
        yield from dict.fromkeys(members) if self._links else (None,)

    def to_reviewers_held(
        self, held: HeldMail, at: datetime, *, last: bool = False, only: Address | None = None, first: bool = True
    ) -> Mail:
        """A message waits for you: who, what, why, until when, what happens then, and how to rule."""
        scene = self._scenes.reviewers_held(held, at, last=last)
        return self._to_reviewers(held, at, self._linked(held, scene, only), (only,) if only else (), first=first)

    def to_each(self, held: HeldMail, to: Sequence[Address], told: Told, at: datetime) -> list[Mail]:
        """Something about a message that has no notice of its own, to these people."""
        scene = self._scenes.reviewers_told(held, told)
        if self._links is None:
            return [self._to_reviewers(held, at, scene, tuple(to))] if to else []
        return [self._to_reviewers(held, at, self._linked(held, scene, one), (one,)) for one in dict.fromkeys(to)]

    def digest(self, to: Address, waits: Waits, at: datetime) -> Mail:
        """All that waits for somebody, in one mail."""
        return self._alone((to,), self._scenes.digest(waits, at, self._digest), at)

    def head(self, to: Sequence[Address], head: str, at: datetime) -> Mail:
        """Number and hash of the audit trail's last entry, to be kept where nobody here can change it."""
        return self._alone(tuple(to), self._scenes.head(head, at), at)

    def alarm(self, to: Sequence[Address], heading: str, lines: Sequence[str], at: datetime) -> Mail:
        """Something is wrong with the gateway itself."""
        return self._alone(tuple(to), self._scenes.alarm(heading, lines, at), at)

    def _alone(self, to: tuple[Address, ...], scene: Scene, at: datetime) -> Mail:
        written = self._templates.render(scene.name, scene.context)
        return self._mail(self._letter(written, to, answers=""), _body(written), at)

    def to_reviewers_reminder(self, held: HeldMail, at: datetime, number: int, *, only: Address | None = None) -> Mail:
        """It still waits."""
        scene = self._scenes.reviewers_reminder(held, at, number)
        return self._to_reviewers(held, at, self._linked(held, scene, only), (only,) if only else ())

    def to_reviewers_passed(  # noqa: PLR0913  -- whom it is told to, and what
        self, held: HeldMail, at: datetime, passed: Passed, to: Sequence[Address], *, last: bool, only: Address | None = None
    ) -> Mail:
        """It is yours now, or should be known to you."""
        scene = self._scenes.reviewers_passed(held, at, passed, last=last)
        return self._to_reviewers(held, at, self._linked(held, scene, only), (only,) if only else tuple(dict.fromkeys(to)))

    def to_reviewers_ruled(
        self,
        held: HeldMail,
        at: datetime,
        *,
        unopened: Sequence[Address] | None = None,
        among: Sequence[Address] | None = None,
    ) -> Mail | None:
        """It is done, and who did it, to all reviewers but that one; None if there is no other.

        unopened: told as well, since nobody had opened it; among: who may be told at all, None for everybody
        """
        everybody = dict.fromkeys((*_others(held), *(unopened or ())))
        others = tuple(one for one in everybody if among is None or one in among)
        scene = self._scenes.reviewers_ruled(held, unopened=unopened is not None)
        return self._to_reviewers(held, at, scene, others) if others else None

    def to_reviewers_undelivered(self, held: HeldMail, receipt: Receipt, at: datetime, to: tuple[Address, ...] = ()) -> Mail:
        """What was released, the relay refused. to: these of all whom it had reached."""
        scene = self._scenes.reviewers_undelivered(held, failures_of(held, receipt))
        return self._to_reviewers(held, at, scene, to or held.reached)

    def _linked(self, held: HeldMail, scene: Scene, only: Address | None) -> Scene:
        if self._links is None or only is None:
            return scene
        return Scene(name=scene.name, context={**scene.context, "link": self._links(held)(only)})

    def _to_sender(self, held: HeldMail, at: datetime, scene: Scene, failed: Sequence[Failed] = ()) -> Mail | None:
        """None if there is no sender, or none that can be written as one mailbox."""
        sender = held.mail.envelope.sender
        if sender is None or not reachable(sender):
            return None
        status = self._status(held) if self._status else ""
        written = self._templates.render(scene.name, {**scene.context, "status": status})
        body = _body(written)
        letter = self._letter(written, (sender,), answers=message_id(held.mail), answers_mail=True)
        return self._mail(letter, report(body, held.mail, failed, self._hostname) if failed else body, at)

    def _to_reviewers(
        self, held: HeldMail, at: datetime, scene: Scene, to: tuple[Address, ...] = (), *, first: bool = False
    ) -> Mail:
        """The first notice of a hold has a Message-ID made from the hold's id, so that all others can refer to it."""
        written = self._templates.render(scene.name, scene.context)
        thread = f"<hold.{held.mail.id}@{self._hostname}>"
        recipients = to or held.desk.members
        letter = self._letter(written, recipients, answers="" if first else thread, message_id=thread if first else "")
        return self._mail(letter, _body(written), at)

    def _letter(
        self,
        written: Written,
        recipients: tuple[Address, ...],
        *,
        answers: str,
        answers_mail: bool = False,
        message_id: str = "",
    ) -> Letter:
        return Letter(
            author=self._author,
            name=self._name,
            recipients=recipients,
            subject=plain(written.subject, _SUBJECT),
            answers=answers,
            answers_mail=answers_mail,
            message_id=message_id,
        )

    def _mail(self, letter: Letter, entity: Entity, at: datetime) -> Mail:
        return write(letter, entity, number=new_id(at), at=at, hostname=self._hostname)

    def _failed(self, address: Address, reply: Reply) -> Failed:
        """RFC 3464 §2.3.4: a transient refusal that was given up on is "delivery time expired" unless the relay said more."""
        known = bool(_STATUS.fullmatch(reply.status))
        status = reply.status if known else _EXPIRED if reply.transient else _UNSPECIFIED
        return Failed(recipient=address, status=status, diagnostic=f"smtp; {reply}", remote=self._relay)

    def _rehearse(self) -> None:
        scenes = [scene for held in specimens() for scene in self._scenes.all_of(held, AT, FAILURES)]
        scenes += self._scenes.of_none(WAITS, AT)
        problems = {problem for scene in scenes for problem in self._templates.rehearse(scene.name, scene.context)}
        if problems:
            raise Mistakes(problems)


def _standing(settings: Wishes, name: str, hostname: str) -> dict[str, object]:
    """What every notice knows: name, hostname, contact, and contact_address if the contact is nothing but an address."""
    contact = plain(settings.contact, 300) or settings.from_
    lone = _LONE_ADDRESS.fullmatch(contact)
    return {"name": name, "hostname": hostname, "contact": contact, "contact_address": contact if lone else "", **_NO_LINKS}


def _body(written: Written) -> Entity:
    return multipart("alternative", (text("plain", written.text), text("html", written.html)))


def _says(held: HeldMail) -> str:
    """The diagnostic of a refusal, without a name and without a word of the message."""
    if held.review and held.review.ruling is Ruling.RETURNED:
        return f"x-hatchway; 550 5.7.1 returned for revision in review, held as {held.mail.id}"
    how = "not released before the deadline" if held.review and held.review.by_deadline else "denied in review"
    return f"x-hatchway; 550 5.7.1 {how}, held as {held.mail.id}"


def _others(held: HeldMail) -> tuple[Address, ...]:
    """All whom it had reached but those who ruled, where they are named by their addresses."""
    by = {held.review.reviewer.casefold(), held.review.also.casefold()} if held.review else set()
    return tuple(a for a in held.reached if str(a).casefold() not in by)
