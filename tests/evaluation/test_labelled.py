"""Labelled messages, as they are written in files."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.evaluation.labelled import labelled, rows, written
from gateway.reading import Reader


def file(tmp_path, *lines):
    path = tmp_path / "writer_x.jsonl"
    path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines), encoding="utf-8")
    return path


ROW = {"id": "1", "subject": "s", "body": "b", "expect": "neither"}


def test_a_row_is_a_message_of_its_files_writer(tmp_path):
    (one,) = labelled(file(tmp_path, {**ROW, "subtype": "hr", "lean": "D"}))
    assert (one.writer, one.subtype, one.side, one.offends) == ("writer_x", "hr", "D", False)


def test_a_message_that_stands_in_its_subject_is_parted_at_the_first_line_end(tmp_path):
    (row,) = rows(file(tmp_path, {**ROW, "subject": "one\ntwo\nthree", "body": ""}))
    assert (row["subject"], row["body"]) == ("one", "two\nthree")


def test_the_message_may_be_a_file_beside_the_list(tmp_path):
    (tmp_path / "m.eml").write_bytes(b"Subject: x\r\n\r\ny")
    (one,) = labelled(file(tmp_path, {"id": "1", "eml": "m.eml", "expect": "political"}))
    assert (one.content, one.offends) == (b"Subject: x\r\n\r\ny", True)


@pytest.mark.parametrize(
    "line", ["{", "[]", '{"id": "1", "expect": "maybe", "subject": "", "body": ""}', '{"expect": "neither"}']
)
def test_a_row_that_is_none_is_named_by_file_and_line(tmp_path, line):
    with pytest.raises(ValueError, match=r"writer_x\.jsonl:2: no labelled message"):
        list(rows(file(tmp_path, ROW, line)))


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=60))
def test_what_is_written_is_what_the_gateway_reads(body):
    passages = Reader().read(written("Subject line", f"Dear all,\n{body}\nRegards")).passages
    assert passages
    assert "Dear all" in passages[-1].text or "Dear all" in passages[0].text or any("Dear all" in p.text for p in passages)
