"""Words run together: what of them is set apart, and where the pieces stand in the original."""

import base64
import io
import tarfile
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.classify import Classifier, load_roster
from gateway.mail import FILE_NAME, LINK, Place
from gateway.reading import Reader, ReadingLimits, fold, set_apart
from gateway.reading.runs import spoken
from gateway.verdict import Category, Label
from tests.support.classify import ROSTER
from tests.support.reading import mail, parts


@pytest.mark.parametrize(
    ("word", "pieces"),
    [
        ("votemarsh", "vote marsh"),
        ("votemarshforsheriff", "vote marsh for sheriff"),
        ("VoteMarsh", "Vote Marsh"),
        ("EndorseMarsh", "Endorse Marsh"),
        ("reelectokonkwo", "reelect okonkwo"),
        ("ReElectOkonkwo2028", "Re Elect Okonkwo 2028"),
        ("marsh4mayor", "marsh 4 mayor"),
        ("annamarshforcitycouncil", "annamarsh for city council"),
        ("MARSHFORJUDGE", "MARSH FOR JUDGE"),
        ("YesOn12", "Yes On 12"),
        ("noonmeasure7", "no on measure 7"),
        ("voteyesonprop8", "vote yes on prop 8"),
        ("reyesparaalcalde", "reyes para alcalde"),
    ],
)
def test_an_appeal_run_together_is_set_apart(word, pieces):
    assert " ".join(set_apart(word)) == pieces
    assert fold(f"Please {word} now")[0] == f"Please {pieces} now"


@pytest.mark.parametrize(
    "word",
    [
        *(
            "voters",
            "voted",
            "votech",
            "votebymail",
            "voteless",
            "election",
            "electrician",
            "electronics",
            "electives",
            "elector",
        ),
        *("reelection", "endorsement", "votantes", "performance", "transformation", "afternoon", "noon", "noon12", "Noonan"),
        *("forsheriff", "PowerPoint", "McDonald", "JavaScript", "iPhone", "devoted", "promoted", "information", "uniforms"),
    ],
)
def test_an_ordinary_word_stays_whole(word):
    assert list(set_apart(word)) == [word]
    assert fold(f"a {word} b")[0] == f"a {word} b"


@pytest.mark.parametrize(
    "text", ["https://votemarsh.example/votemarsh", "votemarsh.example", "a@votemarsh.example", "@votemarsh", "#VoteMarsh"]
)
def test_hosts_addresses_accounts_and_hashtags_stay_as_they_are(text):
    assert fold(f"See {text} now")[0] == f"See {text} now"


def test_the_evidence_is_the_word_as_it_was_written():
    reading = Reader().read(mail("Colleagues, votemarshforsheriff on Tuesday."))
    verdict = Classifier(load_roster(ROSTER)).classify(reading)
    assert verdict.labels[Category.POLITICAL] is not Label.CLEAR
    assert any("votemarshforsheriff" in evidence.quote for finding in verdict.findings for evidence in finding.evidence)


@given(
    st.text(max_size=80)
    | st.lists(st.sampled_from(["vote", "Elect", "Marsh", "for", "4", "sheriff", "yes", "on", "12"])).map("".join)
)
def test_the_pieces_of_any_word_are_the_word(word):
    assert "".join(set_apart(word)) == word
    folded, offsets = fold(word)
    assert len(offsets) == len(folded) + 1
    assert list(offsets) == sorted(offsets)


@pytest.mark.timeout(60)
@pytest.mark.parametrize("unit", ["vote", "votea", "forsheriff", "a4a", "yeson1", "Vote", "x"])
def test_a_hostile_text_has_an_end(unit):
    fold(unit * 50_000)
    fold(f"{unit} " * 50_000)
    spoken(unit * 50_000)


def named(octets):
    return {(p.folded, p.place.name) for p in Reader(limits=ReadingLimits()).read(octets).passages if p.place.header == FILE_NAME}


def attached(octets, name):
    head = f'Content-Type: application/octet-stream; name="{name}"\nContent-Transfer-Encoding: base64\n\n'
    return parts("Content-Type: text/plain\n\nSee this.", head + base64.encodebytes(octets).decode())


def test_file_names_in_archives_and_in_archives_in_them_are_read():
    inner, outer = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(inner, "w") as box:
        box.writestr("Vote Marsh for Sheriff.txt", "x")
        box.writestr("elect_okonkwo.txt", "")
    with tarfile.open(fileobj=outer, mode="w") as box:
        for name, octets in (("yes on 12.zip", inner.getvalue()), ("votemarsh.bin", b"")):
            told = tarfile.TarInfo(name)
            told.size = len(octets)
            box.addfile(told, io.BytesIO(octets))
    assert named(attached(outer.getvalue(), "papers.tar")) == {
        ("yes on 12", "papers.tar/yes on 12.zip"),
        ("vote marsh", "papers.tar/votemarsh.bin"),
        ("Vote Marsh for Sheriff", "papers.tar/yes on 12.zip/Vote Marsh for Sheriff.txt"),
        ("elect okonkwo", "papers.tar/yes on 12.zip/elect_okonkwo.txt"),
    }


def test_the_name_of_what_is_encrypted_is_read_all_the_same():
    box = io.BytesIO()
    with zipfile.ZipFile(box, "w") as archive:
        archive.writestr("Vote for Marsh.docx", "x" * 40)
    octets = bytearray(box.getvalue())
    for header in (octets.find(b"PK\x03\x04") + 6, octets.find(b"PK\x01\x02") + 8):
        octets[header] |= 1
    reading = Reader().read(attached(bytes(octets), "papers.zip"))
    assert [unread.why for unread in reading.unread] == ["encrypted"]
    assert ("Vote for Marsh", "papers.zip/Vote for Marsh.docx") in named(attached(bytes(octets), "papers.zip"))


def test_places_of_file_names_and_of_links_are_said_plainly():
    assert str(Place(part="2", header=FILE_NAME, name="papers.zip/vote.txt")) == "file name papers.zip/vote.txt, part 2"
    assert str(Place(part="2", header=LINK)) == "words in a link, part 2"


def test_words_that_a_link_puts_into_a_post_are_judged():
    reading = Reader().read(mail("Here: https://social.example/share?text=Please+vote+for+Ana+Marsh+for+sheriff+on+Tuesday&u=1"))
    assert [p.folded for p in reading.passages if p.place.header == LINK] == ["Please vote for Ana Marsh for sheriff on Tuesday"]
    assert Classifier(load_roster(ROSTER)).classify(reading).labels[Category.POLITICAL] is not Label.CLEAR
