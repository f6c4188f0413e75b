import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).parents[1]


def told(load):
    command = [sys.executable, "-c", f"from tests.support import nursery; nursery.tell(nursery.{load})"]
    ran = subprocess.run(command, capture_output=True, text=True, cwd=TOP, timeout=100, check=False)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.splitlines()[-1].split()


def test_workers_share_what_was_loaded_over_there_alone_and_no_open_file_and_come_when_it_has_died_too():
    assert told("load") == ["1", "0", "False", "True", "0", "True", "True"]


def test_workers_come_where_nothing_could_be_loaded():
    assert told("break_down") == ["0", "0", "False", "True", "0", "True", "True"]
