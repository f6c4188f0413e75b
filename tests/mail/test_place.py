from gateway.mail import Place


def test_a_place_says_where_it_is_in_plain_words():
    assert str(Place()) == "message"
    assert str(Place(header="Subject")) == "Subject field"
    assert str(Place(part="2", name="flyer.pdf", page=2, start=3, end=9)) == "attachment flyer.pdf, page 2, characters 3-9"


def test_words_in_a_picture_stand_where_their_box_is():
    place = Place(part="2", name="flyer.png", start=3, end=9, box=(120, 40, 300, 60))
    assert str(place) == "attachment flyer.png, 300 by 60 at 120,40"


def test_places_meet_where_they_share_a_character_of_the_same_text():
    first = Place(part="1", start=3, end=9)
    assert first.meets(Place(part="1", start=8, end=20))
    assert not first.meets(Place(part="1", start=9, end=20))
    assert not first.meets(Place(part="2", start=3, end=9))
    assert Place(header="Subject").meets(Place(header="Subject"))
    assert not Place(part="1").meets(first)
