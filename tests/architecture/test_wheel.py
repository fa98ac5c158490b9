"""The wheel carries the services, what they share and the command; tests and what serves them stay behind."""

from pathlib import Path
from zipfile import ZipFile

import pytest


@pytest.fixture(scope="module")
def carried(wheel: Path) -> set[str]:
    """The names of all files in it."""
    return set(ZipFile(wheel).namelist())


def test_the_packages_are_in_it(carried: set[str]) -> None:
    assert {"services/__init__.py", "shared/__init__.py", "deploy/cli.py"} <= carried


def test_the_brokers_configuration_is_in_it(carried: set[str]) -> None:
    assert "deploy/broker/rabbitmq.conf" in carried


def test_no_test_is_in_it(carried: set[str]) -> None:
    assert not [name for name in carried if "tests" in Path(name).parts or name.startswith("shared/testing")]


def test_the_command_is_in_it(carried: set[str]) -> None:
    assert any(name.endswith("entry_points.txt") for name in carried)
