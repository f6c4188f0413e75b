import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.mail import Place
from gateway.reading import Passage, fold
from gateway.reading.links import in_text
from gateway.reading.wrappers import is_short, target, ways, words


def found(text):
    folded, offsets = fold(text)
    passage = Passage(text=text, folded=folded, offsets=offsets, place=Place(part="1", start=0, end=len(text)))
    return list(in_text(passage))


PAGE = "https://give.example/donate/smith"


def _json(**values):
    """An object in base64, as services of mailing put it into their links; slashes escaped, as some write them."""
    text = json.dumps(values).replace("/", "\\/")
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


ENCODED = base64.urlsafe_b64encode(PAGE.encode()).decode().rstrip("=")
V3 = base64.urlsafe_b64encode(b"#").decode().rstrip("=")


@pytest.mark.parametrize(
    ("written", "goes"),
    [
        (PAGE, PAGE),
        ("HTTPS://User:pw@Give.Example.:443/donate/smith", PAGE),
        ("https://give%2Eexample/donate/smith", PAGE),
        ("https:\\\\give.example\\donate\\smith", PAGE),
        ("ht\ntps://give.example/do\tnate/smith ", PAGE),
        ("//give.example/donate/smith", PAGE),
        ("give.example/donate/smith", "http://give.example/donate/smith"),
        ("https://ｇｉｖｅ.example/donate/smith", PAGE),
        ("https://eu.safelinks.example/?url=https%3A%2F%2Fgive.example%2Fdonate%2Fsmith&data=x", PAGE),
        ("https://urldefense.proofpoint.com/v1/url?u=https%3A//give.example/donate/smith&k=1", PAGE),
        ("https://urldefense.proofpoint.com/v2/url?u=https-3A__give.example_donate_smith&d=Dw", PAGE),
        ("https://urldefense.com/v3/__https://give.example/donate/smith__;!!x$", PAGE),
        (f"https://urldefense.com/v3/__https://give.example/*a__;{V3}!!x$", "https://give.example/#a"),
        ("https://www.google.com/url?sa=t&q=https://give.example/donate/smith", PAGE),
        ("https://www.google.com/amp/s/give.example/donate/smith", PAGE),
        ("https://l.facebook.com/l.php?u=https%3A%2F%2Fgive.example%2Fdonate%2Fsmith&h=A", PAGE),
        ("https://track.example/r?redirect_url=https%253A%252F%252Fgive.example%252Fdonate%252Fsmith", PAGE),
        ("https://archive.example/2024/https://give.example/donate/smith", PAGE),
        ("https://a.example/?url=https%3A%2F%2Fb.example%2F%3Fu%3Dhttps%253A%252F%252Fgive.example%252Fdonate%252Fsmith", PAGE),
        (f"https://www.bing.com/ck/a?p=1&u=a1{ENCODED}&ntb=1", PAGE),
        (f"https://eu.protection.sophos.com/?d=give.example&u={ENCODED}&i=x", PAGE),
        ("https://protect-us.mimecast.com/s/AbC1?domain=give.example", "https://give.example"),
        ("https://linkprotect.cudasvc.com/url?a=https%3a%2f%2fgive.example%2fdonate%2fsmith&c=E", PAGE),
        ("https://secure-web.cisco.com/1abc-_X/https%3A%2F%2Fgive.example%2Fdonate%2Fsmith", PAGE),
        ("https://protect2.fireeye.com/v1/url?k=0&u=https%3A%2F%2Fgive.example%2Fdonate%2Fsmith", PAGE),
        ("https://duckduckgo.com/l/?uddg=https%3A%2F%2Fgive.example%2Fdonate%2Fsmith", PAGE),
        (
            "https://r.search.yahoo.com/_ylt=A;_ylu=Y/RV=2/RE=1/RO=10/RU=https%3a%2f%2fgive.example%2fdonate%2fsmith/RK=2/RS=a-",
            PAGE,
        ),
        ("https://x.r.eu.awstrack.me/L0/https:%2F%2Fgive.example%2Fdonate%2Fsmith/1/0100abc/xyz=375", PAGE),
        ("https://track.pstmrk.it/3s/give.example%2Fdonate%2Fsmith/abc/def", PAGE),
        (f"https://mandrillapp.com/track/click/30/give.example?p={_json(p=json.dumps({'u': 30, 'url': PAGE}))}", PAGE),
        (f"https://u1.ct.sendgrid.net/ls/click?upn={ENCODED.replace('_', '-2F')}", PAGE),
        (f"https://substack.com/redirect/2/{_json(e=PAGE)}.c2lnbmVk", PAGE),
        (f"https://link.news.example/click/12.3/{ENCODED}/5f", PAGE),
        (f"https://e.customeriomail.com/e/c/{_json(email_id='x', href=PAGE)}/7d", PAGE),
        (f"https://t.example/?redirect={ENCODED}", PAGE),
        ("https://forms.example/?u=aHR0cHM6Ly8", "https://forms.example/?u=aHR0cHM6Ly8"),
        ("mailto:a@b.example?subject=Vote%20now", "mailto:a@b.example?subject=Vote now"),
        ("cid:picture", ""),
        ("#part", ""),
        ("javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("http://[::1", ""),
        ("http://a b/", ""),
        ("", ""),
    ],
)
def test_a_link_goes_where_a_click_ends(written, goes):
    assert target(written) == goes


def test_a_relative_link_starts_from_the_base():
    assert target("donate", "https://give.example/x/") == "https://give.example/x/donate"


def test_a_harmless_address_in_a_parameter_hides_no_link_that_is_no_wrapper():
    written = "https://smithforsheriff.example/?url=https%3A%2F%2Fcity.example%2F"
    assert ways(written) == ("https://city.example/", written)
    assert [link.target for link in found(written)] == ["https://city.example/", written]


def test_of_a_known_wrapper_only_what_it_carries_counts():
    assert ways("https://nam02.safelinks.protection.outlook.com/?url=https%3A%2F%2Fcity.example%2F&data=x") == (
        "https://city.example/",
    )
    assert ways("https://www.google.com/url?q=https://city.example/") == ("https://city.example/",)
    assert len(ways("https://smith.substack.com/p/a?next=https://city.example/")) == 2


def test_addresses_that_carry_one_another_in_a_circle_end():
    assert ways("https://a.example/?u=https://a.example/")[0] == "https://a.example/"


@pytest.mark.parametrize(
    ("address", "short"),
    [
        ("https://bit.ly/3xYz", True),
        ("https://www.tinyurl.com/abc", True),
        ("https://bit.ly/", False),
        ("https://notbit.ly/abc", False),
        ("http://[::1", False),
        ("", False),
    ],
)
def test_short_links_are_known(address, short):
    assert is_short(address) is short


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("https://x.example/intent/post?text=Vote+for+Smith+on+Tuesday&id=1", ["Vote for Smith on Tuesday"]),
        ("mailto:a@b.example?subject=Vote for Ana Smith&body=", ["Vote for Ana Smith"]),
        ("https://x.example/?q=Ana+Smith&id=aa-bb-cc", []),
        ("http://[::1", []),
    ],
)
def test_a_link_says_the_words_it_puts_into_a_post(address, said):
    assert list(words(address)) == said


def test_wrappers_are_undone_five_deep_and_no_deeper():
    written = "https://give.example/"
    for _ in range(8):
        written = "https://w.example/?url=" + written.replace("%", "%25").replace(":", "%3A").replace("/", "%2F").replace(
            "?", "%3F"
        ).replace("=", "%3D")
    assert target(written).startswith("https://w.example/?url=")


@pytest.mark.parametrize(
    ("text", "targets"),
    [
        ("See https://give.example/a.", ["https://give.example/a"]),
        ("(see https://x.example/a_(b)), or not", ["https://x.example/a_(b)"]),
        ("www.give.example, www.strange.zz!", ["http://www.give.example", "http://www.strange.zz"]),
        ("give.example/donate and smithforsheriff.com", ["http://give.example/donate", "http://smithforsheriff.com"]),
        (
            "hxxps://give[.]example/a or give(dot)org or give dot org",
            ["https://give.example/a", "http://give.org", "http://give.org"],
        ),
        ("mailto:a@b.example", ["mailto:a@b.example"]),
        ("www.g\u200bive.example gіve.org", ["http://www.give.example", "http://give.org"]),
        ("<https://give.example/a>", ["https://give.example/a"]),
        ("a@give.example report.pdf e.g. Mr.Smith 3.5 v1.2 end.The", []),
        ("connect the dot to the line", []),
    ],
)
def test_links_in_text_are_found(text, targets):
    assert [link.target for link in found(text)] == targets


def test_a_link_in_text_stands_where_it_was_written():
    text = "Look: www.g\u200bive.example now"
    (link,) = found(text)
    assert text[link.place.start : link.place.end] == link.written == "www.g\u200bive.example"


@given(st.text(max_size=200), st.text(max_size=50))
def test_any_text_can_be_a_link(written, base):
    target(written, base)
    target("https://urldefense.com/v3/__" + written)
    target("https://a.example/?url=http://" + written)
    ways("https://mandrillapp.com/track/?p=ey" + written)
    list(words("https://a.example/?text=" + written))
    is_short(written)
    found(written)


@pytest.mark.parametrize(
    "unit", ["a.", "www.", "http://", "a-", "a(dot)", "a dot ", "//a.b ", "a.example/(", "mailto:", "h ttp:", "a.com "]
)
@pytest.mark.timeout(30)
def test_a_hostile_text_has_an_end(unit):
    found(unit * (200_000 // len(unit)))


@pytest.mark.parametrize(
    "written",
    [
        "See https://give.exa\nmple/donate/smith\nThanks",
        "See https://gi\nve.example\n/donate\n/smith\nThanks",
        "See https://give.example/donate\n/smith.\nThanks",
        "See hxxps://give[.]exa\n   mple/donate/smith",
    ],
)
def test_an_address_that_goes_on_in_the_next_lines_is_one_link_besides(written):
    link = found(written)[-1]
    assert link.target == PAGE
    assert "\n" in link.shown
    assert written.startswith(link.written, link.place.start)


@pytest.mark.parametrize(
    "following", ["Thanks", "https://other.example/", "smith and all", "", "> https://other.example/", "(Ana)", "Regards,"]
)
def test_an_address_that_may_end_with_its_line_does(following):
    targets = [link.target for link in found(f"See {PAGE}\n{following}\n")]
    assert targets in ([PAGE], [PAGE, "https://other.example/"])


@pytest.mark.parametrize("dot", [" (dot) ", "[dot]", "{dot}", "<dot>", "。", "｡"])
def test_a_dot_that_is_written_out_is_one(dot):
    assert [link.target for link in found(f"Go to give{dot}example/donate/smith now")] == ["http://give.example/donate/smith"]
