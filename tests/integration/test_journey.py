"""The one path the project exists for, over real processes: register, consent, refer, be told, answer, help, count."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from shared.clock import now
from shared.polling import poll_until
from shared.testing.broker import Broker
from tests.network import SOON, Network, embedded_network, rabbitmq_network

if TYPE_CHECKING:
    from pathlib import Path

A, B, C = "harbour-house", "legal-aid-centre", "open-door-clinic"


@pytest.fixture(scope="module", params=["rabbitmq-postgres", "rabbitmq-sqlite", "embedded-sqlite"])
def network(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, broker: Broker
) -> Iterator[Network]:
    folder: Path = tmp_path_factory.mktemp("network")
    if request.param == "embedded-sqlite":
        running = embedded_network(folder)
    else:
        postgres = request.getfixturevalue("postgres") if request.param == "rabbitmq-postgres" else None
        running = rabbitmq_network(folder, broker, postgres)
    with running as network:
        yield network


def test_a_referral_travels_the_network_and_is_counted(network: Network) -> None:
    sender, receiver = network.node(A), network.node(B)
    person = {
        "given_name": "Нина",
        "family_name": "Вымышленная",
        "birth_date": "2012-05-03",
        "gender": "Woman",
    }
    case_id = sender.case([B], person, ["given_name", "birth_date", "gender"])
    need = sender.post(f"/cases/{case_id}/needs", {"service_type": "legal_assistance", "priority": "high"})
    mails_before, counted_before = len(network.mails()), _completed(network)

    sent = sender.refer(case_id, B, need_id=need["id"], fields=["given_name", "birth_date"], urgency="urgent")
    here = receiver.sees(sent["id"], "delivered")
    sender.sees(sent["id"], "delivered")

    assert here["shared"]["given_name"] == "Нина"
    assert "family_name" not in here["shared"]
    poll_until(lambda: len(network.mails()) > mails_before, seconds=SOON, what="mail to B's staff")

    for move, state in (
        ("acknowledge", "acknowledged"),
        ("accept", "accepted"),
        ("start", "in_progress"),
        ("complete", "completed"),
    ):
        receiver.move(sent["id"], move)
        seen = sender.sees(sent["id"], state)
        assert seen["history"][-1]["move"] == move
        assert seen["history"][-1]["by_org"] == B

    poll_until(lambda: _completed(network) == counted_before + 1, seconds=SOON, what="the report to count it")


def _completed(network: Network) -> int:
    table = network.coordinator.get("/tables/referrals", period=str(now().year))
    return sum(cell["value"] for cell in table["cells"] if "completed" in cell["codes"])


def test_what_has_come_can_be_answered_while_the_hub_stands_still(network: Network) -> None:
    sender, receiver = network.node(A), network.node(B)
    with ExitStack() as until_answered:
        with network.standing_still(f"intake.{B}"):
            sent = sender.refer(sender.case([B]), B)["id"]
            sender.sees(sent, "sent")
            until_answered.enter_context(network.standing_still("referral"))
        assert receiver.sees(sent, "delivered")["confirmed_state"] == "sent"
        receiver.move(sent, "acknowledge")
        assert receiver.move(sent, "accept")["unconfirmed"]
        assert sender.referral(sent)["state"] == "sent"

    for node in (sender, receiver):
        moves = [line["move"] for line in node.sees(sent, "accepted")["history"]]
        assert moves == ["send", "deliver", "acknowledge", "accept"]


def test_moves_that_cross_end_in_one_state_and_the_other_is_told(network: Network) -> None:
    sender, receiver = network.node(A), network.node(B)
    case_id = sender.case([B])
    ids = [sender.refer(case_id, B)["id"] for _ in range(5)]
    for id_ in ids:
        receiver.sees(id_, "delivered")
        sender.sees(id_, "delivered")

    for id_ in ids:
        sender.move(id_, "cancel", reason="duplicate")
        receiver.http.post(f"/api/v1/referrals/{id_}/moves", json={"move": "accept"})

    for id_ in ids:
        assert sender.sees(id_, "cancelled")["state"] == receiver.sees(id_, "cancelled")["state"]
        conflict = receiver.http.post(f"/api/v1/referrals/{id_}/moves", json={"move": "accept"})
        assert conflict.status_code == 409
        assert (conflict.json()["state"], conflict.json()["allowed"]) == ("cancelled", [])


def test_a_third_organisation_learns_nothing(network: Network) -> None:
    sender, stranger = network.node(A), network.node(C)
    sent = sender.refer(sender.case([B]), B)
    network.node(B).sees(sent["id"], "delivered")

    assert stranger.http.get(f"/api/v1/referrals/{sent['id']}").status_code == 404
    assert stranger.get("/referrals")["items"] == []


def test_without_consent_nothing_leaves(network: Network) -> None:
    sender = network.node(A)
    case_id = sender.case([B])
    body = {
        "case_id": case_id,
        "to_org": C,
        "service_type": "shelter",
        "urgency": "normal",
        "reason": "x",
        "fields": ["alias"],
        "safe_contact": "phone",
    }

    refused = sender.http.post("/api/v1/referrals", json=body)

    assert refused.status_code in (403, 409, 422)
    assert "organisation_not_consented" in refused.text
    assert [r for r in sender.get("/referrals", direction="out")["items"] if r["other_org"] == C] == []
