"""Spans of what a process does, for OpenTelemetry: none, and nothing is loaded for it, unless ``send_to`` was called.

A span says codes and numbers of a list, and an event's id; never an address, a text or a name. Nothing of a trace
travels with an event: within an organisation the event's id finds the spans that belong together.
"""

import logging
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, Protocol

ALLOWED = frozenset(
    {"attempt", "count", "error", "message_id", "method", "outcome", "route", "status"}
)  #: what may be said of a span

PATIENCE = 5.0  #: seconds for whoever collects traces to take some


class Span(Protocol):
    """What is going on, and what more is known of it by now."""

    def say(self, **known: str | int) -> None:
        """Add to it; what is not on the list is left out."""


class _Nothing:
    def say(self, **_: str | int) -> None:
        """Nobody listens."""


class _Open:
    def __init__(self, span: Any) -> None:
        self._span = span

    def say(self, **known: str | int) -> None:
        """Add what is on the list."""
        self._span.set_attributes({name: value for name, value in known.items() if name in ALLOWED})


_NOTHING: AbstractContextManager[Span] = nullcontext(_Nothing())
_tracers: list[Any] = []


def is_on() -> bool:
    """Whether spans are made, for what would cost something to say."""
    return bool(_tracers)


def span(name: str, /, **known: str | int) -> AbstractContextManager[Span]:
    """What is done within is a span of that name, inside the one that is open; an error is told by its class."""
    return _open(name, known) if _tracers else _NOTHING


@contextmanager
def _open(name: str, known: dict[str, str | int]) -> Iterator[Span]:
    [tracer] = _tracers
    with tracer.start_as_current_span(name, record_exception=False, set_status_on_exception=False) as opened:
        found = _Open(opened)
        found.say(**known)
        try:
            yield found
        except Exception as error:
            found.say(error=type(error).__name__)
            raise


def mark(name: str, /, **known: str | int) -> None:
    """Something happened now, inside the span that is open."""
    with span(name, **known):
        pass


def send_to(url: str, *, service: str, version: str) -> None:
    """From now on make spans, and send them there in bundles from a thread of their own.

    What cannot be sent is lost, and stops nothing. Variables of OpenTelemetry itself say nothing about who we are.
    """
    import requests  # noqa: PLC0415 - 20 MB, which a process without traces need not have
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    logging.getLogger("opentelemetry").setLevel(logging.ERROR)  # each new try of a bundle is a warning
    straight = requests.Session()
    straight.trust_env, straight.max_redirects = False, 0
    provider = TracerProvider(resource=Resource({"service.name": service, "service.version": version}))
    provider.add_span_processor(
        BatchSpanProcessor(OTLPSpanExporter(endpoint=url, timeout=PATIENCE, session=straight))
    )
    _tracers[:] = [provider.get_tracer("throughline", version)]
