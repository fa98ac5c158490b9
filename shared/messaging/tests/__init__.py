"""Promises of the messaging core."""
