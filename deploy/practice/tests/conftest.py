"""A practice network for tests: it begins once, and goes on only when a test lets it."""

from collections.abc import Iterator
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
from flask import Flask

from deploy.demo.network import SteppedNetwork
from deploy.demo.organisations import COORDINATOR, PASSWORD
from deploy.demo.plan import NodePlan, Plan, make_plan, node_web_environment
from deploy.demo.up import open_network_of, stepped, upgrade_databases
from deploy.practice.clock import Ahead
from deploy.practice.practice import Practice
from deploy.practice.served import facilitators, marked
from services.intake.domain import Actor, Referral, Role
from services.intake.settings import IntakeWebSettings
from services.intake.usecases.cases import open_case
from services.intake.usecases.consent import record_consent
from services.intake.usecases.people import register_person
from services.intake.usecases.sending import ReferralOrder, send_referral
from services.intake.web import create_app
from services.intake.web.tests.visitors import Browser
from shared.clock import now
from shared.settings import read


@pytest.fixture(scope="session")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of one that has just begun and stands still; to begin takes long, so all others go on from it."""
    folder = tmp_path_factory.mktemp("begun")
    Practice.begin(folder).end()
    return folder


@pytest.fixture(scope="module")
def practice(standing: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Practice]:
    going = gone_on(standing, tmp_path_factory.mktemp("practice"))
    yield going
    going.end()


def gone_on(standing: Path, folder: Path) -> Practice:
    """One that goes on in that folder, from where the other stands still."""
    copytree(standing, folder, dirs_exist_ok=True)
    return Practice.resume(folder)


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Plan, SteppedNetwork]]:
    """Another network, which is none for practice."""
    folder: Path = tmp_path_factory.mktemp("real")
    plan = make_plan(folder)
    upgrade_databases(plan)
    network = stepped(plan, folder / "bus.db", Ahead(now()))
    open_network_of(plan, network)
    yield plan, network
    network.close()


def worker(node: NodePlan) -> Actor:
    return Actor(node.about.staff[0].username, Role.CASE_WORKER, node.org)


def sends(practice: Practice, **changes: Any) -> Referral:
    """The first organisation's worker refers somebody to the second; the network has not moved yet."""
    here, there, *_ = practice.plan.nodes
    database, by = practice.database(here), worker(here)
    person = register_person(database, {"alias": "Rada"}, by)
    agreed = {
        "given_by": "individual",
        "purposes": ["referral"],
        "organisations": [there.org],
        "fields": ["alias"],
    }
    record_consent(database, person.id, agreed, by)
    case = open_case(database, person.id, by)
    given: dict[str, Any] = {
        "case_id": case.id,
        "to_org": there.org,
        "service_type": "legal_assistance",
        "urgency": "urgent",
        "reason": "Invented.",
        "fields": ("alias",),
        "safe_contact": "in_person",
    }
    return send_referral(database, ReferralOrder(**given | changes), by)


@pytest.fixture(scope="module")
def facilitator(practice: Practice) -> Browser:
    """Signed in at the facilitator's pages."""
    return signed_in(facilitators(practice), COORDINATOR)


@pytest.fixture(scope="module")
def at_work(practice: Practice) -> Browser:
    """The worker of the first organisation, signed in at the real pages."""
    node = practice.plan.nodes[0]
    settings = read(IntakeWebSettings, node_web_environment(node))
    return signed_in(marked(create_app(practice.database(node), settings)), node.about.staff[0].username)


def signed_in(app: Flask, username: str) -> Browser:
    browser = Browser(app.test_client())
    assert browser.send("/sign-in", username=username, password=PASSWORD).status_code == 303
    return browser
