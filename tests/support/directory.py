"""A real directory for tests: Debian's slapd with a folder of its own, on loopback, with TLS if it is given a certificate.

Those in it: Ruiz (in `command`), Park (in `patrol`, which is in `command`, which is in `patrol`: groups may go in circles),
Doe (in no group). All have the password PASSWORD. People may be looked up by the reader only.
"""

import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

from tests.support import apt
from tests.support.gateway import free_port
from tests.support.waiting import wait_until
from tests.support.wants import SLAPD

SLAPD_COMMAND, ADD = "/usr/sbin/slapd", "/usr/bin/ldapadd"
BASE = "dc=department,dc=example"
READER, SECRET = f"cn=reader,{BASE}", "reads all"
PASSWORD = "the directory's own"
COMMAND, PATROL, ADMINS = (f"cn={name},ou=groups,{BASE}" for name in ("command", "patrol", "admins"))

_CONFIG = """\
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
pidfile {folder}/pid
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload memberof
{tls}
database mdb
suffix "{base}"
rootdn "cn=root,{base}"
rootpw root
directory {folder}/data
overlay memberof
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="{reader}" read by self read by anonymous auth by * none
"""

_PERSON = """
dn: uid={uid},ou=people,{base}
objectClass: inetOrgPerson
uid: {uid}
cn: {name}
sn: {uid}
mail: {uid}@department.example
userPassword: {password}
"""

_TOP = """
dn: {base}
objectClass: dcObject
objectClass: organization
dc: department
o: Department

dn: ou=people,{base}
objectClass: organizationalUnit
ou: people

dn: ou=groups,{base}
objectClass: organizationalUnit
ou: groups

dn: {reader}
objectClass: applicationProcess
objectClass: simpleSecurityObject
cn: reader
userPassword: {secret}
"""

_GROUP = """
dn: {dn}
objectClass: groupOfNames
member: {member}
"""

_MORE = """
dn: {dn}
changetype: modify
add: member
member: {member}
"""


def require() -> None:
    """slapd, by apt if it is not here. Where it cannot be had the test is skipped; as root in CI it fails instead."""
    apt.require("slapd", "ldap-utils", here=_here, want=SLAPD)


@contextmanager
def slapd(certificate: tuple[Path, Path] | None = None):
    """Within: the port of a directory; the port of its ldaps door, too, with a certificate and key in PEM files."""
    require()
    folder = Path(tempfile.mkdtemp(prefix="hatchway-slapd-"))
    port, secure = free_port(), free_port()
    tls = f"TLSCertificateFile {certificate[0]}\nTLSCertificateKeyFile {certificate[1]}" if certificate else ""
    (folder / "data").mkdir()
    (folder / "slapd.conf").write_text(_CONFIG.format(folder=folder, base=BASE, reader=READER, tls=tls))
    doors = f"ldap://127.0.0.1:{port}/" + (f" ldaps://127.0.0.1:{secure}/" if certificate else "")
    command = [SLAPD_COMMAND, "-f", folder / "slapd.conf", "-h", doors, "-d", "0"]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: _add(port, _entries()) == 0, 20, "slapd to answer", lambda: "")
        yield port, secure
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)
        shutil.rmtree(folder)


def _here() -> bool:
    return Path(SLAPD_COMMAND).exists() and Path(ADD).exists()


def _entries() -> str:
    people = {"ruiz": "Capt. Ruiz", "park": "Lt. Park", "doe": "J. Doe"}
    groups = {ADMINS: "cn=nobody", COMMAND: f"uid=ruiz,ou=people,{BASE}", PATROL: f"uid=park,ou=people,{BASE}"}
    return (
        _TOP.format(base=BASE, reader=READER, secret=SECRET)
        + "".join(_PERSON.format(uid=uid, name=name, base=BASE, password=PASSWORD) for uid, name in people.items())
        + "".join(_GROUP.format(dn=dn, member=member) for dn, member in groups.items())
        + "".join(_MORE.format(dn=dn, member=member) for dn, member in ((COMMAND, PATROL), (PATROL, COMMAND)))
    )


def _add(port: int, entries: str) -> int:
    command = [ADD, "-x", "-c", "-H", f"ldap://127.0.0.1:{port}", "-D", f"cn=root,{BASE}", "-w", "root"]
    done = subprocess.run(command, input=entries, text=True, capture_output=True, check=False, timeout=30)
    return 0 if done.returncode in {20, 68} else done.returncode  # it is there already
