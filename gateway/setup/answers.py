"""What has to be known."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """domains: whose mail is taken besides the board's, the department's first.

    board: addresses whose mail to the department is read first; listen: where mail comes in
    clients: networks that may send through us; console: where it listens, behind its proxy
    folder: for settings and policies; state: for the store; run: for the control socket
    """

    domains: tuple[str, ...]
    relay_host: str
    relay_port: int
    relay_tls: str
    reviewers: tuple[str, ...]
    board: tuple[str, ...]
    public_url: str
    hostname: str
    clients: tuple[str, ...]
    listen: str
    console: str
    folder: Path
    state: Path
    run: Path
    relay_ca: Path | None = None
