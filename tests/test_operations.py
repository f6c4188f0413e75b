"""What ships for those who run it agrees: the unit, the metrics, the alerts, the dashboard, and the page that explains them."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from gateway.monitor import Meters
from gateway.settings import Canary, Vigil, load_settings
from tests.monitor.test_server import GOOD
from tests.test_settings import GOOD as GOOD_SETTINGS

TOP = Path(__file__).parents[1]
PAGE = (TOP / "deploy/operations.md").read_text(encoding="utf-8")
UNIT = TOP / "deploy/systemd/hatchway.service"
ALERTS = yaml.safe_load((TOP / "deploy/monitoring/alerts.yaml").read_text(encoding="utf-8"))
DASHBOARD = json.loads((TOP / "deploy/monitoring/dashboard.json").read_text(encoding="utf-8"))
ROWS = dict(re.findall(r"^\| `(hatchway_\w+)` \|([^|]*)\|", PAGE, flags=re.MULTILINE))
_SUFFIX = re.compile(r"_(bucket|count|sum)$")


def measured():
    """Metrics with their labels, as they are written where everything has happened."""
    meters = Meters()
    text = meters.written(GOOD).decode()
    found = {}
    for family in text_string_to_metric_families(text):
        name = {"counter": f"{family.name}_total"}.get(family.type, family.name)
        if name.startswith("hatchway_"):
            found[name] = {label for sample in family.samples for label in sample.labels}
    return found


def named(expression: str) -> set[str]:
    return set(re.findall(r"\bhatchway_\w+", re.sub(r'"[^"]*"', "", expression)))


def test_every_metric_is_explained_and_no_other():
    assert {name.removesuffix("_total") for name in measured()} == {name.removesuffix("_total") for name in ROWS}


def test_the_labels_of_a_metric_are_explained():
    for name, labels in measured().items():
        if labels:
            assert labels == set(re.findall(r"`(\w+)`", ROWS[name])), name


@pytest.mark.parametrize("rule", ALERTS["groups"][0]["rules"], ids=lambda rule: rule["alert"])
def test_an_alert_asks_for_metrics_that_there_are_and_says_what_to_do(rule):
    asked = {_SUFFIX.sub("", name) for name in named(rule["expr"])}
    assert asked <= set(ROWS)
    assert asked or "up{" in rule["expr"]
    assert rule["labels"]["severity"] in {"critical", "warning", "info"}
    assert rule["annotations"]["summary"]
    assert rule["annotations"]["description"]


def test_the_dashboard_asks_for_metrics_that_there_are_and_leaves_no_panel_empty():
    panels = DASHBOARD["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    for panel in panels:
        asked = {name for target in panel["targets"] for name in named(target["expr"])}
        assert asked or "process_" in panel["targets"][0]["expr"], panel["title"]
        assert {_SUFFIX.sub("", name) for name in asked} <= set(ROWS), panel["title"]


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="there is no systemd-analyze here")
def test_the_unit_is_as_closed_as_the_page_says():
    command = ["systemd-analyze", "security", "--offline=true", "--threshold=20", "--no-pager", UNIT]
    said = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert said.returncode == 0, said.stdout + said.stderr
    score = re.search(r"Overall exposure level for hatchway.service: ([\d.]+)", said.stdout)[1]
    assert float(score) <= 2.0
    assert f"gives it {score} " in PAGE


def test_the_watch_on_the_page_loads_and_every_key_of_it_is_explained(tmp_path):
    [block] = re.findall(r"```yaml\n(vigil:.*?)```", PAGE, flags=re.DOTALL)
    (tmp_path / "hatchway.yaml").write_text(GOOD_SETTINGS + block)
    assert set(load_settings(tmp_path / "hatchway.yaml").vigil.canaries) == {"association board", "everyday mail"}
    text = PAGE.partition("## The watch")[2]
    for shape in (Vigil, Canary):
        assert {field.alias for field in shape.model_fields.values()} <= set(re.findall(r"`([a-z ]+)`", text))


def test_the_unit_runs_the_command_with_the_settings_that_the_page_names():
    written = UNIT.read_text()
    assert re.search(r"^Type=notify$", written, re.MULTILINE)
    assert re.search(r"^ExecStart=/opt/hatchway/.venv/bin/hatchway serve -c /etc/hatchway/hatchway.yaml$", written, re.MULTILINE)
    assert re.search(
        r"^ExecReload=/opt/hatchway/.venv/bin/hatchway reload -c /etc/hatchway/hatchway.yaml$", written, re.MULTILINE
    )
    for path in ("/opt/hatchway/.venv", "/etc/hatchway/hatchway.yaml", "/var/lib/hatchway", "/run/hatchway"):
        assert f"`{path}`" in PAGE
