"""What we offer, service by service: what the network is told of it, and what stays here."""

from typing import Any

import pytest

from services.intake.storage.tables import own_services
from services.intake.tests.node import ADMIN, FOCAL_POINT, SAFE_HOUSE, WORKER, Node
from services.intake.usecases.directory import offer_services
from services.intake.usecases.offering import own_offer, own_service, put_service, retire_service
from services.intake.usecases.refusals import Invalid, NotFound, NotPermitted
from shared.clock import new_id
from shared.schemas.intake import Service, ServicesOffered

GIVEN: dict[str, Any] = {
    "name": "Beds for the night",
    "service_type": "shelter",
    "status": "open",
    "areas": ["Hrodna", "", "Minsk"],
    "languages": ["rus"],
    "minimum_age": 18,
    "eligibility_description": "Also without papers.",
    "required_documents": ["none"],
    "contact": "Front gate: +000 00 000",
    "address": "Stork Street 7",
    "confidential": True,
}


def told(node: Node) -> list[Service]:
    """What the network is told last."""
    return list(node.said(ServicesOffered)[-1].event.services)


def test_a_service_is_added_changed_and_retired(node: Node) -> None:
    id_ = put_service(node.database, None, GIVEN, FOCAL_POINT)
    [service] = told(node)
    assert (service.name, service.status, service.areas) == (
        "Beds for the night",
        "open",
        ["Hrodna", "Minsk"],
    )
    assert service.assured_date == node.at.date()

    node.pass_time(days=9)
    put_service(node.database, id_, GIVEN | {"name": "Beds"}, ADMIN)
    [service] = told(node)
    assert (service.service_id, service.name, service.assured_date) == (id_, "Beds", node.at.date())

    retire_service(node.database, id_, FOCAL_POINT)
    assert told(node) == []
    assert own_offer(node.database, FOCAL_POINT) == []


def test_a_confidential_address_never_leaves_and_lies_sealed(node: Node) -> None:
    id_ = put_service(node.database, None, GIVEN, FOCAL_POINT)

    assert told(node)[0].address is None
    assert b"Stork" not in b"".join(said.event.to_json() for said in node.said())
    [row] = node.rows(own_services)
    assert "Stork" not in f"{row['body']}{row['sealed']}"
    assert own_service(node.database, id_, FOCAL_POINT).hidden_address == "Stork Street 7"


def test_it_is_confidential_unless_somebody_says_otherwise(node: Node) -> None:
    given = {name: value for name, value in GIVEN.items() if name != "confidential"}
    id_ = put_service(node.database, None, given, FOCAL_POINT)
    assert told(node)[0].address is None

    put_service(node.database, id_, GIVEN | {"confidential": False}, FOCAL_POINT)
    assert told(node)[0].address == "Stork Street 7"
    assert own_service(node.database, id_, FOCAL_POINT).hidden_address is None


def test_another_s_change_keeps_the_confidential_address(node: Node) -> None:
    id_ = put_service(node.database, None, GIVEN, FOCAL_POINT)
    offer_services(node.database, [SAFE_HOUSE, *told(node)], FOCAL_POINT)

    assert own_service(node.database, id_, FOCAL_POINT).hidden_address == "Stork Street 7"


def test_one_that_is_full_is_paused_for_those_who_do_not_know_the_word(node: Node) -> None:
    put_service(node.database, None, GIVEN | {"status": "full"}, FOCAL_POINT)

    [service] = told(node)
    assert (service.status, service.full) == ("paused", True)
    assert [one.status for one in own_offer(node.database, FOCAL_POINT)] == ["full"]


@pytest.mark.parametrize(
    ("changed", "errors"),
    [
        ({"name": " "}, {"name": "needed"}),
        ({"status": "closed"}, {"status": "unknown_code"}),
        ({"minimum_age": 30, "maximum_age": 20}, {"minimum_age": "youngest_above_oldest"}),
        ({"maximum_age": 121}, {"maximum_age": "not_an_age"}),
        ({"languages": ["xx"]}, {"languages": "unknown_code"}),
    ],
)
def test_what_cannot_be_offered_is_refused(
    node: Node, changed: dict[str, Any], errors: dict[str, str]
) -> None:
    with pytest.raises(Invalid) as refused:
        put_service(node.database, None, GIVEN | changed, FOCAL_POINT)
    assert refused.value.errors == errors
    assert node.rows(own_services) == []


def test_only_those_who_speak_for_the_organisation_do(node: Node) -> None:
    for do in (
        lambda: put_service(node.database, None, GIVEN, WORKER),
        lambda: retire_service(node.database, new_id(), WORKER),
        lambda: own_offer(node.database, WORKER),
    ):
        with pytest.raises(NotPermitted):
            do()
    with pytest.raises(NotFound):
        put_service(node.database, new_id(), GIVEN, FOCAL_POINT)
