from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.reading import ReadingLimits
from gateway.reading.authors import authors
from gateway.reading.entity import head


def claimed(*fields):
    """(header, address or None, shown) of every author."""
    octets = "\r\n".join([*fields, "", "text"]).encode()
    found, _ = authors(head(octets), ReadingLimits())
    return [(a.header, str(a.address) if a.address else None, a.shown) for a in found]


def addresses(value):
    return [(address, shown) for _, address, shown in claimed(f"From: {value}")]


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("chief@d.example", [("chief@d.example", False)]),
        ("The Chief <chief@d.example>", [("chief@d.example", False)]),
        ("chief@d.example (The Chief)", [("chief@d.example", False)]),
        ('"Sandoval, Renee" <r@d.example>', [("r@d.example", False)]),
        ("Sandoval, Renee <r@d.example>", [("r@d.example", False)]),
        ("a@d.example, b@d.example", [("a@d.example", False), ("b@d.example", False)]),
        ("Board: a@d.example, B <b@d.example>;", [("a@d.example", False), ("b@d.example", False)]),
        ("<a@d.example> <b@d.example>", [("a@d.example", False), ("b@d.example", False)]),
        ("<@relay.example,@other.example:a@d.example>", [("a@d.example", False)]),
        ("a (one (two)) @ (three) d . example", [("a@d.example", False)]),
        ('"john smith"@d.example', [('"john smith"@d.example', False)]),
        ("=?utf-8?q?chief=40d.example?=", [("chief@d.example", False)]),
        ("=?utf-8?q?chief=40d.example?= <a@d.example>", [("a@d.example", False), ("chief@d.example", True)]),
        ('"chief@d.example" <a@d.example>', [("a@d.example", False), ("chief@d.example", True)]),
        ("a@d.example (for chief@d.example)", [("a@d.example", False), ("chief@d.example", True)]),
        ("chief＠d.example <a@d.example>", [("a@d.example", False), ("chief@d.example", True)]),
        ("сhief@d.example", [("сhief@d.example", False), ("chief@d.example", True)]),
        ("ch\x00ief@d.example", [("chief@d.example", False)]),
        ("chief@d.example Chief", [("chief@d.example", False)]),
        ('"Chief <chief@d.example>', [("chief@d.example", False)]),
        ("<chief@d.example", [("chief@d.example", False)]),
        ("folded\r\n <a@d.example>", [("a@d.example", False)]),
        ('first."person"@d.example', [("first.person@d.example", False)]),
        ('<"first"."person"@d.example>', [("first.person@d.example", False)]),
        (r"<first\.person@d.example>", [("first.person@d.example", False)]),
        ("Chief chief @ d.example", [("chief@d.example", False)]),
        ("<x chief@d.example>", [("chief@d.example", False)]),
        ("<chief@d.example,o@x.example>", [("chief@d.example", False), ("o@x.example", False)]),
        ("<chief(one (two))@d.example>", [("chief@d.example", False)]),
        ("<chief@d.example(x)>", [("chief@d.example", False)]),
        ("<chief@(x)d.example>", [("chief@d.example", False)]),
        ("<chief＠d.example>", [("chief@d.example", False)]),
        ("<'chief@d.example'>", [("chief@d.example", False)]),
        ("[chief@d.example]", [("chief@d.example", False)]),
        ('"chief@d.example"', [("chief@d.example", False)]),
        ("<SMTP:chief@d.example>", [("chief@d.example", False)]),
        ("O'Brien <o'brien@d.example>", [("o'brien@d.example", False)]),
        ("<chief@[192.0.2.1]>", [("chief@[192.0.2.1]", False)]),
        ('<"chief@d.example"@x.example>', [('"chief@d.example"@x.example', False)]),
        ("<>", [(None, False)]),
        ("", [(None, False)]),
        ("nobody at all", [(None, False)]),
        ("undisclosed-recipients:;", [(None, False)]),
    ],
)
def test_whoever_a_field_claims_is_read(written, found):
    assert addresses(written) == found


def test_every_occurrence_of_every_field_is_read():
    fields = [
        "From: a@d.example",
        "FROM: b@d.example",
        "Sender: c@d.example",
        "Reply-To: d@d.example",
        "Resent-From: e@d.example",
    ]
    assert [address for _, address, _ in claimed(*fields, "Resent-Sender: f@d.example")] == [f"{c}@d.example" for c in "abcdef"]


def test_recipients_are_no_authors():
    assert claimed("To: a@d.example", "Subject: x") == []


def test_more_authors_than_are_read_are_said():
    value = ", ".join(f"a{n}@d.example" for n in range(3000))
    found, unread = authors(head(f"From: {value}\r\n\r\n".encode()), ReadingLimits(authors=10))
    assert len(found) == 10
    assert [u.why for u in unread] == ["too many addresses"]


@given(
    st.lists(
        st.sampled_from(['"', "<", ">", "(", ")", ",", ":", ";", "@", "\\", " ", "a", "b.example", "=?utf-8?q?a=40b?="]),
        max_size=30,
    )
)
def test_any_claim_can_be_read_and_none_goes_unnoticed(pieces):
    assert claimed("From: " + "".join(pieces))


@pytest.mark.parametrize(
    "unit",
    ["(", '"', "<", "a@b.example, ", '"\\"', "a(b)", "@", "=?utf-8?q?a=40b?= ", ":", "a:b@c.example;", '<"a"', "<a(", '<"\\"'],
)
@pytest.mark.timeout(30)
def test_a_hostile_field_has_an_end(unit):
    addresses(unit * (600_000 // len(unit)))


def test_quotes_that_are_all_escaped_do_not_have_the_rest_read_again_from_each():
    begun = process_time()
    assert addresses('"' + '\\"' * 32_000)
    assert process_time() - begun < 10
