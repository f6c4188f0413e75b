"""Debian's PostgreSQL: what is left to the server is the same there, and it speaks TLS, as the one from pip does not."""

import json
from contextlib import suppress
from pathlib import Path

import pytest

from gateway.ports import StoreUnavailable
from gateway.store import PostgresStore
from tests.store import test_postgres
from tests.support.postgres import PASSWORD, cluster

SAME = (
    "shelf",
    "nodes",
    "test_the_tables_are_those_the_code_speaks_of_and_text_is_compared_octet_by_octet",
    "test_the_trail_takes_new_entries_at_its_end_and_nothing_else",
    "test_of_two_gateways_that_lease_at_once_none_gets_what_the_other_has",
    "test_what_a_gateway_does_not_renew_another_takes_over",
    "test_work_of_its_time_is_one_gateways_at_a_time_and_anothers_when_that_is_gone",
    "test_of_rulings_on_two_gateways_at_once_one_counts",
    "test_a_connection_that_broke_is_made_anew_unnoticed",
    "test_what_only_reads_cannot_change_anything",
)
"""What rests on the server: migrations, triggers, locks of rows and by name, isolation."""

globals().update({name: getattr(test_postgres, name) for name in SAME})


@pytest.fixture(scope="session")
def postgres():
    with cluster(debian=True) as server:
        yield server


@pytest.fixture(scope="session")
def database(postgres):
    return postgres.newest()


def processes():
    """What a list of processes shows of their arguments."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            yield path.read_bytes()


async def test_a_shelf_is_reached_by_tls_only_if_the_certificate_is_the_servers(postgres, tmp_path):
    name, secret = postgres.database(), tmp_path / "secret"
    secret.write_text(f"{PASSWORD}\n")
    there = postgres.place(name, tmp_path, password_file=secret, ca_file=postgres.ca)
    there = there.model_copy(update={"url": postgres.url(name)})
    store = await PostgresStore.open(there)
    asked = "SELECT ssl, version FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
    ssl, version = await store._writer.read(lambda db: db.exec_driver_sql(asked).one())
    assert ssl
    assert version in {"TLSv1.2", "TLSv1.3"}
    assert not any(PASSWORD.encode() in line for line in processes())
    await store.close()
    strangers = {"another name": there.url.replace("localhost", "127.0.0.1"), "plain": there.url}
    for why, url in strangers.items():
        changed = {"url": url, **({"tls": "none", "ca_file": None} if why == "plain" else {})}
        with pytest.raises(StoreUnavailable) as refused:
            await PostgresStore.open(there.model_copy(update=changed))
        assert "certificate" in str(refused.value) or "no encryption" in str(refused.value), why
    with pytest.raises(StoreUnavailable, match="certificate verify failed"):
        await PostgresStore.open(there.model_copy(update={"ca_file": None}))
    assert json.loads(there.model_dump_json())["url"].count(PASSWORD) == 0
