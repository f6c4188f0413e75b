"""The adversarial SMTP checks that lie beside the project, against a whole gateway: every one of them passes."""

import subprocess
import sys

import pytest

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


@pytest.mark.timeout(300)
@pytest.mark.parametrize("group", GROUPS)
def test_no_attack_succeeds(group, shared, tmp_path, certificate):
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "attack.yaml").write_text(POLICY)
    sink = free_port()
    gateway = Gateway(
        tmp_path / "gateway",
        relay=sink,
        policies=tmp_path / "policies",
        domains="pd.example",
        door=", tls: starttls",
        more=f"tls: {{certificate: {certificate[0]}, key: {certificate[1]}}}\nlimits: {{message size: 10MiB}}\n",
    )
    with gateway:
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
