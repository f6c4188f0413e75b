"""Labelled messages as the model is shown them."""

import json
from collections import Counter
from pathlib import Path
from random import Random

import pytest

import gateway.training
from gateway.model import WordPieces
from gateway.training.batches import Told, buried, epoch, samples
from gateway.training.examples import Loader, rows, said
from gateway.training.recipe import Recipe
from gateway.verdict import Category

DATA = Path(gateway.training.__file__).parent / "data"
LETTERS = [chr(letter) for letter in range(33, 127)]
PIECES = WordPieces(
    iter(["[PAD]", *(f"[unused{n}]" for n in range(99)), "[UNK]", "[CLS]", "[SEP]", *LETTERS, *(f"##{c}" for c in LETTERS)])
)
LOADER = Loader(PIECES)
ROW = {
    "id": "x-1",
    "subject": "Lockers",
    "body": "The lockers are in. Please vote for Ana Reyes on Tuesday. Keys at the desk.",
    "expect": "political",
    "spans": ["vote for Ana Reyes on Tuesday"],
    "pair": "p1",
}
TWIN = {
    **ROW,
    "id": "x-2",
    "body": ROW["body"].replace("vote for Ana Reyes", "thank Ana Reyes"),
    "expect": "neither",
    "spans": [],
}


def test_the_sentence_that_holds_the_span_is_the_one_that_is_marked():
    assert LOADER.example(ROW, "x").marks == (0.0, 0.0, 1.0, 0.0)


def test_a_sentence_in_several_lines_is_marked_once_as_it_is_written():
    long = {**ROW, "body": "Please vote for Ana Reyes on Tuesday " + "and then again " * 8 + "until it is done. Keys."}
    example = LOADER.example(long, "x")
    assert len(example.written) == len(example.offends) == 3 < len(example.lines) == len(example.marks)
    assert (example.written[0], example.offends) == ("Lockers", (0.0, 1.0, 0.0))


def test_a_span_broken_by_quote_marks_is_found():
    row = {**ROW, "body": "> Please vote for\n> Ana Reyes on\n> Tuesday. Thanks.", "spans": ["vote for Ana Reyes on Tuesday"]}
    assert any(LOADER.example(row, "x").marks)


def test_an_offence_without_spans_has_no_marks_and_every_window_offends():
    example = LOADER.example({**ROW, "spans": []}, "x")
    assert example.marks == ()
    assert all(sample.column == 0 and sample.marks is None for sample in samples(example, size=64))


def test_only_the_windows_that_hold_a_marked_sentence_offend():
    long = {**ROW, "body": "The gate is shut at nine. " * 40 + ROW["body"]}
    found = samples(LOADER.example(long, "x"), size=64)
    offending = [sample for sample in found if sample.column is not None]
    assert 0 < len(offending) < len(found) / 2
    assert all(any(sample.marks) for sample in offending)


def test_a_message_that_stands_in_the_subject_is_parted(tmp_path):
    path = tmp_path / "w.jsonl"
    path.write_text(json.dumps({**ROW, "subject": "Lockers\n" + ROW["body"], "body": ""}), encoding="utf-8")
    assert [(row["subject"], row["body"]) for row in rows(path)] == [("Lockers", ROW["body"])]


@pytest.mark.parametrize("line", ["{", "[]", '{"id": 1}', json.dumps({**ROW, "expect": "maybe"})])
def test_a_row_that_is_none_is_named_by_file_and_line(tmp_path, line):
    path = tmp_path / "w.jsonl"
    path.write_text(json.dumps(ROW) + "\n\n" + line + "\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"w\.jsonl:3: "):
        list(rows(path))


def test_quoted_words_are_read_as_quoted():
    sentences, subject = said("Re: lockers", "No.\n\n> Please vote for her.")
    assert subject == 1
    assert [str(origin) for origin, _ in sentences] == ["new", "new", "quoted"]


def test_twins_are_shown_in_one_batch():
    twins = [LOADER.example(row, "x") for row in (ROW, TWIN)]
    others = [LOADER.example({**TWIN, "id": str(n), "pair": ""}, "x") for n in range(30)]
    batches = epoch([*others[:15], twins[0], *others[15:], twins[1]], (), Random(1), Recipe(pieces=400, bury=0.0))
    held = [Counter(sample.twins for sample in batch)["x/p1"] for batch in batches]
    assert max(held) == 2
    assert sum(held) == 2


def test_a_message_is_told_as_wrongly_as_its_worst_window_and_twins_together():
    shown = [LOADER.example(row, "x") for row in (ROW, TWIN, {**TWIN, "id": "3", "pair": ""})]
    told, recipe = Told(), Recipe(pieces=9000, bury=0.0)
    [batch] = epoch(shown, shown[2:], Random(1), recipe)
    assert sorted(Counter(sample.told for sample in batch).items()) == [("#2", 1), ("+0", 1), ("x/p1", 2)]
    twins = iter((0.8, 0.1))
    told.note(batch, [next(twins) if sample.twins else 0.5 if sample.told == "#2" else 0.2 for sample in batch])
    assert [sorted(told.well(share)) for share in (1.0, 0.67, 0.34, 0.0)] == [[], ["+0"], ["#2", "+0"], ["#2", "+0", "x/p1"]]
    [batch] = epoch(shown, shown[2:], Random(1), recipe, known=told.well(0.34))
    assert {sample.told for sample in batch} == {"x/p1"}


def test_nothing_is_noted_of_what_is_shown_buried():
    guest, host = LOADER.example(ROW, "x"), LOADER.example({**TWIN, "body": "One thing. And another. " * 3, "pair": ""}, "x")
    batches = epoch([guest, host], (), Random(1), Recipe(pieces=9000, bury=0.5))
    told = Told()
    for batch in batches:
        told.note(batch, [1.0] * len(batch))
    assert sum(map(len, batches)) == 3
    assert told.well(0.0) == {"x/p1", "#1"}


def test_a_buried_line_keeps_its_mark_and_its_host_stays_ordinary():
    guest, host = LOADER.example(ROW, "x"), LOADER.example({**TWIN, "body": "One thing. And another. " * 3}, "x")
    made = buried(Random(1), guest, [host])
    assert made is not None
    assert made.expect is Category.POLITICAL
    assert len(made.lines) == len(host.lines) + 1
    assert [mark for mark in made.marks if mark] == [1.0]


def test_every_file_of_the_training_data_is_read_and_ids_are_its_own():
    ids = Counter(row["id"] for path in DATA.glob("*.jsonl") for row in rows(path))
    assert len(ids) > 3000
    assert max(ids.values()) == 1


def test_offending_messages_of_the_training_data_name_their_spans():
    for path in DATA.glob("*.jsonl"):
        if path.stem != "scenarios":
            assert all(row["spans"] for row in rows(path) if row["expect"] != "neither")
