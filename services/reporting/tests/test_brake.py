"""At the hub's reports a table counts for several, as a page, as a file and by the API."""

from typing import Any

import pytest
import structlog
from flask import Flask

from services.reporting.settings import ReportingWebSettings
from services.reporting.usecases.staff import issue_token
from services.reporting.web import create_app
from shared.settings import Secret

TABLE = "/api/v1/tables/referrals?period=2026-Q1"


@pytest.mark.usefixtures("app")  # the coordinator
def test_two_reports_are_ten_requests_and_the_log_says_that_somebody_was_stopped(shared_world: Any) -> None:
    settings = ReportingWebSettings(
        reporting_database_url="sqlite://",
        secret_key=Secret("k" * 32),
        public_url="http://localhost",
        requests_a_minute=10,
    )
    client = create_app(shared_world.database, settings).test_client()
    headers = {"Authorization": f"Bearer {issue_token(shared_world.database, 'vera')}"}
    with structlog.testing.capture_logs() as logs:
        assert [client.get(TABLE, headers=headers).status_code for _ in range(3)] == [200, 200, 429]
    assert [line["code"] for line in logs] == ["braked", "too_often"]
    assert "vera" not in str(logs)


def test_so_does_every_way_to_a_report(app: Flask) -> None:
    long = {
        rule.rule
        for rule in app.url_map.iter_rules()
        if hasattr(app.view_functions[rule.endpoint], "is_costly")
    }
    assert long == {"/report", "/tables/<name>.<form>", "/api/v1/tables/<name>"}
