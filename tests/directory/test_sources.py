"""Who is in a group, by a CSV file, by Graph (a local stand-in), and by a real slapd."""

import pytest
import trustme

from gateway.directory import Away, source
from gateway.listing import CsvList, EntraList, LdapList, Listing
from tests.support.directory import BASE, COMMAND, PATROL, READER, SECRET, slapd
from tests.support.graph import BOARD, CLIENT, TENANT, graph
from tests.support.graph import SECRET as GRAPH_SECRET


def made(shape, **fields):
    """Settings in Python's names."""
    return shape.model_validate({name.replace("_", " "): value for name, value in fields.items()})


async def members(listing: Listing, group: str) -> set[str]:
    asked = source(listing)
    try:
        return set(await asked.members(group))
    finally:
        asked.close()


async def away(listing: Listing, group: str) -> str:
    with pytest.raises(Away) as said:
        await members(listing, group)
    return str(said.value)


@pytest.fixture
def csv(tmp_path):
    file = tmp_path / "members.csv"
    file.write_text(
        "\ufeffunit;mail\nBoard;Ruiz@Department.example\nboard; park@department.example \nPatrol;x@y.example\nboard;none\n"
    )
    return file


async def test_a_csv_file_has_the_addresses_of_a_group_by_its_columns(csv):
    listing = Listing(csv=made(CsvList, file=csv, group_column="unit", address_column="mail", delimiter=";"))
    assert await members(listing, "board") == {"ruiz@department.example", "park@department.example"}


@pytest.mark.parametrize(
    ("change", "group", "said"),
    [
        ({"group_column": "group"}, "board", "group column: members.csv has no column group"),
        ({"address_column": "e-mail"}, "board", "address column: members.csv has no column e-mail"),
        ({}, "chaplains", "file: no line of members.csv is of the group chaplains"),
        ({"address_column": "unit"}, "board", "address column: of 3 people none has an address"),
        ({"file": "gone.csv"}, "board", "file: gone.csv cannot be read: No such file or directory"),
    ],
)
async def test_a_csv_file_that_does_not_serve_says_why(csv, change, group, said):
    given = {"file": csv, "group_column": "unit", "address_column": "mail", "delimiter": ";", **change}
    if change.get("file"):
        given["file"] = csv.with_name(change["file"])
    assert await away(Listing(csv=made(CsvList, **given)), group) == said


async def test_a_csv_file_that_is_no_text_is_no_answer(csv):
    csv.write_bytes(b"unit;mail\nboard;\xff\n")
    listing = Listing(csv=made(CsvList, file=csv, group_column="unit", address_column="mail", delimiter=";"))
    assert "is not UTF-8 text" in await away(listing, "board")


@pytest.fixture(scope="module")
def entra():
    with graph() as world:
        people = [
            {"id": str(n), "mail": f"p{n}@department.example", "userPrincipalName": f"p{n}@tenant.example"} for n in range(5)
        ]
        people[0]["proxyAddresses"] = [
            "SMTP:P0@Department.example",
            "smtp:alias@department.example",
            "x500:/o=x",
            "sip:p0@x.example",
        ]
        people.append({"id": "g", "displayName": "a group in it", "mail": None})
        world.members[BOARD] = people
        world.names = {BOARD: "Officers' board", "2" * 8: "Twice", "3" * 8: "Twice"}
        yield world


@pytest.fixture
def asks_entra(entra, tmp_path):
    (tmp_path / "secret").write_text(f"{GRAPH_SECRET}\n")
    entra.elsewhere, entra.lasts = "", 3600
    secret = tmp_path / "secret"
    return Listing(
        entra=made(EntraList, tenant=TENANT, client_id=CLIENT, client_secret_file=secret, graph=entra.url, sign_in=entra.url)
    )


async def test_graph_is_asked_page_by_page_and_every_address_of_a_person_counts(entra, asks_entra):
    before = len(entra.asked)
    found = await members(asks_entra, BOARD)
    both = {f"p{n}@{domain}.example" for n in range(5) for domain in ("department", "tenant")}
    assert found == {*both, "alias@department.example"}
    assert len(entra.asked) - before == 3


async def test_a_group_of_entra_may_be_named_as_people_call_it(asks_entra):
    assert "p4@department.example" in await members(asks_entra, "Officers' board")
    assert await away(asks_entra, "Twice") == "group: 2 groups are called Twice; name it by its object id"
    assert await away(asks_entra, "Nobody") == "group: no groups are called Nobody; name it by its object id"


async def test_a_token_serves_until_its_end(entra, asks_entra):
    asked = source(asks_entra)
    before = len(entra.tokens)
    await asked.members(BOARD)
    await asked.members(BOARD)
    assert len(entra.tokens) == before + 1
    entra.lasts = 60
    fresh = source(asks_entra)
    await fresh.members(BOARD)
    assert len(entra.tokens) > before + 2


async def test_what_entra_refuses_names_the_setting(entra, asks_entra, tmp_path):
    assert "answered 404" in await away(asks_entra, "9" * 8 + BOARD[8:])
    entra.elsewhere = "http://127.0.0.2:1"
    assert "the next page would be somewhere else" in await away(asks_entra, BOARD)
    (tmp_path / "secret").write_text("wrong")
    said = await away(asks_entra, BOARD)
    assert said.startswith("client secret file: ")
    assert "invalid_client" in said


async def test_entra_that_cannot_be_reached_is_away(asks_entra):
    gone = asks_entra.entra.model_copy(update={"sign_in": "http://127.0.0.1:1"})
    assert "cannot be asked" in await away(Listing(entra=gone), BOARD)


async def test_people_of_whom_entra_tells_no_address_are_no_answer_and_an_empty_group_is(entra, asks_entra):
    hidden, empty = "4" * 8 + BOARD[8:], "5" * 8 + BOARD[8:]
    person = {"@odata.type": "#microsoft.graph.user", "mail": None, "userPrincipalName": None}
    entra.members[hidden] = [{"id": str(n), **person} for n in range(2)]
    entra.members[empty] = [{"id": "g", "@odata.type": "#microsoft.graph.group", "mail": None}]
    assert await away(asks_entra, hidden) == "entra: of 2 people none has an address that may be seen; it takes User.Read.All"
    assert await members(asks_entra, empty) == set()


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    authority = trustme.CA()
    made = authority.issue_cert("localhost", "127.0.0.1")
    files = folder / "certificate.pem", folder / "key.pem"
    made.cert_chain_pems[0].write_to_path(files[0])
    made.private_key_pem.write_to_path(files[1])
    authority.cert_pem.write_to_path(folder / "ca.pem")
    (folder / "secret").write_text(SECRET)
    with slapd(files) as (port, secure):
        yield (
            {
                "servers": (f"ldap://127.0.0.1:{port}",),
                "ca_file": folder / "ca.pem",
                "bind_dn": READER,
                "bind_secret_file": folder / "secret",
                "base": BASE,
            },
            secure,
        )


async def test_groups_in_groups_are_walked_through_and_a_circle_ends(tree):
    settings, secure = tree
    both = {"ruiz@department.example", "park@department.example"}
    assert await members(Listing(ldap=made(LdapList, **settings)), COMMAND) == both
    by_ldaps = made(LdapList, **{**settings, "servers": (f"ldaps://127.0.0.1:{secure}",)})
    assert await members(Listing(ldap=by_ldaps), COMMAND.upper()) == both
    assert await members(Listing(ldap=made(LdapList, **settings, nested="no")), PATROL) == {"park@department.example"}


async def test_a_filter_finds_people_page_by_page(tree, monkeypatch):
    settings, _ = tree
    monkeypatch.setattr("gateway.ldap.wire._PAGE", 1)
    found = await members(Listing(ldap=made(LdapList, **settings)), "(objectClass=inetOrgPerson)")
    assert found == {f"{name}@department.example" for name in ("ruiz", "park", "doe")}
    member = f"(&(objectClass=inetOrgPerson)(memberOf={PATROL}))"
    assert await members(Listing(ldap=made(LdapList, **settings)), member) == {"park@department.example"}


@pytest.mark.parametrize(
    ("change", "group", "said"),
    [
        ({}, f"cn=nothing,{BASE}", "group: there is no cn=nothing"),
        ({}, "(mail=", "filter: "),
        ({"bind_dn": f"cn=nobody,{BASE}"}, COMMAND, "bind secret file: "),
        ({"servers": ("ldap://127.0.0.1:1",)}, COMMAND, "servers: ldap://127.0.0.1:1"),
        ({"base": "ou=nowhere,dc=department,dc=example"}, "(objectClass=inetOrgPerson)", "base: there is no ou=nowhere"),
        ({"address_attributes": ("electronicMail",)}, COMMAND, "address attributes: of 2 people none has an address"),
        ({"address_attributes": ("telephoneNumber",)}, "(uid=*)", "address attributes: of 3 people none has an address"),
        ({"ca_file": None}, COMMAND, "servers: "),
    ],
)
async def test_a_directory_that_does_not_answer_names_the_setting(tree, change, group, said):
    settings, _ = tree
    assert (await away(Listing(ldap=made(LdapList, **{**settings, **change})), group)).startswith(said)
