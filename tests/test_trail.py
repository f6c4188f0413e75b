"""The chain by itself: one way to write an entry, and every break found and named, by us and by the verifier we hand out."""

import ast
import csv
import hashlib
import io
import json
import re
import shutil
import subprocess
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.trail import BEFORE_ALL, COLUMNS, Head, canonical, cells, digest, first_fault, follow, line
from tests.support.mails import NOW
from tests.support.trail import FORMS, VERIFIER, exported, outsider

ODD = ("", "Capt. Ruiz", "=1+1", "'quoted", "-", "@x", "\ttab", 'comma, "quote"', "é\u2028\x00\ud800", "+")
TEXTS = st.text(st.sampled_from("aZ0 \"'\\/=\n\t\x00\x7f\x80é\u2028\ud800\udc00\uffff\U0001f600"), max_size=6) | st.text(
    max_size=6
)
KEYS = st.sampled_from(("", "a", "b", "B", "a b", '"', "\x00"))
DETAILS = st.dictionaries(
    KEYS,
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXTS,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
        max_leaves=5,
    ),
    max_size=4,
)


def chain(count, **changes):
    entries = []
    for number in range(count):
        said = {
            "step": "ruled",
            "actor": ODD[number % len(ODD)],
            "hold": f"H{number}",
            "detail": {"note": ODD[-number % len(ODD)]},
        }
        last = entries[-1].head if entries else None
        entries.append(follow(last, at=NOW + timedelta(seconds=number), **{**said, **changes}))
    return entries


@given(DETAILS)
def test_there_is_one_way_to_write_a_detail(detail):
    written = canonical(detail)
    assert written.isascii()
    assert json.loads(written) == json.loads(json.dumps(detail))
    assert canonical(json.loads(written)) == written
    shuffled = dict(reversed(detail.items()))
    assert canonical(shuffled) == written


@given(TEXTS, TEXTS, TEXTS, DETAILS)
def test_an_outsider_computes_the_same_hash_from_a_line_or_a_row(step, hold, actor, detail):
    entry = follow(None, at=NOW, step=step, hold=hold, actor=actor, detail=detail)
    said = json.loads(line(entry))
    hash_ = said.pop("hash")
    assert hashlib.sha256(json.dumps(said, sort_keys=True, separators=(",", ":")).encode()).hexdigest() == hash_ == entry.hash
    [row] = csv.reader(io.StringIO(exported([entry], "csv").partition("\r\n")[2], newline=""))
    assert row == list(cells(entry))
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row)
    for form in FORMS:
        assert outsider(exported([entry], form)) == f"whole: 1 entries, the last is 1:{entry.hash}"


@given(st.data())
def test_no_letter_of_an_export_can_be_changed_unseen(data):
    form = data.draw(st.sampled_from(FORMS))
    text = exported(chain(3), form)
    at = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.characters(codec="ascii").filter(lambda c: c != text[at]))
    changed = text[:at] + other + text[at + 1 :]
    said = outsider(changed)
    same = form == "csv" and list(csv.reader(io.StringIO(changed, newline=""))) == list(csv.reader(io.StringIO(text, newline="")))
    assert said.startswith("whole") if same else said.startswith("broken")


@pytest.mark.parametrize("detail", [{"a": 1.5}, {"a": float("nan")}, {"a": b"x"}, {"é": 1}, {1: 2}, {"a": NOW}, {"a": {1, 2}}])
def test_what_would_not_come_back_the_same_everywhere_is_no_detail(detail):
    with pytest.raises(TypeError):
        follow(None, at=NOW, step="ruled", actor="x", detail=detail)


@pytest.mark.parametrize("number", [2**53, -(2**53), 10**400])
def test_a_number_that_other_programs_would_round_is_no_detail(number):
    with pytest.raises(ValueError, match="too large a number"):
        follow(None, at=NOW, step="ruled", actor="x", detail={"a": [number]})


def test_a_whole_trail_has_no_fault():
    entries = chain(20)
    assert entries[0].previous == BEFORE_ALL
    assert first_fault(entries) is None
    assert first_fault(entries, [entries[4].head, entries[-1].head]) is None
    for form in FORMS:
        assert outsider(exported(entries, form), entries[4].head, entries[-1].head).startswith("whole: 20 entries")


def altered(number, **changes):
    return lambda entries: [replace(one, **changes) if one.sequence == number else one for one in entries]


def renewed(number, **changes):
    """The entry altered, and its hash made to fit."""

    def alter(entries):
        changed = [replace(one, **changes) if one.sequence == number else one for one in entries]
        return [replace(one, hash=digest(one)) if one.sequence == number else one for one in changed]

    return alter


def swapped(entries):
    return [*entries[:4], entries[5], entries[4], *entries[6:]]


def swapped_and_renumbered(entries):
    return [*entries[:4], replace(entries[5], sequence=5), replace(entries[4], sequence=6), *entries[6:]]


def inserted(entries):
    made = follow(entries[3].head, at=NOW, step="ruled", actor="nobody")
    return [*entries[:4], made, *entries[4:]]


def inserted_and_renumbered(entries):
    made = follow(entries[3].head, at=NOW, step="ruled", actor="nobody")
    later = [replace(one, sequence=one.sequence + 1) for one in entries[4:]]
    return [*entries[:4], made, *[replace(one, hash=digest(one)) for one in later]]


TAMPERINGS = {
    "at": (altered(5, at="2026-10-14T09:30:04.000001Z"), 5, "was altered"),
    "step": (altered(5, step="seen"), 5, "was altered"),
    "hold": (altered(5, hold="H5"), 5, "was altered"),
    "actor": (altered(5, actor="somebody"), 5, "was altered"),
    "detail": (altered(5, detail='{"note":"another"}'), 5, "was altered"),
    "detail that means the same": (altered(5, detail='{"note": "@x"}'), 5, "was altered"),
    "detail that is no object": (altered(5, detail="[]"), 5, "was altered"),
    "detail that is no JSON": (altered(5, detail="\x00"), 5, "was altered"),
    "detail that is deep": (altered(5, detail="[" * 100_000), 5, "was altered"),
    "previous": (altered(5, previous="f" * 64), 5, "was altered"),
    "hash": (altered(5, hash="f" * 64), 5, "was altered"),
    "sequence": (altered(5, sequence=50), 5, "is missing"),
    "a smaller sequence": (altered(5, sequence=3), 3, "stands a second time"),
    "an actor, with the hash made to fit": (renewed(5, actor="somebody"), 6, "does not continue entry 5"),
    "previous, with the hash made to fit": (renewed(5, previous="f" * 64), 5, "does not continue entry 4"),
    "the first entry deleted": (lambda entries: entries[1:], 1, "is missing"),
    "one deleted": (lambda entries: [*entries[:4], *entries[5:]], 5, "is missing"),
    "two swapped": (swapped, 5, "is missing"),
    "two swapped and renumbered": (swapped_and_renumbered, 5, "was altered"),
    "one put in": (inserted, 5, "stands a second time"),
    "one put in, the rest renumbered": (inserted_and_renumbered, 6, "does not continue entry 5"),
    "one twice": (lambda entries: [*entries[:5], *entries[4:]], 5, "stands a second time"),
    "all deleted": (lambda _: [], 1, "is missing"),
}


@pytest.mark.parametrize("how", TAMPERINGS)
def test_a_tampering_is_found_and_the_first_bad_entry_named(how):
    tamper, number, says = TAMPERINGS[how]
    tampered = tamper(chain(9))
    fault = first_fault(tampered)
    assert fault is not None
    assert fault.sequence == number
    assert says in str(fault)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("how", TAMPERINGS)
def test_a_tampering_before_the_export_is_found_by_an_outsider(how, form):
    tamper, number, says = TAMPERINGS[how]
    said = outsider(exported(tamper(chain(9)), form))
    assert said.startswith("broken: ")
    if how == "all deleted":
        assert said == "broken: there is no entry at all"
    elif not how.startswith("detail that"):  # the verifier tells of the line, where it is no entry
        assert f"entry {number} {says}" in said


@pytest.mark.parametrize("kept", [0, 1, 8])
def test_entries_cut_off_at_the_end_are_found_by_a_head_that_was_kept_outside(kept):
    entries = chain(9)
    cut, head = entries[:kept], entries[-1].head
    assert kept == 0 or first_fault(cut) is None
    assert str(first_fault(cut, [head])).startswith(f"entry {kept + 1} is missing: the trail ends before it")
    for form in FORMS:
        assert f"entry {kept + 1} is missing: the trail ends" in outsider(exported(cut, form), head)


def test_a_trail_that_was_written_anew_is_found_by_a_head_that_was_kept_outside():
    entries, forged = chain(9), chain(9, actor="forger")
    assert first_fault(forged) is None
    for number in (0, 4, 8):
        head = entries[number].head
        assert (
            str(first_fault(forged, [head]))
            == f"entry {number + 1} is not the one the head was taken of: the trail was rewritten"
        )
        for form in FORMS:
            assert f"entry {number + 1} is not the one the head was taken of" in outsider(exported(forged, form), head)


def test_two_heads_of_one_entry_cannot_both_be_true():
    entries, other = chain(3), chain(3, actor="forger")
    for heads in ([entries[1].head, other[1].head], [other[1].head, entries[1].head]):
        assert str(first_fault(entries, heads)).startswith("entry 2 is not the one the head was taken of")
        for form in FORMS:
            assert "entry 2 is not the one the head was taken of" in outsider(exported(entries, form), *heads)
    assert first_fault(entries, [entries[1].head, entries[1].head]) is None


def test_a_head_is_written_and_read_in_one_way():
    head = chain(2)[1].head
    assert Head.parse(str(head)) == Head.parse(f" {head}\n") == head
    for wrong in ("", "2", "x:" + "0" * 64, "2:" + "0" * 63, "2:" + "G" * 64, "2:" + "0" * 64 + "0"):
        with pytest.raises(ValueError, match="is no head"):
            Head.parse(wrong)


def test_an_excerpt_may_have_gaps_and_nothing_else():
    entries = chain(9)
    part = [entries[1], entries[2], entries[6]]
    for form in FORMS:
        assert outsider(exported(part, form), excerpt=True).startswith("an excerpt, each entry as it was written: 3 entries")
        assert "entry 1 is missing" in outsider(exported(part, form))
        for tampered in (altered(3, actor="x")(part), renewed(2, actor="x")(part), part[::-1]):
            assert outsider(exported(tampered, form), excerpt=True).startswith("broken: entry")


def test_the_columns_are_what_an_entry_says():
    [entry] = chain(1)
    assert entry.__slots__ == COLUMNS
    assert sorted(json.loads(line(entry))) == sorted(COLUMNS)


@pytest.mark.skipif(shutil.which("jq") is None, reason="there is no jq")
def test_the_hash_of_a_line_is_had_without_our_code_as_the_verifier_says(tmp_path):
    entries = chain(20, actor="Capt. Ruíz \N{WAVING HAND SIGN}", detail={"b": ["é\n\t\\", 1, None, True], "a": {"note": '"'}})
    (tmp_path / "EXPORT").write_text(exported(entries, "jsonl"))
    [command] = re.findall(r"^ +(sed .*)$", ast.get_docstring(ast.parse(VERIFIER.read_text())), re.MULTILINE)
    said = subprocess.run(["sh", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert said.stdout.split()[0] == entries[16].hash
