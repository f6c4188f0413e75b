import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.reading import headers
from gateway.reading.entity import head


def shown(octets):
    return headers.shown(head(b"Subject: " + octets + b"\r\n\r\n").first("subject"), 65_536)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (b"Plain words", "Plain words"),
        (b"folded\r\n over\r\n\tlines", "folded over\tlines"),
        (b"=?utf-8?Q?Vo?=\r\n =?utf-8?Q?te_now?=", "Vote now"),
        (b"=?utf-8?Q?caf=C3?= =?utf-8?Q?=A9?=", "café"),
        (b"=?utf-8?B?Vm90ZQ?= for", "Vote for"),
        (b"=?iso-8859-1?q?ma=F1ana?= = =?koi8-r?b?zcnS?=", "mañana = мир"),
        (b"=?wrong-name?q?caf=C3=A9?=", "café"),
        (b"=?utf-8*en?q?with_language?=", "with language"),
        (b"mid=?utf-8?q?dle?=word", "middleword"),
        (b'"=?utf-8?q?in_quotes?="', '"in quotes"'),
        (b"=?utf-8?q?a?b_is_sloppy?=", "a?b is sloppy"),
        (b"=?utf-8?q?never closed", "=?utf-8?q?never closed"),
        (b"raw \xc3\xb1 octets", "raw ñ octets"),
        (b"raw ma\xf1ana octets", "raw mañana octets"),
        (b"n\x00u\x00l", "nul"),
        (b"=?utf-8?q?=1B$B=0AVOTE=0ANOW.?=", "$B\nVOTE\nNOW."),
        (b"=?us-ascii?q?=1B$B=0AVOTE=0ANOW.?=", "$B\nVOTE\nNOW."),
        (b"=?iso-2022-jp?B?GyRCRWpJPBsoQg==?=", "\u6295\u7968"),
        (b"", ""),
    ],
)
def test_a_value_is_read_as_it_is_shown(written, read):
    assert shown(written) == read


@pytest.mark.parametrize(
    ("written", "name", "value"),
    [
        ("text/plain; charset=utf-8", "charset", "utf-8"),
        ('text/plain; CHARSET="utf-8" (comment)', "charset", "utf-8"),
        ("text/plain charset=utf-8", "charset", "utf-8"),
        ('a/b; name="semi;colon \\"q\\".txt"', "name", 'semi;colon "q".txt'),
        ("a/b; name*=utf-8''ma%C3%B1ana.txt", "name", "mañana.txt"),
        ("a/b; name*0*=utf-8''ma%C3; name*1*=%B1a; name*2=\"na.txt\"", "name", "mañana.txt"),
        ("a/b; name*1=b; name*0=a", "name", "ab"),
        ("a/b; name==?utf-8?q?caf=C3=A9?=", "name", "café"),
        ('a/b; name="never closed', "name", "never closed"),
        ("a/b;;; ; x; name=y", "name", "y"),
        ("a/b; boundary=one; boundary=two", "boundary", "one"),
    ],
)
def test_a_parameter_is_read(written, name, value):
    assert headers.parameters(written)[name] == value


@given(st.text(max_size=200))
def test_any_value_can_be_read(value):
    headers.shown(value, 100)
    headers.parameters(value)
    headers.token(value)


@pytest.mark.parametrize(
    "value",
    [
        "=?a?q?b " * 40_000,
        "=?utf-8?q?x?= " * 40_000,
        "=?" * 100_000,
        "x;" * 100_000,
        'a/b; x="' + "\\;" * 100_000,
        "a/b; " + "".join(f"n*{n}=x; " for n in range(30_000)),
    ],
)
@pytest.mark.timeout(30)
def test_a_hostile_value_has_an_end(value):
    headers.shown(value, 10_000_000)
    headers.parameters(value, 10_000_000)
    headers.token(value)


@pytest.mark.parametrize(
    "said", [lambda value: headers.shown(value, 1000), lambda value: headers.every(value, "name"), headers.token]
)
def test_of_a_long_value_no_more_is_kept_than_is_read_of_it(said):
    said("warm")
    tracemalloc.start()
    try:
        for number in range(5):
            said(f"text/plain; name={number}" + "x" * 1_000_000)
        assert tracemalloc.get_traced_memory()[0] < 1_000_000
    finally:
        tracemalloc.stop()
