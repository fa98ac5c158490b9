"""What would be installed: the wheel, built just now from this checkout, and the programs of an environment with it."""

import subprocess
import sys
import sysconfig
import tempfile
from functools import cache
from pathlib import Path

from shared.testing.tree import ROOT


@cache
def _folder() -> "tempfile.TemporaryDirectory[str]":
    return tempfile.TemporaryDirectory(prefix="throughline-installed-")


@cache
def wheel() -> Path:
    """The file of it."""
    folder = Path(_folder().name) / "wheel"
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


@cache
def programs() -> Path:
    """The folder of the programs. What the wheel needs comes from our own environment, the checkout does not."""
    at = Path(_folder().name) / "throughline"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(at)], check=True)
    (packages,) = at.glob("lib/python*/site-packages")
    (packages / "needed.pth").write_text(sysconfig.get_path("purelib") + "\n", "utf-8")
    pip = [sys.executable, "-m", "pip", "--python", str(at)]
    install = [*pip, "install", "--no-deps", "--no-index", str(wheel())]
    subprocess.run(install, check=True, capture_output=True)
    return at / "bin"


def program() -> str:
    """``throughline`` itself, as whoever has installed the wheel has it."""
    return str(programs() / "throughline")
