"""Counts, protects and shows; never holds a person."""
