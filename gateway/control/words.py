"""What both ends of the control socket agree on."""

LONGEST = 64 * 1024**2
"""Octets of one line: a message with its evidence fits."""

UNKNOWN = "unknown"
ALREADY = "already"
INVALID = "invalid"
UNAVAILABLE = "unavailable"


class NotRunning(Exception):  # noqa: N818  -- it states a fact
    """No front answers on the socket."""


class Refused(Exception):  # noqa: N818  -- it is an answer
    """The front answered that it will not. code: unknown, already, invalid or unavailable."""

    def __init__(self, code: str, says: str) -> None:
        self.code = code
        super().__init__(says)
