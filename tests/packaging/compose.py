"""Reads what is deployed as an engine would: services with commands, environment, mounts and health checks."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any

import yaml

from shared.testing.tree import ROOT

FOLDER = ROOT / "deploy" / "compose"
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
_VARIABLE = re.compile(r"\$\{(\w+)(?::([-?])([^}]*))?\}")


@dataclass(frozen=True)
class Service:
    """One of a compose file's services. ``mounts`` says for each place in the container what lies there outside."""

    name: str
    image: str
    words: list[str]
    environment: dict[str, str]
    health: list[str]
    mounts: dict[str, str]
    told: Mapping[str, Any]

    @property
    def is_ours(self) -> bool:
        """Whether it runs the image of our Dockerfile."""
        return self.image.startswith("throughline:")


def of_dockerfile(instruction: str) -> list[str]:
    """The words that an instruction in the form of JSON names, such as ENTRYPOINT."""
    found = re.search(rf"^{instruction}\b[^\[\n]*(\[.*\])$", DOCKERFILE, re.MULTILINE)
    assert found, instruction
    words: list[str] = json.loads(found[1])
    return words


def services(file: str, environ: Mapping[str, str]) -> dict[str, Service]:
    """Those of the file in deploy/compose, with what ``.env`` says filled in; raises KeyError for what it lacks.

    Several files stand with : between them, as in ``COMPOSE_FILE``; a later one adds to those before.
    """
    parts = [yaml.safe_load(_filled((FOLDER / part).read_text("utf-8"), environ)) for part in file.split(":")]
    told = reduce(_merged, parts)
    return {name: _service(name, service, told) for name, service in told["services"].items()}


def _merged(one: Any, other: Any) -> Any:
    if isinstance(one, dict) and isinstance(other, dict):
        return one | {
            name: _merged(one[name], value) if name in one else value for name, value in other.items()
        }
    return [*one, *other] if isinstance(one, list) and isinstance(other, list) else other


def _filled(text: str, environ: Mapping[str, str]) -> str:
    def value(found: re.Match[str]) -> str:
        name, kind, more = found.groups()
        return environ.get(name) or more if kind == "-" else environ[name]

    return _VARIABLE.sub(value, text)


def _service(name: str, told: Mapping[str, Any], whole: Mapping[str, Any]) -> Service:
    ours = told["image"].startswith("throughline:")
    mounts = {place: f"{place[1:]}-of-{name}" for place in told.get("tmpfs", ())}
    for volume in told.get("volumes", ()):
        outside, inside = volume.split(":")[:2]
        mounts[inside] = outside if outside.startswith("./") else f"volumes/{outside}"
    for secret in told.get("secrets", ()):
        source = secret if isinstance(secret, str) else secret["source"]
        target = f"/run/secrets/{secret}" if isinstance(secret, str) else secret["target"]
        mounts[target] = whole["secrets"][source]["file"]
    return Service(
        name,
        told["image"],
        [*(of_dockerfile("ENTRYPOINT") if ours else ()), *told.get("command", ())],
        {name: str(value or "") for name, value in told.get("environment", {}).items()},
        told["healthcheck"]["test"][1:]
        if told.get("healthcheck", {}).get("test")
        else of_dockerfile("HEALTHCHECK"),
        mounts,
        told,
    )
