"""Signing in with the password of a directory, on the same page as with one of ours."""

import json

import pytest

from gateway.people import Role
from gateway.ports import Asked
from tests.console.test_entry import second_factor, sign_in
from tests.support.console import PASSWORD as OURS
from tests.support.console import Console
from tests.support.directory import BASE, COMMAND, PASSWORD, READER, SECRET, slapd

RUIZ = "ruiz@department.example"
ROLES = ({"group": COMMAND.upper(), "role": "reviewer", "reviewers": ("command",)},)


@pytest.fixture(scope="module")
def port():
    with slapd() as (port, _):
        yield port


@pytest.fixture
def wished(console, clock, port, tmp_path):
    (tmp_path / "secret").write_text(SECRET)
    made = []

    def make(**more):
        wishes = {
            "servers": (f"ldap://127.0.0.1:{port}",),
            "starttls": False,
            "bind dn": READER,
            "bind secret file": tmp_path / "secret",
            "base": BASE,
            "filter": "(|(mail={login})(uid={login}))",
            "roles": ROLES,
            "new accounts": True,
        }
        made.append(Console(console.store, clock, ldap={**wishes, **more}))
        return made[-1]

    yield make
    for one in made:
        one.house.ldap.close()


async def steps(here, step):
    return [json.loads(one.detail) for one in await here.store.entries(Asked(step=step), limit=50, newest=False)]


async def test_with_the_directorys_password_somebody_new_comes_in_by_address_or_name(wished):
    here = wished()
    for login in (RUIZ, "ruiz"):
        browser = here.browser()
        answer = await sign_in(browser, password=PASSWORD, login=login, onward="/queue")
        assert answer.headers["location"] == "/queue", answer.text
        assert (await browser.get("/queue")).status_code == 200
    [account] = await here.store.accounts.accounts()
    assert (account.login, account.role, account.reviewers, account.origin) == (RUIZ, Role.REVIEWER, ("command",), "ldap")


async def test_a_wrong_an_empty_and_an_unknown_one_sound_the_same(wished):
    here = wished()
    texts = set()
    for login, password in ((RUIZ, "wrong"), (RUIZ, ""), ("nobody@department.example", PASSWORD), ("*", PASSWORD)):
        answer = await sign_in(here.browser(), password=password, login=login)
        assert answer.status_code == 401
        texts.add(answer.text.replace(f'value="{login}"', ""))
    assert len(texts) == 1


async def test_who_has_a_password_of_ours_is_not_asked_for_elsewhere(wished):
    here = wished()
    await here.person(Role.SUPERVISOR, RUIZ)
    assert (await sign_in(here.browser(), password=PASSWORD, login=RUIZ)).status_code == 401
    assert (await sign_in(here.browser(), password=OURS, login=RUIZ)).status_code == 303
    assert (await sign_in(here.browser(), password=PASSWORD, login="ruiz")).status_code == 403


async def test_who_has_no_group_there_is_told_so_and_gets_no_account(wished):
    here = wished()
    answer = await sign_in(here.browser(), password=PASSWORD, login="doe@department.example")
    assert answer.status_code == 403
    assert "You are known, but you have no role here." in answer.text
    assert await here.store.accounts.accounts() == []
    assert [one["why"] for one in await steps(here, "sign-in refused")] == ["no group gives a role"]


async def test_while_the_directory_is_away_our_own_come_in_and_nobody_is_held_off(wished, said):
    here = wished(servers=("ldap://127.0.0.1:1",))
    await here.person(Role.SUPERVISOR)
    for _ in range(7):
        answer = await sign_in(here.browser(), password=PASSWORD, login=RUIZ)
        assert answer.status_code == 503
    assert (await sign_in(here.browser(), password=OURS, login="supervisor@department.example")).status_code == 303
    assert {one["setting"] for one in said if one["event"] == "ldap.away"} == {"console.ldap.servers"}


async def test_wrong_tries_are_held_off_before_the_directory_is_asked(wished):
    here = wished()
    browser = here.browser()
    for _ in range(5):
        assert (await sign_in(browser, password="wrong", login=RUIZ)).status_code == 401
    assert (await sign_in(browser, password=PASSWORD, login=RUIZ)).status_code == 429


async def test_a_second_factor_of_ours_comes_after_the_directorys_password(wished, clock):
    here = wished()
    browser = here.browser()
    await sign_in(browser, password=PASSWORD, login=RUIZ)
    await second_factor(browser, clock)
    assert (await sign_in(here.browser(), password=PASSWORD, login=RUIZ)).headers["location"] == "/sign-in/code?next=/"
