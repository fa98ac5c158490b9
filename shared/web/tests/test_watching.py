"""What is counted of requests names routes and classes of status, and never what somebody wrote into an address."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from prometheus_client import generate_latest

from shared import tracing
from shared.metrics import OF_PAGES
from shared.tests.spans import Spans, kept_spans

JSON = {"Authorization": "Bearer good token", "Content-Type": "application/json"}


@pytest.fixture
def spans() -> Iterator[Spans]:
    with kept_spans() as spans:
        yield spans


def counted(route: str, status: str) -> float:
    labels = {"route": route, "status": status}
    return OF_PAGES.get_sample_value("throughline_request_seconds_count", labels) or 0.0


def test_an_answer_is_counted_under_its_route(app: Flask) -> None:
    before = counted("sign_in", "2xx")
    app.test_client().get("/sign-in?next=/somebody")
    assert counted("sign_in", "2xx") - before == 1


def test_what_is_refused_is_counted_too(app: Flask) -> None:
    before = counted("nowhere", "4xx")
    app.test_client().get("/api/v1/people/canary-of-an-address", headers=JSON)
    assert counted("nowhere", "4xx") - before == 1


def test_a_defect_is_counted_too(app: Flask) -> None:
    before = counted("fail", "5xx")
    app.test_client().get("/api/v1/fail/bug", headers=JSON)
    assert counted("fail", "5xx") - before == 1


def test_nothing_of_an_address_is_told(app: Any, spans: Spans) -> None:
    client = app.test_client()
    client.get("/canary1?canary2=canary3", headers={"Authorization": "Bearer canary4", "X": "canary5"})
    client.open("/canary6", method="CANARY7")
    client.post("/api/v1/echo", json={"name": "canary8"}, headers=JSON)

    assert [one.name for one in spans.all] == ["request"] * 3
    assert "canary" not in f"{generate_latest(OF_PAGES).decode()}{spans.told}".lower()


def test_a_request_is_a_span_with_route_method_and_status(app: Flask, spans: Spans) -> None:
    app.test_client().post("/api/v1/echo", json={}, headers=JSON)

    [span] = spans.all
    assert span.attributes == {"route": "echo", "method": "POST", "status": "2xx"}


def test_without_traces_there_are_no_spans(app: Flask) -> None:
    assert not tracing.is_on()
    assert app.test_client().get("/sign-in").status_code == 200
