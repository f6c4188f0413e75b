from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.mail import Content, new_id
from gateway.mail.content import in_memory


@given(st.binary(max_size=2000), st.integers(0, 2000))
def test_chunks_from_an_offset_are_the_rest(data, start):
    assert b"".join(in_memory(data).chunks(start)) == data[start:]


def test_a_spooled_message_reads_as_one_in_memory(tmp_path):
    data = bytes(range(256)) * 4096
    path = tmp_path / "spooled"
    path.write_bytes(data)
    content = Content(size=len(data), path=path)
    assert content.read() == data
    assert b"".join(content.chunks(700_000)) == data[700_000:]


def test_content_that_is_nowhere_cannot_be_read():
    with pytest.raises(ValueError, match="neither"):
        Content(size=1).read()


@given(st.integers(0, 10**9))
def test_ids_made_later_sort_later(microseconds):
    at = datetime(2026, 10, 14, tzinfo=UTC)
    early, late = new_id(at), new_id(at + timedelta(microseconds=microseconds + 1))
    assert early < late
    assert len(early) == len(late) == 13
