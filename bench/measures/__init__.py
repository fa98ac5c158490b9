"""Measures besides the rate: latency, backlogs, stored history, memory, starting, poisoned messages; one a module."""
