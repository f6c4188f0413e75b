"""Links to candidates, parties, ballot campaigns and their collection boxes: those of the roster, and those that look it.

A host, an account or a hashtag "looks it" by its own words ("votefor…", "…forsenate", "…4sheriff", "yeson…"), never by a
name. The sites of a social network are one, whatever they are called: m.facebook.com, fb.com, twitter.com.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from publicsuffixlist import PublicSuffixList

from gateway.classify.roster import Roster
from gateway.reading import is_short
from gateway.verdict import Category, Kind

_KEPT, _WRITTEN = 4096, 256
"""So many addresses and hosts are kept with what they are, of fewer characters than this: some six megabytes at most."""
LABEL = 63
"""The longest label of a host name (RFC 1035 §2.3.4)."""
_SUFFIXES = PublicSuffixList()
SEAT = (
    r"(?:mayor|sheriff|governor|ltgov|senate|senator|congress|council|concejal|alcalde|alcaldesa|judge|districtattorney"
    r"|attorneygeneral|treasurer|supervisor|commissioner|commission|portcommission|schoolboard|assembly|statehouse|staterep|clerk|coroner|president"
    r"|auditor|assessor|comptroller|constable|trustee|delegate|justice|prosecutor)"
)
"""An office in the name of a host, an account or a hashtag."""
_SEATS = rf"{SEAT}[a-z0-9-]{{0,12}}"
_ASKED = (
    r"running|runs?|candidates?|race|campaign|vot(?:e|ing)|elections?|results?|guide|forum|debate|interviews?|questions?|filing|files?"
    r"|qualif\w+|bids?|applications?|applicants?|search|forms?|jobs?|hir\w+|list|contact|information|info|how|who|what|office|court"
    r"|budget|requests?|referendum|petition|deput(?:y|ies)|training|sample|polls?|salary|duties|primary|runoff|recount"
)
"""What a step of a path begins with that tells of a race, or of the office's own business."""
_SHORT = (
    r"(?:da|ag|gov|house|court|board|america|arizona|idaho|iowa|ohio|texas|nevada|kansas|maine|oregon|utah|florida|georgia"
    r"|michigan)"
)
_LOOKS = tuple(
    re.compile(form)
    for form in (
        rf"[a-z-]+(?:for|4|para)(?:{_SEATS}|{_SHORT}(?:[-0-9][a-z0-9-]*)?)",
        r"(?:vote|elect|re-?elect|friendsof|committeeto(?:re)?elect)-?[a-z]{3,}[a-z0-9-]*",
        r"keep(?:judge|sheriff|mayor|senator)[a-z]+",
        r"(?:vote-?)?yes-?(?:on|for)-?[a-z0-9-]+|vote-?no-?on-?[a-z0-9-]+",
        r"no-?on-?(?:[a-z]|\d+[a-z]?|(?:the)?-?(?:prop|measure|question|issue|amendment|levy|bond|recall|tax)[a-z0-9-]*)",
        r"(?:team|[a-z]+for)[a-z]*20[2-3]\d",
        r"[a-z]{5,}20(?:2[4-9]|3\d)",
        r"[a-z]{3,}(?:(?<!mo)dems|democrats|republicans|gop|libertarians)|(?:dems|democrats|gop|republicans|libertarians)[a-z]*",
        r"(?:[a-z]+\d+|[a-z]*(?:lodge|pba|fop|iaff|police|fire|streets|victory|action|majority|labor|union|voters|forward|first|safety))pac",
        r"recountfund[a-z-]*",
    )
)
"""How a campaign's host or account is made up; of a host each label is looked at, of an account its name."""
_HALFWAY = re.compile(r"(?:win|winning|stand|standing)-?with-?[a-z]{4,}|[a-z]{4,}(?:4|for)us|(?:keep|retain)-?[a-z]{4,}")
"""What a campaign's host or account may be made up like, and a shop's, too."""
_DATED = re.compile(r"[a-z]+20\d\d")
"""A year makes an account of a name look like a campaign's; as a hashtag anything has one."""
_SLUG = re.compile(
    rf"(?:(?:vote|elect|re-?elect)-)?(?!(?:{_ASKED})\b)[a-z]{{3,}}(?:-[a-z]+){{0,2}}-(?:for|4|para)-(?:county-|city-|state-|us-)?"
    rf"{SEAT}(?:-20\d\d)?"
    r"|re-?elect-[a-z]{3,}(?:-[a-z]+){0,2}(?:-20\d\d)?"
    r"|(?:vote-)?(?:yes|no)-on-(?:(?:the-)?(?:prop|measure|question|issue|amendment|levy|bond|recall)[a-z0-9-]{0,40}|\d{1,3}[a-z]?)"
)
"""A step of a path in so many words, on any site."""
_NOT = re.compile(
    r"vote(?:gov|r\w*|s|411|smart|beat|by\w*|center\w*)?|election\w*|electric\w*|elector\w*|electro\w*|voting\w*|uncf\w*"
)
_MONEY = re.compile(r"/(?:donate|donar|dona|give|contribute|chip-?in)\b")
_JOIN = re.compile(r"/(?:volunteer|endorse|yard-?signs?|pledge|shift|join)\b")
_SOCIAL = frozenset((
    "facebook.com", "instagram.com", "x.com", "youtube.com", "tiktok.com", "threads.net", "bsky.app", "linkedin.com", "venmo.com",
))  # fmt: skip
_SAME = {
    "fb.com": "facebook.com", "fb.me": "facebook.com", "twitter.com": "x.com", "instagr.am": "instagram.com",
    "threads.com": "threads.net",
}  # fmt: skip
"""Other names of social networks."""


@dataclass(frozen=True, slots=True)
class Judged:
    """Whose site it is, and what that weighs. alone: the share left where nothing around is about politics."""

    says: str
    weight: float
    alone: float = 1.0
    name: str = "link"
    kind: Kind = Kind.LINK
    category: Category = Category.POLITICAL


_ROSTER = {
    "candidate": Judged("It links to a candidate's site or account.", 0.85),
    "party": Judged("It links to a political party's site or account.", 0.8),
    "committee": Judged("It links to a political committee's site or account.", 0.85),
    "measure": Judged("It links to the site of a campaign about a ballot measure.", 0.85),
    "platform": Judged("It links to a page that collects money or helpers for campaigns.", 0.85),
}
_CAMPAIGN = Judged("It links to what looks like a campaign's site or account.", 0.68)
_CAMPAIGN_ASKS = Judged("It links to where what looks like a campaign asks for gifts or helpers.", 0.85)
_MAYBE = Judged("It links to what may be a campaign's site or account, among words about politics.", 0.6, 0.0)
_TAG = Judged("It carries what looks like a campaign's hashtag.", 0.6)
_SLUGGED = Judged("The words of a link's address are a campaign's.", 0.55, 0.8)
_ASKS = Judged("It links to a page that asks for gifts or helpers.", 0.6, 0.0)


class Sites:
    """The roster's sites and accounts, ready to be asked. What is known of short addresses is kept: the same come again."""

    def __init__(self, roster: Roster) -> None:
        self._roster = roster
        self._accounts = {"".join(_split(written)): whose for written, whose in roster.accounts.items()}
        self._hosts = frozenset(written.partition("/")[0] for written in self._accounts)
        self._handles = {written.rpartition("/")[2].removeprefix("@"): whose for written, whose in self._accounts.items()}
        self._kept = lru_cache(maxsize=_KEPT)(self._judged)

    def judge(self, written: str) -> Judged | None:
        """What is known of a link (with or without scheme), an account written as @name or a hashtag; None: nothing."""
        return self._kept(written) if len(written) < _WRITTEN else self._judged(written)

    def _judged(self, written: str) -> Judged | None:
        name = written[1:].lower()
        if written.startswith("#"):
            return _TAG if _looks(name) and not _DATED.fullmatch(name) else None
        if written.startswith("@"):
            return _ROSTER[self._handles[name]] if name in self._handles else _CAMPAIGN if _looks(name) else None
        host, path = _split(written)
        whose = next((self._roster.sites[name] for name in _parents(host) if name in self._roster.sites), None)
        if not whose and host in self._hosts:
            whose = next((self._accounts[name] for name in _prefixes(host, path) if name in self._accounts), None)
        if whose:
            return _ROSTER[whose]
        asks = _MONEY.search(path) or _JOIN.search(path)
        if _foreign(host, path):
            return _CAMPAIGN_ASKS if asks else _CAMPAIGN
        if any(_SLUG.fullmatch(step) for step in path.split("/")[1:8] if len(step) <= LABEL):
            return _SLUGGED
        return _ASKS if asks else _MAYBE if _foreign(host, path, _HALFWAY.fullmatch) else None


def _split(written: str) -> tuple[str, str]:
    bare = written.lower().partition("://")[2] or written.lower()
    host, slash, path = bare.partition("/")
    host = host.rpartition("@")[2].partition(":")[0].rstrip(".").removeprefix("www.")
    social = next((name for name in _parents(host) if name in _SOCIAL or name in _SAME), host)
    return _SAME.get(social, social), (slash + path).partition("?")[0].rstrip("/.,;:!)\"'")


def _parents(host: str) -> Iterator[str]:
    while "." in host:
        yield host
        host = host.partition(".")[2]


def _prefixes(host: str, path: str) -> Iterator[str]:
    steps = [step.removeprefix("@") for step in path.split("/") if step]
    for many in range(len(steps), 0, -1):
        yield "/".join((host, *steps[:many]))
        yield f"{host}/@" + "/".join(steps[:many])


def _looks(label: str) -> bool:
    return len(label) <= LABEL and any(form.fullmatch(label) for form in _LOOKS) and not _NOT.fullmatch(label)


def _foreign(host: str, path: str, looks: Callable[[str], object] = _looks) -> bool:
    """What is known of a short host is kept: a message's links go to few."""
    long = len(host) >= _WRITTEN
    if (long or _shortens(host)) and is_short(f"https://{host}{path}"):
        return any(looks(step) and not _DATED.fullmatch(step) for step in path.split("/")[1:3] if step)
    if host in _SOCIAL:
        return any(looks(step.removeprefix("@")) for step in path.split("/")[1:3] if step)
    return _made_up.__wrapped__(host, looks) if long else _made_up(host, looks)


@lru_cache(maxsize=_KEPT)
def _shortens(host: str) -> bool:
    """Whether addresses of that host that have a path are short ones."""
    return is_short(f"https://{host}/-")


@lru_cache(maxsize=_KEPT)
def _made_up(host: str, looks: Callable[[str], object]) -> bool:
    """Whether a label of that host looks it."""
    if host.endswith((".gov", ".mil", ".edu")) or ".gov." in host:
        return False
    suffix = _SUFFIXES.publicsuffix(host) or ""
    return any(looks(label) for label in host.removesuffix(suffix).strip(".").split("."))
