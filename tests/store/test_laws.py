"""Copies of policies and roster are what they were, or are not kept; and the shelf can be read beside a running front."""

import asyncio

import pytest

from gateway.policy import load_rulebook, policy_texts
from gateway.ports import Asked, StoreUnavailable
from gateway.store import KeptLaws, StoredHolds
from tests.support.mails import ORDINARY, held
from tests.support.policy import BASE, folder


def version(path):
    return load_rulebook(path).version


@pytest.fixture
def policies(tmp_path):
    return folder(
        tmp_path, p__yaml=BASE.replace("[president@association.example]", "[{file: board.txt}]"), board__txt="a@b.example\n"
    )


def test_a_version_is_found_again_with_its_lists_whatever_became_of_the_folder(tmp_path, policies):
    laws, then = KeptLaws(tmp_path / "hatchway.db"), version(policies)
    assert laws.keep(then, policy_texts(policies), version)
    (policies / "board.txt").write_text("c@d.example\n")
    assert version(policies) != then
    assert version(laws.find(then)) == then
    assert laws.find(version(policies)) is None
    assert laws.find("") is None


def test_it_is_kept_once(tmp_path, policies):
    laws, then = KeptLaws(tmp_path / "hatchway.db"), version(policies)
    laws.keep(then, policy_texts(policies), version)
    assert laws.keep(then, {"policies/p.yaml": b"something else"}, version)
    assert version(laws.find(then)) == then


@pytest.mark.parametrize("name", ["policies/../../x.yaml", "/etc/x", "policies//etc/x", "alone"])
def test_what_lies_elsewhere_is_not_kept_and_nothing_is_written_there(tmp_path, policies, name):
    laws = KeptLaws(tmp_path / "shelf" / "hatchway.db")
    assert not laws.keep("v", {**policy_texts(policies), name: b"words"}, version)
    assert not (tmp_path / "shelf").exists() or not list((tmp_path / "shelf").rglob("*.yaml"))


def test_files_that_are_not_that_version_any_more_leave_nothing(tmp_path, policies):
    laws = KeptLaws(tmp_path / "hatchway.db")
    assert not laws.keep("another", policy_texts(policies), version)
    assert not list((tmp_path / "hatchway.db.laws").iterdir())


async def test_the_shelf_is_read_whole_beside_its_front(path, shelf):
    for number in range(3):
        await shelf.hold(held(id_=f"H{number}"), [])

    def read():
        with StoredHolds(path) as rows:
            return list(rows.ids()), rows.get("H1"), rows.get("none"), rows.entries(Asked(hold="H1"))

    ids, one, none, entries = await asyncio.to_thread(read)
    assert (ids, none) == (["H0", "H1", "H2"], None)
    assert one.mail.content.read() == ORDINARY
    assert [entry.step for entry in entries] == ["held"]


async def test_octets_that_were_altered_are_said_to_be(path, shelf, raw):
    await shelf.hold(held(id_="H1"), [])
    await shelf.close()
    raw("UPDATE pieces SET octets = ?", b"altered")
    with StoredHolds(path) as rows, pytest.raises(ValueError, match="damaged"):
        rows.get("H1")


def test_a_database_that_is_not_there_is_not_made(tmp_path):
    with pytest.raises(StoreUnavailable, match="there is no database"), StoredHolds(tmp_path / "none.db"):
        pass
    assert not list(tmp_path.iterdir())
