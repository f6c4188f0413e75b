"""Whom a message names, however it is spelt."""

import pytest

from gateway.display import named

CALLED = {
    "ruiz": ("Capt. Elena M. Ruiz", "eruiz@department.example", "elena.ruiz@department.example"),
    "okafor": ("Chief Okafor", "chief@department.example"),
    "nobody": ("", "desk@department.example"),
}


def mail(text: str, *, header: bytes = b"Subject: A vote\r\n") -> bytes:
    return b"To: eruiz@department.example\r\n" + header + b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + text.encode()


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("Elena Ruiz has to go.", {"ruiz"}),
        ("Elena Maria Ruiz has to go.", {"ruiz"}),
        ("ELENA\nRUIZ has to go.", {"ruiz"}),
        ("Ruiz, Elena: has to go.", {"ruiz"}),
        ("Captain Ruiz has to go.", {"ruiz"}),
        ("lt. Ruiz has to go.", {"ruiz"}),
        ("Élena Ruíz has to go.", {"ruiz"}),
        ("Еlеnа Ruiz has to go.", {"ruiz"}),  # three Cyrillic letters
        ("E\u200blena Ru\u00adiz has to go.", {"ruiz"}),
        ("Write to ELENA.RUIZ@department.example!", {"ruiz"}),
        ("Ask chief okafor and desk@department.example.", {"okafor", "nobody"}),
        ("Elena is on leave. Ruiz Street is closed.", set()),
        ("Helena Ruiz-Ortega writes.", set()),
        ("Write to not.elena.ruiz@department.example or chief@department.example.org", set()),
        ("The chief is on leave.", set()),
    ],
)
def test_a_name_is_found_whole_and_a_last_name_alone_is_not(text, who):
    assert named(mail(text), CALLED) == who


def test_the_subject_names_and_the_addressees_do_not():
    assert named(mail("See you.", header=b"Subject: About Elena Ruiz\r\n"), CALLED) == {"ruiz"}
    assert named(mail("See you.", header=b"Cc: Elena Ruiz <eruiz@department.example>\r\n"), CALLED) == set()


def test_what_is_no_message_names_nobody():
    assert named(b"\xff\x00", CALLED) == set()
