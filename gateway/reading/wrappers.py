"""Where a link really goes: redirect wrappers undone without asking anybody.

Safe Links, Proofpoint (v1 to v3), Barracuda, search engines, social networks and mailing services carry the real address
in a parameter or in the path. Short links (`bit.ly`) carry nothing; they stay what they are. Never raises.
"""

import base64
import binascii
import re
import unicodedata
from urllib.parse import parse_qsl, quote, unquote, urljoin, urlsplit, urlunsplit

_DEPTH = 5
_LONGEST = 4000
_NAMES = (
    *("url", "u", "q", "target", "dest", "destination", "redirect", "redirect_url", "redirect_uri", "redirecturl", "redir"),
    *("goto", "to", "link", "ru", "next", "continue", "return", "adurl", "murl", "href", "out", "a", "l", "r", "e", "p", "h"),
)
_ABSOLUTE = re.compile(r"(?:https?:)?//[^\s/]+|https?%3a%2f%2f|www\.\w", re.IGNORECASE)
_IN_PATH = re.compile(r"/(https?(?::|%3a)(?:/|%2f){1,2}.+)", re.IGNORECASE)
_AMP = re.compile(r"/amp/s/(.+)")
_PROOFPOINT = ("urldefense.com", "urldefense.proofpoint.com", "urldefense.us")
_V3 = re.compile(r"/v3/__(.+?)__;([\w\-]*)!")
_SCHEME = re.compile(r"[a-z][a-z0-9+.\-]{0,20}:", re.IGNORECASE)
_NOT_IN_HOST = re.compile(r"[\s\x00-\x1f\x7f]")


def target(written: str, base: str = "") -> str:
    """The address a click on `written` ends at, in a normal form: scheme and host lower-case, no login, no port 80 or 443.

    "" where it leads nowhere outside the message (`cid:`, `#part`, scripts, broken addresses).
    """
    address = _address(written, base)
    for _ in range(_DEPTH):
        inner = _inner(address)
        if not inner or inner == address:
            break
        address = inner
    return address


def _address(written: str, base: str = "") -> str:
    text = re.sub(r"[\t\r\n\x00]", "", written).strip()[:_LONGEST]
    try:
        text = urljoin(base, text) if base and not _SCHEME.match(text) else text
        if text[:7].lower() == "mailto:":
            return "mailto:" + unquote(text[7:])
        if text[:2] in {"//", "\\\\"}:
            text = "https:" + text
        if not _SCHEME.match(text) or re.match(r"[\w.\-]+:\d{1,5}(?:/|$)", text):
            text = "http://" + text if re.match(r"[\w\-]+\.[\w.\-]+", text) else ""
        return _normal(text)
    except ValueError:
        return ""


def _normal(text: str) -> str:
    """Raises ValueError for what is no address."""
    scheme, colon, rest = text.partition(":")
    if scheme.lower() not in {"http", "https", "ftp"} or not colon:
        return ""
    parts = urlsplit(f"{scheme}://{rest.replace(chr(92), '/').lstrip('/')}")
    host = unicodedata.normalize("NFKC", unquote(parts.hostname or "")).lower().rstrip(".")
    if not host or _NOT_IN_HOST.search(host):
        return ""
    port = f":{parts.port}" if parts.port not in (None, 80, 443) else ""
    place = f"[{host}]{port}" if ":" in host else host + port
    return urlunsplit((parts.scheme.lower(), place, parts.path, parts.query, parts.fragment))


def _inner(address: str) -> str:
    """The address that `address` carries inside, or ""."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    if parts.scheme == "mailto":
        return ""
    host = parts.hostname or ""
    if host.endswith(_PROOFPOINT) and (found := _proofpoint(parts.path, parts.query)):
        return _address(found)
    if found := _in_query(parts.query):
        return _address(found)
    if within := _IN_PATH.search(parts.path):
        return _address(unquote(within[1]) + (f"?{parts.query}" if parts.query else ""))
    if host.startswith("www.google.") and (amp := _AMP.match(parts.path)):
        return _address("https://" + amp[1])
    return ""


def _in_query(query: str) -> str:
    try:
        given = parse_qsl(query, max_num_fields=100, encoding="utf-8", errors="replace")
    except ValueError:
        return ""
    by_name = {name.lower(): value for name, value in reversed(given)}
    for name in _NAMES:
        value = by_name.get(name, "")
        if _ABSOLUTE.match(value):
            return unquote(value) if "%3a" in value[:12].lower() else value
    return ""


def _proofpoint(path: str, query: str) -> str:
    if found := _V3.search(path + (f"?{query}" if query else "")):
        return _v3(found[1], found[2])
    given = dict(parse_qsl(query, max_num_fields=100))
    carried = given.get("u", "")
    return unquote(carried.replace("-", "%").replace("_", "/")) if path.startswith("/v2/") else unquote(carried)


def _v3(address: str, encoded: str) -> str:
    """Version 3 takes out characters, leaves `*` (one) or `**X` (a run) in their place, and carries them in base64."""
    try:
        taken = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        taken = ""
    at = 0

    def put(mark: re.Match[str]) -> str:
        nonlocal at
        count = _RUNS.index(mark[1]) + 2 if mark[1] else 1
        piece = taken[at : at + count]
        at += count
        return quote(piece, safe="/:?#[]@!$&'()*+,;=%")

    return re.sub(r"\*\*([A-Za-z0-9_\-])|\*", put, address)


_RUNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
