"""Mail wherever it is kept comes out message by message, to the octet, and what cannot be had is named."""

import gzip
import mailbox

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.rehearsal import sources
from gateway.rehearsal.sources import size, stored, wire
from tests.support.rehearsal import box, letter

LINES = st.lists(
    st.sampled_from([b"From here on", b">From there", b">>From", b"", b"words", b" From", b"Subject: x"]), max_size=8
)


def octets(*places):
    return [one.octets for one in stored(places)]


def test_an_mbox_is_parted_into_what_was_put_in(tmp_path):
    letters = [letter(f"Number {n}.\n\nFrom the desk of the chief: come.\n\nBye.") for n in range(3)]
    assert octets(box(tmp_path / "sent.mbox", *letters)) == [wire(one) for one in letters]


@given(bodies=st.lists(LINES, min_size=1, max_size=4))
def test_no_line_of_a_body_is_taken_for_the_next_message(tmp_path_factory, bodies):
    path = tmp_path_factory.mktemp("box") / "x"
    letters = [b"Subject: x\n\nbegin\n" + b"\n".join(lines) + b"\nend\n" for lines in bodies]
    quoted = [sources.re.sub(rb"(?m)^(>*From )", rb">\1", one) for one in letters]
    path.write_bytes(b"".join(b"From x@y.example Mon Jan  5 09:00:00 2026\n" + one + b"\n" for one in quoted))
    assert octets(path) == [wire(one) for one in letters]


def test_an_unquoted_from_line_of_a_body_parts_nothing(tmp_path):
    path = tmp_path / "x.mbox"
    path.write_bytes(b"From a@b.example Mon Jan  5 09:00:00 2026\nSubject: x\n\nhello\n\nFrom now on we meet at nine.\n")
    assert len(octets(path)) == 1


def test_the_address_in_a_from_line_is_told_and_a_word_is_not(tmp_path):
    path = tmp_path / "x.mbox"
    dates = b" Mon Jan  5 09:00:00 2026\nSubject: x\n\nhello\n\n"
    path.write_bytes(b"From a@b.example" + dates + b"From MAILER-DAEMON" + dates + b"From -" + dates)
    assert [one.sender for one in stored([path])] == ["a@b.example", "", ""]


def test_a_folder_gives_its_messages_boxes_and_maildirs_and_nothing_else(tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "a.eml").write_bytes(letter("alpha"))
    (tmp_path / "notes.txt").write_text("no mail")
    box(tmp_path / "b.mbox", letter("beta"), letter("gamma"))
    kept = mailbox.Maildir(tmp_path / "c", create=True)
    kept.add(letter("delta"))
    kept.add_folder("Old").add(letter("epsilon"))
    (tmp_path / "c" / "tmp" / "half").write_bytes(b"half of one")
    (tmp_path / "d.eml.gz").write_bytes(gzip.compress(letter("zeta")))
    said = b"".join(octets(tmp_path))
    assert [said.count(word) for word in (b"alpha", b"beta", b"gamma", b"delta", b"epsilon", b"zeta")] == [1] * 6
    assert len(octets(tmp_path)) == 6
    assert size([tmp_path]) > 0


def test_a_gzipped_box_is_read_as_it_is(tmp_path):
    path = box(tmp_path / "x.mbox", letter("one"), letter("two"))
    packed = tmp_path / "y.mbox.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    assert octets(packed) == octets(path)


@pytest.mark.parametrize("damage", ["cut", "gone", "large", "large in a box"])
def test_what_cannot_be_had_is_named_and_the_next_one_comes(tmp_path, damage, monkeypatch):
    first, last = tmp_path / "a.eml", tmp_path / "b.eml"
    last.write_bytes(letter("the next"))
    if damage == "cut":
        first = tmp_path / "a.eml.gz"
        first.write_bytes(gzip.compress(letter("x" * 5000))[:-9])
    elif damage == "large":
        monkeypatch.setattr(sources, "LARGEST", 2000)
        first.write_bytes(letter("x" * 5000))
    elif damage == "large in a box":
        monkeypatch.setattr(sources, "LARGEST", 2000)
        first = box(tmp_path / "a.mbox", letter("x\n" * 5000))
    bad, good = list(stored([first, last]))
    assert (bad.octets, bool(bad.problem), bad.name.startswith(str(first))) == (b"", True, True)
    assert b"the next" in good.octets


def test_an_empty_box_holds_nothing(tmp_path):
    (tmp_path / "x.mbox").touch()
    assert not list(stored([tmp_path / "x.mbox"]))
