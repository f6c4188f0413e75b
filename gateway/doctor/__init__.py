"""All that can be wrong with a Hatchway on this machine, looked for from outside: as a client, as an admin, as a clock.

It changes nothing and sends nothing; transactions that are opened at the relay are dropped. Each finding says what was seen
and, if that is not good, what to do. It fails with no more than a finding.
"""

from gateway.doctor.findings import Finding, State
from gateway.doctor.rounds import examined

__all__ = ["Finding", "State", "examined"]
