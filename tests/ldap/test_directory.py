"""A real slapd is asked; whoever may not come in does not, and what is wrong says which setting to look at."""

import asyncio
import socket
import time

import pytest
import trustme

from gateway.identity import Ldap
from gateway.ldap import Directory, DirectoryAway
from gateway.ldap.wire import same
from tests.support.directory import ADMINS, BASE, COMMAND, PASSWORD, PATROL, READER, SECRET, slapd

TEMPLATE = {"base": "", "dn template": f"uid={{login}},ou=people,{BASE}", "bind dn": "", "bind secret file": None}
ROLES = tuple({"group": dn, "role": "supervisor"} for dn in (COMMAND, PATROL, ADMINS))


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture(scope="module")
def ports(authority, tmp_path_factory):
    made, folder = authority.issue_cert("127.0.0.1"), tmp_path_factory.mktemp("certificate")
    files = folder / "certificate.pem", folder / "key.pem"
    made.cert_chain_pems[0].write_to_path(files[0])
    made.private_key_pem.write_to_path(files[1])
    with slapd(files) as ports:
        yield ports


@pytest.fixture
def directory(ports, tmp_path, authority):
    (tmp_path / "secret").write_text(f"{SECRET}\n")
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    made = []

    def make(**more):
        wishes = {
            "servers": (f"ldap://127.0.0.1:{ports[0]}",),
            "starttls": False,
            "bind dn": READER,
            "bind secret file": tmp_path / "secret",
            "ca file": tmp_path / "ca.pem",
            "base": BASE,
            "roles": ROLES,
        }
        made.append(Directory(Ldap.model_validate({**wishes, **more})))
        return made[-1]

    yield make
    for one in made:
        one.close()


async def test_name_and_password_that_go_together_say_who_it_is(directory):
    ruiz = await directory(nested=False).vouch("ruiz@department.example", PASSWORD)
    assert (ruiz.by, ruiz.address, ruiz.name, ruiz.groups) == ("ldap", "ruiz@department.example", "Capt. Ruiz", (COMMAND,))
    assert len(ruiz.subject) == 36


@pytest.mark.parametrize(
    ("login", "password"),
    [
        ("ruiz@department.example", "wrong"),
        ("nobody@department.example", PASSWORD),
        ("ruiz@department.example", ""),
        ("ruiz@department.example", "\0"),
        ("ruiz@department.example", PASSWORD + "\0"),
        ("ruiz@department.example", "x" * 300),
        ("", PASSWORD),
        ("", ""),
        ("*", PASSWORD),
        ("ruiz*", PASSWORD),
        ("ruiz@department.example)(uid=*", PASSWORD),
        ("*)(|(uid=*", PASSWORD),
        ("x)(!(mail=x)", PASSWORD),
        ("\\2a", PASSWORD),
        ("ruiz@department.example\0", PASSWORD),
        ("x" * 400, PASSWORD),
    ],
)
@pytest.mark.parametrize("how", [{}, TEMPLATE], ids=["looked up", "by template"])
async def test_what_does_not_go_together_is_nobody(directory, login, password, how):
    assert await directory(**how).vouch(login, password) is None


@pytest.mark.parametrize("login", ["ruiz,ou=people", "x+uid=ruiz", "ruiz\\", "#ruiz", 'r"uiz', "ruiz,dc=x"])
async def test_a_name_does_not_break_out_of_a_template(directory, login):
    assert await directory(**TEMPLATE).vouch(login, PASSWORD) is None


async def test_without_looking_up_he_reads_his_own_entry(directory):
    wishes = {
        "base": "",
        "dn template": f"uid={{login}},ou=people,{BASE}",
        "bind dn": "",
        "bind secret file": None,
        "nested": False,
    }
    ruiz = await directory(**wishes).vouch("ruiz", PASSWORD)
    assert (ruiz.address, ruiz.groups) == ("ruiz@department.example", (COMMAND,))


@pytest.mark.parametrize("by", ["attribute", "member"])
async def test_groups_in_groups_are_followed_even_in_circles(directory, by):
    park = await directory(**{"groups by": by, "groups base": BASE}).vouch("park@department.example", PASSWORD)
    assert park.groups == (COMMAND, PATROL)
    alone = await directory(**{"groups by": by, "groups base": BASE, "nested": False}).vouch("park@department.example", PASSWORD)
    assert alone.groups == (PATROL,)
    doe = await directory(**{"groups by": by, "groups base": BASE}).vouch("doe@department.example", PASSWORD)
    assert doe.groups == ()


async def test_the_matching_rule_is_sent_as_active_directory_has_it(directory):
    """slapd does not know it, and finds nobody by it."""
    wishes = {"groups by": "matching rule", "groups base": BASE}
    assert (await directory(**wishes).vouch("ruiz@department.example", PASSWORD)).groups == ()


async def test_a_filter_that_finds_two_lets_in_neither(directory, said):
    assert await directory(filter="(|(mail={login})(uid=*))").vouch("ruiz@department.example", PASSWORD) is None
    assert [one["setting"] for one in said if one["event"] == "ldap.ambiguous"] == ["console.ldap.filter"]


@pytest.mark.parametrize("scheme", ["ldaps", "starttls"])
async def test_tls_is_verified_by_the_ca_file(directory, ports, scheme, tmp_path):
    server = f"ldaps://127.0.0.1:{ports[1]}" if scheme == "ldaps" else f"ldap://127.0.0.1:{ports[0]}"
    wishes = {"servers": (server,), "starttls": True}
    assert await directory(**wishes).vouch("ruiz@department.example", PASSWORD)
    trustme.CA().cert_pem.write_to_path(tmp_path / "other.pem")
    with pytest.raises(DirectoryAway, match=r"servers: .*CERTIFICATE_VERIFY_FAILED"):
        await directory(**wishes, **{"ca file": tmp_path / "other.pem"}).vouch("ruiz@department.example", PASSWORD)
    named = {**wishes, "servers": (server.replace("127.0.0.1", "localhost"),)}
    with pytest.raises(DirectoryAway, match="Hostname mismatch"):
        await directory(**named).vouch("ruiz@department.example", PASSWORD)


@pytest.mark.parametrize(
    ("wishes", "setting", "says"),
    [
        ({"bind dn": f"cn=other,{BASE}"}, "bind secret file", "does not let cn=other"),
        ({"servers": ("ldap://127.0.0.1:1",)}, "servers", "Connection refused"),
        ({"filter": "(mail={login}"}, "filter", "filter"),
        ({"address attribute": "telephoneNumber"}, "address attribute", "has no telephoneNumber"),
    ],
)
async def test_what_is_wrong_names_the_setting_and_what_the_server_said(directory, wishes, setting, says):
    with pytest.raises(DirectoryAway) as away:
        await directory(**wishes).vouch("ruiz@department.example", PASSWORD)
    assert away.value.setting == setting
    assert says in away.value.said
    assert PASSWORD not in str(away.value)
    assert SECRET not in str(away.value)


async def test_the_next_server_is_asked_where_the_first_is_away(directory, ports):
    wishes = {"servers": ("ldap://127.0.0.1:1", f"ldap://127.0.0.1:{ports[0]}")}
    assert await directory(**wishes).vouch("ruiz@department.example", PASSWORD)


@pytest.mark.parametrize("scheme", ["ldap", "ldaps"])
async def test_a_server_that_says_nothing_is_given_up_and_the_loop_goes_on(directory, scheme):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        wishes = {"servers": (f"{scheme}://127.0.0.1:{silent.getsockname()[1]}",), "timeout": "1s"}
        began, turns = time.monotonic(), 0
        asking = asyncio.create_task(directory(**wishes).vouch("ruiz@department.example", PASSWORD))
        while not asking.done():
            await asyncio.sleep(0.05)
            turns += 1
        with pytest.raises(DirectoryAway, match="servers"):
            await asking
        assert turns > 10
        assert time.monotonic() - began < 8


async def test_probing_binds_and_looks_below_the_base(directory, ports):
    assert await directory().probe() == f"ldap://127.0.0.1:{ports[0]} answers"
    with pytest.raises(DirectoryAway, match="base: there is no dc=elsewhere"):
        await directory(base="dc=elsewhere").probe()


def test_names_are_the_same_however_they_are_written():
    assert same("CN=Command, OU=Groups,DC=x") == same("cn=command,ou=groups,dc=x")
    assert same(r"cn=a\,b,dc=x") != same("cn=a,cn=b,dc=x")
    with pytest.raises(ValueError, match="no name"):
        same("no name")
