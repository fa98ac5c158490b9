"""How much waits for somebody, said live to pages that stay open: a few streams, and all others ask again and again.

A stream holds one of the web process's threads (measured: decision 34), so there are few, and each ends soon: the
browser comes back by itself. Neither is a use of the session, so it ends as if nobody looked.
"""

import threading
import time
from collections.abc import Callable, Iterator

import orjson
from flask import Response, current_app, url_for

from services.intake.domain import Actor
from services.intake.web import context
from shared.database import Database
from shared.notices.saying import Saying
from shared.web.identity import IS_OPEN, me

STREAMS = 4  #: at once; the process has sixteen threads
LASTS = 60.0  #: seconds of one stream
LOOK = 2.0  #: seconds between two looks
KEEP_ALIVE = 10.0  #: seconds of silence at most
NO_MORE = 204  #: tells a browser not to come back for a stream

_free = threading.BoundedSemaphore(STREAMS)


def counted() -> dict[str, int]:
    """How much waits for who asks."""
    return _as_count(_saying(context.database(), context.actor(), _inbox()))


def stream() -> Response:
    """``text/event-stream`` of ``{"unread": n}``; 204 where as many are open as may be."""
    if not _free.acquire(blocking=False):
        return Response(status=NO_MORE)
    database, by, link = context.database(), context.actor(), _inbox()
    is_open, token = current_app.extensions[IS_OPEN], me().session
    said = _events(lambda: _saying(database, by, link) if is_open(token) else None)
    response = Response(said, mimetype="text/event-stream", headers={"X-Accel-Buffering": "no"})
    response.call_on_close(_free.release)
    return response


def _inbox() -> str:
    return url_for("inbox.page", _external=True)


def _saying(database: Database, by: Actor, link: str) -> Saying:
    return Saying(context.waits_for(database, by).total, link)


def _as_count(saying: Saying) -> dict[str, int]:
    return {"unread": saying.count}


def _events(look: Callable[[], Saying | None]) -> Iterator[bytes]:
    """The count whenever it is another one, and a sign of life; until the session is over, or its pages are locked.

    Between two looks it holds no connection to the database.
    """
    ends, quiet_until, before = time.monotonic() + LASTS, 0.0, None
    while time.monotonic() < ends and (saying := look()):
        if saying != before or time.monotonic() > quiet_until:
            yield b": still here\n\n" if saying == before else b"data: " + _written(saying) + b"\n\n"
            before, quiet_until = saying, time.monotonic() + KEEP_ALIVE - LOOK
        time.sleep(LOOK)


def _written(saying: Saying) -> bytes:
    return orjson.dumps(_as_count(saying))
