"""Who comes to a node's web process: a browser without scripts, and a partner's own system."""

import re
from dataclasses import dataclass
from html import unescape
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from services.intake.tests.node import THERE

PASSWORD = "seven quiet lanterns"
TOKEN = re.compile(r'name="csrf_token" (?:type="hidden" )?value="([^"]+)"')
ONCE = re.compile(r'name="once" type="hidden" value="([^"]+)"')


@dataclass
class Browser:
    """Somebody at a page: follows its forms as a browser without scripts does."""

    client: FlaskClient

    def get(self, address: str, **more: Any) -> TestResponse:
        return self.client.get(address, **more)

    def text(self, address: str) -> str:
        return text(self.get(address))

    def form(self, address: str) -> dict[str, str]:
        """The hidden fields of the form on a page."""
        return hidden(self.get(address))

    def send(self, address: str, /, **fields: Any) -> TestResponse:
        """Open the page and send its form, filled in."""
        return self.client.post(address, data=self.form(address) | fields)

    def signs_in(self, username: str) -> "Browser":
        response = self.send("/sign-in", username=username, password=PASSWORD)
        assert response.status_code == 303, text(response)
        return self

    def again(self) -> "Browser":
        """Another one that is signed in as this one is."""
        application = self.client.application
        other, name = Browser(application.test_client()), application.config["SESSION_COOKIE_NAME"]
        if kept := self.client.get_cookie(name):
            other.client.set_cookie(name, kept.value)
        return other

    def speaks(self, language: str) -> "Browser":
        self.client.set_cookie("language", language)
        return self


def hidden(response: TestResponse) -> dict[str, str]:
    page = text(response)
    found = {"csrf_token": TOKEN.findall(page)[-1]} if TOKEN.search(page) else {}
    return found | ({"once": once[-1]} if (once := ONCE.findall(page)) else {})


def text(response: TestResponse) -> str:
    return response.get_data(as_text=True)


def words(response: TestResponse) -> str:
    """What a person reads: no tags, no entities, one space between words."""
    page = re.sub(r"(?s)<(script|style|head).*?</\1>|<[^>]+>", " ", text(response))
    return re.sub(r"\s+", " ", unescape(page))


@dataclass
class Partner:
    """A partner's own system, at the API."""

    client: FlaskClient
    token: str

    def headers(self, **more: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} | {n.replace("_", "-"): v for n, v in more.items()}

    def get(self, address: str, **query: Any) -> TestResponse:
        return self.client.get(f"/api/v1{address}", headers=self.headers(), query_string=query)

    def post(self, address: str, body: Any, **headers: str) -> TestResponse:
        return self.client.post(f"/api/v1{address}", json=body, headers=self.headers(**headers))

    def raw(self, address: str, body: bytes, content_type: str | None = "application/json") -> TestResponse:
        headers = self.headers()
        return self.client.post(f"/api/v1{address}", data=body, content_type=content_type, headers=headers)

    def made(self, address: str, body: Any) -> dict[str, Any]:
        response = self.post(address, body)
        assert response.status_code == 201, text(response)
        return dict(response.get_json())

    def found(self, q: str) -> list[dict[str, Any]]:
        """The people whom a search shows."""
        return list(self.post("/people/search", {"q": q}).get_json()["items"])

    def has_case(self, **person: Any) -> tuple[str, str]:
        """A person with consent to be referred to the one partner, and their case."""
        given = {"given_name": "Sample", "family_name": "Person", "phone": "+000 00 000"}
        person_id = self.made("/people", given | person)["id"]
        self.made(f"/people/{person_id}/consents", consent())
        return person_id, self.made("/cases", {"person_id": person_id})["id"]


def consent(**changes: Any) -> dict[str, Any]:
    given = {
        "given_by": "individual",
        "purposes": ["referral"],
        "organisations": [THERE],
        "fields": ["given_name", "phone"],
    }
    return given | changes


def referral(case_id: str, **changes: Any) -> dict[str, Any]:
    given = {
        "case_id": case_id,
        "to_org": THERE,
        "service_type": "legal_assistance",
        "urgency": "urgent",
        "reason": "Needs a lawyer before the hearing.",
        "fields": ["given_name"],
        "safe_contact": "phone",
    }
    return given | changes
