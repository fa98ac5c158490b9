"""``throughline report export --release``: the real command writes what the page of releases gives out."""

from pathlib import Path

import pytest

from deploy.commands.services import bring_up
from services.reporting.tests.conftest import _new_world
from services.reporting.tests.test_releasing import approved, asked, filled
from services.reporting.web.exports import release_csv
from tests.in_process import throughline


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, str], bytes]:
    """Settings of a hub with one release, and that release as its file."""
    url = f"sqlite:///{tmp_path_factory.mktemp('hub') / 'reporting.db'}"
    bring_up("reporting", url)
    world = filled(_new_world(url))
    written = release_csv(approved(world, asked(world)))
    world.close()
    return {
        "reporting_database_url": url,
        "secret_key": "k" * 32,
        "public_url": "https://hub.example",
    }, written


def test_a_release_is_written_by_its_number(hub: tuple[dict[str, str], bytes], tmp_path: Path) -> None:
    settings, written = hub
    path = tmp_path / "release.csv"
    done = throughline("report", "export", "--release", "1", "--output", str(path), **settings)
    assert (done.returncode, done.stderr) == (0, f"Written: {path}\n")
    assert path.read_bytes() == written


@pytest.mark.parametrize(
    ("words", "advice"),
    [(("--release", "7"), "nothing was released as number 7"), ((), "use one of persons_identified")],
)
def test_what_was_not_released_is_not_written(
    hub: tuple[dict[str, str], bytes], tmp_path: Path, words: tuple[str, ...], advice: str
) -> None:
    done = throughline("report", "export", *words, "--output", str(tmp_path / "none"), **hub[0])
    assert done.returncode == 1
    assert advice in " ".join(done.stderr.split())
    assert not (tmp_path / "none").exists()
