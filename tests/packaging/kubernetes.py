"""The manifests in deploy/kubernetes as kustomize renders them, and what their containers are given."""

import subprocess
from collections.abc import Iterator
from functools import cache
from typing import Any

import yaml

from shared.testing.tree import ROOT

Manifest = dict[str, Any]
FOLDER = ROOT / "deploy" / "kubernetes"
PLACES = ("hub", "node", "watched/hub", "watched/node")


@cache
def rendered(place: str) -> str:
    """All that ``kubectl apply --kustomize`` would hand over."""
    command = ["kubectl", "kustomize", str(FOLDER / place)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def manifests(place: str, *kinds: str) -> list[Manifest]:
    """Those of these kinds, or all."""
    found = [one for one in yaml.safe_load_all(rendered(place)) if one]
    return [one for one in found if not kinds or one["kind"] in kinds]


def containers() -> Iterator[tuple[str, Manifest]]:
    """Each of our containers, with its name."""
    for place in PLACES:
        for deployment in manifests(place, "Deployment"):
            for container in deployment["spec"]["template"]["spec"]["containers"]:
                yield f"kubernetes {place}: {container['name']}", container | {"place": place}


def environment(container: Manifest) -> dict[str, str]:
    """Its variables, from the maps that it names and its own."""
    maps = {one["metadata"]["name"]: one["data"] for one in manifests(container["place"], "ConfigMap")}
    given: dict[str, str] = {}
    for source in container["envFrom"]:
        given |= maps[source["configMapRef"]["name"]]
    return given | {one["name"]: one["value"] for one in container["env"]}
