"""Imported before anything else in a worker's process: eventlet takes the place of sockets, threads and sleep.

Only for PostgreSQL a worker waits in a way of its own (``green_postgres``).
"""

import os
import warnings
from typing import Any

warnings.filterwarnings(
    "ignore", message=r"\s*Eventlet is deprecated"
)  # known; why it stays is in the decisions

os.environ["EVENTLET_NO_GREENDNS"] = "yes"  # names are looked up as everywhere, and 20 MB stay free

import eventlet  # noqa: E402

eventlet.monkey_patch(psycopg=False)  # that is psycopg2, which it would load wherever it is installed

os.environ["PSYCOPG_WAIT_FUNC"] = (
    "wait_select"  # its own way of waiting for PostgreSQL would stop everything else
)

from sqlalchemy import Engine, event  # noqa: E402


@event.listens_for(Engine, "do_connect")
def _connect(dialect: Any, _record: Any, where: Any, how: Any) -> Any:
    """To a PostgreSQL so that a worker waits for it as it should; a node on SQLite starts without all that."""
    if dialect.name != "postgresql":
        return None
    from deploy.green_postgres import GreenConnection

    return GreenConnection.connect(*where, **how)
