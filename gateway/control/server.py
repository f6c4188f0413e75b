"""The front's end of the control socket."""

import asyncio
import json
import pwd
import socket
import struct
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import structlog

from gateway.control.words import ALREADY, INVALID, LONGEST, UNAVAILABLE, UNKNOWN, Refused
from gateway.hold import AlreadyRuled
from gateway.ports import StoreUnavailable, StoreUncertain

log = structlog.get_logger()

Answer = Callable[[str, Mapping[str, Any]], Awaitable[object]]
"""Answers one request: (system user who asks, arguments) -> anything JSON can say."""

_MODE = 0o660


class ControlServer:
    """Listens, answers, and never lets a bad request touch the rest. patience: seconds to say and to hear a line."""

    def __init__(self, path: Path, answers: Mapping[str, Answer], *, patience: float = 60.0) -> None:
        self._path = path
        self._answers = answers
        self._patience = patience
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen. Raises OSError, also if another front listens there."""
        await asyncio.to_thread(_clear, self._path)
        self._server = await asyncio.start_unix_server(self._serve, path=self._path, limit=LONGEST)
        self._path.chmod(_MODE)

    async def close(self) -> None:
        """Stop listening and take the socket away."""
        if self._server is not None:
            self._server.close()
            self._path.unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(self._patience):
                line = await reader.readline()
            said = await answered(self._answers, line, _user(writer))
            writer.write(json.dumps(said).encode() + b"\n")
            async with asyncio.timeout(self._patience):
                await writer.drain()
        except TimeoutError:
            log.info("control.dropped", error="whoever asked neither spoke nor listened")
            writer.transport.abort()
        except (ConnectionError, ValueError) as error:
            log.info("control.dropped", error=str(error))
        finally:
            writer.close()


async def answered(answers: Mapping[str, Answer], line: bytes | str, user: str) -> Mapping[str, object]:
    """What is said to a request as it came, whatever it is: an answer, or a refusal."""
    try:
        asked = json.loads(line)
        answer = answers[asked.pop("request")]
    except (ValueError, KeyError, AttributeError, TypeError, RecursionError):
        return {"refused": INVALID, "says": "this Hatchway does not know that request; are both of one version?"}
    try:
        return {"answer": await answer(user, asked)}
    except Refused as refused:
        return {"refused": refused.code, "says": str(refused)}
    except AlreadyRuled as ruled:
        return {"refused": ALREADY, "says": str(ruled)}
    except KeyError as unknown:
        return {"refused": UNKNOWN, "says": f"no message is held as {unknown.args[0]}"}
    except ValueError as invalid:
        return {"refused": INVALID, "says": str(invalid)}
    except StoreUncertain:
        log.exception("control.store_lost")
        return {"refused": UNAVAILABLE, "says": "the store was lost while it wrote; look whether it was done, or ask again"}
    except StoreUnavailable:
        log.exception("control.store_away")
        return {"refused": UNAVAILABLE, "says": "the store cannot be reached now; nothing was changed"}
    except Exception:
        log.exception("control.fault")
        return {"refused": UNAVAILABLE, "says": "Hatchway could not do that; its log says why, nothing is lost"}


def _user(writer: asyncio.StreamWriter) -> str:
    """The system user at the other end (unix(7), SO_PEERCRED)."""
    peer: socket.socket = writer.get_extra_info("socket")
    _, uid, _ = struct.unpack("3i", peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i")))
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid {uid}"


def _clear(path: Path) -> None:
    """Take away the socket of a front that is gone. Raises OSError if one is alive."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.is_socket():
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(str(path))
        except OSError:
            path.unlink(missing_ok=True)
            return
    raise OSError(f"another Hatchway listens on {path}")
