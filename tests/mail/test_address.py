import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.mail import Address


@pytest.mark.parametrize(
    "written",
    [
        "president@association.example",
        "PRESIDENT@Association.Example",
        "president+news@association.example",
        "president.@association.example",
        "president@association.example.",
        '"president"@association.example',
        '"pr\\esident"@association.example',
    ],
)
def test_one_person_has_one_key_however_written(written):
    assert Address.parse(written).key == ("president", "association.example")


@given(st.text(min_size=1, max_size=30).filter(lambda s: s.strip()), st.from_regex(r"[a-z]{1,9}\.[a-z]{2,3}", fullmatch=True))
def test_an_address_reads_as_it_was_written(local, domain):
    address = Address(local=local, domain=domain)
    assert Address.parse(str(address)) == address


def test_an_address_without_a_local_part_cannot_be():
    with pytest.raises(ValueError, match="local part"):
        Address.parse("@association.example")
