"""A console on a real shelf, asked over HTTP without a socket; a browser for each person."""

from dataclasses import replace

import httpx2
from argon2 import PasswordHasher

from gateway.console import BACK, House, Links, Seal
from gateway.console.app import application
from gateway.console.passwords import Passwords
from gateway.hearing import Hearings
from gateway.hold import HeldMail
from gateway.ldap import Directory
from gateway.mail import Address
from gateway.mail.content import in_memory
from gateway.notice import Notices
from gateway.oidc import Provider
from gateway.people import INVITED, Entry, digest, new_account, secret
from gateway.post import Post
from gateway.recusal import Bench
from gateway.review import Reviews
from gateway.settings import Console as Wishes
from gateway.settings import Notices as NoticeWishes
from gateway.store import SqliteStore
from gateway.tokens import ROLES, Scope, new_token
from tests.support import mails
from tests.support.bench import Eye

URL = "https://console.department.example"
PASSWORD = "four words in a row"
OURS = {"sec-fetch-site": "same-origin"}


class Console:
    """The house, its application, and people who use it."""

    def __init__(self, store: SqliteStore, clock: mails.FixedClock, **wishes) -> None:
        self.store = store
        self.clock = clock
        self.woken = 0
        settings = Wishes.model_validate({"listen": "127.0.0.1:0", "public url": URL, **wishes})
        self.links = Links(settings.public_url, b"k" * 32, clock)
        notices = Notices(
            NoticeWishes.model_validate_json('{"from": "hatchway@department.example"}'),
            hostname="hatchway.department.example",
            links=self.links.to,
            status=self.links.status,
        )
        self.post = Post(notices, store, per_hour=1000, clock=clock, book=store.accounts)
        bench = Bench(book=store.accounts, witness=Eye(), belongs=self._belongs)
        self.groups = {}
        self.house = House(
            settings=settings,
            store=store,
            trail=store,
            desk=store.desk,
            book=store.accounts,
            factors=store.factors,
            figures=store.figures,
            tokens=store.tokens,
            seal=Seal(b"s" * 32),
            oidc=Provider(settings.oidc, f"{settings.public_url}{BACK}") if settings.oidc else None,
            ldap=Directory(settings.ldap) if settings.ldap else None,
            reviews=Reviews(store=store, trail=store, post=self.post, bench=bench, clock=clock),
            pleas=store.pleas,
            hearings=Hearings(store=store, pleas=store.pleas, post=self.post, bench=bench, clock=clock),
            rounds=store.rounds,
            eye=bench.witness,
            clock=clock,
            links=self.links,
            wake=self._wake,
            passwords=Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)),
        )
        self.app = application(self.house)

    def _belongs(self, group, address) -> bool:
        return str(address) in self.groups.get(group, ())

    def _wake(self) -> None:
        self.woken += 1

    def browser(self, address: str = "192.0.2.50", **headers: str) -> httpx2.AsyncClient:
        """Nobody's browser yet."""
        transport = httpx2.ASGITransport(app=self.app, client=(address, 40000), raise_app_exceptions=False)
        return httpx2.AsyncClient(transport=transport, base_url=URL, headers={**OURS, **headers})

    async def person(
        self, role: str, login: str = "", *, reviewers: tuple[str, ...] = ("command",), **more
    ) -> httpx2.AsyncClient:
        """Somebody of that role, signed in."""
        browser = self.browser()
        answer = await browser.post(await self.link(role, login, reviewers=reviewers, **more), data=twice(PASSWORD))
        assert answer.status_code == 303, answer.text
        return browser

    async def link(self, role: str, login: str = "", *, reviewers: tuple[str, ...] = ("command",), **more) -> str:
        """A new account's one-time link."""
        given = Entry(login=login or f"{role}@department.example", role=role, reviewers=reviewers, **more)
        account = new_account(given, self.clock.now())
        await self.store.accounts.add(account)
        token = secret()
        await self.store.accounts.invite(digest(token), account.id, self.clock.now() + INVITED)
        return f"/welcome/{token}"

    async def program(self, role: str, *scopes: str, login: str = "", name: str = "", lasts=None, **more) -> httpx2.AsyncClient:
        """A program with a token of an account of that role: for these scopes, or all that the role can have."""
        login = login or f"{role}.program@department.example"
        account = await self.store.accounts.known_as(login)
        if account is None:
            account = new_account(Entry(login=login, role=role, **{"reviewers": ("command",), **more}), self.clock.now())
            await self.store.accounts.add(account)
        scopes = scopes or tuple(scope for scope in Scope if role in ROLES[scope])
        name = name or f"{role} {len(await self.store.tokens.tokens())}"
        token, whole = new_token(name, account, scopes, by="root", at=self.clock.now(), lasts=lasts)
        await self.store.tokens.add(token)
        return self.bearer(whole)

    def bearer(self, token: str) -> httpx2.AsyncClient:
        """A program that sends that as its token, and no header that a browser would."""
        transport = httpx2.ASGITransport(app=self.app, client=("192.0.2.60", 40000), raise_app_exceptions=False)
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return httpx2.AsyncClient(transport=transport, base_url=f"{URL}/api/v1", headers=headers)

    async def hold(
        self,
        id_: str = "H1",
        octets: bytes = mails.ORDINARY,
        *,
        sender: str = "",
        subject: str = "",
        groups: tuple[str, ...] = (),
        **how,
    ) -> HeldMail:
        """A held message."""
        held = mails.held(id_=id_, **how)
        envelope = held.mail.envelope
        if sender:
            envelope = replace(envelope, sender=Address.parse(sender))
        mail = replace(held.mail, content=in_memory(octets), envelope=envelope)
        decision = replace(held.decision, groups=groups)
        held = replace(held, mail=mail, decision=decision, subject=subject or held.subject)
        await self.store.hold(held, [])
        return held


def twice(password: str) -> dict[str, str]:
    return {"password": password, "again": password}
