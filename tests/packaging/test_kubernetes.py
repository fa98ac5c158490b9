"""The manifests of deploy/kubernetes: as the schemas say, closed but for what must be open, and whole."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from shared.testing.tree import ROOT
from tests.packaging.kubernetes import PLACES, Manifest, containers, environment, manifests, rendered

OWN_KINDS = {"RabbitmqCluster", "Cluster", "Database"}  #: of the operators, which no schema here knows
CONTAINERS = dict(containers())
each_place = pytest.mark.parametrize("place", PLACES)
each_container = pytest.mark.parametrize("container", CONTAINERS.values(), ids=CONTAINERS)


@each_place
def test_what_kustomize_renders_is_as_kubernetes_says(place: str, tmp_path: Path) -> None:
    documents = [
        text
        for text in rendered(place).split("\n---\n")
        if not any(f"kind: {own}\n" in text for own in OWN_KINDS)
    ]
    (file := tmp_path / "rendered.yaml").write_text("\n---\n".join(documents), "utf-8")
    validate = [str(Path(sys.executable).parent / "kubernetes-validate"), "--strict", "--no-warn", str(file)]
    said = subprocess.run(validate, env=os.environ, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stdout + said.stderr


@each_place
def test_nothing_is_allowed_that_no_policy_allows(place: str) -> None:
    closed = {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    assert closed in [one["spec"] for one in manifests(place, "NetworkPolicy")]


def test_a_node_may_go_out_to_the_hubs_broker_and_ask_for_names_alone() -> None:
    allowed = {
        port["port"]
        for policy in manifests("node", "NetworkPolicy")
        for rule in policy["spec"].get("egress", ())
        for port in rule["ports"]
    }
    assert allowed == {53, 5671}


@each_container
def test_a_container_meets_the_restricted_profile(container: Manifest) -> None:
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert {"startupProbe", "livenessProbe"} <= container.keys()
    assert container["resources"].keys() == {"requests", "limits"}


@each_place
def test_a_pod_meets_the_restricted_profile(place: str) -> None:
    for deployment in manifests(place, "Deployment"):
        pod = deployment["spec"]["template"]["spec"]
        assert pod["securityContext"]["runAsNonRoot"]
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert pod["automountServiceAccountToken"] is False


@each_container
def test_every_path_that_is_named_is_mounted(container: Manifest) -> None:
    mounted = [Path(mount["mountPath"]) for mount in container["volumeMounts"]]
    named = {
        name: Path(value.removeprefix("sqlite:///"))
        for name, value in environment(container).items()
        if value.removeprefix("sqlite:///").startswith("/") and name.startswith("THROUGHLINE_")
    }
    assert named
    assert not {name for name, path in named.items() if not any(mount in path.parents for mount in mounted)}


def test_three_brokers_are_set_up_as_those_on_machines_of_their_own() -> None:
    (broker,) = manifests("hub", "RabbitmqCluster")
    told = dict(line.split(" = ") for line in broker["spec"]["rabbitmq"]["additionalConfig"].splitlines())
    text = (ROOT / "deploy" / "broker" / "rabbitmq.conf").read_text("utf-8")
    kept = dict(line.lstrip("# ").split(" = ") for line in text.splitlines() if " = " in line)
    assert broker["spec"]["replicas"] == 3
    assert told.items() <= kept.items()


def test_referral_workers_are_as_many_as_the_load_asks_for() -> None:
    (scaling,) = manifests("hub", "HorizontalPodAutoscaler")
    (referral,) = (one for one in manifests("hub", "Deployment") if one["metadata"]["name"] == "referral")
    assert scaling["spec"]["scaleTargetRef"]["name"] == "referral"
    assert scaling["spec"]["minReplicas"] >= 2
    assert "replicas" not in referral["spec"]  # else each new version would undo what the load asked for
