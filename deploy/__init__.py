"""The ``throughline`` command: it may import every service, nothing imports it."""
