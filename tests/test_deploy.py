"""What stands under deploy/ for two gateways is what the programs it is for understand."""

import re
from pathlib import Path

import pytest

from gateway.settings import Settings
from gateway.source import parse, validate
from tests.support import haproxy

TOP = Path(__file__).parents[1]
NODES = (TOP / "deploy/nodes.md").read_text(encoding="utf-8")
NEEDED = """\
hostname: hatchway.department.example
relay: {host: relay.department.example}
sender domains: [department.example]
policies: policies
roster: roster
control socket: control.sock
notices: {from: hatchway@department.example}
tls: {certificate: smtp.pem, key: smtp.key}
"""


def test_haproxy_has_nothing_against_the_configuration_that_ships(tmp_path):
    haproxy.require()
    assert haproxy.checked(haproxy.configuration(tmp_path)) == ""


def test_haproxy_would_say_what_is_wrong(tmp_path):
    haproxy.require()
    assert "unknown keyword 'balanced'" in haproxy.checked(haproxy.configuration(tmp_path, **{"balance leastconn": "balanced"}))


def test_the_settings_on_the_page_of_two_gateways_are_settings():
    fronts, written = re.findall(r"```yaml\n(.*?)```", NODES, flags=re.DOTALL)
    settings = validate(parse(NEEDED + fronts + written, name="nodes.md"), Settings)
    assert settings.fronts == 4
    assert str(settings.store) == "postgresql://db.department.example/hatchway"
    assert (settings.store.tls, settings.store.verify) == ("required", True)


@pytest.mark.parametrize("key", ["url", "password file", "ca file", "folder", "tls", "verify", "lease", "key file", "proxy from"])
def test_the_page_of_two_gateways_speaks_of_what_matters_there(key):
    assert re.search(rf"`?{key}[:`]", NODES)
