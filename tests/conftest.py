"""What tests of messages between services, and of what is installed, may ask for by name."""

import subprocess
import sys
import sysconfig
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from shared.messaging.amqp import AmqpLink
from shared.testing.broker import Broker, furnish
from shared.testing.tree import ROOT
from tests.desks import NODE


@pytest.fixture
def hub(broker: Broker, vhost: str) -> str:
    """The administrator's address of a virtual host where a hub and one node have their queues."""
    furnish(broker, vhost, NODE)
    return vhost


@pytest.fixture
def link(hub: str) -> Iterator[Callable[[str], AmqpLink]]:
    """Opens a link to the queue of that name; the link is ended after the test."""
    with ExitStack() as opened:

        def to(queue: str) -> AmqpLink:
            made = AmqpLink(hub, queue)
            opened.callback(made.close, politely=False)
            return made

        yield to


@pytest.fixture
def logs() -> Iterator[list[Any]]:
    """What is logged during the test."""
    with capture_logs() as entries:
        yield entries


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built just now from this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="session")
def programs(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of an environment with the wheel in it; what it needs comes from ours, the checkout does not."""
    at = tmp_path_factory.mktemp("installed") / "throughline"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(at)], check=True)
    (packages,) = at.glob("lib/python*/site-packages")
    (packages / "needed.pth").write_text(sysconfig.get_path("purelib") + "\n", "utf-8")
    install = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        str(at),
        "install",
        "--no-deps",
        "--no-index",
        str(wheel),
    ]
    subprocess.run(install, check=True, capture_output=True)
    return at / "bin"
