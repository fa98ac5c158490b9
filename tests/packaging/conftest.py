"""The wheel, and the place where the compose files are brought up: Docker, or processes where none answers."""

import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from shared.testing.tree import ROOT
from tests.packaging.docker_place import DockerPlace, answers
from tests.packaging.place import Place
from tests.packaging.process_place import ProcessPlace


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


@pytest.fixture(scope="module")
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Docker where an engine answers, else processes. Which of the two is a figure at the end of the run."""
    folder = tmp_path_factory.mktemp("deployed")
    wheel: Path = request.getfixturevalue("wheel")
    made: Place = (
        DockerPlace(folder, wheel, wheel.name.split("-")[1])
        if answers()
        else ProcessPlace(folder, request.getfixturevalue("programs"))
    )
    with closing(made):
        yield made
