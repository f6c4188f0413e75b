"""Which template tells what: for each notice its name and all that its template may speak of."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from gateway.hold import HeldMail, Ruling
from gateway.mail import Address, Reply
from gateway.notice import view


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
        name = "sender_released" if held.review and held.review.ruling is Ruling.RELEASED else "sender_denied"
        return self._scene(name, held, view.of_advice(held), ruled)

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

    def all_of(self, held: HeldMail, at: datetime, failures: Sequence[tuple[Address, Reply]]) -> Iterator[Scene]:
        """Every scene that this hold can come to as it stands."""
        if held.review is None:
            yield self.sender_held(held, at, last=True)
            yield self.reviewers_held(held, at, last=True)
            yield self.reviewers_reminder(held, at, 1)
            yield self.reviewers_passed(held, at, Passed(heading="Passed up to you", lines=("Why.",), reason="Why."), last=True)
            return
        yield self.sender_ruled(held)
        yield self.reviewers_ruled(held)
        yield self.sender_undelivered(held, failures)
        yield self.reviewers_undelivered(held, failures)

    def _scene(self, name: str, held: HeldMail, *parts: dict[str, object]) -> Scene:
        context = {**self.standing, **view.of_message(held, self.zone), **view.of_reason(held)}
        for part in parts:
            context |= part
        return Scene(name=name, context=context)
