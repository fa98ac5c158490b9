"""The place where the compose files are brought up: Docker, or processes where none answers."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.packaging.docker_place import DockerPlace, answers
from tests.packaging.place import Place
from tests.packaging.process_place import ProcessPlace


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
