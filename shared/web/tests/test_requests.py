"""What is no proper request is refused with a plain word, and nothing of it is told on."""

from io import BytesIO
from typing import Any

import pytest
import structlog
from flask import Flask

from shared.web.files import AT_ONCE, UNREAD

JSON = {"Authorization": "Bearer good token", "Content-Type": "application/json"}
BODIES = {
    "empty": (b"", "not_json"),
    "a key twice": (b'{"a": 1, "a": 2}', "not_json"),
    "too deep": (b"[" * 10_000, "not_json"),
    "deep, but closed": (b"[" * 40 + b"]" * 40, "not_json"),
    "not UTF-8": (b'{"a": "\xff"}', "not_json"),
    "not a number": (b'{"a": NaN}', "not_json"),
    "a NUL": (b'{"a": "\\u0000"}', "not_text"),
    "half a pair": (b'{"a": "\\ud800"}', "not_text"),
    "a NUL in a key": (b'[{"\\u0000": 1}]', "not_text"),
}


@pytest.mark.parametrize(("body", "code"), BODIES.values(), ids=BODIES)
def test_a_body_that_cannot_be_meant_is_refused(app: Any, body: bytes, code: str) -> None:
    answer = app.test_client().post("/api/v1/echo", data=body, headers=JSON)
    assert (answer.status_code, answer.json["code"]) == (400, code)
    assert answer.mimetype == "application/problem+json"


@pytest.mark.parametrize("name", ["መስከረም", "عائشة", "မေ", "🌻", "Ё", "\u202eanna"])
def test_a_name_in_any_script_is_accepted(app: Any, name: str) -> None:
    answer = app.test_client().post("/api/v1/echo", json={"name": name}, headers=JSON)
    assert answer.json["got"] == {"name": name}


def test_another_content_type_is_refused(app: Flask) -> None:
    headers = {**JSON, "Content-Type": "text/plain"}
    assert app.test_client().post("/api/v1/echo", data=b"{}", headers=headers).status_code == 415


def test_a_token_that_only_reads_changes_nothing_and_may_ask(app: Flask) -> None:
    headers = JSON | {"Authorization": "Bearer reading token"}
    said, asked = (
        app.test_client().post(f"/api/v1/{to}", json={}, headers=headers) for to in ("echo", "ask")
    )

    assert (said.status_code, said.get_json()["code"]) == (403, "token_reads_only")
    assert asked.status_code == 200


def test_a_body_over_a_megabyte_is_refused(app: Flask) -> None:
    answer = app.test_client().post("/api/v1/echo", data=b" " * 1_000_001, headers=JSON)
    assert answer.status_code == 413


def test_a_form_over_a_megabyte_is_refused(signed_in: Any) -> None:
    assert signed_in.post("/", name="a" * 1_000_001).status_code == 413


def test_a_nul_in_a_form_is_refused(signed_in: Any) -> None:
    assert signed_in.post("/", name="a\x00b", kind="a").status_code == 400


def test_text_that_looks_like_markup_is_shown_as_text(signed_in: Any) -> None:
    answer = signed_in.post("/", name="<script>alert(1)</script>", kind="a")
    assert "&lt;script&gt;" in answer.text
    assert "<script" not in answer.text


def test_an_unforeseen_error_is_logged_by_its_class_and_told_to_nobody(signed_in: Any) -> None:
    with structlog.testing.capture_logs() as logs:
        answer = signed_in.get("/fail/bug")
    assert answer.status_code == 500
    assert "Petrova" not in answer.text + str(logs)
    assert logs[0]["error"] == "ValueError"


REFUSED: dict[str, Any] = {
    "no token": ("/api/v1/echo", {"data": b"{}"}, 401, "token_missing", "echo"),
    "an unknown token": (
        "/api/v1/echo",
        {"data": b"{}", "headers": JSON | {"Authorization": "Bearer Petrova"}},
        401,
        "token_unknown",
        "echo",
    ),
    "not open to them": ("/fail/403?q=Petrova", {}, 403, "forbidden", "fail"),
    "no proper JSON": ("/api/v1/echo", {"data": b'{"Petrova"', "headers": JSON}, 400, "not_json", "echo"),
    "too large": (
        "/api/v1/echo",
        {"data": b" " * 1_000_001, "headers": JSON},
        413,
        "request_entity_too_large",
        "echo",
    ),
    "nothing there": ("/Petrova", {}, 404, "not_found", "nowhere"),
    "another site's form": (
        "/",
        {"data": {"name": "Petrova"}, "headers": {"Sec-Fetch-Site": "cross-site"}},
        403,
        "foreign_form",
        "page",
    ),
    "no token of the form": ("/", {"data": {"name": "Petrova"}}, 400, "bad_request", "page"),
}


@pytest.mark.parametrize("why", REFUSED)
def test_what_is_refused_is_logged_by_its_code_and_quotes_nothing(signed_in: Any, why: str) -> None:
    path, sent, status, code, where = REFUSED[why]
    with structlog.testing.capture_logs() as logs:
        signed_in.client.open(path, method="POST" if "data" in sent else "GET", **sent)
    said = {"event": "request.refused", "log_level": "warning"}
    assert logs == [said | {"status": status, "code": code, "where": where}]


def test_a_busy_database_asks_to_come_back_even_where_nobody_can_be_known(signed_in: Any, doors: Any) -> None:
    assert signed_in.get("/fail/busy").headers["Retry-After"] == "5"
    doors.is_away = True
    answer = signed_in.get("/", headers={"Accept-Language": "en"})
    assert answer.status_code == 503
    assert "Not possible at this moment" in answer.text


def test_an_error_of_the_service_is_a_problem_for_programs_and_a_page_for_people(signed_in: Any) -> None:
    problem = signed_in.client.get("/api/v1/fail/gone", headers=JSON)
    assert (problem.status_code, problem.json["state"], problem.json["allowed"]) == (409, "closed", [])
    assert problem.json["type"] == "urn:throughline:problem:gone"
    signed_in.post("/language", language="en")
    page = signed_in.get("/fail/gone")
    assert page.status_code == 409
    assert "This has changed in the meantime" in page.text


@pytest.mark.parametrize("status", [400, 403, 404, 405, 409, 413, 415, 422, 429, 500, 503])
def test_every_error_has_a_page_that_leads_on(signed_in: Any, status: int) -> None:
    answer = signed_in.get(f"/fail/{status}")
    assert answer.status_code == status
    assert 'href="/"' in answer.text


def test_every_answer_carries_the_security_headers(signed_in: Any) -> None:
    for path in ("/", "/nowhere", "/health", "/shared/throughline.css"):
        headers = signed_in.client.get(path).headers
        assert headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["X-Content-Type-Options"] == "nosniff"


def test_pages_are_not_kept_by_the_browser(signed_in: Any) -> None:
    assert signed_in.get("/").headers["Cache-Control"] == "no-store"


def test_whoever_signs_out_leaves_nothing_in_the_browser(signed_in: Any) -> None:
    assert "Clear-Site-Data" not in signed_in.get("/").headers
    for path in ("/account/sign-out-everywhere", "/sign-out"):
        signed_in.sign_in()
        assert signed_in.post(path).headers["Clear-Site-Data"] == '"cache", "storage"'


def test_no_variable_of_the_library_turns_its_help_for_developers_on(
    doors: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from shared.web import WebSettings, make_app

    monkeypatch.setenv("FLASK_DEBUG", "1")
    settings = WebSettings(name="test", title="Harbour House", secret_key="k" * 32, secure=False)
    assert not make_app(__name__, settings=settings, access=doors.access()).debug


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PROPFIND"])
@pytest.mark.parametrize("path", ["/", "/api/v1/echo", "/health"])
def test_a_method_that_nobody_needs_is_not_known(signed_in: Any, method: str, path: str) -> None:
    answer = signed_in.client.open(path, method=method, headers={"Authorization": "Bearer good token"})
    assert answer.status_code == 405


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/shared/throughline.css", "text/css; charset=utf-8"),
        ("/shared/mark.svg", "image/svg+xml; charset=utf-8"),
        ("/health", "application/json"),
        ("/api/v1/fail/gone", "application/problem+json"),
    ],
)
def test_every_answer_says_what_it_is_and_how_it_is_written(signed_in: Any, path: str, kind: str) -> None:
    answer = signed_in.client.get(path, headers={"Authorization": "Bearer good token"})
    assert answer.headers["Content-Type"] == kind


def test_no_other_site_is_let_in_to_read(signed_in: Any) -> None:
    for path in ("/", "/api/v1/fail/gone", "/health"):
        answer = signed_in.client.get(path, headers=JSON | {"Origin": "https://evil.invalid"})
        assert not [name for name in answer.headers.keys() if name.startswith("Access-Control-")]  # noqa: SIM118 - names may repeat


def test_pages_need_nothing_from_outside_and_nothing_inline(signed_in: Any) -> None:
    page = signed_in.get("/").text
    assert "http://" not in page + page.replace("https://www.w3.org", "")
    assert " style=" not in page
    assert "<style" not in page
    assert " on" + "click" not in page


def test_health_tells_which_check_failed_and_nothing_else(doors: Any) -> None:
    from shared.web import WebSettings, make_app

    def fail() -> None:
        raise OSError("the address of the database")

    settings = WebSettings(name="test", title="Harbour House", secret_key="k" * 32, secure=False)
    checks = {"database": fail, "worker": lambda: None}
    answer = (
        make_app(__name__, settings=settings, access=doors.access(), checks=checks)
        .test_client()
        .get("/health")
    )
    assert answer.status_code == 503
    assert answer.json == {"status": "failed", "checks": {"database": "failed", "worker": "ok"}}


def test_a_request_that_says_nothing_is_not_waited_for(app: Flask) -> None:
    """Where the stream is the line itself, to read on would be to wait for the next request."""

    class Line(BytesIO):
        def read(self, _: int | None = -1, /) -> bytes:
            pytest.fail("it was waited for")

    assert app.test_client().get("/sign-in", environ_overrides={"wsgi.input": Line()}).status_code == 200


def test_whoever_hangs_up_in_the_middle_ends_nothing(app: Flask) -> None:
    half = {"wsgi.input": BytesIO(b"half"), "CONTENT_LENGTH": "8"}

    answer = app.test_client().post("/", environ_overrides=half)

    assert answer.status_code == 302


@pytest.mark.parametrize(("bytes_", "left"), [(0, 0), (3_000_000, 0), (UNREAD + 2_000_000, 2_000_000)])
def test_what_nobody_asked_for_is_read_to_its_end_but_not_without_end(
    app: Flask, bytes_: int, left: int
) -> None:
    sent = BytesIO(bytes(bytes_))

    answer = app.test_client().post("/", input_stream=sent, content_length=bytes_)

    assert answer.status_code == 302
    assert len(sent.read()) == pytest.approx(left, abs=AT_ONCE)
