import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.mail import Reply


@given(st.integers(200, 599), st.sampled_from(["", "5.7.1"]), st.text(max_size=200))
def test_no_text_can_end_a_reply_or_forge_another(code, status, text):
    wire = Reply(code=code, status=status, text=text).wire()
    lines = wire.split(b"\r\n")
    assert lines.pop() == b""
    assert all(re.fullmatch(rb"\d{3}[- ][\t\x20-\x7e]*", line) for line in lines)
    assert [line[3:4] for line in lines] == [b"-"] * (len(lines) - 1) + [b" "]


def test_a_reply_heard_is_said_again_line_by_line():
    reply = Reply.parse(550, "5.7.1 not here\n5.7.1 ask the desk")
    assert (reply.status, reply.text) == ("5.7.1", "not here\nask the desk")
    assert reply.wire() == b"550-5.7.1 not here\r\n550 5.7.1 ask the desk\r\n"


@pytest.mark.parametrize("text", ["2.1.5 odd class", "no status here", "5.7 too short"])
def test_a_status_of_another_class_or_form_is_text(text):
    assert Reply.parse(550, text) == Reply(code=550, text=text)


def test_replies_know_their_class():
    assert Reply(code=250).good
    assert Reply(code=451).transient
    assert not Reply(code=550).good
    assert not Reply(code=550).transient
