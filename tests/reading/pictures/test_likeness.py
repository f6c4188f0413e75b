"""Letters that are not what they are called are told by their size."""

from gateway.reading.pictures.likeness import unlike

INK = {"i": (20, 74), "l": (20, 74), "m": (75, 53), "w": (72, 53), "t": (28, 67), "j": (20, 93)}


def sizes(text):
    return [INK.get(letter, (50, 74 if letter in "bdfhkpqgy" else 53)) for letter in text if letter.isalpha()]


def letters(called, shown):
    return [(letter, *size) for letter, size in zip((c for c in called if c.isalpha()), sizes(shown), strict=False)]


TEXT = "the quick brown fox will jump over the lazy dog and make the mild town better"


def test_a_plain_face_looks_like_what_it_says():
    assert not unlike(letters(TEXT, TEXT))
    assert not unlike(letters(TEXT.upper(), TEXT))


def test_other_letters_under_the_same_names_do_not():
    assert unlike(letters(TEXT, TEXT[::-1]))


def test_a_face_of_one_width_is_told_by_the_height_of_its_letters():
    even = [(letter, 50, height) for letter, _, height in letters(TEXT, TEXT)]
    assert not unlike(even)


def test_too_few_letters_and_figures_tell_nothing():
    assert not unlike(letters("jim", "mij"))
    assert not unlike([("7", 50, 70)] * 100)
