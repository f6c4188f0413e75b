"""What a message costs the front by the milter door, and by the SMTP door as `smtpd_proxy_filter`: CPU and wall time.

One gateway with both doors, behind a real Postfix each; the judges' own work is the same by either door and not counted.
Needs root, as Postfix does. Figures of one run compare, absolutes do not.
"""

import os
import smtplib
import sys
import tempfile
import time
from pathlib import Path

TOP = Path(__file__).parents[2]
sys.path.insert(0, str(TOP))

from tests.bench.run import MESSAGES
from tests.support.gateway import Gateway, free_port
from tests.support.postfix import Postfix


def cpu(process: int) -> float:
    """CPU seconds of that one process so far."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")


def measured(name: str, port: int, process: int, octets: bytes) -> None:
    count = 100 if len(octets) < 100_000 else 3
    with smtplib.SMTP("127.0.0.1", port, timeout=120) as client:
        for round_ in range(count + 5):
            if round_ == 5:
                before, start = cpu(process), time.monotonic()
            client.sendmail("dreed@department.example", ["watch@county.example"], octets, ["BODY=8BITMIME"])
    spent, took = cpu(process) - before, time.monotonic() - start
    print(f"{name:<34}{spent / count * 1000:>10.2f}{took / count * 1000:>10.1f}")


def main() -> None:
    port, gate = free_port(), "unix:milter.sock"
    with tempfile.TemporaryDirectory() as folder, Postfix(proxy_filter=port) as proxied, Postfix() as asking:
        more = f"milter: {{socket: {asking.folder}/queue/milter.sock, group: postfix}}\njudging: {{model: false}}"
        main_cf = asking.folder / "config" / "main.cf"
        main_cf.write_text(main_cf.read_text() + f"smtpd_milters = {gate}\n")
        with Gateway(Path(folder), relay=proxied.reentry, port=port, more=more) as gateway:
            print(f"{'ms a message':<34}{'front CPU':>10}{'wall':>10}")
            for name, octets in MESSAGES.items():
                for door, at in (("SMTP door", proxied.filtered), ("milter door", asking.filtered), ("no filter", proxied.plain)):
                    measured(f"{name}, {door}", at, gateway.process.pid, octets)


if __name__ == "__main__":
    main()
