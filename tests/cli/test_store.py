"""`hatchway check --store`, and what `status` says of the store."""

import pytest

from tests.support.commands import command
from tests.support.gateway import Gateway


@pytest.fixture
def checked(tmp_path):
    """What the check says of settings with that store."""

    def check(store):
        gateway = Gateway(tmp_path, relay=25, store=store)
        gateway.write_settings()
        return command("check", "--store", "-c", gateway.settings)

    return check


def test_a_database_that_can_be_used_is_named_with_its_version_and_its_form(checked, postgres):
    name = postgres.database()
    said = checked(f'"{postgres.place(name, postgres.folder).url}"')
    assert said.returncode == 0, said.stderr
    assert said.stdout.startswith("store: PostgreSQL 1")
    assert f"at postgresql:///{name}, empty\n" in said.stdout


def test_a_database_that_cannot_is_a_problem_in_its_line_of_the_settings(checked, postgres):
    said = checked(f'"{postgres.place("nothing", postgres.folder).url}"')
    assert said.returncode == 78
    assert "hatchway.yaml:9:8: " in said.stderr
    assert 'database "nothing" does not exist' in said.stderr


def test_a_file_that_is_not_there_yet_is_no_problem(checked):
    said = checked("hatchway.db")
    assert said.returncode == 0, said.stderr
    assert "is made when Hatchway starts" in said.stdout
