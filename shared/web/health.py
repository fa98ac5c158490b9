"""``GET /health``: whether the process can do its work, for people and for whatever watches it."""

from collections.abc import Callable, Mapping

from flask import Flask
from flask.typing import ResponseReturnValue

from shared.web.identity import public
from shared.web.problems import log

Checks = Mapping[str, Callable[[], object]]


def install(app: Flask, checks: Checks) -> None:
    """Answer 200 and ``ok``, or 503 and which check failed. It tells nothing else."""

    @app.get("/health")
    @public
    def health() -> ResponseReturnValue:
        verdicts = {name: _verdict(name, check) for name, check in checks.items()}
        well = all(verdict == "ok" for verdict in verdicts.values())
        return {"status": "ok" if well else "failed", "checks": verdicts}, 200 if well else 503


def _verdict(name: str, check: Callable[[], object]) -> str:
    try:
        check()
    except Exception as error:  # noqa: BLE001 - whatever a check raises, it failed
        log("health.check_failed", error, check=name)
        return "failed"
    return "ok"
