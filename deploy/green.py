"""Imported before anything else in a worker's process: eventlet takes the place of sockets, threads and sleep."""

import os
import warnings

warnings.filterwarnings(
    "ignore", message=r"\s*Eventlet is deprecated"
)  # known; why it stays is in the decisions

os.environ["EVENTLET_NO_GREENDNS"] = "yes"  # names are looked up as everywhere, and 20 MB stay free

import eventlet  # noqa: E402

eventlet.monkey_patch()

os.environ["PSYCOPG_WAIT_FUNC"] = (
    "wait_select"  # its own way of waiting for PostgreSQL would stop everything else
)
