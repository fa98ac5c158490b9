"""Tells staff that something waits for them, never what."""
