"""The front, wired: the only room that knows all the others.

One asyncio process with the doors, the store, delivery, deadlines and the control socket; the judges are processes of
their own. SIGTERM and SIGINT drain, SIGHUP reloads policies and roster and keeps the old ones if the new are wrong.

It fails at the start with Mistakes (settings, policies, roster), OSError (a port, a file) or StoreUnavailable, before it
takes any mail; once it runs, it keeps running.
"""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import datetime, timedelta
from platform import node

import structlog

from gateway import __version__
from gateway.console import BACK, ConsoleServer, House, Links, opened_seal
from gateway.control.answers import answers
from gateway.control.appeals import appeal_answers
from gateway.control.audit import audit_answers
from gateway.control.keys import key_answers
from gateway.control.report import report_answers
from gateway.control.server import ControlServer
from gateway.control.users import user_answers
from gateway.delivery import Delivery, Patience
from gateway.digests import Audience, Digests
from gateway.hearing import Hearings
from gateway.intake import prepare
from gateway.judges import Judges, Law
from gateway.law import keep_law, written_law
from gateway.ldap import Directory
from gateway.mail import Address
from gateway.milter import MilterServer
from gateway.notice import Notices
from gateway.oidc import Provider
from gateway.pipeline import Pipeline
from gateway.ports import Clock, StoreUnavailable
from gateway.post import Post
from gateway.records import Records
from gateway.recusal import Bench
from gateway.report import CountedJudge
from gateway.review import Reviews
from gateway.settings import Settings
from gateway.smarthost import Smarthost
from gateway.smtpd import Server
from gateway.sockets import allow_descriptors, bound
from gateway.source import Mistakes
from gateway.store import ExampleFolder, Shelf, SystemClock, opened
from gateway.trail import GATEWAY, Detail, Step
from gateway.viewer import Viewer

log = structlog.get_logger()

_ROUND = 15.0
"""Seconds between two looks at reminders and deadlines."""
_MINUTE = 60.0
"""Seconds between two looks at who is to be told now."""
_HOUR = 3600.0
"""Seconds between two looks at content that was kept long enough."""
_PAUSE = 1.0


def until_midnight(now: datetime) -> float:
    """Seconds until the day is over, in the zone of `now`."""
    midnight = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return (midnight - now).total_seconds()


class Front:
    """A running Hatchway."""

    def __init__(  # noqa: PLR0913  -- what it is made of
        self, settings: Settings, law: Law, store: Shelf, *, links: Links | None, eye: Viewer, clock: Clock
    ) -> None:
        hostname = settings.hostname
        notices = Notices(
            settings.notices,
            hostname=hostname,
            relay=settings.relay.host,
            links=links.to if links else None,
            status=links.status if links else None,
            digest=f"{settings.console.public_url}/queue" if settings.console else "",
        )
        audience = Audience(book=store.accounts, rounds=store.rounds, law=lambda: self.judges.law.rulebook.reviewers)
        post = Post(notices, store, per_hour=settings.notices.per_hour, clock=clock, eager=audience.eager)
        patience = Patience(**{name: getattr(settings.delivery, name) for name in ("retry", "give_up", "lease")})
        self.settings = settings
        self.store = store
        self.next_hop = Smarthost(settings.relay, hostname=hostname, clock=clock)
        self.judges = Judges(law, judging=settings.judging, clock=clock)
        examples = ExampleFolder(settings.examples) if settings.examples else None
        bench = Bench(book=store.accounts, witness=eye, belongs=self._belongs)
        self.reviews = Reviews(store=store, trail=store, post=post, bench=bench, clock=clock, examples=examples)
        self.hearings = Hearings(store=store, pleas=store.pleas, post=post, bench=bench, clock=clock)
        self.digests = Digests(
            audience=audience,
            desk=store.desk,
            store=store,
            rounds=store.rounds,
            trail=store,
            post=post,
            clock=clock,
            zone=lambda: str(self.judges.law.rulebook.zone or "UTC"),
            link=links.digested if links else None,
        )
        self.records = Records(
            store=store, archive=store, trail=store, clock=clock, retention=settings.retention, pleas=store.pleas
        )
        self.delivery = Delivery(
            outbox=store, store=store, next_hop=self.next_hop, post=post, clock=clock, patience=patience, hostname=hostname
        )
        self.counted = CountedJudge(self.judges, clock)
        pipeline = Pipeline(judge=self.counted, store=store, post=post, clock=clock, hostname=hostname)
        self.door = Server(settings, next_hop=self.next_hop, submit=pipeline.submit, clock=clock)
        self.milter = MilterServer(
            settings, submit=pipeline.submit, ours=self.delivery.sent, clock=clock, budget=self.door.budget
        )
        self._clock = clock
        self._since = clock.now()
        self._reloaded = "as started"

    def _belongs(self, group: str, address: Address) -> bool:
        return self.judges.law.rulebook.belongs(group, address)

    async def watch_deadlines(self) -> None:
        """Look at reminders and deadlines, for ever."""
        while True:
            try:
                async with self.store.duty("deadlines") as ours:
                    if ours:
                        await self.reviews.expire()
                self.delivery.wake()
            except StoreUnavailable:
                log.exception("deadlines.store_away")
            await asyncio.sleep(_ROUND)

    async def watch_retention(self) -> None:
        """Destroy what was kept long enough, for ever."""
        while True:
            with suppress(StoreUnavailable):  # in the log already, or tried again in an hour
                async with self.store.duty("retention") as ours:
                    while ours and await self.records.destroy_due():
                        pass
            await asyncio.sleep(_HOUR)

    async def watch_digests(self) -> None:
        """Send what goes out at its times, for ever."""
        while True:
            with suppress(StoreUnavailable):  # tried again in a minute
                async with self.store.duty("digests") as ours:
                    if ours:
                        await self.digests.round()
                self.delivery.wake()
            await asyncio.sleep(_MINUTE)

    async def watch_head(self) -> None:
        """Log and mail the trail's head now and at the end of each day (UTC), for ever: what is kept elsewhere vouches for it."""
        while True:
            with suppress(StoreUnavailable):
                log.info("audit.head", head=await self.digests.send_head(_addresses(self.settings.audit.head_to)))
                self.delivery.wake()
            await asyncio.sleep(until_midnight(self._clock.now()))

    async def watch_counts(self) -> None:
        """Keep what was counted, for ever."""
        while True:
            await asyncio.sleep(_ROUND)
            await self.keep_counts()

    async def keep_counts(self) -> None:
        """Put what was counted on the shelf; what cannot be put there now is tried again."""
        counted = self.counted.taken()
        try:
            if counted:
                await self.store.figures.add(counted)
        except StoreUnavailable:
            self.counted.put_back(counted)

    async def record(self, step: Step, written: Detail, actor: str = GATEWAY) -> None:
        """Put in the trail under which settings and which law we are. Raises StoreUnavailable."""
        detail = {"version": __version__, "machine": node(), "settings": self.settings.sha256, **written}
        await self.store.record(step, actor=actor, detail=detail)

    async def stopped(self) -> None:
        """Put in the trail that we stop; one that stops without it was killed."""
        await self.keep_counts()
        with suppress(StoreUnavailable):
            await self.store.record(Step.STOPPED, actor=GATEWAY, detail={"machine": node()})

    async def reload(self, actor: str = "SIGHUP") -> Mapping[str, object]:
        """Judge by the policies and the roster on disk, or keep the old ones and say what is wrong with the new.

        The certificate is read again, too. What cannot be put in the trail does not come in force.
        """
        try:
            law, written = await asyncio.to_thread(written_law, self.settings)
            self.door.renew_certificate()
            await self.record(Step.LOADED, written, actor)
            await asyncio.to_thread(keep_law, self.settings, law)
            await self.judges.obey(law)
        except (Mistakes, RuntimeError, OSError, StoreUnavailable) as wrong:
            self._reloaded = f"refused {self._clock.now():%Y-%m-%d %H:%M} UTC, the old policies stay"
            log.error("policies.refused", mistakes=str(wrong))  # noqa: TRY400  -- an admin's mistake, not a fault
            with suppress(StoreUnavailable):
                law = self.judges.law
                in_force = {"policies": law.rulebook.version, "roster": law.roster.version}
                await self.record(Step.REFUSED, {"why": type(wrong).__name__, **in_force}, actor)
            return {"loaded": False, "mistakes": str(wrong)}
        self._reloaded = f"loaded {self._clock.now():%Y-%m-%d %H:%M} UTC"
        log.info("policies.loaded", policies=law.rulebook.version, roster=law.roster.version)
        return {"loaded": True, "policies": law.rulebook.version, "roster": law.roster.version}

    async def status(self) -> Mapping[str, object]:
        """How things stand."""
        law = self.judges.law
        return {
            "version": __version__,
            "pid": os.getpid(),
            "since": self._since.isoformat(timespec="seconds"),
            "sessions": self.door.sessions,
            "milter_connections": self.milter.sessions,
            "relay": f"{self.settings.relay.host}:{self.settings.relay.port}, {self.next_hop.breaker}",
            "policies": f"{law.rulebook.version}, {self._reloaded}",
            "roster": law.roster.version,
            **await self._on_the_shelf(),
        }

    async def _on_the_shelf(self) -> Mapping[str, object]:
        """What is there; nothing is known of that while the store is away, but that it is."""
        try:
            shelf, head, about = await self.store.status(), await self.store.head(), await self.store.about()
        except StoreUnavailable as away:
            return {
                "store": f"away: {away}",
                **dict.fromkeys(("waiting", "oldest_waiting", "outbox", "undeliverable", "audit_head")),
            }
        return {
            "store": about,
            "waiting": shelf.waiting,
            "oldest_waiting": shelf.oldest_waiting.isoformat(timespec="seconds") if shelf.oldest_waiting else None,
            "outbox": shelf.outbox,
            "undeliverable": shelf.failed,
            "audit_head": str(head) if head else None,
        }


@asynccontextmanager
async def running(settings: Settings, clock: Clock | None = None) -> AsyncIterator[Front]:
    """A front with all doors open; on leaving, they close and what was under way is finished. clock: None for the machine's."""
    clock = clock or SystemClock()
    law, written = await asyncio.to_thread(written_law, settings)
    async with AsyncExitStack() as stack:
        sockets = [stack.enter_context(bound(listener.address)) for listener in settings.listen]
        store = await opened(settings.store, clock, settings.encryption)
        stack.push_async_callback(store.close)
        links, eye = await _links(settings, store, clock), Viewer()
        stack.push_async_callback(eye.close)
        front = Front(settings, law, store, links=links, eye=eye, clock=clock)
        await front.record(Step.STARTED, written)
        await asyncio.to_thread(keep_law, settings, law)
        stack.push_async_callback(front.stopped)
        await front.judges.start()
        stack.push_async_callback(front.judges.close)
        log.info("relay.probed", relay=f"{settings.relay.host}:{settings.relay.port}", said=str(await front.next_hop.probe()))
        works = (front.watch_deadlines, front.watch_retention, front.watch_head, front.watch_digests, front.watch_counts)
        for work in (front.delivery.run, *works):
            stack.push_async_callback(_ended, asyncio.create_task(_lasting(work)))
        requests = answers(
            store=store,
            trail=store,
            reviews=front.reviews,
            pleas=store.pleas,
            wake=front.delivery.wake,
            status=front.status,
            reload=front.reload,
        )
        requests |= appeal_answers(
            store=store,
            trail=store,
            pleas=store.pleas,
            reviews=front.reviews,
            hearings=front.hearings,
            wake=front.delivery.wake,
        )
        requests |= audit_answers(trail=store, archive=store, records=front.records) | key_answers(store)
        url = settings.console.public_url if settings.console else ""
        requests |= user_answers(book=store.accounts, factors=store.factors, trail=store, clock=clock, public_url=url)
        requests |= report_answers(counts=store.figures, trail=store, clock=clock)
        await _open_console(stack, front, links, eye, clock)
        control = ControlServer(settings.control_socket, requests)
        await control.start()
        stack.push_async_callback(control.close)
        for listener, listening in zip(settings.listen, sockets, strict=True):
            await front.door.start(listener, listening)
        stack.push_async_callback(front.door.drain, settings.limits.drain)
        await _open_milter(stack, front)
        log.info("hatchway.ready", version=__version__, policies=law.rulebook.version, roster=law.roster.version)
        yield front
        log.info("hatchway.draining", sessions=front.door.sessions)
    log.info("hatchway.stopped")


async def _links(settings: Settings, store: Shelf, clock: Clock) -> Links | None:
    """What writes links to the console into notices; None without a console."""
    if settings.console is None:
        return None
    return Links(settings.console.public_url, await store.accounts.key("links"), clock)


async def _open_console(stack: AsyncExitStack, front: Front, links: Links | None, eye: Viewer, clock: Clock) -> None:
    """Serve the console until the stack unwinds, if the settings ask for one. Raises OSError."""
    if front.settings.console is None or links is None:
        return
    listening = stack.enter_context(bound(front.settings.console.listen))
    wishes, factors = front.settings.console, front.store.factors
    seal = await opened_seal(wishes, await front.store.accounts.key("seal"), factors)
    ldap = Directory(wishes.ldap) if wishes.ldap else None
    if ldap is not None:
        stack.callback(ldap.close)
    here = House(
        settings=wishes,
        store=front.store,
        trail=front.store,
        desk=front.store.desk,
        book=front.store.accounts,
        factors=factors,
        figures=front.store.figures,
        seal=seal,
        oidc=Provider(wishes.oidc, f"{wishes.public_url}{BACK}") if wishes.oidc else None,
        ldap=ldap,
        reviews=front.reviews,
        pleas=front.store.pleas,
        hearings=front.hearings,
        rounds=front.store.rounds,
        eye=eye,
        clock=clock,
        links=links,
        wake=front.delivery.wake,
    )
    server = ConsoleServer(here, listening)
    await server.start()
    stack.push_async_callback(server.close)


async def _open_milter(stack: AsyncExitStack, front: Front) -> None:
    """Take what an MTA asks about until the stack unwinds, if the settings name a door for that. Raises OSError."""
    if front.settings.milter is None:
        return
    if not front.settings.listen:  # else the other door has seen to the spool, and may be using it
        await asyncio.to_thread(prepare, front.settings.spool)
    await front.milter.start()
    stack.push_async_callback(front.milter.drain, front.settings.limits.drain)


async def serve(settings: Settings) -> None:
    """Run until SIGTERM or SIGINT."""
    allow_descriptors()
    _on(signal.SIGHUP, lambda: None)  # policies are read at the start anyway; it must not end us
    stop, tasks = asyncio.Event(), set[asyncio.Task[object]]()
    async with running(settings) as front:

        def reload() -> None:
            task = asyncio.create_task(front.reload())
            tasks.add(task)
            task.add_done_callback(tasks.discard)

        _on(signal.SIGTERM, stop.set)
        _on(signal.SIGINT, stop.set)
        _on(signal.SIGHUP, reload)
        await stop.wait()


def _on(number: signal.Signals, act: Callable[[], None]) -> None:
    asyncio.get_running_loop().add_signal_handler(number, act)


async def _lasting(work: Callable[[], Awaitable[None]]) -> None:
    """Do it for ever: a fault of ours is in the log (if that can be written), and the work begins anew."""
    while True:
        try:
            await work()
        except Exception:
            with suppress(OSError):
                log.exception("work.fault", work=work.__qualname__)
        await asyncio.sleep(_PAUSE)


def _addresses(written: Sequence[str]) -> list[Address]:
    return [Address.parse(one) for one in written]


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait([task])
