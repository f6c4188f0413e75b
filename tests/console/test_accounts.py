from gateway.people import Role
from tests.support.console import PASSWORD, twice


async def test_an_administrator_adds_somebody_and_gets_a_link_once(console):
    admin = await console.person(Role.ADMINISTRATOR)
    said = {"login": "New@Department.example", "name": "Sgt. New", "role": "reviewer", "reviewers": "command, legal", "also": ""}
    page = (await admin.post("/people", data=said)).text
    link = page.partition("https://console.department.example")[2].partition('"')[0]
    browser = console.browser()
    assert (await browser.post(link, data=twice(PASSWORD))).status_code == 303
    account = await console.store.accounts.known_as("new@department.example")
    assert account.reviewers == ("command", "legal")
    assert link not in (await admin.get("/people")).text


async def test_what_makes_no_account_is_told_and_what_was_written_stays(console):
    admin = await console.person(Role.ADMINISTRATOR)
    for said, problem in (
        ({"login": "nonsense", "role": "auditor"}, "is no mail address"),
        ({"login": "a@b.example", "role": "king"}, "is no role"),
        ({"login": "a@b.example", "role": "reviewer"}, "at least one group"),
        ({"login": "administrator@department.example", "role": "auditor"}, "has an account already"),
    ):
        answer = await admin.post("/people", data=said)
        assert answer.status_code == 422
        assert problem in answer.text.replace("&#34;", '"').casefold() or problem in answer.text
        assert said["login"] in answer.text


async def test_who_is_disabled_is_out_at_once_and_comes_back_when_enabled(console):
    admin = await console.person(Role.ADMINISTRATOR)
    browser = await console.person(Role.REVIEWER)
    account = await console.store.accounts.known_as("reviewer@department.example")
    await admin.post(f"/people/{account.id}/disable")
    assert (await browser.get("/queue")).status_code == 303
    said = {"login": account.login, "password": PASSWORD, "next": "/"}
    assert (await browser.post("/sign-in", data=said)).status_code == 401
    await admin.post(f"/people/{account.id}/enable")
    assert (await browser.post("/sign-in", data=said)).status_code == 303


async def test_another_role_begins_with_a_new_sign_in(console):
    admin = await console.person(Role.ADMINISTRATOR)
    browser = await console.person(Role.SUPERVISOR)
    account = await console.store.accounts.known_as("supervisor@department.example")
    assert (await admin.post(f"/people/{account.id}", data={"name": "", "role": "auditor"})).status_code == 303
    assert (await browser.get("/queue")).status_code == 303
    assert (await console.store.accounts.account(account.id)).role is Role.AUDITOR


async def test_an_administrator_cannot_lock_himself_out(console):
    admin = await console.person(Role.ADMINISTRATOR)
    account = await console.store.accounts.known_as("administrator@department.example")
    assert (await admin.post(f"/people/{account.id}/disable")).status_code == 422
    assert (await admin.post(f"/people/{account.id}", data={"role": "auditor"})).status_code == 422
    assert (await admin.get("/people")).status_code == 200


async def test_a_new_link_voids_the_old_one_and_its_use_removes_everything_else(console):
    admin = await console.person(Role.ADMINISTRATOR)
    old = await console.link(Role.AUDITOR)
    account = await console.store.accounts.known_as("auditor@department.example")
    page = (await admin.post(f"/people/{account.id}/link")).text
    new = page.partition("https://console.department.example")[2].partition('"')[0]
    assert (await console.browser().get(old)).status_code == 410
    assert (await console.browser().post(new, data=twice(PASSWORD))).status_code == 303
