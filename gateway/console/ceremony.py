"""What passkeys are asked and what they answer (WebAuthn Level 3 §7), for our own origin and no other.

A passkey that signs in alone must have verified its user; one that comes after a password need not. py_webauthn stays here.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import webauthn
from webauthn.helpers import bytes_to_base64url, parse_authentication_credential_json, parse_registration_credential_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from gateway.factors import Passkey
from gateway.people import Account

_LONGEST = 32 * 1024


class NotProven(Exception):  # noqa: N818  -- it states a fact
    """The answer proves nothing, and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class New:
    """What a new passkey is."""

    id: str
    key: bytes
    count: int
    synced: bool


class Ceremonies:
    """Asks and verifies, for one public origin."""

    def __init__(self, public_url: str, name: str) -> None:
        self._origin = public_url
        self._host = urlsplit(public_url).hostname or ""
        self._name = name

    @property
    def possible(self) -> bool:
        """Browsers have passkeys for names, not for bare addresses."""
        return not _is_address(self._host)

    def invitation(self, account: Account, has: Sequence[Passkey]) -> tuple[dict[str, Any], str]:
        """What to ask for a new passkey, as JSON, and its challenge."""
        asked = webauthn.generate_registration_options(
            rp_id=self._host,
            rp_name=self._name,
            user_id=account.id.encode(),
            user_name=account.login,
            user_display_name=account.called,
            exclude_credentials=_described(has),
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
            ),
        )
        return _shown(asked), bytes_to_base64url(asked.challenge)

    def accept(self, answer: str, challenge: str) -> New:
        """The new passkey. Raises NotProven."""
        try:
            made = webauthn.verify_registration_response(
                credential=parse_registration_credential_json(answer[:_LONGEST]),
                expected_challenge=webauthn.base64url_to_bytes(challenge),
                expected_rp_id=self._host,
                expected_origin=self._origin,
                require_user_verification=True,
            )
        except (WebAuthnException, ValueError, TypeError, KeyError, AttributeError) as error:
            raise NotProven(str(error)[:200]) from None
        return New(
            id=bytes_to_base64url(made.credential_id),
            key=made.credential_public_key,
            count=made.sign_count,
            synced=made.credential_backed_up,
        )

    def question(self, of: Sequence[Passkey]) -> tuple[dict[str, Any], str]:
        """What to ask for one of these, or with none given for any, as JSON, and its challenge."""
        wanted = UserVerificationRequirement.PREFERRED if of else UserVerificationRequirement.REQUIRED
        asked = webauthn.generate_authentication_options(
            rp_id=self._host, allow_credentials=_described(of), user_verification=wanted
        )
        return _shown(asked), bytes_to_base64url(asked.challenge)

    def verify(self, answer: str, challenge: str, passkey: Passkey, *, alone: bool) -> int:
        """Its new sign count. Raises NotProven, also where the count went back: then there are two of it."""
        try:
            found = webauthn.verify_authentication_response(
                credential=parse_authentication_credential_json(answer[:_LONGEST]),
                expected_challenge=webauthn.base64url_to_bytes(challenge),
                expected_rp_id=self._host,
                expected_origin=self._origin,
                credential_public_key=passkey.key,
                credential_current_sign_count=passkey.count,
                require_user_verification=alone,
            )
        except (WebAuthnException, ValueError, TypeError, KeyError, AttributeError) as error:
            raise NotProven(str(error)[:200]) from None
        return found.new_sign_count


def named(answer: str) -> tuple[str, str]:
    """Which passkey answers, and whose it says it is; ("", "") if that is no answer."""
    try:
        said = parse_authentication_credential_json(answer[:_LONGEST])
    except (WebAuthnException, ValueError, TypeError, KeyError, AttributeError):
        return "", ""
    handle = said.response.user_handle
    return bytes_to_base64url(said.raw_id), handle.decode("utf-8", "replace") if handle else ""


def _described(of: Sequence[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=webauthn.base64url_to_bytes(one.id)) for one in of]


def _shown(asked: Any) -> dict[str, Any]:
    shown: dict[str, Any] = json.loads(webauthn.options_to_json(asked))
    return shown


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
