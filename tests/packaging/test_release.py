"""What is released is the same bytes from the same sources, and its sums are right."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from shared.testing.tree import ROOT, files, short

PROGRAMS = str(Path(sys.executable).parent)
WHEN = "1893456000"  #: any moment


def released(tree: Path, folder: Path) -> dict[str, bytes]:
    """Every file that the release of this tree has, by its name."""
    command = [str(tree / "deploy" / "setup" / "release"), PROGRAMS, str(folder)]
    subprocess.run(
        command, cwd=tree, env=os.environ | {"SOURCE_DATE_EPOCH": WHEN}, check=True, capture_output=True
    )
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("release") / "dist"
    released(ROOT, folder)
    return folder


def test_two_releases_are_equal(first: Path, tmp_path: Path) -> None:
    """The second from a copy elsewhere, whose files have another age."""
    for path in [*files("*"), ROOT / ".gitignore"]:
        (to := tmp_path / "tree" / short(path)).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, to)
        to.chmod(0o700 if path.stat().st_mode & 0o100 else 0o600)
    assert released(tmp_path / "tree", tmp_path / "dist") == {
        one.name: one.read_bytes() for one in first.iterdir()
    }


def test_it_has_wheel_recipe_lock_and_bill_of_materials(first: Path) -> None:
    wheel, *rest = sorted((path.name for path in first.iterdir()), key=lambda name: not name.endswith(".whl"))
    assert wheel.startswith("throughline-")
    assert set(rest) == {"Dockerfile", "requirements.lock", "sbom.json", "SHA256SUMS"}


def test_the_sums_are_right(first: Path) -> None:
    lines = [line.split() for line in (first / "SHA256SUMS").read_text("utf-8").splitlines()]
    summed = {
        name: hashlib.sha256((first / name).read_bytes()).hexdigest()
        for name in (one.name for one in first.iterdir())
    }
    del summed["SHA256SUMS"]
    assert {name: told for told, name in lines} == summed


def test_the_documentation_is_built_without_a_warning_and_loads_nothing_from_elsewhere(
    tmp_path: Path,
) -> None:
    build = [f"{PROGRAMS}/mkdocs", "build", "--strict", "--site-dir", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    pages = [page.read_text("utf-8") for page in tmp_path.rglob("*.html")]
    loads = (
        'src="http',
        'src="//',
        'rel="stylesheet" href="http',
        'rel="stylesheet" href="//',
        "@import",
        "url(http",
    )
    styles = [style.read_text("utf-8") for style in tmp_path.rglob("*.css")]
    assert pages
    assert not [load for load in loads for text in pages + styles if load in text]
