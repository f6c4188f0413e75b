#!/usr/bin/env python3
"""An example of a receiver of Hatchway's webhooks: it verifies the signature and prints what happened. Standard library only.

    receiver.py --secret-file FILE [--port 8099]

A receiver answers 2xx once it has what it was told on stable storage, and soon: what takes long is done afterwards. It is told
everything at least once, so it remembers ids (`webhook-id`) and does nothing twice. It listens on this machine only; put it
behind a server that speaks TLS, or into one.
"""

import argparse
import base64
import hashlib
import hmac
import json
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

TOLERANCE = 300
LARGEST = 1024 * 1024


def verified(secret: str, headers: dict[str, str], body: bytes, now: float) -> bool:
    """Whether that was signed with the secret (Standard Webhooks), and lately."""
    id_, at = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not id_ or not at.isdecimal() or abs(now - int(at)) > TOLERANCE:
        return False
    key = base64.b64decode(secret.strip().removeprefix("whsec_"))
    content = b".".join((id_.encode(), at.encode(), body))
    expected = b"v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest())
    given = headers.get("webhook-signature", "").encode("ascii", "replace").split(b" ")
    return any(hmac.compare_digest(expected, one) for one in given)


def said(event: dict[str, object]) -> None:
    """A line of JSON."""
    sys.stdout.write(f"{json.dumps(event)}\n")
    sys.stdout.flush()


class Receiver(BaseHTTPRequestHandler):
    """Answers 204 for what is new or was heard before, 401 for what is not signed as it should be."""

    secret = ""
    heard: ClassVar[dict[str, float]] = {}

    def do_POST(self) -> None:
        """One event."""
        size = int(self.headers.get("content-length") or 0)
        body = self.rfile.read(size) if 0 < size <= LARGEST else b""
        headers = {name.lower(): value for name, value in self.headers.items()}
        good = verified(self.secret, headers, body, time.time())
        if good and headers["webhook-id"] not in self.heard:
            event = json.loads(body)
            said({"id": headers["webhook-id"], **event})
            self.heard[headers["webhook-id"]] = time.time()
        self.send_response(204 if good else 401)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """What happened is printed, not that it was asked for."""


def main() -> None:
    """Listen until it is stopped."""
    asked = argparse.ArgumentParser(description="Verify and print Hatchway's webhooks.")
    asked.add_argument("--secret-file", type=Path, required=True)
    asked.add_argument("--port", type=int, default=8099)
    given = asked.parse_args()
    Receiver.secret = given.secret_file.read_text(encoding="utf-8").split()[0]
    with ThreadingHTTPServer(("127.0.0.1", given.port), Receiver) as server:
        said({"listening": server.server_address[1]})
        server.serve_forever()


if __name__ == "__main__":
    main()
