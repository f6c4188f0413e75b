"""Every route by every role and by nobody. The table here is written anew, so that a slip in the other one is seen."""

import pytest

from gateway.console.app import PAGES
from gateway.console.rights import RIGHTS
from gateway.people import Role

# n nobody, r reviewer, s supervisor, a auditor, d administrator
WHO = {"n": None, "r": Role.REVIEWER, "s": Role.SUPERVISOR, "a": Role.AUDITOR, "d": Role.ADMINISTRATOR}
MAY = {
    "GET /healthz": "nrsad",
    "GET /static/{name}": "nrsad",
    "GET /sign-in": "nrsad",
    "POST /sign-in": "nrsad",
    "GET /sign-in/code": "nrsad",
    "POST /sign-in/code": "nrsad",
    "GET /sign-in/oidc": "nrsad",
    "GET /sign-in/oidc/back": "nrsad",
    "POST /sign-in/oidc/signed-out": "nrsad",
    "POST /sign-in/passkey/question": "nrsad",
    "POST /sign-in/passkey": "nrsad",
    "GET /signed-out": "nrsad",
    "GET /welcome/{token}": "nrsad",
    "POST /welcome/{token}": "nrsad",
    "POST /sign-out": "nrsad",
    "GET /": "rsad",
    "GET /me": "rsad",
    "POST /me/password": "rsad",
    "GET /me/second-factor": "rsad",
    "POST /me/second-factor": "rsad",
    "GET /me/passkeys": "rsad",
    "POST /me/passkeys": "rsad",
    "POST /me/passkeys/invitation": "rsad",
    "POST /me/passkeys/{passkey}": "rsad",
    "POST /me/passkeys/{passkey}/remove": "rsad",
    "GET /me/recovery": "rsad",
    "POST /me/recovery": "rsad",
    "POST /me/sessions": "rsad",
    "POST /me/told": "rs",
    "GET /status/{hold}/{token}": "nrsad",
    "POST /status/{hold}/{token}/withdraw": "nrsad",
    "POST /status/{hold}/{token}/explain": "nrsad",
    "POST /status/{hold}/{token}/answer": "nrsad",
    "POST /status/{hold}/{token}/appeal": "nrsad",
    "GET /go/{hold}/{token}": "rsa",
    "GET /queue": "rsa",
    "GET /queue/lines": "rsa",
    "POST /queue/confirm": "rs",
    "POST /queue/rule": "rs",
    "GET /mail/{hold}": "rsa",
    "GET /mail/{hold}/state": "rsa",
    "GET /mail/{hold}/page": "rsa",
    "GET /mail/{hold}/source": "rsa",
    "GET /mail/{hold}/original": "rsa",
    "GET /mail/{hold}/part/{number}": "rsa",
    "GET /mail/{hold}/frame/{number}": "rsa",
    "POST /mail/{hold}/release": "rs",
    "POST /mail/{hold}/deny": "rs",
    "POST /mail/{hold}/return": "rs",
    "POST /mail/{hold}/overturn": "s",
    "POST /mail/{hold}/uphold": "s",
    "POST /mail/{hold}/note": "rs",
    "POST /mail/{hold}/agree": "rs",
    "POST /mail/{hold}/disagree": "rs",
    "POST /mail/{hold}/hand-over": "rs",
    "GET /report": "sa",
    "GET /report/file/{form}": "sa",
    "GET /people": "d",
    "POST /people": "d",
    "GET /people/{account}": "d",
    "POST /people/{account}": "d",
    "POST /people/{account}/link": "d",
    "POST /people/{account}/reset": "d",
    "POST /people/{account}/disable": "d",
    "POST /people/{account}/enable": "d",
}
NOT_FOR_YOU = "Your role does not include this."


def test_the_table_names_every_route_and_nothing_else():
    assert set(MAY) == set(PAGES) == set(RIGHTS)


@pytest.mark.parametrize("who", WHO)
async def test_every_route_is_open_to_those_it_is_for_and_to_nobody_else(console, who):
    await console.hold()
    wrong = []
    browser = await console.person(WHO[who]) if WHO[who] else console.browser()
    for name, allowed in sorted(MAY.items(), key=lambda one: one[0] == "POST /sign-out"):
        method, _, path = name.partition(" ")
        given = {"hold": "H1", "number": "1", "account": "nobody", "passkey": "none", "form": "csv"}
        path = path.format(name="console.css", token="x", **given)
        answer = await browser.request(method, path, data={"login": "x"} if method == "POST" else None)
        sent_away = not path.startswith("/sign") and answer.headers.get("location", "").startswith("/sign-in")
        let_in = not sent_away and not (answer.status_code == 403 and NOT_FOR_YOU in answer.text) and answer.status_code < 500
        if let_in != (who in allowed):
            wrong.append((name, answer.status_code, answer.headers.get("location")))
    assert not wrong


async def test_a_reviewer_does_not_learn_of_what_waits_for_another_group(console):
    await console.hold()
    browser = await console.person(Role.REVIEWER, reviewers=("legal",))
    for path in (
        "/mail/H1",
        "/mail/H1/source",
        "/mail/H1/original",
        "/mail/H1/page",
        "/mail/H1/part/1",
        "/mail/H1/frame/0",
        "/mail/H1/state",
    ):
        answer = await browser.get(path)
        assert answer.status_code in {204, 404}, path
        assert "Unit 214" not in answer.text
    assert "Unit 214" not in (await browser.get("/queue")).text
    assert (await browser.post("/mail/H1/release", data={"note": ""})).status_code == 404
    assert (await browser.post("/queue/rule", data={"act": "release", "hold": "H1"})).status_code == 200
    assert (await console.store.get("H1")).review is None


async def test_nobody_rules_on_his_own_mail_by_any_of_his_addresses(console):
    await console.hold(sender="Dana.Reed+lists@department.example")
    browser = await console.person(Role.SUPERVISOR, "boss@department.example", also=("dana.reed@department.example",))
    page = await browser.get("/mail/H1")
    assert "This is your own mail" in page.text
    assert 'action="/mail/H1/release"' not in page.text
    answer = await browser.post("/mail/H1/release", data={"note": ""})
    assert answer.status_code == 403
    assert "Somebody else has to decide" in answer.text
    bulk = await browser.post("/queue/rule", data={"act": "release", "hold": "H1"})
    assert "This is your own mail" in bulk.text
    assert (await console.store.get("H1")).review is None


async def test_who_the_message_says_it_is_from_does_not_rule_on_it_either(console):
    await console.hold(sender="office@department.example")
    browser = await console.person(Role.SUPERVISOR, "dreed@department.example")
    assert (await browser.post("/mail/H1/deny", data={"note": "no"})).status_code == 403
    assert (await console.store.get("H1")).review is None
