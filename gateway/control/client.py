"""The command line's end of the control socket: blocking, standard library only."""

import json
import socket
from pathlib import Path
from typing import Any

from gateway.control.words import NotRunning, Refused

_PATIENCE = 60.0


def ask(path: Path, request: str, **arguments: object) -> Any:
    """The front's answer. Raises Refused; NotRunning if nobody listens, PermissionError if we may not ask."""
    line = json.dumps({"request": request, **arguments}).encode() + b"\n"
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(_PATIENCE)
        try:
            connection.connect(str(path))
            connection.sendall(line)
            with connection.makefile("rb") as lines:
                answer = lines.readline()
        except PermissionError:
            raise
        except OSError as error:
            raise NotRunning(f"no running Hatchway answers on {path}: {error.strerror or error}") from None
    if not answer:
        raise NotRunning(f"Hatchway closed {path} without an answer; its log says why")
    said = json.loads(answer)
    if "refused" in said:
        raise Refused(said["refused"], said["says"])
    return said["answer"]
