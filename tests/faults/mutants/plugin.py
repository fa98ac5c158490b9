"""Lets pytest run its tests on a broken variant: ``-p tests.faults.mutants.plugin --mutant no_inbox``."""

from contextlib import ExitStack

import pytest

from tests.faults.mutants import broken

_broken = ExitStack()


def pytest_addoption(parser: pytest.Parser) -> None:
    """The name of the variant."""
    parser.addoption("--mutant", required=True)


def pytest_configure(config: pytest.Config) -> None:
    """From now on it is broken."""
    _broken.enter_context(getattr(broken, config.getoption("--mutant"))())
