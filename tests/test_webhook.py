"""An address, a proxy or a secret that does not serve is a mistake in the settings, and no fault later."""

import pytest

from gateway.identity import Oidc
from gateway.listing import EntraList
from gateway.oidc import Wire
from gateway.source import Mistakes, parse, validate
from gateway.webhook import Webhook, secrets


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://tickets.department.example/", "is not encrypted"),
        ("http://127.0.0.1@evil.example/", "has a name, a password"),
        ("http://127.0.0.1.evil.example/", "is not encrypted"),
        ("https://user:word@tickets.department.example/", "has a name, a password"),
        ("ftp://tickets.department.example/", "is no address to tell"),
        ("file:///etc/passwd", "is no address to tell"),
        ("https://tickets .example/", "is no address to tell"),
        ("https://tickets.example:99999/", "is no address to tell"),
    ],
)
def test_an_address_that_is_not_safe_to_tell_is_a_mistake(url, said):
    with pytest.raises(Mistakes, match=said):
        validate(parse(f"url: '{url}'\nsecret file: s\n", name="hook.yaml"), Webhook)


@pytest.mark.parametrize("shape", [Webhook, Oidc, EntraList])
@pytest.mark.parametrize(
    ("proxy", "said"),
    [
        ("proxy.department.example:3128", "is no proxy"),
        ("socks5://proxy.department.example:1080", "is no proxy"),
        ("http://", "is no proxy"),
        ("http://proxy.department.example:99999", "is no proxy"),
        ("http://user:word@proxy.department.example:3128", "has a name or a password"),
    ],
)
def test_a_proxy_that_nothing_goes_by_is_a_mistake_and_not_a_fault_later(shape, proxy, said):
    with pytest.raises(Mistakes, match=f"1:8: .*{said}") as found:
        validate(parse(f"proxy: '{proxy}'\n", name="some.yaml"), shape)
    assert "word" not in str(found.value).replace("password", "").partition("\n")[0]


@pytest.mark.parametrize(
    "proxy", ["http://proxy.department.example:3128", "https://192.0.2.1:3128/", "http://[2001:db8::1]:3128"]
)
def test_a_proxy_is_taken_as_it_is_reached(proxy):
    said = f"url: https://tickets.department.example\nsecret file: s\nproxy: '{proxy}'\n"
    hook = validate(parse(said, name="hook.yaml"), Webhook)
    assert Wire(hook)._client() is not None


@pytest.mark.parametrize("url", ["https://tickets.department.example/hooks?x=1", "http://127.0.0.1:8099/", "http://[::1]:1/"])
def test_an_address_that_is_safe_is_taken(url):
    assert validate(parse(f"url: '{url}'\nsecret file: s\n", name="hook.yaml"), Webhook).url == url


@pytest.mark.parametrize("written", ["", "whsec_", "secret", "whsec_!!!!", f"whsec_{'A' * 43}=\nplain"])
def test_a_file_without_a_secret_is_named(tmp_path, written):
    (tmp_path / "s").write_text(written)
    with pytest.raises(OSError, match="has no line that is whsec_"):
        secrets(tmp_path / "s")
