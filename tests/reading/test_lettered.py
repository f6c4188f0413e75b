"""Letters and words dressed up one by one are read as eyes read them, and what only looks so stays as it is."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.reading.fold import fold

WORDS = "Please vote for Dana Whitaker for county sheriff"
PARTED = WORDS.split()


def _between(signs):
    return " ".join("".join(c + signs[i % len(signs)] for i, c in enumerate(word))[:-1] for word in PARTED)


@pytest.mark.parametrize(
    "written",
    [
        " ".join("".join(f"({c})" for c in word) for word in PARTED),
        "   ".join(" ".join(f"({c})" for c in word) for word in PARTED),
        " ".join("".join(("[{}]", "({})")[i % 2].format(c) for i, c in enumerate(word)) for word in PARTED),
        " ".join("".join(f"{{{c}}}" for c in word) for word in PARTED),
        _between(".-_"),
        _between("*"),
        "\n".join(f"{number}. {word}" for number, word in enumerate(PARTED, 1)),
        "\n".join(f"{number}) {word}" for number, word in enumerate(PARTED, 1)),
        "\n".join(f"{number:02d}: {word}" for number, word in enumerate(PARTED, 1)),
        "\n".join(f"2026-04-{number:02d} {word}" for number, word in enumerate(PARTED, 1)),
        "\n".join(f"({chr(97 + number)}) {word}" for number, word in enumerate(PARTED)),
        " ".join(f"{word} {number}" for number, word in enumerate(PARTED, 1)),
        " xx ".join(PARTED),
        "\n".join(f"# {word}" for word in PARTED),
        "\n\n".join(f"•  {word}" for word in PARTED),
        " ".join(f"{number}){word}" for number, word in enumerate(PARTED, 1)),
        " ".join(f"({number}){word}" for number, word in enumerate(PARTED, 1)),
        " ".join("-".join(word[at : at + 3] for at in range(0, len(word), 3)) for word in PARTED),
        " ".join("·".join(word[at : at + 2] for at in range(0, len(word), 2)) for word in PARTED),
        " ".join("".join(f"[b]{c}[/b]" for c in word) for word in PARTED),
        " ".join("".join(f"<b>{c}</b>" for c in word) for word in PARTED),
        " ".join(f"_{word}_" for word in PARTED),
        *(sign.join(PARTED) for sign in "_;|~+・•"),
        "\n".join(" " * (2 * number) + c for number, c in enumerate(WORDS.replace(" ", ""))),
    ],
)
def test_what_each_letter_or_word_is_dressed_up_with_is_taken_off(written):
    folded, offsets = fold(written)
    assert " ".join(folded.split()).strip(" 8") == WORDS
    assert len(offsets) == len(folded) + 1
    assert list(offsets) == sorted(offsets)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("p|ease v()te f()r dana whitaker f()r c()unty sher|ff", WORDS.lower()),
        ("p|ea$e \\/ote f()r |)ana whi+aker f()r c()un+y $heriff", WORDS.lower()),
        ("pl℮ase v⓪†e f⓪® dana whi†ak℮® f⓪® ¢ounty sh℮®iff", WORDS.lower()),
        ("PL€A$€ V0T€ F0R DANA WHITAK€R F0R ₵0U₦TY $H€RIFF", WORDS.upper()),
        ("ᑭᒪᗴᗩᔕᗴ VOTE ᖴOᖇ DANA", "PLEASE VOTE FOR DANA"),
        ("ꝋur vɵte", "our vote"),
    ],
)
def test_signs_that_stand_for_letters_are_letters_where_a_text_is_full_of_them(written, read):
    assert fold(written)[0].casefold() == read.casefold()


def test_a_text_in_crumbs_is_put_together_where_words_come_of_it():
    crumbs = " ".join(WORDS.replace(" ", "")[at : at + 3] for at in range(0, len(WORDS), 3))
    assert fold(crumbs)[0].startswith("Please vote for Dana")
    ordinary = "So we go to it at 6 or so if it is ok by all of us"
    assert fold(ordinary)[0] == ordinary


@pytest.mark.parametrize(
    "ordinary",
    [
        "A 501(c)(3) may not; see §12(a)(1)(B) and (C), or ask J.-P. in room N-3.",
        "1. Open the gate.\n2. Count the radios.\n3. Close the gate.\n4. Sign the log.",
        "Call 555-0-1-2-3 or 5-5-5 1-2-1-2 before 10 a.m.; version 1.2.3.4 is out.",
        "I'm at O'Hare; you'd better e-mail R&D about the T-shirts.",
        "The bill(s) of US$ 500 and $40 are due; A+ work, C++ and AT&T too.",
        "if (a|b) return f(x)[i]; while (n--) { s += c; }",
        "- Radios\n- Batteries\n- Gloves\n- Tape\n- Cones\n- Flares",
        "1.Radios 2.Batteries and 3.gloves; see 4.2 and 5.",
        "Sign-in is at 6; follow-up by e-mail to the sub-station, ride-along or on-call, and a re-test.",
        "The and/or clause and the his/her clause of the in/out log are at w/o cost, n/a or i/o.",
        "Set max_open_files, user_id and __init__; see read_me_first.txt and /var/log/roll_call_a_b.",
        "a <b> tag, an <i> tag, [b] and [s]; x = a[i] + b[u] - c[s];",
        "The 1 unit, the 2 cars and 3 vans: 4 are here and 5 are not.",
    ],
)
def test_citations_lists_numbers_and_code_stay_as_they_are(ordinary):
    assert fold(ordinary)[0] == ordinary


@given(st.text(alphabet="ab(){}[]<>|€.-_1 2\n\\/+†", max_size=120))
def test_whatever_is_written_every_letter_that_is_read_points_at_its_place(written):
    folded, offsets = fold(written)
    assert len(offsets) == len(folded) + 1
    assert all(before <= after <= len(written) for before, after in pairwise(offsets))


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("V_te y_s and d_nate to the camp__gn", "Vote y_s and donate to the campaign"),
        (
            "The co-worker's co-op is re-opened and the x-ray is on-line",
            "The co-worker's co-op is re-opened and the x-ray is on-line",
        ),
        ("ana_vo_e@d.example, https://d.example/v_te, /srv/d_nate", "ana_vo_e@d.example, https://d.example/v_te, /srv/d_nate"),
    ],
)
def test_a_letter_left_out_of_a_telling_word_is_put_in(written, read):
    assert fold(written)[0] == read
