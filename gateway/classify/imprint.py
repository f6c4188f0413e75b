"""Imprints: the line by which a campaign's or a committee's own mail says who paid for it, as the law has it say.

"Paid for by Friends of Marsh", "Not authorized by any candidate" (52 U.S.C. 30120; the states' laws are alike), a committee's
word that gifts to it are not deductible (26 U.S.C. 6113). It stands on a line of its own. A name alone makes none, nor a
grant, an office or a social club that paid: who paid must be a campaign, a committee, a party or a measure's side.
"""

import re
from collections.abc import Callable, Iterator

from gateway.classify.links import SEAT
from gateway.classify.signs import Promoted
from gateway.verdict import Kind

IMPRINT = Promoted(
    "imprint", Kind.PROMOTION, "It bears the imprint of a campaign or of a political committee: who paid for it.", 0.7
)
MOST = 4
"""So many imprints of a passage are looked at."""
_MAYBE = ("aid for", "AID FOR", "aid by", "AID BY", "uthorized by", "UTHORIZED BY", "eductible", "agado por", "AGADO POR")
_LOW = ("aid ", "horized by", "ductible", "gado por")
"""What a passage that has one of those has in small letters."""
_PARTY = r"(?:\w+ ){1,3}party|party of \w+|partido"
_WHO = (
    r"friends of|amigos de|(?:citizens|people|families|neighbors|voters|workers|(?:rate|tax)payers) (?:for|against|to)\b"
    r"|committee (?:to|for|against)\b|comit[eé] (?:para|pro|por)\b|campaign|campa[nñ]a|political|pol[ií]tic|\bpac\b|victory"
    rf"|re-?elect|\belect\b|\bballot\b|\bmeasure\b|\b(?:yes|no) on\b|\btreasurer\b|{_PARTY}|\b(?:for|para) (?:the )?(?:{SEAT})\b"
    r"|\bfor (?:congress|senate|governor|president|america|[a-z]+ county)\b|^\W*[a-z.' -]{2,40}\b20\d\d\b"
)
_PAID = re.compile(
    r"^[^\w\n]*(?:(?:political|pol\.?|propaganda) (?:ad\w*\.?|communication|message|pol[ií]tica)[^\w\n]*)?"
    r"(?:(?:authorized|approved|printed|produced|autorizado) (?:and|y) )?"
    r"(?:paid(?: for)?|pagado)(?: and authorized)? (?:by|por)\b:?(?P<who>[^\n]{2,160})",
    re.IGNORECASE | re.MULTILINE,
)
_COMMITTEE = re.compile(_WHO, re.IGNORECASE)
_PLAY = re.compile(
    r"\b(?:birthday|holiday|christmas|retirement|search|planning|social|grant|wedding|third|responsible|office) ", re.IGNORECASE
)
_NOT = re.compile(
    r"^[^\w\n]*(?:(?:and|or) )?not (?:paid for or )?authorized by any (?:federal )?candidate[^\n]{0,80}"
    r"|^[^\w\n]*(?:contributions|donations|gifts)[^\n]{0,80}? (?:pac|committee|campaign|party|20\d\d"
    r"|for \w+)[^\n]{0,30} (?:are|is) not (?:tax[- ]?)?deductible",
    re.IGNORECASE | re.MULTILINE,
)


def imprints(text: str, low: str, party: Callable[[int, int], bool]) -> Iterator[tuple[int, int]]:
    """Where a folded passage has one: starts and ends.

    low: the passage in small letters; party: whether one stands between two places, whichever it is
    """
    if not any(map(low.__contains__, _LOW)) or not any(map(text.__contains__, _MAYBE)):
        return
    paid = [each for each in _PAID.finditer(text) if not _PLAY.search(each["who"])]
    found = [each.span() for each in paid if _COMMITTEE.search(each["who"]) or party(*each.span("who"))]
    found += [each.span() for each in _NOT.finditer(text)]
    yield from sorted(found)[:MOST]
