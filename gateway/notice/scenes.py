"""Which template tells what: for each notice its name and all that its template may speak of."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from gateway.hold import HeldMail
from gateway.mail import Address, Reply
from gateway.notice import view
from gateway.notice.told import Told, Waits, of_waits
from gateway.notice.words import lines, plain, when


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """How a hold came to somebody. lines: what happened, a sentence each; reason: what whoever did it wrote, "" for nothing."""

    heading: str
    lines: tuple[str, ...]
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A template's name without its suffix, and its context."""

    name: str
    context: dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenes:
    """standing: what every notice knows (name, contact, contact_address, hostname)."""

    standing: dict[str, object]
    zone: tzinfo | None

    def sender_held(self, held: HeldMail, at: datetime, *, last: bool) -> Scene:
        """It waits."""
        waiting = view.of_wait(held, at, self.zone)
        return self._scene("sender_held", held, view.of_advice(held), waiting, {"last": last})

    def sender_ruled(self, held: HeldMail) -> Scene:
        """It was released, to all or to some, or denied."""
        ruled = view.of_ruling(held, self.zone)
        name = f"sender_{held.review.ruling}" if held.review else ""
        return self._scene(name, held, view.of_advice(held), ruled, view.of_appeal(held, self.zone))

    def sender_upheld(self, held: HeldMail, by: str, reason: str, on: datetime) -> Scene:
        """His appeal was refused."""
        finding = {"by": plain(by, 120), "when": when(on, self.zone), "reason": lines(reason)}
        return self._scene("sender_upheld", held, view.of_ruling(held, self.zone), {"finding": finding})

    def reviewers_told(self, held: HeldMail, told: Told) -> Scene:
        """Something about a message."""
        said = {
            "heading": plain(told.heading, 80),
            "says": tuple(plain(line, 400) for line in told.lines),
            "quote": lines(told.quote),
            "rules": told.rules,
        }
        return self._scene("reviewers_told", held, view.for_reviewers(held), said)

    def digest(self, waits: Waits, at: datetime, queue: str) -> Scene:
        """What waits for somebody."""
        return Scene(name="reviewers_digest", context={**self.standing, **of_waits(waits, at, self.zone), "queue": queue})

    def head(self, head: str, at: datetime) -> Scene:
        """The audit trail's head."""
        said = {"head": head, "when": when(at, self.zone), "day": f"{at:%Y-%m-%d}"}
        return Scene(name="audit_head", context={**self.standing, **said, "id": "audit", "subject": said["day"]})

    def alarm(self, heading: str, lines: Sequence[str], at: datetime) -> Scene:
        """Something is wrong with the gateway itself."""
        said = {"heading": heading, "lines": tuple(lines), "id": "vigil", "subject": f"{at:%Y-%m-%d}"}
        return Scene(name="admin_alarm", context={**self.standing, **said})

    def sender_undelivered(self, held: HeldMail, failures: Sequence[tuple[Address, Reply]]) -> Scene:
        """It was released, and the relay refused it."""
        return self._scene("sender_undelivered", held, view.of_failures(failures))

    def reviewers_held(self, held: HeldMail, at: datetime, *, last: bool) -> Scene:
        """It waits for them."""
        waiting = view.of_wait(held, at, self.zone)
        return self._scene("reviewers_held", held, view.for_reviewers(held), waiting, {"last": last})

    def reviewers_reminder(self, held: HeldMail, at: datetime, number: int) -> Scene:
        """It still waits for them."""
        waiting = view.of_wait(held, at, self.zone)
        return self._scene("reviewers_reminder", held, view.for_reviewers(held), waiting, {"number": number})

    def reviewers_passed(self, held: HeldMail, at: datetime, passed: Passed, *, last: bool) -> Scene:
        """It came to them, or is told to them."""
        waiting = view.of_wait(held, at, self.zone)
        story = view.of_passing(passed.heading, passed.lines, passed.reason)
        return self._scene("reviewers_passed", held, view.for_reviewers(held), waiting, story, {"last": last})

    def reviewers_ruled(self, held: HeldMail, *, unopened: bool = False) -> Scene:
        """One of them, or the policy, has ruled. unopened: nobody had opened it."""
        ruled = view.of_ruling(held, self.zone)
        return self._scene("reviewers_ruled", held, view.for_reviewers(held), ruled, {"unopened": unopened})

    def reviewers_undelivered(self, held: HeldMail, failures: Sequence[tuple[Address, Reply]]) -> Scene:
        """What was released did not arrive."""
        return self._scene("reviewers_undelivered", held, view.for_reviewers(held), view.of_failures(failures))

    def of_none(self, waits: Waits, at: datetime) -> Iterator[Scene]:
        """Every scene that is about no one hold."""
        yield self.digest(waits, at, "")
        yield self.head("17:5e88", at)
        yield self.alarm("Canary missed: board", ("It was not judged here.",), at)

    def all_of(self, held: HeldMail, at: datetime, failures: Sequence[tuple[Address, Reply]]) -> Iterator[Scene]:
        """Every scene that this hold can come to as it stands."""
        if held.review is None:
            yield self.sender_held(held, at, last=True)
            yield self.reviewers_held(held, at, last=True)
            yield self.reviewers_reminder(held, at, 1)
            yield self.reviewers_passed(held, at, Passed(heading="Passed up to you", lines=("Why.",), reason="Why."), last=True)
            yield self.reviewers_told(held, Told(heading="Told", lines=("Something.",), quote="Some words.", rules=True))
            return
        yield self.sender_ruled(held)
        yield self.reviewers_ruled(held)
        yield self.sender_upheld(held, "chief@department.example", "It stays.", at)
        yield self.sender_undelivered(held, failures)
        yield self.reviewers_undelivered(held, failures)

    def _scene(self, name: str, held: HeldMail, *parts: dict[str, object]) -> Scene:
        context = {**self.standing, **view.of_message(held, self.zone), **view.of_reason(held)}
        for part in parts:
            context |= part
        return Scene(name=name, context=context)
