import pytest

from gateway.console.guard import local
from gateway.people import Role
from tests.support.console import URL


@pytest.mark.parametrize("headers", [{"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}])
async def test_what_another_site_sends_is_not_done(console, headers):
    await console.hold()
    browser = await console.person(Role.REVIEWER)
    answer = await browser.post("/mail/H1/release", data={"note": ""}, headers=headers)
    assert answer.status_code == 403
    assert (await console.store.get("H1")).review is None


@pytest.mark.parametrize(("origin", "status"), [(URL, 303), ("https://evil.example", 403), ("null", 403), (None, 403)])
async def test_where_a_browser_does_not_say_the_origin_decides(console, origin, status):
    await console.hold()
    browser = await console.person(Role.REVIEWER)
    del browser.headers["sec-fetch-site"]
    answer = await browser.post("/mail/H1/release", data={"note": ""}, headers={"origin": origin} if origin else {})
    assert answer.status_code == status


async def test_every_page_carries_the_headers_that_browsers_obey(console):
    await console.hold()
    browser = await console.person(Role.REVIEWER)
    for path in ("/", "/queue", "/mail/H1", "/nowhere", "/sign-in", "/healthz"):
        headers = (await browser.get(path)).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["strict-transport-security"]
        assert headers["cache-control"] == "no-store"


async def test_the_cookie_is_bound_to_this_host_and_out_of_reach_of_scripts(console):
    answer = await console.browser().post(
        await console.link("auditor"), data={"password": "a long phrase", "again": "a long phrase"}
    )
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-hatchway=")
    for word in ("HttpOnly", "Secure", "Path=/", "SameSite=lax"):
        assert word in cookie
    assert "Domain" not in cookie


async def test_a_large_form_is_refused_before_it_is_read(console):
    browser = await console.person(Role.REVIEWER)
    assert (await browser.post("/queue/rule", content=b"x" * 300_000)).status_code == 413


@pytest.mark.parametrize("path", ["//evil.example", "https://evil.example", "/\\evil.example", "evil", "/a\nb", "/ä", ""])
def test_after_sign_in_nobody_is_sent_elsewhere(path):
    assert local(path) == "/"


def test_a_path_of_ours_is_kept():
    assert local("/mail/H1?as=text") == "/mail/H1?as=text"
