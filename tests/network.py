"""A whole network of real processes for tests: the demo's own, on the broker and databases of the test."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from deploy.demo import up
from deploy.demo.broker import DemoBroker, given, start_broker
from deploy.demo.plan import Plan, make_plan
from deploy.demo.up import Demo, bring_up
from shared.polling import poll_until
from shared.ports import LOOPBACK
from shared.testing.broker import Broker, fresh_vhost
from shared.testing.postgres import Postgres, fresh_database
from tests.installed import program

A_MINUTE = "THROUGHLINE_REQUESTS_A_MINUTE"
SOON = 60.0  #: seconds within which what was said must have arrived
PUSH = {"THROUGHLINE_PUSH_CONTACT": "mailto:push@demo.invalid", "THROUGHLINE_PUSH_HOSTS": LOOPBACK}
FIELDS = ["alias", "given_name", "gender", "age_band"]


def order(case_id: str, to_org: str) -> dict[str, Any]:
    """What a partner's system sends to refer somebody."""
    return {
        "case_id": case_id,
        "to_org": to_org,
        "service_type": "legal_assistance",
        "urgency": "normal",
        "reason": "Needs advice.",
        "fields": ["alias", "age_band"],
        "safe_contact": "in_person",
    }


@dataclass(frozen=True)
class Client:
    """A partner's own system that speaks the API of a node, or of reporting."""

    org: str
    http: httpx.Client

    def get(self, path: str, **query: Any) -> Any:
        answer = self.http.get(f"/api/v1{path}", params=query)
        assert answer.status_code == 200, (path, answer.status_code, answer.text)
        return answer.json()

    def post(self, path: str, body: Any, *, expect: int | None = None) -> Any:
        answer = self.http.post(f"/api/v1{path}", json=body, headers={"Idempotency-Key": uuid4().hex})
        assert answer.status_code == expect if expect else answer.is_success, (
            path,
            answer.status_code,
            answer.text,
        )
        return answer.json()

    def case(
        self, to_orgs: list[str], person: dict[str, Any] | None = None, fields: list[str] | None = None
    ) -> str:
        """A person, consent and a case."""
        person = self.post("/people", person or {"alias": "Test", "age_band": "24--26"})
        consent = {
            "given_by": "individual",
            "purposes": ["referral", "statistics"],
            "organisations": to_orgs,
            "fields": fields or FIELDS,
        }
        self.post(f"/people/{person['id']}/consents", consent)
        return str(self.post("/cases", {"person_id": person["id"]})["id"])

    def refer(self, case_id: str, to_org: str, **change: Any) -> dict[str, Any]:
        sent: dict[str, Any] = self.post("/referrals", order(case_id, to_org) | change)
        return sent

    def referral(self, referral_id: str) -> dict[str, Any]:
        found: dict[str, Any] = self.get(f"/referrals/{referral_id}")
        return found

    def move(self, referral_id: str, move: str, **said: Any) -> dict[str, Any]:
        moved: dict[str, Any] = self.post(f"/referrals/{referral_id}/moves", {"move": move, **said})
        return moved

    def sees(self, referral_id: str, state: str) -> dict[str, Any]:
        """Wait until the referral is here and its state is confirmed."""

        def there() -> dict[str, Any] | None:
            answer = self.http.get(f"/api/v1/referrals/{referral_id}")
            found = answer.json() if answer.status_code == 200 else {}
            return found if found.get("state") == state and not found.get("unconfirmed") else None

        found: dict[str, Any] = poll_until(there, seconds=SOON, what=f"{state} at {self.org}")  # type: ignore[assignment]
        return found


@dataclass
class Network:
    """Three nodes and a hub."""

    demo: Demo

    @property
    def plan(self) -> Plan:
        return self.demo.plan

    def node(self, org: str) -> Client:
        url = next(node.url for node in self.plan.nodes if node.org == org)
        return Client(org, _http(url, self.demo.tokens[org]))

    @property
    def coordinator(self) -> Client:
        return Client("coordinator", _http(self.plan.reporting_url, self.demo.tokens["coordinator"]))

    @contextmanager
    def standing_still(self, name: str) -> Iterator[None]:
        """One of its processes does nothing for a while, and loses nothing."""
        process = self.demo.supervisor.pid(name)
        os.kill(process, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(process, signal.SIGCONT)

    def mails(self) -> list[Message]:
        return [message_from_bytes(f.read_bytes()) for f in sorted(self.plan.mail_folder.glob("*.eml"))]

    def logs(self) -> str:
        return "\n".join(f.read_text("utf-8", "replace") for f in self.plan.logs.glob("*.log"))


def _http(url: str, token: str) -> httpx.Client:
    return httpx.Client(
        base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=SOON, trust_env=False
    )


@contextmanager
def rabbitmq_network(folder: Path, broker: Broker, postgres: Postgres | None = None) -> Iterator[Network]:
    """On a virtual host of its own; with PostgreSQL databases of its own, or SQLite files."""
    with ExitStack() as stack:
        vhost = stack.enter_context(fresh_vhost(broker))
        database_url = (lambda _: stack.enter_context(fresh_database(postgres))) if postgres else None
        plan = make_plan(folder, database_url)
        orgs = [node.org for node in plan.nodes]
        yield stack.enter_context(
            running(plan, lambda: given(vhost, broker.management_url, orgs, f"{uuid4().hex}"))
        )


@contextmanager
def embedded_network(folder: Path) -> Iterator[Network]:
    """On the embedded bus and SQLite files."""
    plan = make_plan(folder)
    orgs = [node.org for node in plan.nodes]
    with running(plan, lambda: start_broker("embedded", folder, orgs, plan.password)) as network:
        yield network


@contextmanager
def told_by_push() -> Iterator[None]:
    """Processes that are started meanwhile push, to a push service on this machine only: the demo itself does not."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(up, "INHERITED", (*up.INHERITED, *PUSH))
        for name, value in PUSH.items():
            patch.setenv(name, value)
        yield


@contextmanager
def running(plan: Plan, start: Callable[[], DemoBroker], *, past: bool = False) -> Iterator[Network]:
    """The plan's processes, of the wheel and not of the checkout, with or without the demo's past."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(up, "command", lambda *words: (program(), *words))
        patch.setattr(up, "INHERITED", (*up.INHERITED, A_MINUTE))
        patch.setenv(A_MINUTE, "1000000")  # one person sends what many would
        demo = bring_up(plan, start, tell=lambda _: None, past=past)
    try:
        yield Network(demo)
    finally:
        demo.stop()
