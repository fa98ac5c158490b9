"""The fixtures of these tests are those of the node."""

from services.intake.tests.conftest import node, node_database, staffed  # noqa: F401 - pytest finds them here
