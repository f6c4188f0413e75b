"""What is written, held against its shape: every mistake at its place, with the word that was meant."""

from enum import StrEnum
from typing import Annotated, Literal

import pytest

from gateway.source import (
    AfterValidator,
    BeforeValidator,
    Date,
    Duration,
    Field,
    Mistakes,
    Model,
    OneOrMore,
    Size,
    Wrong,
    check,
    known,
    load,
    parse,
    validate,
)


class Colour(StrEnum):
    RED = "red"
    DEEP_BLUE = "deep blue"


def _short(word: str) -> str:
    if len(word) > 3:
        raise Wrong("{key} is too long", "Three letters will do.")
    return word


def _plain(word: str) -> str:
    if word == "bad":
        msg = "'bad' is not good"
        raise ValueError(msg)
    return word


class Inner(Model):
    name: str
    colour: OneOrMore[Colour] = ()
    at_least: int | None = Field(default=None, ge=2)


class Named(Model):
    title: str
    name: str = ""


def _spelled(word: object) -> object:
    return {"name": word} if isinstance(word, str) else word


class Outer(Model):
    inner: Inner | None = None
    spelled: Annotated[Inner, BeforeValidator(_spelled)] | None = None
    several: tuple[Inner, ...] = Field(default=(), max_length=2)
    named: dict[str, Named] = {}  # noqa: RUF012  -- pydantic copies it
    union: str | Named | tuple[int, ...] = ""
    word: Literal["one", "two"] = "one"
    short: Annotated[str, AfterValidator(_short)] = ""
    plain: Annotated[str, AfterValidator(_plain)] = ""
    keys: dict[Annotated[str, AfterValidator(_short)], int] = {}  # noqa: RUF012  -- pydantic copies it
    group: OneOrMore[Annotated[str, known("group")]] = Field(default=(), min_length=1)
    when: Date | None = None
    how_long: Duration | None = None
    size: Size = Field(default=1, gt=0)
    share: float = Field(default=0, le=1)
    flag: bool = False


def said(text, **context):
    _, problems = check(parse(text, "f.yaml"), Outer, context=context)
    return [str(problem) for problem in sorted(problems, key=lambda problem: problem.location)]


def first(text, **context):
    problems = said(text, **context)
    assert len(problems) == 1, problems
    lines = problems[0].splitlines()
    carets = next((line for line in lines if line.strip(" ^") == "" and "^" in line), "")
    written = lines[1][carets.index("^") : carets.rindex("^") + 1] if carets else ""
    return lines[0].removeprefix("f.yaml:"), written, lines[-1].strip() if len(lines) in {2, 4} else ""


DEFAULT = "There is no default, so that nothing is decided unseen."
EMPTY = "Write a value, or take it out."


@pytest.mark.parametrize(
    ("text", "message", "written", "remedy"),
    [
        ("inner: {nmae: a, name: b}", '1:9: unknown key "nmae"', "nmae", 'Did you mean "name"? Allowed: name, colour, at least.'),
        (
            "inner: {name: a, at_least: 2}",
            '1:18: unknown key "at_least"',
            "at_least",
            'Did you mean "at least"? Allowed: name, colour, at least.',
        ),
        (
            "named:\n  name: {title: a, titel: b}",
            '2:20: unknown key "titel"',
            "titel",
            'Did you mean "title"? Allowed: title, name.',
        ),
        (
            "several:\n- {name: a}\n- {name: b, color: red}",
            '3:13: unknown key "color"',
            "color",
            'Did you mean "colour"? Allowed: name, colour, at least.',
        ),
        ("spelled: {name: a, x: 1}", '1:20: unknown key "x"', "x", "Allowed: name, colour, at least."),
        ("inner:\n  colour: red", '1:1: "name" is missing', "inner", DEFAULT),
        ("several:\n  - {name: a}\n  - colour: red", '3:5: "name" is missing', "colour: red", DEFAULT),
        ("named: {x: {}}", '1:9: "title" is missing', "x", DEFAULT),
        ("inner: {name: a, colour: rde}", '1:26: unknown colour "rde"', "rde", 'Did you mean "red"? Allowed: red, deep blue.'),
        (
            "inner: {name: a, colour: [red, Deep-Blue]}",
            '1:32: unknown colour "Deep-Blue"',
            "Deep-Blue",
            'Did you mean "deep blue"? Allowed: red, deep blue.',
        ),
        ("inner: {name: a, colour: 5}", '1:26: unknown colour "5"', "5", "Allowed: red, deep blue."),
        ("word: true", '1:7: unknown word "true"', "true", "Allowed: one, two."),
        ("inner: {name: 5}", '1:15: "name" should be text', "5", "Put quotes around it."),
        ("inner: [a]", '1:8: "inner" should be a mapping of names to values', "[a]", ""),
        ("several: {name: a}", '1:10: "several" should be a list', "{name: a}", ""),
        ("several: [a]", '1:11: each of "several" should be a mapping of names to values', "a", ""),
        (
            "several: [{name: a}, {name: b}, {name: c}]",
            '1:10: "several" takes 2 entries at most',
            "[{name: a}, {name: b}, {name: c}]",
            "",
        ),
        ("flag: yes", '1:7: "flag" should be true or false', "yes", ""),
        ("inner: {name: a, at least: 1}", '1:28: "at least" should be at least 2', "1", ""),
        ("inner: {name: a, at least: 1.5}", '1:28: "at least" should be a whole number', "1.5", ""),
        ("share: 1.5", '1:8: "share" should be at most 1.0', "1.5", ""),
        ("size: 0", '1:7: "size" should be more than 0', "0", ""),
        ("size: 5 apples", '1:7: "5 apples" is no size; write octets, or for example 512KiB or 25MiB', "5 apples", ""),
        ("how long: 5", '1:11: "5" is no length of time; write for example 30s, 15m, 48h or 2d', "5", ""),
        ("when: 3rd of May", '1:7: "3rd of May" is no date; write for example 2026-11-03', "3rd of May", ""),
        ("when: 2026-02-30", '1:7: "2026-02-30" is no date; write for example 2026-11-03', "2026-02-30", ""),
        ("short: longer", '1:8: "short" is too long', "longer", "Three letters will do."),
        ("plain: bad", "1:8: 'bad' is not good", "bad", ""),
        ("keys: {longer: 1}", '1:8: "longer" is too long', "longer", "Three letters will do."),
        ("group: []", '1:8: "group" needs 1 or more entries', "[]", ""),
        ("inner:", '1:1: "inner" is empty', "inner", EMPTY),
        ("inner: {name: ~}", '1:9: "name" is empty', "name", EMPTY),
        ("several: [{name: a}, ~]", '1:22: each of "several" is empty', "~", EMPTY),
        ("union: 5.5", '1:8: "union" should be text or a mapping of names to values or a list', "5.5", ""),
        ("union: {name: a}", '1:1: "title" is missing', "union", DEFAULT),
        ("union: {title: a, nam: b}", '1:19: unknown key "nam"', "nam", 'Did you mean "name"? Allowed: title, name.'),
        ("union: [1, a]", '1:12: each of "union" should be a whole number', "a", ""),
        ("- a", "1:1: the file should be a mapping of names to values", "", ""),
    ],
)
def test_a_mistake_is_placed_at_the_word_that_is_wrong(text, message, written, remedy):
    assert first(text) == (message, written, remedy)


def test_a_word_that_was_not_declared_is_unknown():
    assert first("group: bord", group=("board", "staff")) == (
        '1:8: unknown group "bord"',
        "bord",
        'Did you mean "board"? Allowed: board, staff.',
    )
    assert first("group: bord") == ('1:8: unknown group "bord"', "bord", "No group is declared.")
    assert said("group: [board, staff]", group=("board", "staff")) == []


def test_all_mistakes_are_reported_at_once_each_at_its_place():
    problems = said("inner: {nmae: a, colour: rde}\nword: three\nflag: 1\nshort: longer\nextra: 1\n")
    assert [problem.splitlines()[0] for problem in problems] == [
        'f.yaml:1:1: "name" is missing',
        'f.yaml:1:9: unknown key "nmae"',
        'f.yaml:1:26: unknown colour "rde"',
        'f.yaml:2:7: unknown word "three"',
        'f.yaml:3:7: "flag" should be true or false',
        'f.yaml:4:8: "short" is too long',
        'f.yaml:5:1: unknown key "extra"',
    ]


def test_keys_that_are_missing_together_are_told_together():
    class Two(Model):
        one: int
        the_other: int

    _, problems = check(parse("{}", "f.yaml"), Two)
    assert [str(problem) for problem in problems] == [f'f.yaml:1:1: "one", "the other" are missing\n        {DEFAULT}']


def test_a_piece_is_checked_by_itself_and_its_problems_stand_in_the_file():
    document = parse("list:\n  - {name: a}\n  - {name: 5}\n", "f.yaml")
    assert check(document, Inner, at=("list", 0)) == (Inner(name="a"), ())
    found, problems = check(document, Inner, at=("list", 1))
    assert found is None
    assert str(problems[0].location) == "f.yaml:3:12"
    assert check(document, list[object], at=("list",))[0] == [{"name": "a"}, {"name": 5}]


def test_what_is_right_is_loaded(tmp_path):
    text = (
        "inner: {name: a, colour: deep blue, at least: 2}\nwhen: 2026-11-03\nhow long: 1h 30m\n"
        "size: 2KiB\nunion: [1, 2]\nspelled: x\n"
    )
    (tmp_path / "f.yaml").write_text(text)
    found, document = load(tmp_path / "f.yaml", Outer)
    assert found.inner == Inner.model_validate({"name": "a", "colour": (Colour.DEEP_BLUE,), "at least": 2})
    assert (str(found.when), str(found.how_long), found.size, found.union) == ("2026-11-03", "1:30:00", 2048, (1, 2))
    assert found.spelled == Inner.model_validate({"name": "x"})
    assert document.at("size").line == 4


def test_validate_raises_what_check_returns():
    with pytest.raises(Mistakes) as found:
        validate(parse("flag: 1\nword: 2\n", "f.yaml"), Outer)
    assert len(found.value.problems) == 2
