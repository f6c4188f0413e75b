"""What `hatchway setup` says before it does anything."""

import pytest
from click.testing import CliRunner

from gateway.cli import main


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ([], "The department's mail domain"),
        (["--domain", "department.example"], "The relay that all mail goes to"),
        (["--domain", "department.example", "--relay", "relay:x"], '"relay:x" is no HOST:PORT'),
        (["--domain", "department.example", "--relay", "[2001:db8::1]:25"], "Addresses of those who rule"),
        (["--domain", "department.example", "--relay", "2001:db8::1"], "Addresses of those who rule"),
    ],
)
def test_where_nobody_is_there_to_be_asked_the_missing_answer_is_named(given, said):
    done = CliRunner().invoke(main, ["setup", *given])
    assert done.exit_code == 2
    assert said in done.output
