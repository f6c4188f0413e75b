"""One set of metrics for several fronts: what they count is added up, and what they measure is told of the one it is worst with.

A front that died takes its counters with it; what was told of them stays in the sum, so that no counter ever goes back. A front
that does not answer is in the sum with what it last said.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from gateway.monitor.meters import Family, fronts, reloaded

_SERVING = "hatchway_serving"
_COUNTED = frozenset({"counter", "histogram"})
_OTHERWISE: Mapping[str, Callable[[Sequence[float]], float]] = {
    "hatchway_sessions": sum,
    "process_resident_memory_bytes": sum,
    "process_virtual_memory_bytes": sum,
} | dict.fromkeys(
    (
        "hatchway_relay_up",
        _SERVING,
        "hatchway_store_up",
        "hatchway_reload_successful",
        "hatchway_certificate_end_timestamp_seconds",
        "hatchway_last_message_age_seconds",
        "hatchway_directory_up",
        "process_max_fds",
        "process_start_time_seconds",
    ),
    min,
)
"""How what is measured is told; the largest figure, where nothing else is said."""
_OURS = ("hatchway_fronts", "hatchway_fronts_up", "hatchway_front_restarts", "hatchway_reloads")
"""Metrics that whoever keeps the fronts knows better."""

_Key = tuple[str, tuple[tuple[str, str], ...]]


class Sums:
    """What was heard, by the number of the front."""

    def __init__(self) -> None:
        self._told: dict[int, dict[_Key, float]] = {}
        self._gone: dict[_Key, float] = {}
        self._kinds: dict[str, tuple[str, str]] = {}

    def left(self, front: int) -> None:
        """That front is gone; another begins to count at 0."""
        for key, count in self._told.pop(front, {}).items():
            self._gone[key] = self._gone.get(key, 0.0) + count

    def written(
        self, said: Mapping[int, Iterable[Family]], *, of: int, up: int, restarts: int, reloads: Mapping[str, int]
    ) -> bytes:
        """All of it in Prometheus' text format.

        said: by those who answered, of so many fronts, of which so many are up; reloads: by their result
        """
        measured: dict[str, dict[_Key, list[float]]] = {}
        for front, families in said.items():
            for name, says, kind, samples in families:
                if name in _OURS:
                    continue
                self._kinds[name] = (says, kind)
                into = measured.setdefault(name, {})
                for sample, labels, value in samples:
                    key = (sample, tuple(sorted(labels.items())))
                    if kind in _COUNTED:
                        self._told.setdefault(front, {})[key] = value
                    else:
                        into.setdefault(key, []).append(value)
        if len(said) < of:
            measured.setdefault(_SERVING, {}).setdefault((_SERVING, ()), []).append(0.0)
        registry = CollectorRegistry()
        ours = (*fronts(of=of, up=up, restarts=restarts), *reloaded(reloads))
        registry.register(_All([*ours, *self._counted(), *self._measured(measured)]))
        return generate_latest(registry)

    def _counted(self) -> Iterator[Metric]:
        sums = dict(self._gone)
        for told in self._told.values():
            for key, count in told.items():
                sums[key] = sums.get(key, 0.0) + count
        for name, (says, kind) in self._kinds.items():
            if kind in _COUNTED:
                metric = Metric(name, says, kind)
                for (sample, labels), value in sums.items():
                    if _family(sample) == name:
                        metric.add_sample(sample, dict(labels), value)
                yield metric

    def _measured(self, measured: Mapping[str, Mapping[_Key, Sequence[float]]]) -> Iterator[Metric]:
        for name, (says, kind) in self._kinds.items():
            if kind not in _COUNTED and name in measured:
                metric = Metric(name, says, kind)
                worst = _OTHERWISE.get(name, max)
                for (sample, labels), values in measured[name].items():
                    metric.add_sample(sample, dict(labels), worst(values))
                yield metric


class _All(Collector):
    def __init__(self, metrics: Sequence[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterator[Metric]:
        """What Prometheus' client calls."""
        return iter(self._metrics)

    def describe(self) -> Iterator[Metric]:
        """Nothing but what is collected."""
        return iter(())


def _family(sample: str) -> str:
    """The metric that a counted sample belongs to."""
    for suffix in ("_total", "_bucket", "_count", "_sum"):
        if sample.endswith(suffix):
            return sample.removesuffix(suffix)
    return sample
