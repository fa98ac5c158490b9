"""Where a process shows its metrics, and where it sends its traces; neither unless somebody says so."""

from dataclasses import dataclass

from shared.settings import LOOPBACK, Check, SettingsWrong, between, safe_url, setting, variable

_COLLECTOR = Check(
    safe_url, "must begin with https:// (http:// is for this machine's own loopback only), as in …/v1/traces"
)


@dataclass(frozen=True)
class WatchSettings:
    """Of every worker and of pages; a worker and pages that share settings have a port each."""

    metrics_port: int = setting(
        "the port on which the worker shows its metrics; 0: nowhere", between(0, 65_535), default=0
    )
    web_metrics_port: int = setting(
        "the port on which the pages' process shows its metrics; 0: nowhere", between(0, 65_535), default=0
    )
    metrics_address: str = setting("the address on which metrics are shown", default="127.0.0.1")
    metrics_beyond_loopback: bool = setting(
        "true lets another machine read the metrics: whoever reaches that address, without a password",
        default=False,
    )
    traces_url: str = setting(
        "where traces are sent by OTLP over HTTP, https://…/v1/traces; empty: none are made",
        _COLLECTOR,
        default="",
    )

    def __post_init__(self) -> None:
        """Metrics leave this machine only where that is meant; raises SettingsWrong."""
        if self.metrics_address not in LOOPBACK and not self.metrics_beyond_loopback:
            name, besides = variable("metrics_address"), variable("metrics_beyond_loopback")
            raise SettingsWrong(
                [
                    f"{name} is not on this machine's own loopback: set {besides}=true if others are to read them"
                ]
            )
