"""What extractors tell beside the text: boxes of words, links, hidden text, pages; and what is put off."""

import base64

from gateway.mail import Place, Unread
from gateway.reading import Origin, Reader, ReadingLimits
from gateway.reading.extractors import TABLE
from gateway.reading.pieces import Sheet
from tests.support.pictures import drawn, octets
from tests.support.reading import mail, parts, read, whys

TEXT = "Please vote for\nJane Example.\n"
BOXES = tuple(
    (TEXT.index(word), TEXT.index(word) + len(word), box)
    for word, box in {
        "Please": (10, 10, 60, 20),
        "vote": (80, 10, 40, 20),
        "for": (130, 12, 30, 18),
        "Jane": (10, 40, 40, 20),
        "Example.": (60, 40, 80, 20),
    }.items()
)


def reading(**told):
    def extractor(piece, _):
        yield Sheet(text=TEXT, place=Place(part=piece.part, name="flyer.png", page=2), **told)

    return Reader(extractors={**TABLE, "text/plain": extractor}).read(mail("x"))


def quoted(found, words):
    (passage,) = [p for p in found.passages if not p.place.header]
    at = passage.folded.index(words)
    return passage.quote(at, at + len(words))


def test_quoted_words_of_a_picture_have_the_box_around_them():
    found = reading(boxes=BOXES)
    assert quoted(found, "vote")[0].box == (80, 10, 40, 20)
    place, quote = quoted(found, "for\nJane")
    assert (place.box, place.page, place.name, quote) == ((10, 12, 150, 48), 2, "flyer.png", "for\nJane")


def test_words_of_a_text_have_none():
    assert quoted(reading(), "vote")[0].box is None


def test_boxes_are_counted_in_each_passage_of_a_text():
    found = reading(boxes=BOXES, origin=Origin.FORWARDED)
    assert quoted(found, "Example")[0].box == (60, 40, 80, 20)
    answer = "Yes.\n\n> Please vote\n"

    def extractor(piece, _):
        yield Sheet(
            text=answer, place=piece.place, boxes=((0, 4, (1, 1, 9, 9)), (8, 14, (1, 20, 9, 9)), (15, 19, (11, 20, 9, 9)))
        )

    new, old = Reader(extractors={**TABLE, "text/plain": extractor}).read(mail("x")).passages
    assert (new.origin, new.quote(0, 3)[0].box) == (Origin.NEW, (1, 1, 9, 9))
    at = old.folded.index("vote")
    assert (old.origin, old.quote(at, at + 4)[0].box) == (Origin.QUOTED, (11, 20, 9, 9))


def test_a_link_stands_where_its_words_do_and_the_same_words_again_are_the_next_ones():
    text = "See here, and here."

    def extractor(piece, _):
        links = (("https://a.example/1", "here"), ("https://a.example/2", "here"), ("https://a.example/3", "elsewhere"))
        yield Sheet(text=text, place=piece.place, links=(*links, ("javascript:x", "here")))

    found = Reader(extractors={**TABLE, "text/plain": extractor}).read(mail("x")).links
    assert [(link.target[-1], link.shown, link.place.start, link.place.end) for link in found] == [
        ("1", "here", 4, 8),
        ("2", "here", 14, 18),
        ("3", "elsewhere", 0, 0),
    ]


def test_hidden_text_of_a_sheet_is_a_passage_of_its_own():
    found = reading(hidden="unseen words")
    assert [(p.text, p.origin) for p in found.passages] == [(TEXT.strip(), Origin.NEW), ("unseen words", Origin.HIDDEN)]


def test_hidden_text_counts_under_the_limit():
    def extractor(piece, _):
        yield Sheet(text=TEXT, place=piece.place, hidden="unseen words")

    found = Reader(limits=ReadingLimits(text=len(TEXT) + 6), extractors={**TABLE, "text/plain": extractor}).read(mail("x"))
    assert [p.text for p in found.passages] == [TEXT.strip(), "unseen"]
    assert whys(found) == [f"too large: the first {len(TEXT) + 6} characters were read"]


def test_what_is_dear_may_be_put_off_and_nothing_else_changes():
    def dear(piece, limits):
        yield Sheet(text="read off a picture", place=piece.place) if limits.dear else Unread(place=piece.place, why="put off")

    message = parts("\nGood morning.", "Content-Type: image/png\n\nx", "\nGood evening.")
    reader = Reader(extractors={**TABLE, "image/png": dear})
    soon, whole = reader.read(message, dear=False), reader.read(message)
    assert soon.unread == (Unread(place=Place(part="2"), why="put off"),)
    assert whole.unread == ()
    assert [p for p in whole.passages if p.place.part != "2"] == list(soon.passages)
    assert soon.passages


def test_a_flyer_is_found_in_a_message_with_its_box_and_put_off_on_request():
    flyer = base64.encodebytes(octets(drawn("Vote for Jane Example"))).decode()
    head = 'Content-Type: image/png; name="flyer.png"\nContent-Transfer-Encoding: base64\n\n'
    message = parts("\nSee the flyer.", head + flyer)
    (passage,) = [p for p in read(message).passages if p.place.part == "2"]
    assert passage.text == "Vote for Jane Example"
    place, quote = passage.quote(9, 13)
    assert (quote, place.name) == ("Jane", "flyer.png")
    x, y, width, height = place.box
    assert 150 < x < 260
    assert y < 40
    assert 60 < width < 130
    assert height < 70
    assert whys(Reader().read(message, dear=False)) == ["put off: a picture"]
