"""Promises of the contract."""
