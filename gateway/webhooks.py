"""Story 6: those who want to know are told what happened to held mail, until they have heard it or it is given up.

The trail is the source: each entry was written in one transaction with what it tells of, so what it says happened, and what
happened it says. For each webhook it is read from where it was read to before; the calls that come of it and that place are
written in one transaction. Calls are leased, so that each is made by one gateway at a time; a receiver hears of everything at
least once, each time under the same id, and not always in order. Each has its own way through all this: one that never answers
keeps no other waiting.

A body has ids, addresses, the rule and a link, and no word of a message; nobody hears more without proving that he may read.
It is signed as Standard Webhooks has it. Redirects are not followed, and of an answer only its status counts.

How it fails: a receiver that is away, answers slowly or with anything but 2xx is told again with growing pauses; 410, or the
end of its patience, ends it: in the trail, in the log, as a metric and by mail to the admin. A store that is away is waited for.
"""

import asyncio
import base64
import hmac
import json
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import structlog

from gateway.calls import Answer, Call, CallBox, Line, Pending
from gateway.desk import Desk
from gateway.lately import ASTRAY, astray
from gateway.mail import new_id
from gateway.ports import Asked, Clock, StoreUnavailable, Trail
from gateway.trail import Entry, Step, shown
from gateway.webhook import Webhook, secrets

log = structlog.get_logger()

PING = "hatchway.ping"
_AT_ONCE = 8
_ENTRIES = 500
_PAUSE = 1.0
_SPARE = timedelta(seconds=30)
_GONE = 410
_WAIT = timedelta(hours=1)
"""The longest that a receiver may ask us to wait."""
_HELD = ("sender", "recipients", "policy", "rule", "grounds", "authority", "labels", "reviewers", "deadline", "then", "size")
_MORE = {
    Step.HELD: _HELD,
    Step.HANDED_OVER: ("to", "with", "until"),
    Step.PASSED_UP: ("with", "until"),
    Step.DELIVERED: ("recipients", "relay", "attempt"),
    Step.FAILED: ("recipients", "relay", "attempt"),
}
_RULING = ("ruling", "recipients", "also")
_NAMES: dict[str, str] = {
    Step.HELD: "held",
    Step.RETURNED: "returned",
    Step.WITHDRAWN: "withdrawn",
    Step.APPEALED: "appealed",
    Step.UPHELD: "upheld",
    Step.OVERTURNED: "overturned",
    Step.ASSENTED: "agreed",
    Step.DISSENTED: "disagreed",
    Step.HANDED_OVER: "handed over",
    Step.PASSED_UP: "passed up",
    Step.EXPLAINED: "explained",
    Step.ANSWERED: "answered",
}
_SENT = {Step.DELIVERED: "delivered", Step.FAILED: "undeliverable"}
_NOTES = ("note", "reason")

Alarm = Callable[[str, Sequence[str]], Awaitable[None]]
"""Given a heading and lines, for the admin."""


class Webhooks:
    """lines: the way to each; alarm: tells the admin; outcomes: attempts by webhook and heard, postponed or dropped."""

    def __init__(  # noqa: PLR0913  -- the parts are wired by name
        self,
        hooks: Mapping[str, Webhook],
        *,
        lines: Mapping[str, Line],
        trail: Trail,
        calls: CallBox,
        desk: Desk,
        alarm: Alarm,
        clock: Clock,
        public_url: str,
    ) -> None:
        self._hooks = hooks
        self._lines = lines
        self._trail = trail
        self._calls = calls
        self._desk = desk
        self._alarm = alarm
        self._clock = clock
        self._url = public_url
        self._told = dict[str, int]()
        self._alarmed = set[str]()
        self.outcomes = Counter[tuple[str, str]]()

    async def begin(self) -> None:
        """From now on: whoever is new here hears of nothing that was before. Raises StoreUnavailable, OSError for a secret."""
        for name, hook in self._hooks.items():
            await asyncio.to_thread(secrets, hook.secret_file)
            head = await self._trail.head()
            self._told[name] = await self._calls.told(name, head.sequence if head else 0)

    async def run(self) -> None:
        """Tell what there is to tell, each webhook by itself, until cancelled."""
        async with asyncio.TaskGroup() as works:
            for name in self._hooks:
                works.create_task(self._serve(name))

    async def _serve(self, name: str) -> None:
        while True:
            begun = False
            try:
                await self.gather(name)
                begun = await self.tell_due(name)
            except StoreUnavailable:
                log.exception("webhook.store_away", webhook=name)
            except Exception:
                log.exception("webhook.fault", webhook=name)
            if not begun:
                await asyncio.sleep(_PAUSE)

    async def gather(self, name: str) -> None:
        """Read on in the trail, and put in what comes of it for that one."""
        hook, head = self._hooks[name], await self._trail.head()
        while head and self._told.get(name) != head.sequence:
            told = await self._calls.told(name, head.sequence)
            entries = await self._trail.entries(Asked(after=told), limit=_ENTRIES)
            if entries:
                made = [call for entry in entries for call in await self._made(name, hook, entry)]
                if not await self._calls.add(name, told, entries[-1].sequence, made):
                    continue  # another gateway was first, and perhaps not as far
            self._told[name] = entries[-1].sequence if entries else told
            if len(entries) < _ENTRIES:
                break

    async def tell_due(self, name: str) -> bool:
        """Tell that one some of what is due, one call after the other; True if there was anything."""
        now, hook = self._clock.now(), self._hooks[name]
        until = now + hook.timeout * _AT_ONCE + _SPARE
        farthest = until + max(_WAIT, *hook.retry) + ASTRAY
        due = await self._calls.lease([name], now, until, _AT_ONCE, farthest=farthest)
        await self._tell(due)
        return bool(due)

    async def ping(self, name: str) -> Answer:
        """What a receiver answers to a test. Raises KeyError for one that is none, OSError for its secret."""
        hook, now = self._hooks[name], self._clock.now()
        return await self._ask(hook, name, f"evt_ping_{new_id(now)}", _body(PING, now, {"webhook": name}))

    async def pending(self) -> Mapping[str, Pending]:
        """What is still to be told, by webhook. Raises StoreUnavailable."""
        return await self._calls.pending(list(self._hooks)) if self._hooks else {}

    @property
    def hooks(self) -> Mapping[str, Webhook]:
        """All, by name."""
        return self._hooks

    async def _tell(self, calls: Sequence[Call]) -> None:
        """Whatever goes wrong with one leaves it leased, to be told again when the lease ends, and harms no other."""
        for call in calls:
            try:
                await self._attempt(call)
            except StoreUnavailable:
                raise
            except Exception:
                log.exception("webhook.fault", webhook=call.hook, call=call.id)

    async def _attempt(self, call: Call) -> None:
        hook = self._hooks[call.hook]
        try:
            answer = await self._ask(hook, call.hook, call.id, call.body.encode("ascii"))
        except OSError as unsigned:
            answer = Answer(status=0, says=f"{unsigned.filename}: {unsigned.strerror}")
        now = self._clock.now()
        if answer.status // 100 == 2:  # noqa: PLR2004  -- 2xx, RFC 9110 §15.3
            await self._calls.heard(call, now)
            self._alarmed.discard(call.hook)
            self._log("heard", call, answer)
        elif answer.status == _GONE or _tried_for(call, hook, now) >= hook.give_up:
            await self._calls.dropped(call, answer.says, now)
            self._log("dropped", call, answer)
            await self._raise(call, answer)
        else:
            pause = hook.retry[min(call.attempts, len(hook.retry) - 1)]
            await self._calls.postponed(call, answer.says, now + max(pause, min(timedelta(seconds=answer.after), _WAIT)))
            self._log("postponed", call, answer)

    async def _ask(self, hook: Webhook, name: str, id_: str, body: bytes) -> Answer:
        """Raises OSError for a secret that cannot be read."""
        at = int(self._clock.now().timestamp())
        keys = await asyncio.to_thread(secrets, hook.secret_file)
        headers = {
            "Content-Type": "application/json",
            "webhook-id": id_,
            "webhook-timestamp": str(at),
            "webhook-signature": signature(keys, id_, at, body),
        }
        status, says, after = await self._lines[name].tell(hook.url, body, headers)
        return Answer(status=status, says=says, after=int(after) if after.isdecimal() and len(after) < len("1000000") else 0)

    async def _raise(self, call: Call, answer: Answer) -> None:
        """The first that is given up since it last heard anything is an alarm."""
        if call.hook in self._alarmed:
            return
        self._alarmed.add(call.hook)
        since = (
            f"The webhook {call.hook} was not told of {call.event}, {call.hold}: {answer.says} ({call.attempts + 1} attempts)."
        )
        await self._alarm(
            f"Webhook not heard: {call.hook}", [since, "`hatchway webhook test` asks it again; what was dropped is in the trail."]
        )

    async def _made(self, name: str, hook: Webhook, entry: Entry) -> list[Call]:
        """What an entry is to a webhook: nothing, or a call; two where a relay took it for some and refused it for others."""
        said = shown(entry)
        detail: Any = said["detail"]
        events = _events(entry, detail) if isinstance(detail, dict) else ()
        return [await self._call(name, hook, entry, event, told) for event, told in events if event in hook.events]

    async def _call(self, name: str, hook: Webhook, entry: Entry, event: str, detail: Mapping[str, Any]) -> Call:
        at = datetime.fromisoformat(entry.at)
        data = {
            "hold": entry.hold,
            "by": entry.actor,
            "sequence": entry.sequence,
            "link": f"{self._url}/mail/{entry.hold}" if self._url else None,
            **_facts(entry, detail, noted="note" in hook.include),
            **(await self._subject(entry.hold) if "subject" in hook.include else {}),
        }
        kind = f"hold.{event.replace(' ', '_')}"
        second = "" if event != _SENT[Step.FAILED] or entry.step == Step.FAILED else f"_{event}"
        id_ = f"evt_{entry.sequence}_{entry.hash[:16]}{second}"
        body = _body(kind, at, data).decode("ascii")
        return Call(id=id_, hook=name, event=kind, hold=entry.hold, body=body, made=at, due=self._clock.now())

    async def _subject(self, hold: str) -> Mapping[str, object]:
        lines = await self._desk.these([hold], None)
        return {"subject": lines[0].subject.encode("utf-8", "replace").decode("utf-8") if lines else ""}

    def _log(self, outcome: str, call: Call, answer: Answer) -> None:
        self.outcomes[call.hook, outcome] += 1
        told = log.error if outcome == "dropped" else log.info
        about = {"webhook": call.hook, "id": call.hold, "call": call.id, "what": call.event}
        told(f"webhook.{outcome}", **about, attempt=call.attempts + 1, said=answer.says)


def signature(keys: Sequence[bytes], id_: str, at: int, body: bytes) -> str:
    """As Standard Webhooks has it: HMAC-SHA256 of id, time and body, by each key."""
    content = b".".join((id_.encode("ascii"), str(at).encode("ascii"), body))
    return " ".join(f"v1,{base64.b64encode(hmac.digest(key, content, 'sha256')).decode('ascii')}" for key in keys)


def _tried_for(call: Call, hook: Webhook, now: datetime) -> timedelta:
    """How long it was tried; by its pauses, where what it tells of happened while a clock was wrong."""
    paused = (hook.retry[min(number, len(hook.retry) - 1)] for number in range(call.attempts))
    return sum(paused, timedelta()) if astray(call.made, now) else now - call.made


def _body(kind: str, at: datetime, data: Mapping[str, object]) -> bytes:
    said = {"type": kind, "timestamp": at.isoformat(timespec="milliseconds"), "data": data}
    return json.dumps(said, separators=(",", ":")).encode("ascii")


def _events(entry: Entry, detail: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """What an entry is called to those who are told, with what is true of each; nothing for what nobody is told."""
    if entry.step in {Step.RULED, Step.EXPIRED}:
        yield str(detail.get("ruling", "")), detail
    elif entry.step not in _SENT:
        yield _NAMES.get(entry.step, ""), detail
    elif detail.get("purpose") == "release":
        yield from _sent(entry, detail)


def _sent(entry: Entry, detail: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Who has a release, and who will not get it; who is tried again is in neither."""
    refused = {one["recipient"]: one["reply"] for one in detail.get("refused", ())}
    again = {to for one in detail.get("sends", ()) if one["purpose"] == "release" for to in one["recipients"]}
    everybody = list(detail.get("recipients", ()))
    taken = [to for to in everybody if to not in refused] if entry.step == Step.DELIVERED else []
    lost = [to for to in everybody if to not in again and to not in taken]
    if taken:
        yield _SENT[Step.DELIVERED], {**detail, "recipients": taken}
    if lost:
        yield _SENT[Step.FAILED], {**detail, "recipients": lost, "relay": refused.get(lost[0], detail.get("relay"))}


def _facts(entry: Entry, detail: Mapping[str, Any], *, noted: bool) -> dict[str, object]:
    with suppress(ValueError):
        step = Step(entry.step)
        told = {name: detail[name] for name in _MORE.get(step, _RULING) if name in detail}
        ruled = {"by_deadline": step is Step.EXPIRED} if step in {Step.RULED, Step.EXPIRED} else {}
        return {**told, **ruled, **({name: detail[name] for name in _NOTES if name in detail} if noted else {})}
    return {}
