"""Several fronts on one machine: a process that opens the doors, has the fronts take what comes in by them, and keeps them up.

It handles no mail. It holds the listening sockets, so that a connection which waits in one outlives any front; it starts a front
anew that died or hangs; it speaks to systemd, to the command line and to those who monitor, for all fronts. The fronts share
nothing but those sockets, the store, and counts of what is in use (`gateway.seat`).

How it fails: at the start with OSError (a port), or as the first front does, whose words are in the log and whose exit status
is ours. Afterwards it keeps running. If it dies, the fronts finish what they have and end.
"""

from gateway.fronts.serving import serve

__all__ = ["serve"]
