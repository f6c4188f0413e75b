"""The provider: its description, its keys, the way there, and what it says on the way back."""

import asyncio
import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from gateway.identity import Oidc, Vouched
from gateway.lately import lately
from gateway.oidc.groups import all_of, elsewhere
from gateway.oidc.tokens import UnknownKey, claims, verify, verify_farewell
from gateway.oidc.wire import Wire
from gateway.oidc.words import Unproven, tidy

_LASTS = timedelta(hours=1)
_BETWEEN = timedelta(seconds=30)
"""At most so often are keys asked for because a token names one that is not there."""
_LEEWAY = 60
_PEACE = timedelta(seconds=5)
_HERE = {"localhost", "127.0.0.1", "::1"}
_NEEDED = ("authorization_endpoint", "token_endpoint", "jwks_uri")


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """One way there and back: what must come back the same (state, nonce) and what proves that it was us (verifier).

    since: he is to show anew that it is he, and not before then (a Unix time); 0 if he need not
    """

    state: str
    nonce: str
    verifier: str
    since: int = 0

    @classmethod
    def new(cls, since: int = 0) -> "Errand":
        """Random, 256 bits each."""
        state, nonce, verifier = (secrets.token_urlsafe(octets) for octets in (32, 32, 48))
        return cls(state=state, nonce=nonce, verifier=verifier, since=since)


class Provider:
    """One OpenID provider, and us as its client. back: our address that it sends browsers back to.

    Raises OSError when it is made, if the secret or the CA file cannot be read.
    """

    def __init__(self, settings: Oidc, back: str) -> None:
        self.settings = settings
        self._back = back
        self._wire = Wire(settings)
        self._secret = settings.client_secret_file.read_text(encoding="utf-8").strip() if settings.client_secret_file else ""
        self._turn = asyncio.Lock()
        self._known: tuple[datetime, dict[str, Any]] | None = None
        self._failed: tuple[datetime, Unproven] | None = None
        self._keys: tuple[datetime, dict[str, Any]] | None = None

    async def way_there(self, errand: Errand, now: datetime) -> str:
        """Where to send the browser. Raises Unproven."""
        described = await self._described(now)
        challenge = urlsafe_b64encode(hashlib.sha256(errand.verifier.encode()).digest()).decode().rstrip("=")
        asked = {
            "response_type": "code",
            "client_id": self.settings.client_id,
            "redirect_uri": self._back,
            "scope": " ".join(self.settings.scopes),
            "state": errand.state,
            "nonce": errand.nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
            **({"prompt": "login", "max_age": "0"} if errand.since else {}),
            **({"acr_values": " ".join(self.settings.acr_values)} if self.settings.acr_values else {}),
        }
        return _with(described["authorization_endpoint"], asked)

    async def way_back(self, said: Mapping[str, str], errand: Errand, now: datetime) -> Vouched:
        """Whom the provider vouches for, by what the browser brought back. Raises Unproven."""
        described = await self._described(now)
        if not hmac.compare_digest(said.get("state", "").encode(), errand.state.encode()):
            raise Unproven("issuer", "what came back belongs to another sign-in (state)")
        if said.get("iss", self.settings.issuer) != self.settings.issuer:
            raise Unproven("issuer", f"the answer is from {tidy(said['iss'])} (RFC 9207)")
        if "error" in said:
            why = ", ".join(tidy(said[name]) for name in ("error", "error_description") if said.get(name))
            raise Unproven("client id", f"the provider said {why}", mild=said["error"] in {"access_denied", "login_required"})
        if described.get("authorization_response_iss_parameter_supported") is True and "iss" not in said:
            raise Unproven("issuer", "the answer does not say who it is from (RFC 9207)")
        tokens = await self._tokens(described, said.get("code", ""), errand)
        found = await self._claims(described, str(tokens.get("id_token", "")), now)
        verify(found, issuer=self.settings.issuer, client=self.settings.client_id, nonce=errand.nonce, now=now)
        self._verify_strength(found)
        shown = _shown(found, errand, now)
        told = {**await self._more(described, tokens, found), **found}
        return self._vouched(told, await self._groups(told, str(tokens.get("access_token", ""))), shown)

    async def farewell(self, token: str, now: datetime) -> str:
        """Who signed out there, by a logout token that the provider sent us (OpenID Back-Channel Logout 1.0). Raises Unproven."""
        said = await self._claims(await self._described(now), token, now)
        verify_farewell(said, issuer=self.settings.issuer, client=self.settings.client_id, now=now)
        return str(said["sub"])

    async def way_out(self, onward: str, now: datetime) -> str:
        """Where somebody signs out at the provider, too; "" if it has no such place or cannot be asked."""
        try:
            described = await self._described(now)
        except Unproven:
            return ""
        place = described.get("end_session_endpoint")
        if not isinstance(place, str) or not _safe(place):
            return ""
        return _with(place, {"client_id": self.settings.client_id, "post_logout_redirect_uri": onward})

    async def probe(self, now: datetime) -> str:
        """Ask for description and keys, and say what is there. Raises Unproven."""
        described = await self._described(now)
        keys = await self._key_set(described, now, anew=True)
        count = len(keys.get("keys", ()))
        if not count:
            raise Unproven("issuer", f"{described['jwks_uri']} has no keys")
        return f"{self.settings.issuer} answers, with {count} key{'s' if count != 1 else ''}"

    async def _described(self, now: datetime) -> dict[str, Any]:
        """The provider's description of itself (OpenID Connect Discovery 1.0 §4). Who fails is left in peace for a moment."""
        async with self._turn:
            if self._known is not None and lately(self._known[0], now, _LASTS):
                return self._known[1]
            if self._failed is not None and lately(self._failed[0], now, _PEACE):
                raise Unproven(self._failed[1].setting, self._failed[1].said)
            try:
                self._known = now, await self._description()
            except Unproven as unproven:
                self._failed = now, unproven
                raise
            return self._known[1]

    async def _description(self) -> dict[str, Any]:
        url = f"{self.settings.issuer.rstrip('/')}/.well-known/openid-configuration"
        described = await self._wire.get(url, "issuer")
        if described.get("issuer") != self.settings.issuer:
            raise Unproven("issuer", f"the provider calls itself {tidy(described.get('issuer'))}; write exactly that")
        for name in _NEEDED:
            if not isinstance(described.get(name), str) or not _safe(described[name]):
                raise Unproven("issuer", f"{url} gives no encrypted {name}")
        methods = described.get("code_challenge_methods_supported")
        if isinstance(methods, list) and "S256" not in methods:
            raise Unproven("issuer", "the provider has no PKCE with S256")
        return described

    async def _tokens(self, described: Mapping[str, Any], code: str, errand: Errand) -> dict[str, Any]:
        if not code:
            raise Unproven("issuer", "the answer has neither a code nor an error")
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": self._back, "code_verifier": errand.verifier}
        client, basic = self.settings.client_id, None
        methods = described.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        if self._secret and "client_secret_basic" not in methods:
            form |= {"client_id": client, "client_secret": self._secret}
        elif self._secret:
            basic = quote(client, safe=""), quote(self._secret, safe="")
        else:
            form["client_id"] = client
        return await self._wire.post(described["token_endpoint"], "client secret file", form, basic)

    async def _claims(self, described: Mapping[str, Any], token: str, now: datetime) -> dict[str, Any]:
        try:
            return claims(token, await self._key_set(described, now))
        except UnknownKey:
            pass
        try:
            return claims(token, await self._key_set(described, now, anew=True))
        except UnknownKey:
            raise Unproven("issuer", "the ID token is signed with a key that the provider does not have") from None

    async def _key_set(self, described: Mapping[str, Any], now: datetime, *, anew: bool = False) -> dict[str, Any]:
        """The keys; with `anew`, asked for again unless that was done just now."""
        async with self._turn:
            if self._keys is None or not lately(self._keys[0], now, _BETWEEN if anew else _LASTS):
                self._keys = now, await self._wire.get(described["jwks_uri"], "issuer")
            return self._keys[1]

    async def _more(self, described: Mapping[str, Any], tokens: Mapping[str, Any], found: Mapping[str, Any]) -> dict[str, Any]:
        """What the token leaves out, from the provider's userinfo (OIDC Core §5.3); it must be about the same person."""
        wishes = self.settings
        wanted = (wishes.address_claim, wishes.groups_claim, *(() if wishes.trust_addresses else ("email_verified",)))
        lacking = [one for one in wanted if _claim(found, one) is None]
        place, access = described.get("userinfo_endpoint"), tokens.get("access_token")
        if not lacking or not isinstance(place, str) or not _safe(place) or not isinstance(access, str):
            return {}
        more = await self._wire.get(place, "scopes", access)
        if more.get("sub") != found["sub"]:
            raise Unproven("issuer", "userinfo is about somebody else")
        return more

    async def _groups(self, told: Mapping[str, Any], access: str) -> tuple[str, ...]:
        """All he is in. Half of them are none: who has too many for a token would lose his role by it."""
        wishes = self.settings
        if _claim(told, wishes.groups_claim) is not None or not elsewhere(told, wishes.groups_claim):
            return _texts(_claim(told, wishes.groups_claim))
        if not wishes.groups_url:
            raise Unproven(
                "groups url", "he is in more groups than the provider puts into a token; say where they can be asked for"
            )
        return await all_of(wishes.groups_url, lambda url: self._wire.get(url, "groups url", access))

    def _verify_strength(self, found: Mapping[str, Any]) -> None:
        if self.settings.acr_values and found.get("acr") not in self.settings.acr_values:
            raise Unproven("acr values", f"the provider met only {tidy(found.get('acr'))}")

    def _vouched(self, found: Mapping[str, Any], groups: tuple[str, ...], shown: datetime | None) -> Vouched:
        wishes = self.settings
        address = _claim(found, wishes.address_claim)
        if not isinstance(address, str) or not address:
            raise Unproven("address claim", f"the provider tells no {wishes.address_claim}; look at scopes, too")
        if not wishes.trust_addresses and found.get("email_verified") is not True:
            raise Unproven("trust addresses", f"the provider does not say that it verified {wishes.address_claim}")
        name = found.get(wishes.name_claim)
        return Vouched(
            by=wishes.issuer,
            subject=found["sub"],
            address=address,
            name=name if isinstance(name, str) else "",
            groups=groups,
            strong=wishes.second_factor == "theirs",
            shown=shown,
        )


def _shown(found: Mapping[str, Any], errand: Errand, now: datetime) -> datetime | None:
    """When he showed there that it is he (OIDC Core §2); None where the provider does not say. Raises Unproven if it is too old.

    Who is asked with max_age has to say it (§3.1.2.1).
    """
    said = found.get("auth_time")
    when = said if isinstance(said, int) and 0 <= said <= now.timestamp() + _LEEWAY else None
    if errand.since and said is None:
        why = "the provider does not say when it asked who it is, as max_age wants it to; have it put auth_time into the ID token"
        raise Unproven("issuer", why, stale=True)
    if errand.since and (when is None or when + _LEEWAY < errand.since):
        raise Unproven("issuer", "the provider did not ask anew who it is (auth_time)", stale=True)
    return None if when is None else min(datetime.fromtimestamp(when, UTC), now)


def _claim(found: Mapping[str, Any], name: str) -> object:
    """A claim by its name, or else by a path: `realm_access.roles`."""
    if name in found:
        return found[name]
    value: object = found
    for step in name.split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def _texts(value: object) -> tuple[str, ...]:
    written = [value] if isinstance(value, str) else value if isinstance(value, list) else []
    return tuple(one for one in written if isinstance(one, str))


def _safe(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _HERE)


def _with(url: str, asked: Mapping[str, str]) -> str:
    return f"{url}{'&' if '?' in url else '?'}{urlencode(asked)}"
