"""The adversarial SMTP checks that lie beside the project, against a whole gateway: every one of them passes."""

import subprocess
import sys

import pytest
import trustme

from tests.support.gateway import Gateway, free_port

POLICY = """\
authorities: {SO 9-06 §C: {title: Use of system, text: Promotion of political or religious positions}}
groups: {restricted: [board@pd.example], exempt: [exempt@pd.example]}
reviewers: {command: {members: [chief@pd.example], deadline: 48h, then: deny}}
policies:
  strict:
    authority: SO 9-06 §C
    rules:
      - {finds: [political, religious], label: [match, unsure], action: hold, reviewers: command}
      - {unread: true, action: hold, reviewers: command}
      - {action: relay}
  free: {rules: [{action: relay}]}
senders:
  - {sender: exempt, policy: free}
  - {sender: [restricted, anyone], policy: strict}
"""
GROUPS = ("smuggling", "starttls", "protocol", "limits", "relay", "headers", "identity", "disconnect", "concurrency")
OWN = ("X-Hatchway-Decision: relay", "X-Hatchway-Release-Id: 1")


@pytest.fixture(scope="module")
def attacked(tmp_path_factory):
    """A gateway, and the port that it takes for its relay's."""
    folder, sink = tmp_path_factory.mktemp("attack"), free_port()
    (folder / "policies").mkdir()
    (folder / "policies" / "attack.yaml").write_text(POLICY)
    made = trustme.CA().issue_cert("hatchway.department.example")
    made.cert_chain_pems[0].write_to_path(folder / "certificate.pem")
    made.private_key_pem.write_to_path(folder / "key.pem")
    gateway = Gateway(
        folder / "gateway",
        relay=sink,
        policies=folder / "policies",
        domains="pd.example",
        door=", tls: starttls",
        more=f"tls: {{certificate: {folder / 'certificate.pem'}, key: {folder / 'key.pem'}}}\nlimits: {{message size: 10MiB}}\n",
    )
    with gateway:
        yield gateway, sink


@pytest.mark.timeout(300)
@pytest.mark.parametrize("group", GROUPS)
def test_no_attack_succeeds(group, shared, attacked):
    gateway, sink = attacked
    attack = [
        sys.executable,
        shared / "smtp_attack.py",
        "--gateway",
        f"127.0.0.1:{gateway.port}",
        "--sink",
        f"127.0.0.1:{sink}",
    ]
    who = ["--restricted", "board@pd.example", "--exempt", "exempt@pd.example", "--outsider-ip", "127.0.0.8"]
    which = ["--only", "baseline", "--only", group, "--settle", "0.3", *(f"--policy-header={field}" for field in OWN)]
    said = subprocess.run([*attack, *who, *which], capture_output=True, text=True, timeout=280, check=False)
    assert said.returncode == 0, said.stdout
    assert " 0 failed, 0 skipped" in said.stdout
