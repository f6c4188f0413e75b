"""Where a link really goes: redirect wrappers undone without asking anybody.

Safe Links, Proofpoint (v1 to v3), Barracuda, search engines, social networks and mailing services carry the real address in a
parameter or in the path: as it is, percent-encoded, or in base64, by itself or in JSON. Some mail filters tell the host alone.
A link that is no known wrapper goes where it says as well as where it carries: `ways` gives both, so that a harmless address in
a parameter hides nothing. Short links carry nothing; they stay what they are, and `is_short` knows them. Never raises.
"""

import base64
import binascii
import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import parse_qsl, quote, unquote, urljoin, urlsplit, urlunsplit

_DEPTH = 5
_LONGEST = 4000
_NAMES = (
    *("url", "u", "q", "target", "dest", "destination", "redirect", "redirect_url", "redirect_uri", "redirecturl", "redir"),
    *("goto", "to", "link", "ru", "next", "continue", "return", "adurl", "murl", "href", "out", "a", "l", "r", "e", "p", "h"),
    *("uddg", "z", "rurl", "durl", "desturl", "landing", "page", "upn", "qs", "data", "payload", "d"),
)
"""Parameters that carry an address, those that do so most often first. The last few carry it encoded, or a host alone."""
_ABSOLUTE = re.compile(r"(?:https?:)?//[^\s/]+|https?%3a%2f%2f|www\.\w", re.IGNORECASE)
_ENCODED = re.compile(r"/(https?(?::|%3a)%2f%2f[^/]+)", re.IGNORECASE)
_IN_PATH = re.compile(r"/(?:RU=)?(https?(?::|%3a)(?:/|%2f){1,2}.+)", re.IGNORECASE)
_SEARCHED = re.compile(r"/RK=\d.*\Z")
_AMP = re.compile(r"/amp/s/(.+)")


def _houses(*names: str) -> tuple[str, ...]:
    """As hosts end that are theirs, with a full stop before them."""
    return tuple(f".{name}" for name in names)


_PROOFPOINT = _houses("urldefense.com", "urldefense.proofpoint.com", "urldefense.us")
_V3 = re.compile(r"/v3/__(.+?)__;([\w\-*]*)!")
_NORMAL = re.compile(
    r"https?://(?:[a-z0-9-]{1,63}\.){1,10}[a-z]{2,63}(?:/[A-Za-z0-9/._~%=+,;:@!$'()*-]{0,2000})?(?:\?[A-Za-z0-9/._~%&=+,;:@!$'()*-]{1,1000})?"
)
"""An address that is in the normal form already, as most are."""
_SCHEME = re.compile(r"[a-z][a-z0-9+.\-]{0,20}:", re.IGNORECASE)
_NOT_IN_HOST = re.compile(r"[\s\x00-\x1f\x7f]")
_BASE64 = re.compile(r"(?:a1|l)?((?:ey|ew|eN|aHR0c|Ly|d3d3)[\w+/\-]{8,}=*)")
"""Base64 of `{`, of `http`, `//` or `www`; one search engine puts `a1` before it."""
_QUOTED = re.compile(r"https?:(?:\\*/){2}[^\s\"'<>\x00-\x1f\ufffd]+", re.IGNORECASE)
_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9\-]{0,62})\.)+[a-z]{2,20}(?:/[^\s]*)?", re.IGNORECASE)
_HOST_ONLY = _houses(
    *("mimecast.com", "mimecastprotect.com", "protection.sophos.com", "mandrillapp.com", "pstmrk.it"),
    *("mailguard.com.au", "spamtitan.com", "edgepilot.com"),
)
"""Filters and mailing services that tell where a link goes without a scheme, or its host alone."""
_OTHERS = _houses(
    *("safelinks.protection.outlook.com", "statics.teams.cdn.office.net", "linkprotect.cudasvc.com", "protect.checkpoint.com"),
    *("secure-web.cisco.com", "fireeye.com", "trellix.com", "clicktime.symantec.com", "clicktime.cloud.postoffice.net"),
    *("trendmicro.com", "urlsand.com", "avanan.click", "avanan.net", "inky.com", "ppe-hosted.com", "fortimail.com"),
    *(
        "l.facebook.com",
        "lm.facebook.com",
        "l.instagram.com",
        "l.messenger.com",
        "l.threads.net",
        "out.reddit.com",
        "t.umblr.com",
    ),
    *("slack-redir.net", "href.li", "anonym.to", "nullrefer.com", "r.search.yahoo.com", "googleadservices.com", "awstrack.me"),
    *("list-manage.com", "hubspotlinks.com", "customeriomail.com", "rs6.net", "exct.net", "klclick.com", "ct.sendgrid.net"),
)
_WRAPPERS = (*_PROOFPOINT, *_HOST_ONLY, *_OTHERS)
"""Who carries a link for others: what they wrap is where it goes, and they are nowhere one goes."""
_DOORS = re.compile(
    r"(?:(?:www\.)?google\.[a-z.]{2,6}/(?:url|amp)|(?:www\.)?bing\.com/ck/|(?:www\.)?youtube\.com/redirect|duckduckgo\.com/l/"
    r"|(?:www\.)?linkedin\.com/(?:redir|safety)|substack\.com/redirect|vk\.com/away|steamcommunity\.com/linkfilter)"
)
"""The same of houses that have pages of their own besides."""
_SHORT = frozenset(
    (
        *("bit.ly", "bitly.com", "j.mp", "tinyurl.com", "t.co", "goo.gl", "ow.ly", "buff.ly", "is.gd", "v.gd", "cutt.ly"),
        *("rebrand.ly", "rb.gy", "t.ly", "tiny.cc", "shorturl.at", "bl.ink", "short.io", "dub.sh", "s.id", "lnkd.in", "fb.me"),
        *("trib.al", "dlvr.it", "shorturl.gg", "tny.im", "u.to", "qr.ae", "qrco.de", "l.ead.me", "qr.page"),
        *("linktr.ee", "lnk.bio", "hubs.ly", "hubs.la", "conta.cc", "mailchi.mp", "ift.tt", "po.st", "adf.ly", "x.gd", "urlz.fr"),
        *("tr.ee", "tinyurl.app", "kutt.it", "soo.gd", "clck.ru", "surl.li", "shrtco.de", "zpr.io"),
    )
)
"""Who gives short names to the addresses of others; shops, films and forms that shorten their own alone are not among them."""


def target(written: str, base: str = "") -> str:
    """The address a click on `written` ends at, in a normal form: scheme and host lower-case, no login, no port 80 or 443.

    "" where it leads nowhere outside the message (`cid:`, `#part`, scripts, broken addresses).
    """
    return ways(written, base)[0]


def ways(written: str, base: str = "") -> tuple[str, ...]:
    """Where a click ends, then every address on the way to it that is no known wrapper's; see `target`."""
    address = _address(written, base)
    passed = [address]
    for _ in range(_DEPTH):
        inner = _inner(address)
        if not inner or inner in passed:
            break
        passed.append(inner)
        address = inner
    *before, last = passed
    return (last, *(one for one in reversed(before) if not _wraps(one)))


def is_short(address: str) -> bool:
    """Whether an address is a short one: where it leads only its maker knows."""
    host = _host(address).removeprefix("www.")
    return host in _SHORT and bool(_path(address).strip("/"))


def words(address: str) -> Iterator[str]:
    """What a link says by itself: a text that it puts into a post or a message, three words or more."""
    if "?" not in address:
        return
    try:
        given = parse_qsl(urlsplit(address).query, max_num_fields=100, encoding="utf-8", errors="replace")
    except ValueError:
        return
    yield from (value for _, value in given if len(re.findall(r"[^\W\d_]{2,}", value)) > 2 and re.search(r"\w\s+\w", value))  # noqa: PLR2004  -- two are a name


def _wraps(address: str) -> bool:
    host = _host(address)
    return _is_of(host, _WRAPPERS) or _DOORS.match(host + _path(address)) is not None


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def _path(address: str) -> str:
    try:
        return urlsplit(address).path
    except ValueError:
        return ""


def _is_of(host: str, houses: tuple[str, ...]) -> bool:
    return f".{host}".endswith(houses)


def _address(written: str, base: str = "") -> str:
    if _NORMAL.fullmatch(written):
        return written
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
    if _is_of(host, _PROOFPOINT) and (found := _proofpoint(parts.path, parts.query)):
        return _address(found)
    carried = _in_query(parts.query, bare=_is_of(host, _HOST_ONLY)) or _in_path(host, parts.path, parts.query)
    return _address(carried) if carried else ""


def _in_path(host: str, path: str, query: str) -> str:
    if encoded := _ENCODED.search(path):
        return unquote(encoded[1])
    if within := _IN_PATH.search(path):
        return unquote(_SEARCHED.sub("", within[1])) + (f"?{query}" if query else "")
    if host.startswith("www.google.") and (amp := _AMP.match(path)):
        return f"https://{amp[1]}"
    bare = _is_of(host, _HOST_ONLY)
    for step in path.split("/")[1:20]:
        if found := _decoded(step):
            return found
        if bare and _HOST.fullmatch(unquote(step)):
            return f"https://{unquote(step)}"
    return ""


def _in_query(query: str, *, bare: bool) -> str:
    """bare: a host without a scheme counts too."""
    if not query:
        return ""
    try:
        given = parse_qsl(query, max_num_fields=100, encoding="utf-8", errors="replace")
    except ValueError:
        return ""
    by_name = {name.lower(): value for name, value in reversed(given)}
    for name in _NAMES:
        if not (value := by_name.get(name, "")):
            continue
        if _ABSOLUTE.match(value):
            return unquote(value) if "%3a" in value[:12].lower() else value
        if found := _decoded(value):
            return found
    told = by_name.get("domain") or by_name.get("d") or "" if bare else ""
    return f"https://{told}" if _HOST.fullmatch(told) else ""


def _decoded(value: str) -> str:
    """The address in base64, by itself or in JSON; `-2B`, `-2F` and `-3D` are how one service writes `+`, `/` and `=`."""
    plain = re.sub(r"-(2B|2F|3D)", lambda found: unquote(f"%{found[1]}"), value) if "-" in value else value
    found = _BASE64.fullmatch(plain.partition(".")[0])
    if not found:
        return ""
    letters = found[1].rstrip("=").replace("+", "-").replace("/", "_")
    try:
        text = base64.urlsafe_b64decode(letters + "=" * (-len(letters) % 4)).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return ""
    if address := _QUOTED.search(text):
        return address[0].replace("\\", "")
    return text if _ABSOLUTE.match(text) else ""


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
