"""The front, wired: the only room that knows all the others.

One asyncio process with the doors, the store, delivery, deadlines and the control socket; the judges are processes of
their own. A reload takes new policies and roster, and keeps the old ones if the new are wrong.

It fails at the start with Mistakes (settings, policies, roster), OSError (a port, a file) or StoreUnavailable, before it
takes any mail; once it runs, it keeps running.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import partial
from platform import node
from typing import TYPE_CHECKING

import structlog

from gateway import __version__
from gateway.canary import handed_in
from gateway.clock import SystemClock
from gateway.control.answers import answers
from gateway.control.appeals import appeal_answers
from gateway.control.audit import audit_answers
from gateway.control.keys import key_answers
from gateway.control.report import report_answers
from gateway.control.server import Answer, ControlServer
from gateway.control.users import user_answers
from gateway.delivery import Delivery, Patience
from gateway.digests import Audience, Digests
from gateway.directory import Directories
from gateway.heap import give_back
from gateway.hearing import Hearings
from gateway.intake import prepare
from gateway.judges import Judges, Law
from gateway.law import InForce, first_law, keep_law
from gateway.mail import Address, Mail, Reply
from gateway.milter import MilterServer
from gateway.monitor import Alone, MeteredJudge, Meters, Monitor
from gateway.notice import Notices
from gateway.pipeline import Pipeline
from gateway.ports import Clock, StoreUnavailable, Transaction
from gateway.post import Post
from gateway.programs import program_answers, webhooks_of
from gateway.records import Records
from gateway.recusal import Bench
from gateway.report import CountedJudge
from gateway.review import Reviews
from gateway.seat import Seat
from gateway.settings import Settings, server_tls
from gateway.smarthost import Smarthost
from gateway.smtpd import Server
from gateway.sockets import bound
from gateway.source import Mistakes
from gateway.store import ExampleFolder, Shelf, opened
from gateway.trail import GATEWAY, Detail, Step
from gateway.upkeep import Upkeep, ended, lasting
from gateway.viewer import Viewer
from gateway.vigil import Watch
from gateway.watched import Watched

if TYPE_CHECKING:
    from gateway.console import Links

log = structlog.get_logger()

_TIMES = ("oldest_waiting", "newest_waiting", "oldest_due")


class Front:
    """A running Hatchway."""

    def __init__(  # noqa: PLR0913  -- what it is made of
        self,
        settings: Settings,
        law: Law,
        store: Shelf,
        *,
        directories: Directories,
        links: "Links | None",
        eye: Viewer,
        clock: Clock,
        seat: Seat,
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
        post = Post(
            notices,
            store,
            per_hour=settings.notices.per_hour,
            clock=clock,
            book=store.accounts,
            eager=audience.eager,
            admins=[Address.parse(one) for one in settings.vigil.alarm_to],
        )
        patience = Patience(**{name: getattr(settings.delivery, name) for name in ("retry", "give_up", "lease")})
        self.settings = settings
        self.store = store
        self.directories = directories
        self.next_hop = Smarthost(settings.relay, hostname=hostname, clock=clock, keeps=True)
        self.judges = Judges(law, judging=settings.judging, clock=clock)
        self.in_force = InForce(settings, directories=directories, judges=self.judges, record=self.record)
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
        self.meters = Meters()
        counted = CountedJudge(MeteredJudge(self.judges, self.meters), clock)
        self.vigil = Watch(
            settings.vigil,
            judge=counted,
            hop=Smarthost(handed_in(settings), hostname=hostname, clock=clock),
            store=store,
            outbox=store,
            reviews=self.reviews,
            post=post,
            rounds=store.rounds,
            clock=clock,
            hostname=hostname,
            tell=None if seat.first else partial(seat.tell, "seen"),
            trail=store if store.shared and seat.first else None,
        )
        self.webhooks = webhooks_of(settings, store, self.vigil.alarm, clock)
        self.upkeep = Upkeep(
            reviews=self.reviews,
            records=self.records,
            hearings=self.hearings,
            digests=self.digests,
            delivery=self.delivery,
            counted=counted,
            figures=store.figures,
            clock=clock,
            head_to=settings.audit.head_to,
            redraw=self.in_force.redraw,
            tidy=store.tidy,
            duty=store.duty,
        )
        self._pipeline = Pipeline(judge=self.vigil, store=store, post=post, clock=clock, hostname=hostname)
        self.door = Server(settings, next_hop=self.next_hop, submit=self.submit, clock=clock, crowd=seat.crowd)
        milter = partial(MilterServer, budget=self.door.budget, crowd=seat.crowd)
        self.milter = milter(settings, submit=self.submit, ours=self.delivery.sent, clock=clock)
        self.watched = Watched(
            settings,
            store=store,
            judges=self.judges,
            next_hop=self.next_hop,
            delivery=self.delivery,
            directories=directories,
            vigil=self.vigil,
            webhooks=self.webhooks,
            doors={"smtp": self.door, "milter": self.milter},
            clock=clock,
        )
        self._clock = clock
        self._since = clock.now()
        self._reloaded = "as started"
        self._marks = {"machine": node(), **seat.mark}
        self.requests: dict[str, Answer] = {}

    async def submit(self, mail: Mail, transaction: Transaction) -> Reply:
        """What the pipeline replies to a complete message, counted."""
        reply = await self._pipeline.submit(mail, transaction)
        self.meters.replied(reply)
        return reply

    def _belongs(self, group: str, address: Address) -> bool:
        return self.judges.law.rulebook.belongs(group, address)

    async def record(self, step: Step, written: Detail, actor: str = GATEWAY) -> None:
        """Put in the trail under which settings and which law we are. Raises StoreUnavailable."""
        detail = {"version": __version__, **self._marks, "settings": self.settings.sha256, **written}
        await self.store.record(step, actor=actor, detail=detail)

    async def stopped(self) -> None:
        """Leave the relay, and put in the trail that we stop; one that stops without it was killed."""
        await self.next_hop.close()
        await self.upkeep.keep_counts()
        with suppress(StoreUnavailable):
            await self.store.record(Step.STOPPED, actor=GATEWAY, detail=self._marks)

    async def reload(self, actor: str = "SIGHUP") -> Mapping[str, object]:
        """Judge by the policies and the roster on disk, or keep the old ones and say what is wrong with the new.

        The certificate is read again, too. What cannot be put in the trail does not come in force.
        """
        try:
            law = await self.in_force.reload(actor, self.door.renew_certificate)
        except (Mistakes, RuntimeError, OSError, StoreUnavailable) as wrong:
            self.meters.reloaded(loaded=False)
            self._reloaded = f"refused {self._clock.now():%Y-%m-%d %H:%M} UTC, the old policies stay"
            log.error("policies.refused", mistakes=str(wrong))  # noqa: TRY400  -- an admin's mistake, not a fault
            with suppress(StoreUnavailable):
                law = self.judges.law
                in_force = {"policies": law.rulebook.version, "roster": law.roster.version}
                await self.record(Step.REFUSED, {"why": type(wrong).__name__, **in_force}, actor)
            return {"loaded": False, "mistakes": str(wrong)}
        self.meters.reloaded(loaded=True)
        self._reloaded = f"loaded {self._clock.now():%Y-%m-%d %H:%M} UTC"
        log.info("policies.loaded", policies=law.rulebook.version, roster=law.roster.version)
        return {"loaded": True, "policies": law.rulebook.version, "roster": law.roster.version}

    @property
    def summary(self) -> str:
        """One line for `systemctl status`."""
        return f"Policies {self.judges.law.rulebook.version}, {self._reloaded}"

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
            "canaries": dict(self.vigil.said),
            **await self._on_the_shelf(),
        }

    async def _on_the_shelf(self) -> Mapping[str, object]:
        """What is there; nothing is known of that while the store is away, but that it is."""
        try:
            shelf, head, about = await self.store.status(), await self.store.head(), await self.store.about()
        except StoreUnavailable as away:
            return {
                "store": f"away: {away}",
                **dict.fromkeys(("waiting", "outbox", "undeliverable", "audit_head", *_TIMES)),
            }
        return {
            "store": about,
            "waiting": shelf.waiting,
            **{name: at.isoformat(timespec="seconds") if (at := getattr(shelf, name)) else None for name in _TIMES},
            "outbox": shelf.outbox,
            "undeliverable": shelf.failed,
            "audit_head": str(head) if head else None,
        }


@asynccontextmanager
async def running(settings: Settings, clock: Clock | None = None, seat: Seat | None = None) -> AsyncIterator[Front]:
    """A front with all doors open; on leaving, they close and what was under way is finished. clock: None for the machine's.

    seat: its place among several fronts; whoever started them answers the command line and those who monitor
    """
    clock, seat = clock or SystemClock(), seat or Seat()
    async with AsyncExitStack() as stack:
        directories = Directories(settings, clock)
        stack.callback(directories.close)
        law, written = await first_law(settings, directories, seat.law)
        sockets = [stack.enter_context(bound(listener.address)) for listener in settings.listen]
        store = await opened(settings.store, clock, settings.encryption)
        stack.push_async_callback(store.close)
        links, eye = await _links(settings, store, clock), Viewer()
        stack.push_async_callback(eye.close)
        front = Front(settings, law, store, directories=directories, links=links, eye=eye, clock=clock, seat=seat)
        await front.webhooks.begin()
        await front.record(Step.STARTED, written)
        await asyncio.to_thread(keep_law, settings, law)
        stack.push_async_callback(front.stopped)
        await front.judges.start()
        stack.push_async_callback(front.judges.close)
        log.info("relay.probed", relay=f"{settings.relay.host}:{settings.relay.port}", said=str(await front.next_hop.probe()))
        for work in (front.delivery.run, front.webhooks.run, *front.upkeep.works):
            stack.push_async_callback(ended, asyncio.create_task(lasting(work)))
        front.requests = answers(
            store=store,
            trail=store,
            reviews=front.reviews,
            pleas=store.pleas,
            wake=front.delivery.wake,
            status=front.status,
            reload=front.reload,
        )
        front.requests |= appeal_answers(
            store=store, trail=store, pleas=store.pleas, reviews=front.reviews, hearings=front.hearings, wake=front.delivery.wake
        )
        front.requests |= audit_answers(trail=store, archive=store, records=front.records) | key_answers(store)
        url = settings.console.public_url if settings.console else ""
        front.requests |= user_answers(book=store.accounts, factors=store.factors, trail=store, clock=clock, public_url=url)
        front.requests |= program_answers(settings, store, front.webhooks, clock)
        front.requests |= report_answers(counts=store.figures, trail=store, clock=clock)
        if seat.alone and settings.monitor is not None:
            monitor = Monitor(Alone(front.meters, front.watched.standing))
            await monitor.start(stack.enter_context(bound(settings.monitor.listen)), server_tls(settings.monitor.tls))
            stack.push_async_callback(monitor.close)
        await _open_console(stack, front, links, eye, clock)
        if seat.alone:
            control = ControlServer(settings.control_socket, front.requests)
            await control.start()
            stack.push_async_callback(control.close)
        for listener, listening in zip(settings.listen, sockets, strict=True):
            await front.door.start(listener, listening)
        stack.push_async_callback(front.door.drain, settings.limits.drain)
        await _open_milter(stack, front)
        if seat.first:
            stack.push_async_callback(ended, asyncio.create_task(lasting(front.vigil.watch)))
        give_back()
        front.watched.phase = "serving"
        log.info("hatchway.ready", version=__version__, policies=law.rulebook.version, roster=law.roster.version)
        yield front
        front.watched.phase = "stopping"
        log.info("hatchway.draining", sessions=front.door.sessions)
    log.info("hatchway.stopped")


async def _links(settings: Settings, store: Shelf, clock: Clock) -> "Links | None":
    """What writes links to the console into notices; None without a console."""
    if settings.console is None:
        return None
    from gateway.console import Links  # noqa: PLC0415  -- a gateway without a console loads nothing of it

    return Links(settings.console.public_url, await store.accounts.key("links"), clock)


async def _open_console(stack: AsyncExitStack, front: Front, links: "Links | None", eye: Viewer, clock: Clock) -> None:
    """Serve the console until the stack unwinds, if the settings ask for one. Raises OSError."""
    if front.settings.console is None or links is None:
        return
    from gateway.console import BACK, ConsoleServer, House, opened_seal  # noqa: PLC0415  -- as above
    from gateway.ldap import Directory  # noqa: PLC0415  -- as above
    from gateway.oidc import Provider  # noqa: PLC0415  -- as above

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
        tokens=front.store.tokens,
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
    server = ConsoleServer(here, listening, shared=front.settings.fronts > 1)
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
