"""What doctor makes of a machine, a roster and a gateway, each by itself."""

from datetime import UTC, date, datetime, timedelta

import pytest
import trustme

from gateway.database import Postgres
from gateway.doctor import doors, machine, roster, running
from gateway.sealing import Encryption
from gateway.settings import load_settings
from tests.test_settings import GOOD

NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)
ELECTION = {"general election 2026": date(2026, 11, 3), "general election 2024": date(2024, 11, 5)}


@pytest.mark.parametrize(
    ("elections", "age", "state", "said"),
    [
        (ELECTION, 5, "good", "in 33 days"),
        (ELECTION, 60, "mind", "too long ago for that"),
        ({"far": date(2028, 11, 7)}, 300, "good", "far on 2028-11-07"),
        ({"past": date(2024, 11, 5)}, 1, "mind", "no election to come"),
    ],
)
def test_a_roster_is_too_old_where_an_election_is_near(elections, age, state, said):
    found = roster.looked_at(elections, NOW - timedelta(days=age), NOW)
    assert found.state == state
    assert said in found.says
    assert bool(found.remedy) is (state == "mind")


STATUS = {
    "version": "1",
    "since": "2026-10-01T10:00:00+00:00",
    "policies": "abc, as started",
    "waiting": 1,
    "outbox": 0,
    "oldest_due": None,
    "undeliverable": 0,
    "oldest_waiting": "2026-10-01T10:00:00+00:00",
}


@pytest.mark.parametrize(
    ("change", "what", "state"),
    [
        ({}, "notices", "good"),
        ({"policies": "abc, refused 2026-10-01 11:00 UTC, the old policies stay"}, "policies", "bad"),
        ({"oldest_due": "2026-10-01T11:00:00+00:00", "outbox": 3}, "outbox", "bad"),
        ({"undeliverable": 2}, "notices", "mind"),
        ({"oldest_waiting": "2026-09-20T10:00:00+00:00"}, "reviewers", "mind"),
        ({"newest_waiting": "2027-10-01T10:00:00+00:00"}, "held ahead", "mind"),
        ({"since": "2027-01-01T00:00:00+00:00"}, "clock", "bad"),
        ({"canaries": {"board": "missed: no hold"}}, "canary board", "bad"),
        ({"fronts": [{"front": 1, "state": "up", "restarts": 0}]}, "fronts", "good"),
        ({"fronts": [{"front": 1, "state": "up", "restarts": 2}]}, "fronts", "mind"),
        ({"fronts": [{"front": 1, "state": "starting", "restarts": 2}]}, "fronts", "bad"),
    ],
)
def test_what_a_gateway_says_of_itself_is_weighed(change, what, state):
    found = {one.what: one for one in running.weighed({**STATUS, **change}, NOW)}
    assert found[what].state == state


@pytest.fixture
def settings(tmp_path):
    made = trustme.CA().issue_cert("hatchway.department.example", not_after=NOW + timedelta(days=10))
    for name, pem in (("cert.pem", made.cert_chain_pems[0]), ("key.pem", made.private_key_pem)):
        pem.write_to_path(tmp_path / name)
    (tmp_path / "key.pem").chmod(0o644)
    (tmp_path / "hatchway.yaml").write_text(GOOD + "tls: {certificate: cert.pem, key: key.pem}\n")
    (tmp_path / "policies").mkdir(mode=0o777)
    (tmp_path / "policies").chmod(0o777)
    return load_settings(tmp_path / "hatchway.yaml")


def test_a_key_that_everybody_may_read_and_policies_that_everybody_may_write_are_bad(settings):
    (settings.store).write_text("")
    settings.store.chmod(0o600)
    said = [one.says for one in machine.permissions(settings, settings.store) if one.state == "bad"]
    assert [any(name in one for one in said) for name in ("key.pem", "policies", "hatchway.db")] == [True, True, False]


@pytest.mark.parametrize("named", [True, False])
def test_a_key_that_held_mail_is_sealed_with_and_everybody_may_read_is_bad(settings, tmp_path, named):
    key = tmp_path / "y2027.key" if named else settings.store.with_name(f"{settings.store.name}.key")
    key.write_text("k" * 64)
    key.chmod(0o644)
    mine = settings.model_copy(update={"tls": None, "encryption": Encryption(keys={"y2027": key} if named else {})})
    assert any(key.name in one.says for one in machine.permissions(mine, None) if one.state == "bad")


def test_a_control_socket_that_we_may_not_look_for_is_told_and_ends_no_round(settings, tmp_path):
    mine = settings.model_copy(update={"control_socket": tmp_path / ("x" * 300)})
    [found] = [one for one in machine.permissions(mine, None) if one.state == "mind"]
    assert "File name too long" in found.says
    assert "root" in found.remedy


def test_a_password_of_postgresql_that_everybody_may_read_is_bad(settings, tmp_path):
    (tmp_path / "pg.secret").write_text("password")
    (tmp_path / "pg.secret").chmod(0o644)
    store = Postgres(url="postgresql://hatchway@localhost/hatchway", **{"password file": tmp_path / "pg.secret"})
    mine = settings.model_copy(update={"tls": None, "store": store})
    assert any("pg.secret" in one.says for one in machine.permissions(mine, None) if one.state == "bad")


def test_a_key_that_only_the_unit_is_given_is_nothing_to_complain_of(settings, tmp_path):
    keys = {"y2027": tmp_path / "credential:store-2027"}
    mine = settings.model_copy(update={"tls": None, "encryption": Encryption(keys=keys)})
    assert not [one for one in machine.permissions(mine, None) if "credential:" in one.says]


@pytest.mark.parametrize(("later", "state"), [(-30, "good"), (0, "mind"), (11, "bad")])
def test_a_certificate_is_told_of_before_it_ends(settings, later, state):
    [found] = machine.validity(settings, NOW + timedelta(days=later))
    assert found.state == state
    assert "2026-10-11" in found.says


def test_the_certificate_for_the_relay_and_its_key_are_looked_at_too(settings):
    shown = settings.relay.model_copy(update={"certificate": settings.tls.certificate, "key": settings.tls.key})
    alone = settings.model_copy(update={"tls": None, "relay": shown})
    [found] = machine.validity(alone, NOW)
    assert (found.what, found.state) == ("certificate cert.pem", "mind")
    assert any("key.pem" in one.says for one in machine.permissions(alone, None) if one.state == "bad")


def test_a_disk_that_is_there_has_room_or_not_and_one_that_is_not_is_bad(tmp_path):
    assert "free under" in machine.disk(tmp_path).says
    assert machine.disk(tmp_path / "gone").state == "bad"


def test_the_clock_is_asked_and_not_changed():
    assert machine.clock().state in {"good", "mind"}


def test_a_door_behind_which_somebody_else_answers_is_bad(settings):
    [found] = doors.looked_at(
        settings.model_copy(update={"listen": (settings.listen[0].model_copy(update={"address": "127.0.0.1:1"}),)})
    )
    assert found.state == "bad"
    assert "does not answer" in found.says
