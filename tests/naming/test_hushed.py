"""Names in small letters."""

import pytest

from gateway.naming import NAME, common, hushed
from gateway.naming.hushed import is_uncommon, known_names, telling


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("vote theo brandt on tuesday", "vote N N on tuesday"),
        ("ana reyes for sheriff", "N N for sheriff"),
        ("oyelaran marsh signs", "N N signs"),
        ("theo oyelaran's signs", "N N's signs"),
        ("sgt. oyelaran and judge amdahl", "sgt. N and judge N"),
        ("mark price called", "N N called"),
        ("amy young called", "N N called"),
        ("bill kowalski called", "N N called"),
        ("the black officers network meets", "N meets"),
        ("ask taxpayers in uniform", "ask N"),
        ("join the pba", "join the N"),
    ],
)
def test_names_are_told_by_the_list_by_what_stands_beside_them_and_by_titles(written, read):
    assert hushed(written).replace(NAME, "N") == read


@pytest.mark.parametrize(
    "written",
    [
        "write down the price of it",
        "will power and a rose garden",
        "grant the officer leave",
        "the city council and the purchase order",
        "write to theo@brandt.example or @theo",
        "narcan kits in the sally port",
        "the phone network is down, ask the safety committee",
        "officer discretion",
    ],
)
def test_other_words_stay(written):
    assert hushed(written).replace(NAME, "N") == written


def test_no_listed_name_is_a_common_word_and_each_is_telling():
    assert len(known_names()) > 4000
    assert not known_names() & common()
    assert known_names() <= telling()
    assert all(is_uncommon(name) for name in known_names())
