"""The page about metrics and traces lists what the code shows, and no other; the rules for alerts too."""

import re
import subprocess
from itertools import chain

import yaml

from deploy.watching.serve import ABOUT_VERSION, VERSION
from deploy.watching.state import FAMILIES
from shared.metrics import OF_PAGES, OF_WORKER
from shared.testing.tree import ROOT
from shared.tracing import ALLOWED

PAGE = (ROOT / "docs" / "reference" / "metrics.md").read_text("utf-8")
ALERTS = ROOT / "deploy" / "prometheus" / "alerts.yaml"
Row = tuple[str, str, str, str]


def of_code() -> set[Row]:
    """Name, of which process, labels and what it is of every metric."""
    rows = {(VERSION, "both", "service, process, version", ABOUT_VERSION)}
    for of, registry in (("worker", OF_WORKER), ("pages", OF_PAGES)):
        for metric in set(registry._collector_to_names):
            [family] = metric.describe()
            name = family.name + ("_total" if family.type == "counter" else "")
            rows.add((name, of, ", ".join(metric._labelnames), family.documentation))  # type: ignore[attr-defined]
    return rows | {(name, "worker", ", ".join(labels), about) for name, (about, labels) in FAMILIES.items()}


def of_page() -> set[Row]:
    found = re.findall(r"^\| `(throughline_\w+)` \| (\w+) \| (.*?) \| (.+) \|$", PAGE, re.MULTILINE)
    return {(name, of, labels.replace("`", ""), about) for name, of, labels, about in found}


def test_every_metric_is_listed_as_it_is_and_no_other() -> None:
    assert of_page() == of_code()


def test_every_attribute_of_a_span_is_listed_and_no_other() -> None:
    [said] = re.findall(r"^Attributes: (.+)\.$", PAGE, re.MULTILINE)
    assert set(re.findall(r"`(\w+)`", said)) == ALLOWED


def test_alerts_are_made_of_metrics_that_there_are() -> None:
    rules = list(
        chain.from_iterable(group["rules"] for group in yaml.safe_load(ALERTS.read_text())["groups"])
    )
    used = {name for rule in rules for name in re.findall(r"throughline_\w+?(?=_count|\b)", rule["expr"])}
    assert used <= {name for name, *_ in of_code()}
    assert all({"summary", "remedy"} == set(rule["annotations"]) for rule in rules)


def test_prometheus_itself_takes_the_alerts_and_they_go_off_when_they_should() -> None:
    for words in (("check", "rules", "alerts.yaml"), ("test", "rules", "alerts.test.yaml")):
        command = ["promtool", *words]
        said = subprocess.run(command, cwd=ALERTS.parent, capture_output=True, text=True, check=False)
        assert said.returncode == 0, said.stdout + said.stderr
