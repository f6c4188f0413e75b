"""Pages from templates. Everything is escaped; a name that a template does not find is a fault of ours."""

import hashlib
from datetime import datetime
from functools import cache
from pathlib import Path
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from gateway.console import words
from gateway.console.house import house
from gateway.console.rights import ANSWERING, LOOKING_AFTER, READING, may_rule

STATIC = Path(__file__).parent / "static"
_KINDS = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}


@cache
def templates() -> Environment:
    """The templates, compiled as they are asked for."""
    environment = Environment(
        loader=PackageLoader("gateway.console", "templates"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        counted=words.counted,
        plain=words.plain,
        sentence=words.sentence,
        mailbox=mailbox,
        size=words.size,
        where=words.where,
        static=static_url,
    )
    return environment


def page(request: Request, name: str, *, status: int = 200, **said: object) -> Response:
    """The page `name`; half characters, which mail and terminals can have, are replaced."""
    here, account = house(request), getattr(request.state, "me", None)
    now = here.clock.now()
    standing = {
        "product": here.settings.name,
        "me": account,
        "reads": account is not None and account.role in READING,
        "rules": account is not None and may_rule(account),
        "answers": account is not None and account.role in ANSWERING,
        "looks_after": account is not None and account.role in LOOKING_AFTER,
        "path": request.url.path,
        "now": now,
        "short": lambda moment: words.short(moment, now),
        "full": lambda moment: words.when(moment, None),
        "left": lambda moment: words.left(moment, now),
        "ago": lambda moment: words.ago(moment, now),
        "urgency": lambda moment: words.urgency(moment, now),
        "iso": _iso,
        "query": _query,
    }
    return HTMLResponse(templates().get_template(name).render(standing | said).encode("utf-8", "replace"), status)


def trouble(request: Request, status: int, heading: str, text: str) -> Response:
    """A page that says what is wrong and what to do."""
    return page(request, "trouble.html", status=status, heading=heading, text=text)


@cache
def static_file(name: str) -> tuple[bytes, str]:
    """A file of ours and its media type. Raises KeyError."""
    path = STATIC / Path(name).name
    if path.suffix not in _KINDS or not path.is_file():
        raise KeyError(name)
    return path.read_bytes(), _KINDS[path.suffix]


@cache
def static_url(name: str) -> str:
    """Where it is served; it changes when the file does, so that browsers may keep it."""
    octets, _ = static_file(name)
    return f"/static/{name}?v={hashlib.sha256(octets).hexdigest()[:12]}"


def mailbox(written: str) -> Markup:
    """An address that a narrow page may break behind its @."""
    return Markup("@<wbr>").join(words.plain(written, 254).split("@"))


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def _query(asked: dict[str, str], **changed: str) -> str:
    kept = {name: value for name, value in {**asked, **changed}.items() if value}
    return f"?{urlencode(kept)}" if kept else ""
