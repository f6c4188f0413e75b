"""The control socket: how the command line talks to a running front.

One Unix socket, one request and one answer per connection, each a line of JSON. Whoever may open the socket may rule, so
its folder and mode (0660) are the access control; the answer to a ruling records the system user who asked (SO_PEERCRED).
The client half imports nothing heavy. Failures are `Refused`, with a code and a sentence; a front that is not there is
`NotRunning`.
"""

from gateway.control.client import ask
from gateway.control.words import NotRunning, Refused

__all__ = ["NotRunning", "Refused", "ask"]
