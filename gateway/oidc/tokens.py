"""ID tokens: whose signature stands under them, and whether they are for us, now, and for this errand (OIDC Core §3.1.3.7).

Only signatures with a provider's public key count; `none` and shared secrets do not, whatever the token says of itself.
"""

import binascii
import hmac
import json
from base64 import urlsafe_b64decode
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from joserfc import jwk, jws
from joserfc.errors import JoseError

from gateway.oidc.words import Unproven, tidy

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519", "EdDSA")
_LEEWAY = 60
_OLDEST = 24 * 60 * 60
_FAREWELL = "http://schemas.openid.net/event/backchannel-logout"
_FRESH = 10 * 60
"""How old a logout token may be, in seconds: a provider sends it at once, and tries again for a while."""
_LONGEST = 64 * 1024
_KINDS = {"RS": "RSA", "PS": "RSA", "ES": "EC", "Ed": "OKP"}


class UnknownKey(Exception):  # noqa: N818  -- it states a fact
    """None of the keys is the one that the token names."""


def claims(token: str, keys: Mapping[str, Any]) -> dict[str, Any]:
    """What a token says, its signature verified by one of the keys of a JWK set. Raises Unproven, UnknownKey."""
    if len(token) > _LONGEST:
        raise Unproven("issuer", "the ID token is too long")
    header = _header(token)
    algorithm = header.get("alg")
    if algorithm not in ALGORITHMS:
        raise Unproven("issuer", f"the ID token is signed with {tidy(algorithm)}, which proves nothing here")
    tried = False
    for key in _fitting(keys, header, str(algorithm)):
        tried = True
        try:
            said = json.loads(jws.deserialize_compact(token, key, algorithms=[str(algorithm)]).payload)
        except (JoseError, ValueError, TypeError):
            continue
        if isinstance(said, dict):
            return said
    if not tried:
        raise UnknownKey
    raise Unproven("issuer", "the ID token's signature is wrong")


def verify(said: Mapping[str, Any], *, issuer: str, client: str, nonce: str, now: datetime) -> None:
    """Whether the token is the provider's, for us, for this errand, and still good. Raises Unproven."""
    if not hmac.compare_digest(str(said.get("nonce", "")).encode(), nonce.encode()):
        raise Unproven("issuer", "the ID token belongs to another sign-in (nonce)")
    _verify(said, issuer=issuer, client=client, at=int(now.timestamp()))


def verify_farewell(said: Mapping[str, Any], *, issuer: str, client: str, now: datetime) -> None:
    """Whether it is a logout token of the provider, for us, and of now (OpenID Back-Channel Logout 1.0 §2.6). Raises Unproven."""
    events, at = said.get("events"), int(now.timestamp())
    if not isinstance(events, dict) or _FAREWELL not in events or "nonce" in said:
        raise Unproven("issuer", "what was sent is no logout token")
    _verify(said, issuer=issuer, client=client, at=at)
    if said["iat"] < at - _FRESH:
        raise Unproven("issuer", "the logout token is an old one; are the clocks right?")


def _verify(said: Mapping[str, Any], *, issuer: str, client: str, at: int) -> None:
    audience = said.get("aud")
    audiences = [audience] if isinstance(audience, str) else audience if isinstance(audience, list) else []
    if said.get("iss") != issuer:
        raise Unproven("issuer", f"the ID token is from {tidy(said.get('iss'))}")
    if client not in audiences:
        raise Unproven("client id", f"the ID token is for {tidy(audience)}")
    if said.get("azp", client) != client or (len(audiences) > 1 and "azp" not in said):
        raise Unproven("client id", f"the ID token was asked for by {tidy(said.get('azp'))}")
    if not _number(said, "exp") or said["exp"] + _LEEWAY <= at:
        raise Unproven("issuer", "the ID token has expired; are the clocks right?")
    if not _number(said, "iat") or not at - _OLDEST <= said["iat"] <= at + _LEEWAY:
        raise Unproven("issuer", "the ID token is not of now; are the clocks right?")
    if "nbf" in said and (not _number(said, "nbf") or said["nbf"] > at + _LEEWAY):
        raise Unproven("issuer", "the ID token is not good yet; are the clocks right?")
    if not isinstance(said.get("sub"), str) or not said["sub"]:
        raise Unproven("issuer", "the ID token names nobody")


def _number(said: Mapping[str, Any], name: str) -> bool:
    return isinstance(said.get(name), int | float) and not isinstance(said[name], bool)


def _header(token: str) -> dict[str, Any]:
    try:
        written = token.partition(".")[0]
        header = json.loads(urlsafe_b64decode(written + "=" * (-len(written) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        header = None
    if token.count(".") != 2 or not isinstance(header, dict):  # noqa: PLR2004  -- header, payload and signature
        raise Unproven("issuer", "the ID token is no signed token")
    return header


def _fitting(keys: Mapping[str, Any], header: Mapping[str, Any], algorithm: str) -> Iterator[jwk.Key]:
    """The keys that could have signed it: of its kind, for signing, and of its name if it has one."""
    written = keys.get("keys")
    for one in written if isinstance(written, list) else []:
        if not isinstance(one, dict) or one.get("kty") != _KINDS[algorithm[:2]] or one.get("use", "sig") != "sig":
            continue
        if header.get("kid") not in {None, one.get("kid")} or one.get("alg", algorithm) != algorithm:
            continue
        try:
            yield jwk.import_key(one)
        except (JoseError, ValueError, TypeError):
            continue
