"""Promises of the node's pages and of its API, tried on SQLite."""
