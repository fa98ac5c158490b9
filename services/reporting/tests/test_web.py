"""What coordinators and their programs are shown."""

import csv
import re
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from openapi_spec_validator import validate
from structlog.testing import capture_logs

from services.reporting.settings import ReportingWebSettings
from services.reporting.web import create_app
from shared.schemas.workbook import TABLES
from shared.settings import Secret

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORD = "an invented passphrase"
HUB = "https://hub.example"


def test_all_declared_tables_are_listed(api: Any) -> None:
    listed = api("/api/v1/tables").json
    assert [table["name"] for table in listed["tables"]] == list(TABLES)
    assert listed["periods"] == ["2026-Q1", "2026"]


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("period", ["2026-Q1", "2026", "2019-Q3"])
def test_every_table_is_given_for_every_period(api: Any, name: str, period: str) -> None:
    answer = api(f"/api/v1/tables/{name}?period={period}")
    assert answer.status_code == 200
    assert (answer.json["table"], answer.json["period"]) == (name, period)
    assert api(f"/api/v1/tables/{name}?period={period}&format=csv").status_code == 200


def test_withheld_counts_are_null_and_marked(api: Any) -> None:
    answer = api("/api/v1/tables/needs?period=2026-Q1").json
    cells = {tuple(cell["codes"]): (cell["value"], cell["protected"]) for cell in answer["cells"]}
    assert cells["food", "met"] == (None, True)
    assert answer["protection"]["withheld"] >= 4
    assert answer["organisations"] == 1
    assert "harbour" not in str(answer)


def test_counts_of_referrals_are_whole_and_exact(api: Any) -> None:
    answer = api("/api/v1/tables/referrals?period=2026-Q1").json
    assert answer["total"] == 2
    assert isinstance(answer["total"], int)
    assert answer["protection"] == {"note": "none: not about people", "rounded": 0, "withheld": 0}


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/api/v1/tables/secrets?period=2026", 404, "table_unknown"),
        ("/api/v1/tables/needs?period=2026-Q5", 422, "period_unknown"),
        ("/api/v1/tables/needs?period=99999", 422, "period_unknown"),
        ("/api/v1/tables/needs", 422, "invalid"),
        ("/api/v1/tables/needs?period=2026&format=xls", 422, "invalid"),
        ("/api/v1/tables/referrals?period=2026&regoin=BY-HM", 422, "invalid"),
    ],
)
def test_what_cannot_be_given_is_said_as_a_problem(api: Any, path: str, status: int, code: str) -> None:
    answer = api(path)
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"
    assert answer.json["code"] == code


def test_without_a_token_nothing_is_given(client: FlaskClient) -> None:
    assert client.get("/api/v1/tables").status_code == 401


def test_the_api_describes_itself(client: FlaskClient) -> None:
    document: Any = client.get("/openapi.json").json
    assert document["openapi"] == "3.1.0"
    assert set(document["paths"]) == {"/api/v1/tables", "/api/v1/tables/{name}"}
    validate(document)


def test_a_csv_says_what_it_is_and_what_was_done_to_it(api: Any) -> None:
    rows = list(csv.reader(api("/api/v1/tables/needs?period=2026-Q1&format=csv").text.splitlines()))
    assert rows[0] == ["table", "needs"]
    assert rows[1] == ["period", "2026-Q1"]
    assert rows[2] == ["filters", "none"]
    assert rows[3][1].startswith("counts of 1 to 4 and what would reveal them:")
    assert [row[0] for row in rows[4:7]] == ["use", "organisations", "made_at"]
    assert ["food", "met", "", "true"] in rows


def test_the_first_page_says_where_referrals_stand(pages: Any) -> None:
    page = pages("/")
    assert "<strong>1</strong>" in page
    assert "<strong>2</strong>" in page


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("language", ["en", "ru", "be", "uk"])
def test_every_table_has_its_page_in_every_language(pages: Any, name: str, language: str) -> None:
    page = pages(f"/report?table={name}&period=2026", language)
    assert f'<html lang="{language}">' in page
    assert f'<option value="{name}" selected>' in page


def test_each_chart_stands_beside_its_table_and_can_be_heard(pages: Any) -> None:
    page = pages("/report?table=needs&period=2026-Q1")
    assert page.count("<svg") == page.count("<table") == 1
    assert re.search(r'role="img" aria-label="Service. (Food|Cash[^:]*): [^"]+; (Food|Cash[^:]*): ', page)
    assert " style=" not in page


def test_the_page_says_what_protection_did(pages: Any) -> None:
    assert "To protect people, " in pages("/report?table=needs&period=2026-Q1")
    assert "withheld" in pages("/report?table=needs&period=2026-Q1")
    assert "These figures are exact" in pages("/report?table=referrals&period=2026-Q1")


def test_a_period_without_counts_says_so(pages: Any) -> None:
    assert "Nothing has been counted for this period yet." in pages("/report?table=needs&period=2020-Q2")


def test_the_page_offers_its_table_as_a_file(pages: Any, client: FlaskClient) -> None:
    pages("/")
    answer = client.get("/tables/needs.csv?period=2026-Q1")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="needs-2026-Q1.csv"'
    assert answer.mimetype == "text/csv"


def test_a_period_that_is_none_has_an_error_page(client: FlaskClient, pages: Any) -> None:
    pages("/")
    assert client.get("/report?period=<script>").status_code == 422
    assert client.get("/tables/needs.csv").status_code == 422


def test_a_coordinator_comes_in_by_a_password_alone_on_no_deployed_hub(shared_world: Any, app: Flask) -> None:
    settings = ReportingWebSettings(
        reporting_database_url="sqlite://", secret_key=Secret("k" * 32), public_url="https://hub.example"
    )
    client = create_app(shared_world.database, settings, hasher=CHEAP).test_client()
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/sign-in", base_url=HUB).text)
    assert token
    given = {"username": "vera", "password": PASSWORD, "csrf_token": token[1]}

    answer = client.post("/sign-in", data=given, base_url=HUB, headers={"Referer": HUB})

    assert answer.location == "/sign-in/set-up"
    assert client.get("/", base_url=HUB).location == "/sign-in"
    assert client.get("/sign-in/set-up", base_url=HUB).status_code == 200


def test_the_log_says_that_somebody_came_in_or_could_not_and_not_who(client: FlaskClient) -> None:
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/sign-in").text)
    assert token

    with capture_logs() as logs:
        for username, password in (("vera", "a guess"), ("nobody", "a guess"), ("vera", PASSWORD)):
            client.post("/sign-in", data={"username": username, "password": password, "csrf_token": token[1]})

    noted = [line["code"] for line in logs if line["event"] == "account.noted"]
    assert noted == ["sign_in_refused", "sign_in_refused", "signed_in"]
    assert not {"vera", "nobody", "a guess", PASSWORD} & {
        value for line in logs for value in map(str, line.values())
    }


def test_health_is_told_to_everybody(client: FlaskClient) -> None:
    assert client.get("/health").json == {"status": "ok", "checks": {"database": "ok"}}
