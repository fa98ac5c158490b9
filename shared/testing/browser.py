"""The machine's own Chromium for browser tests: the one playwright downloads is in no package registry."""

import os
from typing import Any

import pytest

from shared.programs import need_program


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """How pytest-playwright starts the browser."""
    arguments = ["--disable-dev-shm-usage"]
    if os.geteuid() == 0:
        arguments.append("--no-sandbox")  # Chromium does not start as root with it
    chromium = need_program("chromium", package="chromium")
    return browser_type_launch_args | {"executable_path": chromium, "args": arguments}
