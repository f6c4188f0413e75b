"""Groups that are too many for a token: the provider says so, and they are asked for elsewhere (Entra calls it overage).

Entra leaves the claim out of the token of somebody in more than 200 groups, and names it among the claims that stand somewhere
else (OpenID Connect Core 1.0 §5.6.2). Where that is, Microsoft has changed; so the settings name it. What answers there is
Microsoft Graph's: `value`, with an `id` for each group, and `@odata.nextLink` as long as there are more.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from gateway.oidc.words import Unproven

_PAGES = 50


def elsewhere(found: Mapping[str, Any], claim: str) -> bool:
    """Whether the provider says that there are groups, and not here."""
    named = found.get("_claim_names")
    return (isinstance(named, Mapping) and claim in named) or found.get("hasgroups") in {True, "true"}


async def all_of(url: str, get: Callable[[str], Awaitable[Mapping[str, Any]]]) -> tuple[str, ...]:
    """The ids of all groups, page by page from `url`. Raises Unproven where they are not all to be had."""
    groups: list[str] = []
    here = urlsplit(url)[:2]
    for _ in range(_PAGES):
        said = await get(url)
        listed = said.get("value")
        if not isinstance(listed, list):
            raise Unproven("groups url", "what answers there lists no groups")
        ids = (one.get("id") if isinstance(one, Mapping) else one for one in listed)
        groups += [one for one in ids if isinstance(one, str)]
        following = said.get("@odata.nextLink")
        if following is None:
            return tuple(groups)
        if not isinstance(following, str) or urlsplit(following)[:2] != here:
            raise Unproven("groups url", "what answers there says that the rest is somewhere else")
        url = following
    raise Unproven("groups url", f"he is in more groups than stand on {_PAGES} pages")
