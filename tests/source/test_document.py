"""YAML as it looks: scalars, places, and what is said where it is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.source import Location, Mistakes, parse, read


def said(text):
    with pytest.raises(Mistakes) as found:
        parse(text, "f.yaml")
    return str(found.value)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("true", True),
        ("False", False),
        ("yes", "yes"),
        ("no", "no"),
        ("off", "off"),
        ("~", None),
        ("null", None),
        ("", None),
        ("0", 0),
        ("-17", -17),
        ("010", "010"),
        ("0x10", "0x10"),
        ("1_000", "1_000"),
        ("12:30", "12:30"),
        ("1.5", 1.5),
        ("-2e3", -2000.0),
        (".5", ".5"),
        (".inf", ".inf"),
        ("2026-11-03", "2026-11-03"),
        ("=", "="),
        ("'5'", "5"),
        ('"true"', "true"),
        ("9" * 30, "9" * 30),
    ],
)
def test_words_stay_what_they_look_like(written, value):
    data = parse(f"key: {written}\n", "f.yaml").data
    assert data == {"key": value}
    assert type(data["key"]) is type(value)


def test_keys_are_words_whatever_they_look_like():
    assert parse("no: 1\n010: 2\n~: 3\n2026-11-03: 4\n", "f.yaml").data == {"no": 1, "010": 2, "~": 3, "2026-11-03": 4}


def test_a_place_is_found_for_keys_values_and_what_is_missing():
    document = parse("top:\n  list:\n    - {name: a, other: b}\n    - name: c\n", "f.yaml")
    assert document.at("top", "list", 0, "other") == Location("f.yaml", 3, 24)
    assert document.at("top", "list", 0, "other", key=True) == Location("f.yaml", 3, 17)
    assert document.at("top", "list", 1) == Location("f.yaml", 4, 7)
    assert document.at("top", "list", 1, "other", "deeper") == Location("f.yaml", 4, 7)
    assert document.at("top", "list", key=True) == Location("f.yaml", 2, 3)
    assert document.at("elsewhere", key=True) == document.at() == Location("f.yaml", 1, 1)
    assert document.value(("top", "list", 1, "name")) == "c"
    assert document.has(("top", "list", 1, "name"))
    assert not document.has(("top", "list", 2))


def test_an_alias_is_the_same_thing_at_the_place_where_it_is_written_out():
    document = parse("a: &x [1, 2]\nb: *x\n", "f.yaml")
    assert document.data == {"a": [1, 2], "b": [1, 2]}
    assert document.at("b", 1) == Location("f.yaml", 1, 11)


def test_aliases_that_multiply_are_stopped():
    layers = "\n".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9))
    assert "holds more than 500000 values" in said(f"a0: &a0 x\n{layers}\n")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "f.yaml:1:1: is empty"),
        ("# nothing\n", "f.yaml:1:1: is empty"),
        ("a: 1\na: 2\n", 'f.yaml:2:1: "a" is written twice'),
        ("a: {b: {c: 1, c: 2}}\n", 'f.yaml:1:15: "c" is written twice'),
        ("? [a]\n: b\n", "f.yaml:1:3: a key is a word, not a list or a mapping"),
        ("&a [*a]\n", "f.yaml:1:1: holds itself by an alias"),
        ("a: !!set {b}\n", 'f.yaml:1:4: has the tag "set", which has no meaning here'),
        ("a: !!omap [b: 1]\n", 'f.yaml:1:4: has the tag "omap", which has no meaning here'),
        ("a: !!bool maybe\n", 'f.yaml:1:4: has the tag "bool", which has no meaning here'),
        ("a: !!python/name:os.system x\n", 'f.yaml:1:4: has the tag "python/name:os.system", which has no meaning here'),
        ("a: !own x\n", 'f.yaml:1:4: has the tag "!own", which has no meaning here'),
        ('a: "\\ud800"\n', "f.yaml:1:4: holds half of a character"),
        ("a: b\nc: x\0\n", "f.yaml:2:5: holds the character U+0000, which no text has"),
        ("a:\n\t- b\n", "f.yaml:2:1: is not YAML: found character '\\t' that cannot start any token"),
        ("a: b: c\n", "f.yaml:1:5: is not YAML: mapping values are not allowed here"),
        ("a: [1, 2\n", "f.yaml:2:1: is not YAML: expected ',' or ']', but got '<stream end>'"),
        ("a: *b\n", "f.yaml:1:4: is not YAML: found undefined alias 'b'"),
        ("--- a\n--- b\n", "f.yaml:2:1: is not YAML: but found another document"),
        ("[" * 5000, "f.yaml:1:1: is not YAML: it is nested too deeply"),
    ],
)
def test_what_is_no_yaml_is_said_with_its_place(text, message):
    assert said(text).splitlines()[0] == message


def test_several_doubled_keys_are_reported_at_once():
    assert said("a: 1\na: 2\nb: {c: 1, c: 2}\n").count("is written twice") == 2


def test_a_doubled_key_names_the_first():
    assert said("a: 1\nb: 2\na: 3\n").splitlines()[-1].strip() == "It stands in line 1 already; keep one of them."


def test_a_tab_before_the_place_keeps_the_caret_under_it():
    lines = said('a: {b: "\t", b: 2}\n').splitlines()
    assert lines[1] == '   1 | a: {b: "\t", b: 2}'
    assert lines[2] == "               \t   ^"


def test_a_file_that_is_no_utf8_or_not_there_is_a_mistake(tmp_path):
    (tmp_path / "f.yaml").write_bytes(b"a: caf\xe9\n")
    with pytest.raises(Mistakes, match=r"f\.yaml:1:1: is not UTF-8 text"):
        read(tmp_path / "f.yaml", name="f.yaml")
    with pytest.raises(Mistakes, match=r"g\.yaml:1:1: cannot be read: No such file or directory"):
        read(tmp_path / "g.yaml", name="g.yaml")


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path):
    (tmp_path / "f.yaml").write_bytes(b"\xef\xbb\xbfa: 1\n")
    document = read(tmp_path / "f.yaml", name="f.yaml")
    assert (document.data, document.at("a", key=True)) == ({"a": 1}, Location("f.yaml", 1, 1))


@given(st.text())
def test_any_text_is_a_document_or_mistakes_with_places_in_it(text):
    try:
        document = parse(text, "f.yaml")
    except Mistakes as mistakes:
        problems = mistakes.problems
    else:
        assert document.at().path == "f.yaml"
        return
    assert problems
    assert all(1 <= problem.location.line <= len(text.splitlines()) + 1 for problem in problems)
    assert all(problem.location.column >= 1 for problem in problems)
