"""What is deployed gives each process what it must have, and nothing that no setting has."""

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields
from typing import Any

import pytest

from deploy.settings import ALL, CLASSES
from shared.settings import PREFIX, variable
from tests.packaging import kubernetes
from tests.packaging.compose import services
from tests.packaging.test_linted import ANYTHING, FILES, INSTANCES, UNITS

OPERATORS = [CLASSES["throughline network"], CLASSES["throughline web reporting"]]
KNOWN = {variable(name) for name in ALL} | {f"{variable(name)}_FILE" for name in ALL}

Deployed = tuple[
    str, tuple[type, ...], set[str]
]  #: what it is called, the settings that it reads, the variables it gets


def _classes(words: list[str], *, hub: bool) -> tuple[type, ...]:
    """Of a process; or of an operator, whose commands are told at the prompt."""
    if words[1:]:
        return (CLASSES[" ".join(words)],)
    node = ("throughline run intake", "throughline web intake")
    return tuple(OPERATORS) if hub else tuple(CLASSES[name] for name in node)


def _in_compose() -> Iterator[Deployed]:
    for file in FILES:
        for service in services(file, ANYTHING).values():
            if service.is_ours:
                hub = file.startswith("hub")
                yield f"{file}: {service.name}", _classes(service.words, hub=hub), set(service.environment)


def _in_systemd() -> Iterator[Deployed]:
    for instance in INSTANCES:
        template, service = instance.split("@")
        kind = "web" if template.endswith("-web") else "run"
        environment = f"{service}{'-web' if kind == 'web' else ''}.env"
        lines = (UNITS / f"{template}@.service").read_text("utf-8") + (UNITS / environment).read_text("utf-8")
        names = {
            line.removeprefix("Environment=").partition("=")[0]
            for line in lines.splitlines()
            if PREFIX in line
        }
        yield (
            instance,
            (CLASSES[f"throughline {kind} {service}"],),
            {name for name in names if name.startswith(PREFIX)},
        )


def _in_kubernetes() -> Iterator[Deployed]:
    for name, container in kubernetes.containers():
        yield (
            name,
            _classes(["throughline", *container["args"]], hub=False),
            set(kubernetes.environment(container)),
        )


EVERY = [*_in_compose(), *_in_systemd(), *_in_kubernetes()]
each = pytest.mark.parametrize(
    ("classes", "given"), [one[1:] for one in EVERY], ids=[one[0] for one in EVERY]
)


@each
def test_every_variable_is_a_setting(classes: Any, given: set[str]) -> None:
    assert {name for name in given if name.startswith(PREFIX)} <= KNOWN


@each
def test_every_setting_that_must_be_set_is(classes: tuple[type, ...], given: set[str]) -> None:
    must = {
        variable(declared.name)
        for settings in classes
        for declared in fields(settings)
        if declared.default is MISSING
    }
    assert {name for name in must if name not in given and f"{name}_FILE" not in given} == set()


def test_what_is_deployed_is_found() -> None:
    """Else the tests above would promise nothing."""
    found: Mapping[str, set[str]] = {name: given for name, _, given in EVERY}
    assert len(found) == len(EVERY) >= len(INSTANCES) * 3
