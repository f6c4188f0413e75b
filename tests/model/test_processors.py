"""The judge says the same on a processor that multiplies otherwise: one without VNNI, which an emulator gives.

Eight bits of weight and eight of what is read do not fit where such a processor adds two of their products. Weights of eight bits
let it score the messages below up to 0.2 apart from another, and send one of them another way.
"""

import json
import os
import platform
import shutil
import subprocess
import sys
from importlib.resources import files

import pytest

from gateway.classify import Classifier, load_roster
from gateway.evaluation.labelled import written
from gateway.model import load_judge
from gateway.reading import Reader
from tests.support.apt import require
from tests.support.classify import ROSTER
from tests.support.wants import QEMU

EMULATOR, OLDER = "qemu-x86_64", "Haswell"
TOLD_APART = {f"wp-{number:03}" for number in (14, 15, 43, 78, 88, 89, 100, 108, 110, 118)}


def said():
    """Of each message: its labels and its scores."""
    rows = files("gateway.training").joinpath("unseen", "writer_p.jsonl").read_text(encoding="utf-8").splitlines()
    classifier, reader = Classifier(load_roster(ROSTER), scorer=load_judge()), Reader()
    verdicts = {
        row["id"]: classifier.classify(reader.read(written(row["subject"], row["body"])))
        for row in map(json.loads, rows)
        if row["id"] in TOLD_APART
    }
    return {
        name: [[label.value for label in verdict.labels.values()], list(verdict.scores.values())]
        for name, verdict in verdicts.items()
    }


@pytest.mark.skipif(platform.machine() != "x86_64", reason="this test is about processors of the x86-64 family")
def test_an_older_processor_says_the_same():
    require("qemu-user", here=lambda: bool(shutil.which(EMULATOR)), want=QEMU)
    run = subprocess.run(
        [EMULATOR, "-cpu", OLDER, sys.executable, "-c", f"import json; from {__name__} import said; print(json.dumps(said()))"],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env={"PATH": os.environ["PATH"]},
    )
    assert run.returncode == 0, run.stderr
    here, there = said(), json.loads(run.stdout)
    assert set(here) == set(there) == TOLD_APART
    for name, (labels, scores) in here.items():
        assert there[name][0] == labels, name
        assert there[name][1] == pytest.approx(scores, abs=0.02), name
