"""What is deployed is judged by the tools of those who run it: hadolint, compose's specification, Caddy, systemd."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from shared.testing.tree import ROOT
from tests.packaging.compose import FOLDER, Service, services

UNITS = ROOT / "deploy" / "systemd"
MOST_EXPOSED = 1.5  #: of ten, as systemd counts
INSTANCES = [
    "throughline@referral",
    "throughline@notifications",
    "throughline@reporting",
    "throughline@intake",
]
INSTANCES += ["throughline-web@reporting", "throughline-web@intake"]
ANYTHING = dict.fromkeys(("BROKER_HOST", "PAGES_HOST", "SMTP_HOST", "MAIL_FROM", "ORG", "ORG_NAME"), "any")
FILES = ("hub.yaml", "node.yaml", "hub.yaml:hub.watched.yaml", "node.yaml:node.watched.yaml")
USERS = {"proxy": "0:0", "prometheus": "65534:65534"}  #: of others' images
ALL = {f"{file}: {name}": service for file in FILES for name, service in services(file, ANYTHING).items()}


def judged(*words: str, at: Path = ROOT) -> str:
    """What the tool says; it must be content."""
    environment = os.environ | {
        "PAGES_HOST": "localhost",
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }
    done = subprocess.run(words, cwd=at, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_hadolint_finds_nothing_in_the_dockerfile() -> None:
    judged("hadolint", "Dockerfile")


def test_the_image_is_of_this_version() -> None:
    version = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text("utf-8"), re.MULTILINE)
    assert version
    assert {one.image for one in ALL.values() if one.is_ours} == {f"throughline:{version[1]}"}


@pytest.mark.parametrize("file", sorted(path.name for path in FOLDER.glob("*.yaml")))
def test_a_compose_file_is_as_the_specification_says(file: str) -> None:
    judged("check-jsonschema", "--builtin-schema", "vendor.compose-spec", str(FOLDER / file))


@pytest.mark.parametrize("service", ALL.values(), ids=ALL)
def test_a_container_may_do_little(service: Service) -> None:
    told = service.told
    assert (told["read_only"], told["cap_drop"]) == (True, ["ALL"])
    assert told["security_opt"] == ["no-new-privileges:true"]
    assert {"cpus", "mem_limit", "pids_limit", "restart"} <= told.keys()
    assert told["user"] == USERS.get(service.name, "999:999")


def test_only_the_proxies_and_the_broker_are_reached_from_outside() -> None:
    published = {
        (name.split(".")[0], one.name)
        for name, one in ALL.items()
        if not all(port.startswith("127.0.0.1:") for port in one.told.get("ports", ()))
    }
    assert published == {("hub", "broker"), ("hub", "proxy"), ("node", "proxy")}


def test_caddy_takes_its_file() -> None:
    judged("caddy", "validate", "--adapter", "caddyfile", "--config", str(FOLDER / "Caddyfile"))


@pytest.mark.parametrize("instance", INSTANCES)
def test_systemd_takes_a_unit_and_finds_it_little_exposed(
    instance: str, programs: Path, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    template, service = instance.split("@")
    text = (UNITS / f"{template}@.service").read_text("utf-8")
    unit = tmp_path / f"{instance}.service"
    unit.write_text(text.replace("/opt/throughline/bin", str(programs)), "utf-8")
    if (besides := UNITS / f"{unit.name}.d").is_dir():
        shutil.copytree(besides, tmp_path / besides.name)

    judged("systemd-analyze", "verify", "--man=no", str(unit))
    said = judged("systemd-analyze", "security", "--offline=yes", "--no-pager", str(unit))
    exposure = re.search(r"exposure level for \S+: ([\d.]+)", said)
    assert exposure
    assert float(exposure[1]) <= MOST_EXPOSED
    assert f"{service}{'-web' if template.endswith('web') else ''}.env" in {
        path.name for path in UNITS.iterdir()
    }
    if instance == INSTANCES[0]:
        record_property("figure", f"systemd-analyze security: {exposure[1]} for throughline@referral.")


@pytest.mark.parametrize("kind", ["hub", "node"])
def test_the_example_of_what_is_to_be_said_says_all(kind: str) -> None:
    lines = [
        line.partition("=")
        for line in (FOLDER / f"{kind}.env").read_text("utf-8").splitlines()
        if "=" in line
    ]
    assert services(f"{kind}.yaml", {name: value.strip('"') for name, _, value in lines})
