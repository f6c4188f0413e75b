"""OpenID providers for tests: one that behaves (oidc-provider-mock, in a process of its own), and one that lies as it is told.

`Liar` speaks the protocol over real HTTP and signs what the test wants; what it says by default is true.
"""

import asyncio
import json
import subprocess
import sys
from base64 import b64decode, urlsafe_b64encode
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Self
from urllib.parse import parse_qs, unquote, urlsplit

from joserfc import jwk, jws

from gateway.ports import Asked

_SERVE = """
import json, sys
from oidc_provider_mock import User, run_server_in_thread
users = [User(**one) for one in json.loads(sys.argv[1])]
with run_server_in_thread(user_claims=users) as server:
    print(f"http://localhost:{server.server_port}", flush=True)
    sys.stdin.read()
"""


@contextmanager
def honest(*users: dict[str, Any]):
    """Within: the issuer of a provider that knows these users: {"sub": …, "claims": {…}}."""
    command = [sys.executable, "-W", "ignore", "-c", _SERVE, json.dumps(users)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        yield process.stdout.readline().strip()
    finally:
        process.stdin.close()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)
        process.stdout.close()


class Liar:
    """`async with Liar(clock) as provider:` serves at `provider.issuer`; what is in `lies` replaces what is true.

    claims: what the ID token says more; described: what the description says otherwise; header: the token's; key: what signs it
    pages: what answers at other paths, and bearers: with what they were asked
    """

    def __init__(self, clock) -> None:
        self.clock = clock
        self.key = jwk.import_key(jwk.generate_key("EC", "P-256").as_dict(private=True) | {"kid": "one"})
        self.published = [self.key.as_dict(private=False)]
        self.header: dict[str, Any] = {"alg": "ES256", "kid": "one"}
        self.claims: dict[str, Any] = {"email": "ruiz@department.example", "email_verified": True, "groups": ["command"]}
        self.userinfo: dict[str, Any] = {"sub": "42"}
        self.described: dict[str, Any] = {}
        self.token: str | None = None
        self.token_answer: tuple[int, Any] | None = None
        self.pages: dict[str, Any] = {}
        self.asked: list[str] = []
        self.bearers: list[str] = []
        self.forms: list[dict[str, str]] = []
        self.basic: list[str] = []
        self.nonce = ""

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._talk, "127.0.0.1", 0)
        self.issuer = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        await self._server.wait_closed()

    def sent(self, there: str) -> dict[str, str]:
        """What a browser that is sent there asks the provider for."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(there).query).items()}
        self.nonce = asked["nonce"]
        return asked

    def signed(self, **more: Any) -> str:
        """An ID token."""
        now = int(self.clock.now().timestamp())
        true = {"iss": self.issuer, "sub": "42", "aud": "hatchway", "exp": now + 300, "iat": now, "nonce": self.nonce}
        said = {name: value for name, value in {**true, **self.claims, **more}.items() if value is not None}
        return jws.serialize_compact(self.header, json.dumps(said).encode(), self.key, algorithms=[self.header["alg"]])

    def shown(self, ago: timedelta) -> None:
        """From now on it says that somebody showed so long ago who he is."""
        self.claims["auth_time"] = int((self.clock.now() - ago).timestamp())

    def farewell(self, **more: Any) -> str:
        """A logout token."""
        events = {"http://schemas.openid.net/event/backchannel-logout": {}}
        return self.signed(**{"nonce": None, "events": events, "jti": "j", "sid": "s", "email": None, "groups": None, **more})

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        fields = {name.casefold(): value.strip() for name, _, value in (line.partition(":") for line in head.splitlines()[1:])}
        body = (await reader.readexactly(int(fields.get("content-length", 0)))).decode()
        path = head.split()[1]
        self.asked.append(path)
        status, said = self._answer(path, fields, body)
        octets = said if isinstance(said, bytes) else json.dumps(said).encode()
        writer.write(f"HTTP/1.1 {status} X\r\ncontent-length: {len(octets)}\r\nconnection: close\r\n\r\n".encode() + octets)
        await writer.drain()
        writer.close()

    def _answer(self, path: str, fields: dict[str, str], body: str) -> tuple[int, Any]:
        if path == "/.well-known/openid-configuration":
            endpoints = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "end_session_endpoint", "jwks_uri")
            return 200, {"issuer": self.issuer, **{name: f"{self.issuer}/{name}" for name in endpoints}, **self.described}
        if path == "/jwks_uri":
            return 200, {"keys": self.published}
        if path == "/userinfo_endpoint":
            return 200, self.userinfo
        if path in self.pages:
            self.bearers.append(fields.get("authorization", ""))
            return 200, self.pages[path]
        self.forms.append({name: values[0] for name, values in parse_qs(body).items()})
        if fields.get("authorization", "").startswith("Basic "):
            self.basic.append(unquote(b64decode(fields["authorization"][6:]).decode()))
        return self.token_answer or (200, {"id_token": self.token or self.signed(), "access_token": "a", "token_type": "Bearer"})


def unsigned(said: dict[str, Any], algorithm: str = "none") -> str:
    """A token with no signature."""
    parts = ({"alg": algorithm, "typ": "JWT"}, said)
    return ".".join(urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts) + "."


RUIZ = "ruiz@department.example"
ROLES = (
    {"group": "command", "role": "reviewer", "reviewers": ("command",)},
    {"group": "legal", "role": "reviewer", "reviewers": ("legal",)},
    {"group": "admins", "role": "administrator"},
)


def settings(issuer, **more):
    wishes = {"issuer": issuer, "client id": "hatchway", "name": "City sign-in", "roles": ROLES, "new accounts": True}
    return {"oidc": {**wishes, **more}}


async def begun(browser, provider, onward="/queue"):
    answer = await browser.get(f"/sign-in/oidc?next={onward}")
    assert answer.status_code == 303, answer.text
    return provider.sent(answer.headers["location"])


async def signed_in(here, provider, browser=None, onward="/queue", **said):
    browser = browser or here.browser()
    asked = await begun(browser, provider, onward)
    answer = await browser.get("/sign-in/oidc/back", params={"code": "c", "state": asked["state"], **said})
    return browser, answer


async def anew(provider, browser, onward="/queue"):
    """Asked for once more who he is."""
    asked = provider.sent((await browser.get(f"/sign-in/oidc?again=1&next={onward}")).headers["location"])
    assert (asked["prompt"], asked["max_age"]) == ("login", "0")
    return await browser.get("/sign-in/oidc/back", params={"code": "c", "state": asked["state"]})


async def steps(here, step):
    entries = await here.store.entries(Asked(step=step), limit=50, newest=False)
    return [(one.actor, json.loads(one.detail)) for one in entries]


async def refused(here, provider, status=502, **said):
    browser, answer = await signed_in(here, provider, **said)
    assert answer.status_code == status, answer.text
    assert (await browser.get("/queue")).status_code == 303
    assert await here.store.accounts.accounts() == []
    [(_, detail)] = await steps(here, "sign-in refused")
    return detail["why"]
