"""The fixtures of every test."""

pytest_plugins = ["shared.testing.fixtures", "shared.testing.browser"]
