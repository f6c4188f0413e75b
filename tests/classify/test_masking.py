import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.classify.classifier import RULES
from gateway.classify.needles import needles
from gateway.classify.page import Page, lower
from gateway.classify.sentences import LONGEST, spans
from gateway.classify.words import DAYS, MASKED, OFFICES, Words, terms
from gateway.reading import Reading
from tests.support.classify import passage, rows

WORDS = Words(
    (("P", "Democrats"), ("P", "Republican"), ("N", "harriet quillfeather")),
    [row.needles for _, row in RULES],
    [row.seen for _, row in RULES],
)


def masked(text: str) -> list[str]:
    return [sentence.masked for sentence in page(passage(text)).sentences]


def page(reading: Reading) -> Page:
    return Page(reading.passages[0], WORDS)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Please vote for Hal Dreyer.", "please vote for N."),
        ("Please vote for Judge Hal P. Dreyer, Jr.", "please vote for N."),
        ("We back Rosa de la Cruz for City Council.", "we back N for O."),
        ("vote for harriet quillfeather", "vote for N"),
        ("The Democrats meet on Tuesday, March 3.", "the P meet on D."),
        ("Vote YES on Measure R on the 5th.", "vote yes on M on D."),
        ("No on 14.", "no on 14."),
        ("See www.dreyer4mayor.com/plan now.", "see L now."),
        ("Read John 3:16 to your Muslim friends at the mosque.", "read B 3:16 to your F friends at the T."),
        ("Local 9 backs Dreyer's run.", "N backs N's run."),
        ("April Vance votes in April.", "N votes in D."),
        ("Vote for Fatima al-Sayed.", "vote for N."),
        ("Vote for Omar bin Rashid.", "vote for N."),
        ("Vote_for_Hal_Dreyer", "vote for N"),
        ("Vote.for.Hal.Dreyer", "vote for N"),
        ("Vote, for, Hal, Dreyer", "vote for N"),
        ("V0te for Hal Dreyer, c4ndidate.", "vote for N, candidate."),
        ("See mail.records.city.org for it.", "see L for it."),
        ("Lee, Ortiz, Vance, and Hale drive 5k9a.", "N, and N drive 5k9a."),
        ("\U0001f5f3 Hal Dreyer \u2705", "N"),
        ("Mark Price and Will Long called.", "N and N called."),
        ("See MARK PRICE about it, or GRACE YOUNG.", "see N about it, or N."),
        ("Please be there early and VOTE MARK PRICE on Tuesday.", "please be there early and vote N on D."),
        ("lockers come from marsh.", "lockers come from N."),
        ("LOCKERS COME WHEN MARK PRICE IS IN CHARGE", "lockers come when N is in charge"),
        ("LOCKERS COME WHEN CHIEF DEPUTY HART IS IN CHARGE", "lockers come when N is in charge"),
        ("LOCKERS COME WHEN QUILLFEATHER IS IN CHARGE", "lockers come when N is in charge"),
        ("THE BLACK OFFICERS NETWORK BACKS HAL DREYER", "N backs N"),
        ("please vote for theo marsh", "please vote for N"),
        ("lockers come when judge oyelaran is in charge", "lockers come when N is in charge"),
        ("lockers come when grace young is in charge", "lockers come when N is in charge"),
        (
            "They all say that the seat they want most is on the city\ncouncil now.",
            "they all say that the seat they want most is on the O now.",
        ),
    ],
)
def test_names_parties_offices_measures_days_and_faiths_are_a_letter_each(text, expected):
    assert masked(text) == [expected]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("One. Two! Three?", 3),
        ("Rep. Sung met Dr. Hale at 5 p.m. on Nov. 3 in St. Paul.", 1),
        ("A line that was wrapped because it was too long for the\nscreen goes on.", 1),
        ("- a list\n- of things\n- to do", 3),
        ("A paragraph\n\nAnother", 2),
        ("Please vote for\nHal Dreyer", 1),
        ("Vote\nfor Hal\nDreyer", 2),
        ("Vote\n\nfor\n\nHal", 1),
        ("Name: Hale\nRank: Sergeant", 2),
        ("See you then.\nvote on lunch", 2),
        ("", 0),
        ("x" * (LONGEST * 3), 4),
    ],
)
def test_sentences_end_where_a_reader_would_end_them(text, count):
    assert len(list(spans(text))) == count


@given(st.text(max_size=2000))
def test_sentences_are_in_order_bounded_and_lose_no_word(text):
    found = list(spans(text))
    assert all(0 < end - start <= LONGEST for start, end in found)
    assert [start for start, _ in found] == sorted(start for start, _ in found)
    covered = {at for start, end in found for at in range(start, end)}
    assert all(at in covered or text[at].isspace() for at in range(len(text)))


@given(st.text())
def test_small_letters_are_one_for_each_character(text):
    assert len(lower(text)) == len(text)


@given(st.text(max_size=500))
def test_any_text_can_be_masked(text):
    assert all(isinstance(sentence, str) for sentence in masked(text))


@pytest.mark.parametrize(
    ("pattern", "ways"),
    [
        (r"\bvote (?:for|against) N\b", [[{"\bvote for ", "\bvote against "}]]),
        (r"\b(?:the )?levy", [[{"\blevy", "\bthe levy"}]]),
        (r"\bre-?elect\b", [[{"\bre-elect\b", "\breelect\b"}]]),
        (r"x(?:big|dog)e", [[{"xbige", "xdoge"}]]),
        (r"\bP\b.{0,9}\bcaucus", [[{"\bcaucus"}, {"P"}]]),
        (r"\w+ N", [[]]),
        (r"donat\w+|\bgift(?!s)", [[{"donat", "\bgift"}]]),
        (r"\b(?:chip in.{3}cash|every donor)", [[{"\bchip in"}, {"cash"}], [{"\bevery donor"}]]),
        (r"\b(?:\$ ?\d|bucks)", [[{"$", "\bbucks"}]]),
        (r"(?:fire|[a-z]+) the [bw]ard", [[{" the bard", " the ward"}]]),
        (r"\w+ (?:\w+ )?hat", [[{"\bhat"}]]),
        (r"(?:\w+ )*hat(?:s [a-z]+)?", [[{"hat"}]]),
        (r"\W(?:\w+ )*(?:hat|cap)\b", [[{"\bhat\b", "\bcap\b"}]]),
    ],
)
def test_the_needles_of_a_pattern_are_what_every_match_holds(pattern, ways):
    assert sorted(map(list, needles(pattern)), key=len) == sorted(ways, key=len)


def test_every_row_has_needles():
    assert all(row.needles and all(row.needles) for _, row in RULES)


def test_a_row_is_tried_wherever_its_pattern_is_in_the_masked_sentence():
    """Whatever it asks to see before: only words of its own (`on`) may leave out more, and these texts have them."""
    names, ends = (
        ("Marsh", "Harriet Quillfeather", "Local 12", "harriet quillfeather"),
        (".", "!", " - yes", " \u2022", ", yes", ""),
    )
    years = [f"{name} {year}{end}" for name in names for year in ("2026", "'26", "\u201928") for end in ends]
    offices = [term.strip("=*") for term in terms(OFFICES)]
    ways = ("for", "for the", "4 the city", "para", "just for our next")
    runs = [f"{name} {way} {office}{end}" for name in names[2:] for way in ways for office in offices for end in ("", " in May")]
    gifts = [f"It all goes to get {names[0]} {way} {office}." for way in ("in", "into the") for office in (*offices, "office")]
    others = ("Read John 3:16.", "\u2022 Marsh for Sheriff \u2022", "Mr. Marsh\n> for the\n> city council!")
    for text in (*years, *runs, *gifts, *others):
        for sentence in page(passage(text)).sentences:
            asking = [number for number, (_, row) in enumerate(RULES) if row.seen and row.pattern.search(sentence.masked)]
            assert {*asking} <= {*sentence.rules}, text


def test_rows_that_ask_to_see_something_are_found_where_it_is():
    found = page(passage("Marsh for Sheriff")).sentences[0].rules
    assert any(RULES[number][1].seen for number in found)
    assert not any(RULES[number][1].seen for number in page(passage("Marsh is not the Sheriff for now")).sentences[0].rules)


@pytest.mark.parametrize(
    "text",
    [
        "The sheriff and DA spoke to the Democrats in May.",
        "the da  and the\nCity\nCouncil",
        "> the sheriff\n> and the city\n> council",
        "x" * 300 + "sheriff" * 30 + " vote for the sheriff",
        "The İstanbul mayor for the sheriff",
    ],
)
def test_the_terms_of_a_sentence_are_those_that_are_looked_for_in_it_alone(text):
    asked = page(passage(f"Vote for Marsh and {text} {text}."))
    for sentence in asked.sentences:
        assert sentence.terms == asked.within(sentence.start, sentence.end)


def test_no_row_that_would_match_is_left_out_for_want_of_a_needle():
    """Rows with words of their own (`on`) may leave out more, by intent."""
    inferred = [n for n, (_, row) in enumerate(RULES) if row.needles == needles(row.pattern.pattern)]
    for row in rows("scenarios.jsonl"):
        for sentence in page(passage(f"{row['subject']}\n\n{row['body']}")).sentences:
            for number in inferred:
                assert number in sentence.rules or not RULES[number][1].pattern.search(sentence.masked)


@pytest.mark.parametrize("day", [*(day.strip("=*") for day in terms(DAYS)), "11/5", "1/2/2026", "the 3rd", "the 21st"])
def test_a_row_that_asks_for_a_day_is_tried_wherever_one_is(day):
    (sentence,) = page(passage(f"please remember {day}")).sentences
    assert sentence.masked == "please remember D"
    assert {number for number, (_, row) in enumerate(RULES) if row.pattern.search(sentence.masked)} & {*sentence.rules}


@pytest.mark.parametrize(
    "text",
    [
        "The sheriff and DA spoke to the Democrats in May. Judge Marsh won.",
        "Read John 3:16 at the church; the bond and Issue 4 are on the ballot on the 3rd.",
        "Ask for proposals: question 7, a levy, Prop A. The chaplain prays to Krishna.",
        "MEASURE B WINS. amen, the union's election of officers is a joke",
    ],
)
def test_a_sentence_bears_what_its_terms_and_its_masked_form_have_whether_it_was_masked_or_not(text):
    for sentence in page(passage(text)).sentences:
        fresh = {mark: sentence.bears(mark) for mark in "NPOMDKTBFEIJRGHX"}
        seen = {term.mark for term in sentence.terms} - MASKED | {mark for mark in MASKED if mark in sentence.masked}
        assert {mark for mark, bears in fresh.items() if bears} == seen
