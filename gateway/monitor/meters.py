"""What is counted, and how it is written down for Prometheus. Each front has its own."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from gateway import __version__
from gateway.decision import Decision
from gateway.mail import Reply
from gateway.monitor.standing import Listing, Shelf, Standing

_RELOADS = "Reloads of policies and roster."
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0)
disable_created_metrics()  # when a counter began is when we did
KIND = "text/plain; version=0.0.4; charset=utf-8"

Family = tuple[str, str, str, list[tuple[str, dict[str, str], float]]]
"""A metric: its name, what it says, its type, and its samples with their labels."""


class Meters:
    """Tell it what happens; `written` has all of it, and how things stand."""

    def __init__(self) -> None:
        self._registry = registry = CollectorRegistry()
        self._standing = _Asked()
        registry.register(self._standing)
        ProcessCollector(registry=registry)
        Info("hatchway_build", "The version that runs.", registry=registry).info({"version": __version__})
        said = ("Messages by what was decided, and by the policy that decided.", ("disposition", "policy"))
        self._messages = Counter("hatchway_messages", *said, registry=registry)
        self._replies = Counter(
            "hatchway_replies", "Replies to complete messages, by their first digit.", ("code",), registry=registry
        )
        said_ = "Seconds from the end of a message to its decision."
        self._seconds = Histogram("hatchway_judgement_seconds", said_, buckets=_SECONDS, registry=registry)
        self._failed = Counter("hatchway_judgement_failures", "Messages that could not be judged.", registry=registry)
        self._unread = Counter("hatchway_unread", "Messages with a part that could not be read.", registry=registry)
        trial = "What rules and policies marked as dry run would have done."
        self._trials = Counter("hatchway_dry_run", trial, ("would", "rule"), registry=registry)
        self._reloads = Counter("hatchway_reloads", _RELOADS, ("result",), registry=registry)
        in_force = "Whether the last reload succeeded (1), or the old policies stayed (0)."
        self._reloaded = Gauge("hatchway_reload_successful", in_force, registry=registry)
        for result in ("loaded", "refused"):
            self._reloads.labels(result)
        for digit in "245":
            self._replies.labels(f"{digit}xx")
        self._reloaded.set(1)

    @property
    def registry(self) -> CollectorRegistry:
        """Where others put what they count."""
        return self._registry

    def judged(self, decision: Decision, seconds: float) -> None:
        """A message was judged."""
        self._messages.labels(decision.word, decision.policy).inc()
        self._seconds.observe(seconds)
        for trial in decision.trials:
            self._trials.labels(trial.would, str(trial.rule)).inc()
        if decision.verdict is None:
            self._failed.inc()
        elif decision.verdict.unread:
            self._unread.inc()

    def replied(self, reply: Reply) -> None:
        """A client was answered at the end of a message."""
        self._replies.labels(f"{reply.code // 100}xx").inc()

    def reloaded(self, *, loaded: bool) -> None:
        """Policies and roster were read again."""
        self._reloads.labels("loaded" if loaded else "refused").inc()
        self._reloaded.set(loaded)

    def written(self, standing: Standing) -> bytes:
        """All of it in Prometheus' text format."""
        self._standing.now = standing
        return generate_latest(self._registry)

    def told(self, standing: Standing) -> list[Family]:
        """All of it as JSON can say it."""
        self._standing.now = standing
        return [
            (one.name, one.documentation, one.type, [(sample.name, dict(sample.labels), sample.value) for sample in one.samples])
            for one in self._registry.collect()
        ]


class _Asked(Collector):
    """How things stand, as of the last time somebody asked."""

    def __init__(self) -> None:
        self.now: Standing | None = None

    def collect(self) -> Iterator[Metric]:
        """What Prometheus' client calls."""
        if self.now is not None:
            yield from _written(self.now)

    def describe(self) -> Iterator[Metric]:
        """Nothing to look at before somebody asked."""
        return iter(())


def _written(standing: Standing) -> Iterator[Metric]:
    law = {"policies": standing.policies, "roster": standing.roster}
    yield InfoMetricFamily("hatchway_policy", "The versions of policies and roster that are in force.", value=law)
    yield _gauge("hatchway_relay_up", "Whether the relay could be reached when it was last tried.", standing.relay_up)
    yield _gauge("hatchway_relay_failures", "Attempts in a row to reach the relay that failed.", standing.relay_failures)
    yield _gauge(
        "hatchway_serving", "Whether all doors are open: 0 while it starts and while it stops.", standing.phase == "serving"
    )
    yield from fronts(of=1, up=int(standing.phase == "serving"), restarts=0)
    yield _gauge("hatchway_store_up", "Whether the store answers.", standing.shelf is not None)
    yield _counter("hatchway_store_errors", "Times that the store could not do what it was asked.", standing.store_errors)
    yield _counter("hatchway_judge_restarts", "Judges that died or were replaced.", standing.judge_restarts)
    sessions = GaugeMetricFamily("hatchway_sessions", "Connections that are open now.", labels=["door"])
    for door, open_ in standing.sessions.items():
        sessions.add_metric([door], open_)
    yield sessions
    sent = CounterMetricFamily("hatchway_deliveries", "Attempts to send what is in the outbox.", labels=["purpose", "outcome"])
    for (purpose, outcome), count in standing.deliveries.items():
        sent.add_metric([purpose, outcome], count)
    yield sent
    if standing.roster_written is not None:
        age = (standing.now - standing.roster_written).total_seconds()
        yield _gauge("hatchway_roster_age_seconds", "Since the newest file of the roster was written.", age)
    ends = GaugeMetricFamily("hatchway_certificate_end_timestamp_seconds", "When a certificate of ours ends.", labels=["file"])
    for file, end in standing.certificates.items():
        ends.add_metric([file], end.timestamp())
    yield ends
    yield from _watched(standing)
    yield from _listed(standing.directories, standing.now)
    yield from _hooked(standing)
    if standing.shelf is not None:
        yield from _on_shelf(standing.shelf, standing.now)


def _watched(standing: Standing) -> Iterator[Metric]:
    silence = "Since the last message was judged that is no canary, or since we began."
    yield _gauge("hatchway_last_message_age_seconds", silence, _since(standing.last_message, standing.now))
    well = GaugeMetricFamily("hatchway_canary_well", "Whether a canary fared as expected when it last flew.", labels=["canary"])
    age = GaugeMetricFamily("hatchway_canary_age_seconds", "Since it last fared as expected.", labels=["canary"])
    for name, (fared_well, at) in standing.canaries.items():
        well.add_metric([name], fared_well)
        if at is not None:
            age.add_metric([name], _since(at, standing.now))
    yield from (well, age)


def _listed(directories: Mapping[str, Listing], now: datetime) -> Iterator[Metric]:
    by = ["directory"]
    up = GaugeMetricFamily("hatchway_directory_up", "Whether its last answers were some, for every group.", labels=by)
    age_ = "Since the group heard of longest ago was heard of."
    age = GaugeMetricFamily("hatchway_directory_age_seconds", age_, labels=by)
    unknown = GaugeMetricFamily("hatchway_directory_unknown_groups", "Groups that were never heard of.", labels=by)
    errors = CounterMetricFamily("hatchway_directory_errors", "Questions that were not answered.", labels=by)
    members = GaugeMetricFamily("hatchway_directory_members", "Addresses in a group.", labels=["directory", "group"])
    for name, one in directories.items():
        up.add_metric([name], one.up)
        unknown.add_metric([name], one.unknown)
        errors.add_metric([name], one.errors)
        if one.since is not None:
            age.add_metric([name], _since(one.since, now))
        for group, count in one.members.items():
            members.add_metric([name, group], count)
    yield from (up, age, unknown, errors, members)


def _hooked(standing: Standing) -> Iterator[Metric]:
    by = ["webhook"]
    pending = GaugeMetricFamily("hatchway_webhook_pending", "Events that it was not told yet.", labels=by)
    oldest = GaugeMetricFamily("hatchway_webhook_oldest_seconds", "Since the oldest of them happened.", labels=by)
    for name, one in standing.webhooks.items():
        pending.add_metric([name], one.count)
        oldest.add_metric([name], _since(one.oldest, standing.now))
    calls = CounterMetricFamily("hatchway_webhook_calls", "Attempts to tell a webhook.", labels=["webhook", "outcome"])
    for name, outcome in ((name, outcome) for name in standing.webhooks for outcome in ("heard", "postponed", "dropped")):
        calls.add_metric([name, outcome], standing.told.get((name, outcome), 0))
    yield from (pending, oldest, calls)


def _on_shelf(shelf: Shelf, now: datetime) -> Iterator[Metric]:
    yield _gauge("hatchway_holds_waiting", "Held messages that nobody ruled on.", shelf.waiting)
    yield _gauge("hatchway_oldest_hold_seconds", "How long the oldest of them waits.", _since(shelf.oldest_hold, now))
    yield _gauge("hatchway_outbox_parcels", "Released messages and notices that are to go out.", shelf.parcels)
    yield _gauge("hatchway_outbox_oldest_seconds", "How long the oldest of them is due.", _since(shelf.oldest_parcel, now))
    yield _gauge("hatchway_outbox_undeliverable", "Parcels that the relay refused for good, ever.", shelf.undeliverable)


def fronts(*, of: int, up: int, restarts: int) -> Iterator[Metric]:
    """How the processes do that share the doors."""
    yield _gauge("hatchway_fronts", "Processes that share the doors, as the settings say.", of)
    yield _gauge("hatchway_fronts_up", "Those of them that serve.", up)
    yield _counter("hatchway_front_restarts", "Those of them that died, hung or could not start, and were replaced.", restarts)


def reloaded(by_result: Mapping[str, int]) -> Iterator[Metric]:
    """Reloads that several fronts made together."""
    reloads = CounterMetricFamily("hatchway_reloads", _RELOADS, labels=["result"])
    for result, count in by_result.items():
        reloads.add_metric([result], count)
    yield reloads


def _gauge(name: str, says: str, value: float) -> Metric:
    return GaugeMetricFamily(name, says, value=float(value))


def _counter(name: str, says: str, value: int) -> Metric:
    return CounterMetricFamily(name, says, value=value)


def _since(then: datetime | None, now: datetime) -> float:
    return max((now - then).total_seconds(), 0.0) if then else 0.0
