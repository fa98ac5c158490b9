"""Each request is timed and traced under the name of its route, never its address, for whoever watches the process."""

import time
from contextlib import ExitStack

from flask import Flask, Response, g, request

from shared import metrics, tracing

NOWHERE = "nowhere"  #: the route of an address that does not exist
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
OTHER = "other"  #: a method may be any word


def install(app: Flask) -> None:
    """Watch every request of the application; to be called before all that may answer one."""

    @app.before_request
    def begin() -> None:
        g.began, g.watching = time.monotonic(), ExitStack()
        method = request.method if request.method in METHODS else OTHER
        g.span = g.watching.enter_context(tracing.span("request", route=_route(), method=method))

    @app.after_request
    def end(response: Response) -> Response:
        status = f"{response.status_code // 100}xx"
        metrics.REQUEST_SECONDS.labels(_route(), status).observe(time.monotonic() - g.began)
        g.span.say(status=status)
        return response

    @app.teardown_request
    def close(_error: BaseException | None) -> None:
        if "watching" in g:
            g.watching.close()


def _route() -> str:
    return request.endpoint or NOWHERE
