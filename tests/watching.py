"""Whoever watches a network of real processes: asks each for its metrics, and takes the traces that they send."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import httpx
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from deploy.demo.plan import HUB_SERVICES, Plan
from services.intake.interchange.tests.receiver import Receiver, receiving
from shared.ports import LOOPBACK, free_ports


@dataclass(frozen=True)
class Watcher:
    """``ports`` is where each process shows its metrics, by its name in the demo."""

    ports: dict[str, int]
    receiver: Receiver

    def of(self, plan: Plan) -> Plan:
        """The same plan, with every process watched."""
        url = f"http://{LOOPBACK}:{self.receiver.port}/v1/traces"
        return replace(plan, besides={name: self._told(name, url) for name in self.ports})

    def _told(self, name: str, url: str) -> dict[str, str]:
        which = "WEB_METRICS_PORT" if name.startswith("web.") else "METRICS_PORT"
        return {f"THROUGHLINE_{which}": str(self.ports[name]), "THROUGHLINE_TRACES_URL": url}

    def metrics(self, name: str) -> str:
        """What that process shows."""
        return httpx.get(f"http://{LOOPBACK}:{self.ports[name]}/metrics", trust_env=False).text

    def value(self, name: str, metric: str) -> float:
        """One of them, with its labels as they are written."""
        [line] = [line for line in self.metrics(name).splitlines() if line.startswith(f"{metric} ")]
        return float(line.rpartition(" ")[2])

    def spans(self) -> list[tuple[dict[str, Any], Any]]:
        """What came by now: who sent it, as it says itself, and the span."""
        return [
            (_said(one.resource), span)
            for _, _, body in list(self.receiver.got)
            for one in ExportTraceServiceRequest.FromString(body).resource_spans
            for scope in one.scope_spans
            for span in scope.spans
        ]


def _said(of: Any) -> dict[str, Any]:
    return {one.key: one.value.string_value or one.value.int_value for one in of.attributes}


def attributes(span: Any) -> dict[str, Any]:
    """What a span says."""
    return _said(span)


@contextmanager
def watching(plan: Plan) -> Iterator[Watcher]:
    """A watcher of all processes of such a plan."""
    orgs = [node.org for node in plan.nodes]
    names = [*HUB_SERVICES, *(f"{kind}.{org}" for org in orgs for kind in ("intake", "web")), "web.reporting"]
    with receiving() as receiver:
        yield Watcher(dict(zip(names, free_ports(len(names)), strict=True)), receiver)
