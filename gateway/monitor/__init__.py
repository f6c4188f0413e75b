"""What a monitoring system is told: whether we are alive and ready, and what we count (`/healthz`, `/readyz`, `/metrics`).

It has a listener of its own, on this machine unless the settings say otherwise, because the console's is open to everybody.
What is counted as it happens is in `Meters`; how things stand is asked when somebody wants to know. No address of a person and
no word of a message is in it.

How it fails: where the store does not answer, the metrics that come from it are left out and `hatchway_store_up` is 0; a
request that is no HTTP is dropped. prometheus_client stays behind this door.
"""

from gateway.monitor.alone import Alone
from gateway.monitor.metered import MeteredJudge
from gateway.monitor.meters import Meters
from gateway.monitor.server import Monitor
from gateway.monitor.standing import Standing
from gateway.monitor.sums import Sums

__all__ = ["Alone", "MeteredJudge", "Meters", "Monitor", "Standing", "Sums"]
