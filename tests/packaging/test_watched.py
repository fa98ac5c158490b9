"""What Prometheus is told to ask is what is shown, and nobody else can ask there."""

import re
import subprocess
from typing import Any

import pytest
import yaml

from deploy.watching.settings import WatchSettings
from shared.settings import PREFIX, read
from shared.testing.tree import ROOT
from tests.packaging import kubernetes
from tests.packaging.compose import services
from tests.packaging.test_linted import ALL, ANYTHING, INSTANCES, UNITS

PROMETHEUS = ROOT / "deploy" / "prometheus"
CONFIGURATIONS = sorted(path.name for path in PROMETHEUS.glob("*.yaml") if not path.name.startswith("alerts"))
WATCHED = "watched/"
each_kind = pytest.mark.parametrize("kind", ["hub", "node"])


def asked(file: str) -> list[str]:
    """Whom the one job of that file asks; the alerts look for its name."""
    [job] = yaml.safe_load((PROMETHEUS / file).read_text("utf-8"))["scrape_configs"]
    assert job["job_name"] == "throughline"
    [among] = job["static_configs"]
    targets: list[str] = among["targets"]
    return targets


def shown(words: list[str], environment: dict[str, str]) -> int:
    """The port on which the process with these words shows its metrics; 0 where it does not."""
    settings = read(WatchSettings, environment)
    return settings.web_metrics_port if "web" in words else settings.metrics_port


@pytest.mark.parametrize("file", CONFIGURATIONS)
def test_prometheus_itself_takes_it_with_the_alerts(file: str) -> None:
    command = ["promtool", "check", "config", file]
    said = subprocess.run(command, cwd=PROMETHEUS, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stdout + said.stderr
    assert "1 rule files found" in said.stdout


@each_kind
def test_with_compose_all_processes_are_asked(kind: str) -> None:
    found = services(f"{kind}.yaml:{kind}.watched.yaml", ANYTHING).values()
    processes = [one for one in found if one.is_ours and "profiles" not in one.told]

    assert asked(f"compose-{kind}.yaml") == [
        f"{one.name}:{shown(one.words, one.environment)}" for one in processes
    ]
    [prometheus] = [one for one in found if one.name == "prometheus"]
    for one in processes:
        assert {*one.told["networks"]} & {*prometheus.told["networks"]}, one.name
    assert prometheus.told["command"][0].endswith(f"/compose-{kind}.yaml")


def test_without_that_nothing_is_shown_and_nowhere_is_a_port_of_metrics_published() -> None:
    for name, one in ALL.items():
        if one.is_ours and "watched" not in name:
            assert shown(one.words, one.environment) == 0, name
        assert not [port for port in one.told.get("ports", ()) if ":946" in port], name


@each_kind
def test_with_systemd_the_ports_that_stand_in_the_examples_are_asked(kind: str) -> None:
    ports = []
    for instance in INSTANCES:
        template, service = instance.split("@")
        if (service == "intake") is (kind == "node"):
            pages = template.endswith("-web")
            text = (UNITS / f"{service}{'-web' if pages else ''}.env").read_text("utf-8")
            assert f"systemd-{kind}.yaml" in text
            told = dict(re.findall(rf"^#({PREFIX}\w*METRICS_PORT)=(\d+)$", text, re.MULTILINE))
            ports.append(shown(["web" if pages else "run"], told))

    assert asked(f"systemd-{kind}.yaml") == [f"127.0.0.1:{port}" for port in ports]
    assert len({*ports}) == len(ports)


def is_watched(container: kubernetes.Manifest) -> bool:
    place: str = container["place"]
    return place.startswith(WATCHED)


CONTAINERS = dict(kubernetes.containers())


@pytest.mark.parametrize("container", CONTAINERS.values(), ids=CONTAINERS)
def test_in_kubernetes_each_container_names_the_port_that_it_shows(container: Any) -> None:
    named = [port["containerPort"] for port in container.get("ports", ()) if port["name"].endswith("metrics")]
    environment = kubernetes.environment(container)
    port = shown(container["args"], {n: told for n, told in environment.items() if n.startswith(PREFIX)})

    assert named == ([port] if is_watched(container) else [])
    assert bool(port) is is_watched(container)


@each_kind
def test_in_kubernetes_only_who_watches_may_come_and_to_nothing_else(kind: str) -> None:
    before = kubernetes.manifests(kind, "NetworkPolicy")
    [policy] = [one for one in kubernetes.manifests(WATCHED + kind, "NetworkPolicy") if one not in before]

    [apps] = policy["spec"]["podSelector"]["matchExpressions"]
    deployed = {one["metadata"]["name"] for one in kubernetes.manifests(kind, "Deployment")}
    assert (policy["spec"]["policyTypes"], {*apps["values"]}) == (["Ingress"], deployed)
    [rule] = policy["spec"]["ingress"]
    assert rule["from"] == [
        {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}}
    ]
    assert {port["port"] for port in rule["ports"]} == {9464, 9465}


@each_kind
def test_in_kubernetes_all_that_show_something_have_the_names_that_are_asked(kind: str) -> None:
    [job] = yaml.safe_load((PROMETHEUS / "kubernetes.yaml").read_text("utf-8"))["scrape_configs"]
    names = [(name, among["port"]) for among in job["dns_sd_configs"] for name in among["names"]]
    asked_for = {name.split(".")[0]: {port for other, port in names if other == name} for name, _ in names}
    found = {
        one["metadata"]["name"]: one["spec"]
        for one in kubernetes.manifests(WATCHED + kind, "Service")
        if one["metadata"]["name"].startswith("watched")
    }
    named = {name.split(".")[1] for name, _ in names}

    assert f"throughline-{kind}" in named
    reached = set()
    for name, service in found.items():
        assert {port["port"] for port in service["ports"]} == asked_for[name]
        for deployment in kubernetes.manifests(WATCHED + kind, "Deployment"):
            pod = deployment["spec"]["template"]
            if service["selector"].items() <= pod["metadata"]["labels"].items():
                shows = {
                    port["containerPort"]
                    for container in pod["spec"]["containers"]
                    for port in container["ports"]
                    if port["name"].endswith("metrics")
                }
                assert shows == asked_for[name]
                reached.add(deployment["metadata"]["name"])
    assert reached == {one["metadata"]["name"] for one in kubernetes.manifests(kind, "Deployment")}
