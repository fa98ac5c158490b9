"""Spans that are kept for a test instead of being sent."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from shared import tracing


class Spans:
    """Those that have ended, in their order."""

    def __init__(self) -> None:
        self.exporter = InMemorySpanExporter()

    @property
    def all(self) -> tuple[Any, ...]:
        return self.exporter.get_finished_spans()

    @property
    def told(self) -> str:
        """All that they say."""
        return "\n".join(span.to_json() for span in self.all)

    def named(self, name: str) -> list[Any]:
        return [span for span in self.all if span.name == name]


@contextmanager
def kept_spans() -> Iterator[Spans]:
    """While it lasts, spans are made."""
    spans, provider = Spans(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans.exporter))
    tracing._tracers[:] = [provider.get_tracer("test")]
    try:
        yield spans
    finally:
        tracing._tracers.clear()
