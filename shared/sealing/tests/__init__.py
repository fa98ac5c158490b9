"""Promises of sealed parts."""
