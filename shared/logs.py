"""Logs: one JSON object a line, allow-listed keys only, so that nothing personal can slip in."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

Entry = MutableMapping[str, Any]

ALLOWED = frozenset(
    {
        "address",
        "attempt",
        "batch",
        "broker",
        "check",
        "code",
        "count",
        "error",
        "event",
        "kind",
        "level",
        "logger",
        "message_id",
        "method",
        "move",
        "number",
        "org",
        "outcome",
        "path",
        "period",
        "pid",
        "port",
        "process",
        "queue",
        "reason",
        "referral_id",
        "request_id",
        "retry_in",
        "revision",
        "row",
        "seconds",
        "service",
        "setting",
        "state",
        "status",
        "timestamp",
        "type",
        "version",
        "where",
    }
)


def set_up_logs(service: str, *, level: str = "INFO") -> None:
    """Send our logs and those of libraries to standard error, each through the allow-list."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            lambda _logger, _method, entry: {"service": service, **entry},
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _name_errors,
            _allow,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level)),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    logging.basicConfig(handlers=[_Foreign()], level=logging.WARNING, force=True)


def _name_errors(_logger: Any, _method: str, entry: Entry) -> Entry:
    """An exception is named by its class and place, never by its text or its locals."""
    info = entry.pop("exc_info", None)
    if info:
        _, error, trace = sys.exc_info() if info is True else info
        entry["error"], entry["where"] = type(error).__name__, _place(trace)
    return entry


def _place(trace: Any) -> str:
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_globals.get('__name__')}:{trace.tb_lineno}" if trace is not None else ""


def _allow(_logger: Any, _method: str, entry: Entry) -> Entry:
    return {key: value for key, value in entry.items() if key in ALLOWED}


class _Foreign(logging.Handler):
    """Libraries quote what they handled: of their records only the logger, level and class of error are kept."""

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info and record.exc_info[1] else None
        where = _place(record.exc_info[2]) if record.exc_info else f"{record.module}:{record.lineno}"
        structlog.get_logger().log(
            record.levelno,
            "library.logged",
            logger=record.name,
            where=where,
            error=type(error).__name__ if error else None,
        )
