"""The words of a policy file: what may be written, and in which shape. What the words mean is said in `policies/`."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, available_timezones

from gateway.mail import Address
from gateway.policy.condition import Authorship
from gateway.source import (
    AfterValidator,
    BeforeValidator,
    Date,
    Duration,
    Field,
    Model,
    OneOrMore,
    Written,
    Wrong,
    did_you_mean,
    known,
)
from gateway.timetable import Timetable
from gateway.verdict import Category, Kind, Label

AUTHORITY = "{authority}"
"""What stands in a reply for the names of the rule's authorities."""

ANYONE, NOBODY = "anyone", "null sender"
"""The reserved words among senders; `anyone` is a group everywhere."""

_MAILBOX = re.compile(r'[^\s@<>()\[\]",;:*\\]+@[\w-]+(\.[\w-]+)*')
_TYPEWRITER = {"§": "sec. ", "–": "-", "—": "-", "‘": "'", "’": "'", "“": '"', "”": '"', "…": "...", "\u00a0": " "}
_REPLY = 400
"""Characters of a reply's text: a reply line has 512 octets (RFC 5321 §4.5.3.1.5), and the message's id must fit in, too."""


def is_mailbox(written: str) -> bool:
    """Whether it is `local@domain` and no more."""
    return _MAILBOX.fullmatch(written) is not None


def typewriter(written: str) -> str:
    """Text for an SMTP reply: § is written sec., dashes and quotation marks straight. Raises Wrong for what is not ASCII then."""
    text = re.sub(r"§\s*", "§", written)
    text = unicodedata.normalize("NFKD", "".join(_TYPEWRITER.get(character, character) for character in text))
    text = "".join(character for character in text if not unicodedata.combining(character))
    return _ascii(text)


def _ascii(text: str) -> str:
    strange = next((character for character in text if not " " <= character <= "~"), None)
    if strange in {"\r", "\n"}:
        raise Wrong("{key} is more than one line", "Write it on one line, or fold it with >- in front.")
    if strange is not None:
        raise Wrong(f"{{key}} has the character U+{ord(strange):04X}, which is not ASCII", "Only ASCII is sure to arrive.")
    return text


def _line(written: str) -> str:
    text = " ".join(written.split())
    if not text:
        raise Wrong("{key} says nothing", "Write what the people it concerns should read.")
    return text


def _reply(written: str) -> str:
    text = typewriter(written.strip())
    for stranger in (braced for braced in re.findall(r"\{[^}]*\}", text) if braced != AUTHORITY):
        raise Wrong(f'"{stranger}" stands for nothing', f"Only {AUTHORITY} does: for the names of the rule's authorities.")
    return reply_text(_line(text), ())


def reply_text(reply: str, authority: Sequence[str]) -> str:
    """The text of a reply with the authorities' names in it. Raises Wrong."""
    text = reply.replace(AUTHORITY, typewriter(", ".join(authority))) if authority else reply
    if len(text) > _REPLY:
        raise Wrong(f"{{key}} is {len(text)} characters long", f"At most {_REPLY} go into one reply (RFC 5321 §4.5.3.1.5).")
    return text


def _subject(written: str) -> str:
    return _line(_ascii(written))


def _header(written: str) -> str:
    if not re.fullmatch(r"X-Hatchway-[A-Za-z0-9-]{1,60}", written):
        raise Wrong(f'"{written}" is no header of ours', "Its name begins with X-Hatchway-, so that no client can forge it.")
    return written


def _address(written: str) -> str:
    if not is_mailbox(written):
        raise Wrong(f'"{written}" is no mail address', "Write for example chief@department.example.")
    return written


def _status(written: str) -> str:
    if not re.fullmatch(r"[245]\.\d{1,3}\.\d{1,3}", written):
        raise Wrong(f'"{written}" is no enhanced status code', "Write for example 5.7.1 (RFC 3463).")
    return written


def zone(name: str) -> ZoneInfo | None:
    """The time zone, None for UTC. Raises Wrong."""
    if name == "UTC":
        return None
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        near, _, _ = did_you_mean(name, sorted(available_timezones())).partition("Allowed")
        remedy = f"{near}Write UTC or a name such as America/Chicago (the system's package tzdata has them)."
        raise Wrong(f'unknown time zone "{name}"', remedy) from None


def _zone(written: str) -> str:
    zone(written)
    return written


def _clock(written: str) -> str:
    found = re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d|24:00", written)
    if not found:
        raise Wrong(f'"{written}" is no time of day', "Write for example 08:00 or 17:30; the end of the day is 24:00.")
    return written


def minutes_of(clock: str) -> int:
    """Since midnight."""
    hours, _, minutes = clock.partition(":")
    return int(hours) * 60 + int(minutes)


def _spelled(written: object) -> object:
    return {"action": written} if isinstance(written, str) else written


def _told(written: str) -> str:
    try:
        return str(Timetable.parse(written))
    except ValueError as wrong:
        says, _, remedy = str(wrong).partition("; ")
        raise Wrong(says, f"{remedy[:1].upper()}{remedy[1:]}.") from None


def _grouped(written: str) -> str:
    """No group's name has an @ or a dot."""
    if "@" not in written and "." not in written:
        return ""
    what = "an address" if "@" in written else "a domain"
    return f"A group's name stands here, and this is {what}. Write `groups: {{GROUP: [{written}]}}`, and GROUP here."


def _declared(written: str) -> str:
    if not is_mailbox(written):
        return ""
    them = f"{{NAME: {{members: [{written}], deadline: 48h, then: deny}}}}"
    return f"A name from `reviewers` stands here, and this is an address. Write `reviewers: {them}`, and NAME here."


Line = Annotated[str, AfterValidator(_line)]
AuthorityName = Annotated[str, known("authority")]
GroupName = Annotated[str, known("group", _grouped)]
PeriodName = Annotated[str, known("period")]
LadderName = Annotated[str, known("ladder")]
ReviewersName = Annotated[str, known("reviewers", _declared)]


class Authority(Model):
    """A clause: its title, and its own words."""

    title: Line
    text: Line


class ListFile(Model):
    """A text file of addresses and domains, one on each line, beside the policies."""

    file: str


class DirectoryGroup(Model):
    """A group of a directory that the settings name: its own name there, or for LDAP a filter in brackets that finds people."""

    directory: str = Field(min_length=1)
    group: str = Field(min_length=1)


class DutyTimes(Model):
    """The hours of the week in which somebody is there; a shift that ends before it begins ends on the next day."""

    time_zone: Annotated[str, AfterValidator(_zone)]
    days: OneOrMore[Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]] = Field(min_length=1)
    from_: Annotated[str, AfterValidator(_clock)]
    until: Annotated[str, AfterValidator(_clock)]
    holidays: OneOrMore[Date] = ()

    @property
    def lasts(self) -> timedelta:
        """How long a shift is by the clock on the wall."""
        minutes = minutes_of(self.until) - minutes_of(self.from_)
        return timedelta(minutes=minutes if minutes > 0 else minutes + 24 * 60)


class ElectionWindow(Model):
    """The days around an election in which there is less time. elections: as the roster names them; all, if none is named."""

    before: Duration
    after: Duration = timedelta()
    elections: OneOrMore[Annotated[str, known("election")]] = ()
    factor: Annotated[float, Field(gt=0.0, lt=1.0)] | None = None
    deadline: Duration | None = None


class OnDuty(Model):
    """On-duty times, and what is done outside of them: the clock stands still, or they are passed over."""

    on_duty: Annotated[str, known("duty times")] = ""
    off_duty: Literal["pause", "skip"] | None = None


class Reviewers(OnDuty):
    """Who rules on holds, and what happens if nobody does. Who stands only on ladders needs neither deadline nor then."""

    members: OneOrMore[Annotated[str, AfterValidator(_address)]] = Field(min_length=1)
    deadline: Duration | None = None
    then: Literal["release", "deny", "wait"] | None = None
    reminders: OneOrMore[Duration] = ()
    election_window: ElectionWindow | None = None
    appeal_within: Duration = timedelta(days=14)
    told: Annotated[str, AfterValidator(_told)] = "at once"

    @property
    def addresses(self) -> tuple[Address, ...]:
        """The members."""
        return tuple(Address.parse(member) for member in self.members)


class Rung(OnDuty):
    """Those who have a hold for so long, before it goes on to the next rung."""

    reviewers: ReviewersName
    for_: Duration
    reminders: OneOrMore[Duration] = ()


class Ladder(Model):
    """Who has a hold first, who after that, and what happens at the end."""

    rungs: tuple[object, ...] = Field(min_length=1)
    then: Literal["release", "deny", "wait"]
    election_window: ElectionWindow | None = None


class Recusal(Model):
    """Who does not rule, besides those whose own mail it is: whom it names, and who is in one of these groups with its sender."""

    named: bool = False
    groups: OneOrMore[GroupName] = ()


class Period(Model):
    """Days, the first and the last included."""

    from_: Date
    until: Date


class Recipients(Model):
    """How many recipients there are in or outside groups; without `at least`, one."""

    in_: OneOrMore[GroupName] = Field(default=(), min_length=1)
    outside: OneOrMore[GroupName] = Field(default=(), min_length=1)
    at_least: int | None = Field(default=None, ge=1)


class Acting(Model):
    """What goes with an action."""

    authority: OneOrMore[AuthorityName] = Field(default=(), min_length=1)
    headers: dict[Annotated[str, AfterValidator(_header)], Annotated[str, AfterValidator(_subject)]] | None = None
    subject: Annotated[str, AfterValidator(_subject)] = ""
    reviewers: ReviewersName = ""
    ladder: LadderName = ""
    deadline: Duration | None = None
    reply: Annotated[str, AfterValidator(_reply)] = ""
    code: int | None = None
    status: Annotated[str, AfterValidator(_status)] = ""


class Rule(Acting):
    """Conditions, all of which must fit, and an action."""

    finds: OneOrMore[Category] = Field(default=(), min_length=1)
    label: OneOrMore[Label] = Field(default=(), min_length=1)
    kinds: OneOrMore[Kind] = Field(default=(), min_length=1)
    recipients: Recipients | None = None
    unread: bool | None = None
    author: OneOrMore[Authorship] = Field(default=(), min_length=1)
    during: OneOrMore[PeriodName] = Field(default=(), min_length=1)
    from_: Date | None = None
    until: Date | None = None
    dry_run: bool = False
    action: Literal["relay", "tag", "hold", "reject", "defer"]

    @property
    def conditions(self) -> dict[str, object]:
        """What it asks of a message, by field; empty where it is for every message."""
        asked = Rule.model_fields.keys() - Acting.model_fields.keys() - {"action", "dry_run"}
        return {name: getattr(self, name) for name in asked & self.model_fields_set}


class OnError(Acting):
    """What to do with a message that could not be judged."""

    action: Literal["relay", "hold", "defer"]


class Policy(Model):
    """Rules, from top to bottom. Authority and ladder are those of all its rules that name none of their own.

    two_reviewers: what takes two; recusal: who does not rule
    """

    authority: OneOrMore[AuthorityName] = Field(default=(), min_length=1)
    ladder: LadderName = ""
    two_reviewers: Literal["release", "both"] | None = None
    recusal: Recusal | None = None
    on_error: Annotated[OnError, BeforeValidator(_spelled), Written(also={"enum": ["relay", "hold", "defer"]})] | None = None
    rules: tuple[object, ...] = Field(min_length=1)


class Complete(Policy):
    """A policy with its rules, which are else looked at one by one."""

    rules: tuple[Rule, ...] = Field(min_length=1)


class Sender(Model):
    """Who is under which policy. dry_run: it is only noted what that policy would have done, and the next entry is tried."""

    sender: OneOrMore[Annotated[str, known("sender group", _grouped)]] = Field(min_length=1)
    policy: Annotated[str, known("policy")]
    dry_run: bool = False


class File(Model):
    """A file of policies, as one whole; a folder may hold several, which are taken together.

    A group's member is an address, a domain, another group, a file that lists addresses and domains, or a directory's group.
    """

    authorities: dict[str, Authority] = Field(default_factory=dict)
    groups: dict[str, OneOrMore[str | ListFile | DirectoryGroup]] = Field(default_factory=dict)
    reviewers: dict[str, Reviewers] = Field(default_factory=dict)
    duty_times: dict[str, DutyTimes] = Field(default_factory=dict)
    ladders: dict[str, Ladder] = Field(default_factory=dict)
    time_zone: str = "UTC"
    periods: dict[str, Period] = Field(default_factory=dict)
    policies: dict[str, Complete] = Field(default_factory=dict)
    senders: tuple[Sender, ...] = ()
