"""Signing in at an OpenID provider: by authorization code with PKCE, state and nonce (OpenID Connect Core 1.0 §3.1, RFC 7636).

The room asks the provider and says whom it vouches for; it knows no accounts and keeps nothing but the provider's own
description and keys, for a while. It fails with `Unproven`, which says to the admin which setting to look at and what the
provider said, and never with half a proof. httpx2 and joserfc stay behind this door.
"""

from gateway.oidc.provider import Errand, Provider
from gateway.oidc.wire import Wire
from gateway.oidc.words import Unproven

__all__ = ["Errand", "Provider", "Unproven", "Wire"]
