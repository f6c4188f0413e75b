"""`hatchway.yaml`: what may be written, and what is said where it is wrong."""

import hashlib

import pytest

from gateway.identity import endpoint
from gateway.settings import load_settings
from gateway.source import Mistakes

GOOD = """\
hostname: hatchway.department.example
listen: [{address: "127.0.0.1:2525"}]
relay: {host: 127.0.0.1}
client networks: [127.0.0.0/8]
sender domains: [department.example]
policies: policies
roster: policies/roster
store: hatchway.db
control socket: control.sock
notices: {from: hatchway@department.example}
"""


@pytest.fixture
def load(tmp_path):
    def written(text: str):
        file = tmp_path / "hatchway.yaml"
        file.write_text(text, encoding="utf-8")
        return load_settings(file)

    return written


def test_paths_are_taken_from_the_folder_of_the_file(load, tmp_path):
    settings = load(GOOD)
    assert settings.policies == tmp_path / "policies"
    assert settings.control_socket == tmp_path / "control.sock"


def test_settings_know_the_hash_of_their_file(load, tmp_path):
    settings = load(GOOD)
    assert settings.sha256 == hashlib.sha256((tmp_path / "hatchway.yaml").read_bytes()).hexdigest()


def test_a_milter_is_door_enough(load, tmp_path):
    written = GOOD.replace('listen: [{address: "127.0.0.1:2525"}]', "milter: {socket: milter.sock, group: postfix}")
    settings = load(written.replace("client networks: [127.0.0.0/8]\n", ""))
    assert settings.milter.socket == tmp_path / "milter.sock"
    assert (settings.listen, settings.milter.mode, settings.milter.others) == ((), "0660", "refuse")


@pytest.mark.parametrize("written", ["any", "Department.Example", "intranet"])
def test_sender_domains_are_domains_or_any(load, written):
    assert load(GOOD.replace("[department.example]", f"[{written}]")).sender_domains == (written,)


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("hatchway.department.example", "my host", '1:11: "my host" is no host name'),
        ("hatchway.department.example", '""', '1:11: "" is no host name'),
        ("127.0.0.1:2525", "localhost:2525", '2:20: "localhost:2525" is no address and port'),
        ("127.0.0.1:2525", "127.0.0.1:99999", '2:20: "127.0.0.1:99999" is no address and port'),
        ('2525"}', '2525"}, {address: "127.0.0.1:2525"}', "2:49: stands there twice"),
        ('2525"}', '2525", tls: starttls}', "2:43: needs a certificate"),
        ("host: 127.0.0.1", "host: 'mx:25'", '3:15: "mx:25" is no host'),
        ("host: 127.0.0.1", "host: mx.example, port: 99999", '3:33: "port" should be at most 65535'),
        ("host: 127.0.0.1", "host: 127.0.0.1, port: 2525", "3:8: 127.0.0.1:2525 is our own door"),
        ("host: 127.0.0.1", "host: mx.example, user: hatchway", "3:8: user and password file go together"),
        ("host: 127.0.0.1", "host: mx.example, tls: starttls, certificate: c.pem", "3:8: certificate and key go together"),
        ("host: 127.0.0.1", "host: mx.example, certificate: c.pem, key: k.pem", "3:40: is shown to nobody"),
        ("notices:", 'console: {listen: "127.0.0.1:1", public url: "ftp://x"}\nnotices:', "is no address of a console"),
        ("notices:", 'console: {listen: "127.0.0.1:1", public url: "http://x.example"}\nnotices:', "is not encrypted"),
        ("notices:", 'console: {listen: "127.0.0.1:1"}\nnotices:', "public url"),
        ("listen:", "#", "there is no door for mail"),
        ("client networks: [127.0.0.0/8]", "", "nobody may connect"),
        ("notices:", "milter: {}\nnotices:", "10:9: stands on one thing"),
        ("notices:", 'milter: {socket: m, address: "127.0.0.1:1"}\nnotices:', "stands on one thing"),
        ("notices:", 'milter: {address: "192.0.2.1:1"}\nnotices:', '"192.0.2.1:1" is not on this machine'),
        ("notices:", 'milter: {address: "localhost:1"}\nnotices:', '"localhost:1" is no address and port'),
        ("notices:", 'milter: {address: "127.0.0.1:2525"}\nnotices:', "stands there twice"),
        ("notices:", 'milter: {socket: m, mode: "rw"}\nnotices:', '"rw" is no mode of a socket'),
        ("notices:", f"milter: {{socket: {'x' * 120}}}\nnotices:", "is too long"),
        ("127.0.0.0/8", "127.0.0.1/8", "Write 127.0.0.0/8, or 127.0.0.1 for that one address."),
        ("127.0.0.0/8", "anyone", "Write for example 192.0.2.0/24, 2001:db8::/32, or one address."),
        ("[department.example]", "['@department.example']", '5:18: "@department.example" is no domain'),
        ("[department.example]", "['*.department.example']", '5:18: "*.department.example" is no domain'),
        ("control.sock", "x" * 120, "9:17: is too long"),
        ("hatchway@department.example", "'<hatchway@department.example>'", "is no mail address"),
        ("hatchway@department.example", "hatchway", "is no mail address"),
        ("notices:", "delivery: {retry: []}\nnotices:", '"retry" needs 1 or more entries'),
        ("notices:", "delivery: {give up: 0s}\nnotices:", '"give up" leaves no time'),
        ("notices:", "delivery: {give up: 99999d}\nnotices:", '"99999d" is longer than ten years'),
        ("notices:", "judging: {time: 0s}\nnotices:", '"time" leaves no time'),
        ("notices:", "judging: {memory: 1MiB}\nnotices:", '"memory" should be at least 67108864'),
        ("notices:", "retention: {denied: 0d}\nnotices:", '"denied" leaves no time'),
        ("notices:", "directories: {hr: {}}\nnotices:", "10:15: is one thing"),
        ("notices:", "directories: {hr: {csv: {file: x}, refresh: 1s}}\nnotices:", '"refresh" is no time between two looks'),
        (
            "notices:",
            "directories: {hr: {ldap: {servers: [ldap://dc.x], starttls: false, base: o}}}\nnotices:",
            "is not encrypted",
        ),
        ("notices:", "directories: {hr: {ldap: {servers: [ldap://dc.x], bind dn: o, base: o}}}\nnotices:", "go together"),
        (
            "notices:",
            "directories: {e: {entra: {tenant: t, client id: c, client secret file: s, graph: 'http://x.y'}}}\nnotices:",
            '"http://x.y" is not encrypted',
        ),
        ("notices:", "vigil: {every: 0s}\nnotices:", '"every" leaves no time'),
        ("notices:", "vigil: {canaries: {a: {sender: x, to: y@z.example}}}\nnotices:", '"x" is no mail address'),
        ("notices:", 'monitor: {listen: "localhost:1"}\nnotices:', '"localhost:1" is no address and port'),
        ("notices:", "limits: {command timeout: 0s}\nnotices:", '"command timeout" leaves no time'),
        ("notices:", "delivery: {lease: 1s}\nnotices:", '"lease" is over before it can be renewed'),
        ("hatchway.db", "mysql://hatchway@db/hatchway", '"store" is no URL of a PostgreSQL database'),
        ("hatchway.db", "postgresql://db/hatchway", '"store" names no user'),
        ("hatchway.db", "postgresql://hatchway@db/", '"store" names no database'),
        ("hatchway.db", "postgresql://hatchway@db/hatchway?sslmode=disable", "TLS and the password have keys of their own"),
        ("hatchway.db", "{url: 'postgresql://h@db/h', tls: none, ca file: ca.pem}", "is for nothing"),
        ("hatchway.db", "{url: 'postgresql://h@db/h', passwort: x}", 'unknown key "passwort"'),
    ],
)
def test_a_mistake_is_told_with_its_place_or_its_remedy(load, right, wrong, said):
    assert right in GOOD
    with pytest.raises(Mistakes) as found:
        load(GOOD.replace(right, wrong, 1))
    assert said in str(found.value)
    assert len(found.value.problems) == 1


@pytest.mark.parametrize(
    "store",
    ["postgresql://h:sesame@db/h", "{url: 'postgresql://h:sesame@db/h', passwort: x}", "postgresql://h@db/h?password=sesame"],
)
def test_a_password_in_the_settings_is_a_mistake_and_is_not_shown(load, store):
    with pytest.raises(Mistakes) as found:
        load(GOOD.replace("hatchway.db", store))
    assert "has a password in it" in str(found.value)
    assert "sesame" not in str(found.value)


def test_several_fronts_need_a_postgresql_and_share_the_judges(load):
    with pytest.raises(Mistakes, match="need a store that several may use"):
        load(GOOD + "fronts: 2\n")
    settings = load(GOOD.replace("hatchway.db", "postgresql://h@db/h") + "fronts: 2\njudging: {workers: 3}\n")
    parts = [settings.of_front(number, gateway=7) for number in (1, 2)]
    assert [part.judging.workers for part in parts] == [2, 2]
    assert [part.store.own.name for part in parts] == ["postgresql", "postgresql-2"]
    assert {part.store.beside for part in parts} == {settings.store.beside}
    assert {(part.store.gateway, part.sha256) for part in parts} == {(7, settings.sha256)}


def test_a_store_is_a_file_or_a_postgresql(load, tmp_path):
    assert load(GOOD).store == tmp_path / "hatchway.db"
    assert str(load(GOOD.replace("hatchway.db", "postgresql://h@db1,db2:5433/mail")).store) == "postgresql://db1,db2:5433/mail"
    more = load(GOOD.replace("hatchway.db", "{url: 'postgresql://h@/mail?host=/run/postgresql', folder: node}")).store
    assert (str(more), more.beside) == ("postgresql:///mail", tmp_path / "node/postgresql")


CONSOLE = """\
console:
  listen: 127.0.0.1:8025
  public url: https://console.department.example
  key file: console.key
"""


@pytest.mark.parametrize(
    ("written", "known"),
    [
        ("https://Hatchway.Department.example/", "https://hatchway.department.example"),
        ("https://hatchway.department.example:443", "https://hatchway.department.example"),
        ("http://localhost:80", "http://localhost"),
        ("https://hatchway.department.example:8443", "https://hatchway.department.example:8443"),
    ],
)
def test_the_consoles_address_is_known_as_browsers_write_it(load, written, known):
    assert load(GOOD + f"console: {{listen: '127.0.0.1:1', public url: '{written}'}}\n").console.public_url == known


OIDC = f"""{CONSOLE}\
  oidc:
    issuer: https://login.department.example
    client id: hatchway
    client secret file: secrets/oidc
    new accounts: true
    roles: [{{group: command, role: reviewer, reviewers: [command]}}]
"""
LDAP = f"""{CONSOLE}\
  ldap:
    servers: [ldaps://dc1.department.example]
    bind dn: cn=hatchway,dc=department,dc=example
    bind secret file: secrets/ldap
    base: dc=department,dc=example
    new accounts: true
    roles: [{{group: "cn=command,dc=department,dc=example", role: reviewer, reviewers: [command]}}]
"""


def test_files_of_the_console_are_taken_from_the_folder_of_the_settings(load, tmp_path):
    console = load(GOOD + OIDC).console
    assert console.key_file == tmp_path / "console.key"
    assert console.oidc.client_secret_file == tmp_path / "secrets/oidc"
    assert load(GOOD + LDAP).console.ldap.bind_secret_file == tmp_path / "secrets/ldap"


@pytest.mark.parametrize(
    ("text", "right", "wrong", "said"),
    [
        (OIDC, "https://login.department.example", "login.department.example", '"login.department.example" is no issuer'),
        (OIDC, "https://login.department.example", "http://login.department.example", "is not encrypted"),
        (OIDC, "https://login.department.example", "https://login.department.example/?a=b", "is no issuer"),
        (OIDC, "client id: hatchway", "client id: ''", "should not be empty"),
        (OIDC, "client id: hatchway", "client id: hatchway\n    scopes: [email]", "18:13: has no openid"),
        (OIDC, "client id: hatchway", "client id: hatchway\n    address claim: upn", "18:20: is verified by nobody"),
        (OIDC, "client id: hatchway", "client id: hatchway\n    timeout: 1h", '"timeout" is no time to wait for an answer'),
        (OIDC, "client id: hatchway", "client id: hatchway\n    second factor: none", "second factor"),
        (OIDC, ", reviewers: [command]", "", "20:13: is a reviewer of nothing"),
        (OIDC, "role: reviewer", "role: king", "king"),
        (OIDC, "[{group: command, role: reviewer, reviewers: [command]}]", "[]", "19:19: needs roles"),
        (LDAP, "ldaps://dc1", "dc1", '"dc1.department.example" is no directory'),
        (LDAP, "[ldaps://dc1.department.example]", "[]", '"servers" needs 1 or more entries'),
        (LDAP, "[ldaps://dc1.department.example]", "[ldap://dc1.x]\n    starttls: false", "16:15: is not encrypted"),
        (LDAP, "    bind secret file: secrets/ldap\n", "", "bind dn and bind secret file go together"),
        (LDAP, "    base: dc=department,dc=example\n", "", "needs one of base and dn template"),
        (LDAP, "new accounts", "filter: (mail=x)\n    new accounts", "20:13: has no {login}"),
        (LDAP, "new accounts", "filter: mail={login}\n    new accounts", "20:13: is no filter"),
        (LDAP, "new accounts", "groups by: member\n    new accounts", "needs groups base"),
        (LDAP, '"cn=command,dc=department,dc=example"', "command", "21:21: is no name of a group"),
    ],
)
def test_a_mistake_about_who_vouches_is_told_with_its_place_or_its_remedy(load, text, right, wrong, said):
    assert right in text
    with pytest.raises(Mistakes) as found:
        load(GOOD + text.replace(right, wrong, 1))
    assert said in str(found.value)
    assert len(found.value.problems) == 1


def test_what_nobody_vouches_over_may_go_unencrypted_on_this_machine(load):
    text = LDAP.replace("[ldaps://dc1.department.example]", "[ldap://127.0.0.1:3890]\n    starttls: false")
    assert load(GOOD + text).console.ldap.servers == ("ldap://127.0.0.1:3890",)
    assert load(GOOD + OIDC.replace("https://login.department.example", "http://localhost:9400")).console.oidc


@pytest.mark.parametrize(
    ("server", "is_at"),
    [
        ("ldaps://dc.example", ("dc.example", 636, True)),
        ("ldap://dc.example/", ("dc.example", 389, False)),
        ("ldap://[::1]:3890", ("::1", 3890, False)),
    ],
)
def test_a_server_is_at_a_host_and_a_port(server, is_at):
    assert endpoint(server) == is_at
    with pytest.raises(ValueError, match="dc"):
        endpoint("dc.example")
