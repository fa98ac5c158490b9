"""Let others watch this process, as far as its settings say; that nobody can is no reason to stop working."""

from importlib.metadata import version

import structlog
from prometheus_client import CollectorRegistry, Gauge, ProcessCollector, start_http_server

from deploy.composition import Composition
from deploy.watching.settings import WatchSettings
from deploy.watching.state import State
from shared import tracing
from shared.database import Database
from shared.metrics import OF_PAGES, OF_WORKER

log = structlog.get_logger()

VERSION = "throughline_version_info"
ABOUT_VERSION = "Always 1; the labels say of which service, process (worker or pages) and version this is."


def let_watch_worker(settings: WatchSettings, composition: Composition, database: Database) -> None:
    """Send traces from now on, and show what a worker counts and what its database says."""
    _send_traces(settings, f"{composition.name}.worker")
    if settings.metrics_port:
        OF_WORKER.register(State(composition.name, database, composition.metadata))
        _show(settings.metrics_address, settings.metrics_port, OF_WORKER, composition.name, "worker")


def let_watch_pages(settings: WatchSettings, service: str) -> None:
    """Send traces from now on, and show what pages count."""
    _send_traces(settings, f"{service}.pages")
    if settings.web_metrics_port:
        _show(settings.metrics_address, settings.web_metrics_port, OF_PAGES, service, "pages")


def _send_traces(settings: WatchSettings, name: str) -> None:
    if settings.traces_url:
        tracing.send_to(settings.traces_url, service=name, version=version("throughline"))


def _show(address: str, port: int, registry: CollectorRegistry, service: str, process: str) -> None:
    ProcessCollector(registry=registry)
    gauge = Gauge(VERSION, ABOUT_VERSION, ("service", "process", "version"), registry=registry)
    gauge.labels(service, process, version("throughline")).set(1)
    try:
        start_http_server(port, address, registry)
    except OSError as error:
        log.error("metrics.not_shown", port=port, reason=type(error).__name__)  # noqa: TRY400 - no defect of ours
