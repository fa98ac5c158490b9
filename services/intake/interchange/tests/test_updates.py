"""A referral that is here: what goes out of it, and the one move that comes back."""

from typing import Any

import pytest

from services.intake.domain import Action, Direction
from services.intake.interchange.exporting import export_referral, whoever_runs_commands
from services.intake.interchange.findings import Problem
from services.intake.interchange.states import STATES
from services.intake.interchange.systems import REASON, STATE
from services.intake.interchange.tests.bundles import (
    as_json,
    changed,
    check_against_the_standard,
    resource,
    written,
)
from services.intake.interchange.tests.test_importing import audited, takes
from services.intake.tests.node import (
    ADMIN,
    COLLEAGUE,
    HERE,
    STRANGER,
    THERE,
    WORKER,
    Node,
    moved_on,
)
from services.intake.usecases.moves import MoveOrder, make_move
from services.intake.usecases.refusals import Conflict, NotFound
from shared.schemas.life import TABLE, Move, State


def test_what_was_sent_goes_out_with_exactly_what_left(node: Node) -> None:
    sent = node.sends()

    bundle = export_referral(node.database, sent.id, WORKER)

    check_against_the_standard(bundle)
    patient = resource(bundle, "Patient")
    assert patient == {
        "resourceType": "Patient",
        "name": [{"use": "official", "given": ["Sample"]}],
        "telecom": [{"system": "phone", "value": "+000 00 000"}],
    }
    parties = [resource(bundle, "Task")[name]["identifier"]["value"] for name in ("requester", "owner")]
    assert parties == [HERE, THERE]
    file = node.page(sent.id)
    assert str(file.referral.person_id) not in str(bundle)
    assert audited(node)[-2] == ("olena", Action.REFERRAL_EXPORTED)


def test_what_came_goes_out_alike(node: Node) -> None:
    came = node.received()
    bundle = export_referral(node.database, came, WORKER)

    parties = [resource(bundle, "Task")[name]["identifier"]["value"] for name in ("requester", "owner")]
    assert parties == [THERE, HERE]
    assert resource(bundle, "Task")["businessStatus"]["coding"][0]["code"] == "delivered"


def test_nobody_gets_what_is_not_theirs_or_is_erased(node: Node) -> None:
    came = node.received()
    for by in (STRANGER, ADMIN):
        with pytest.raises(NotFound):
            export_referral(node.database, came, by)
    node.hears(*moved_on(came, THERE, HERE, Move.DELIVER, Move.WITHDRAW_CONSENT))
    with pytest.raises(Conflict, match="erased"):
        export_referral(node.database, came, WORKER)


def test_the_node_s_own_command_sees_what_lies_here(node: Node) -> None:
    came = node.received()
    assert export_referral(node.database, came, whoever_runs_commands(HERE))
    assert audited(node)[-1] == ("", Action.REFERRAL_EXPORTED)


def exported(node: Node, referral_id: Any, state: State, **task: Any) -> dict[str, Any]:
    """What another system would say after somebody there moved it on."""
    bundle = as_json(export_referral(node.database, referral_id, WORKER))
    known = STATES[state]
    status = {"status": known.task, "businessStatus": {"coding": [{"system": STATE, "code": str(state)}]}}
    bundle = changed(bundle, "ServiceRequest", status=known.request)
    return changed(
        bundle,
        "Task",
        **{"statusReason": None, **status, **task}
        if "statusReason" in resource(bundle, "Task")
        else status | task,
    )


def test_the_same_state_changes_nothing(node: Node) -> None:
    came = node.received()
    before = len(node.said())
    assert takes(node, export_referral(node.database, came, WORKER)).outcome == "unchanged"
    assert len(node.said()) == before


def reason(code: str) -> dict[str, Any]:
    return {"coding": [{"system": REASON, "code": code}]}


def test_one_move_of_ours_is_made(node: Node) -> None:
    came = node.received()
    for state, said in (
        (State.ACKNOWLEDGED, {}),
        (State.WAITLISTED, {"statusReason": reason("no_capacity")}),
        (State.INFORMATION_REQUESTED, {"note": [{"text": "How many?"}]}),
    ):
        done = takes(node, exported(node, came, state, **said))
        assert (done.outcome, done.referral_id, node.page(came).referral.shown_state) == (
            "moved",
            came,
            state,
        )
    last = node.page(came).history[-1]
    assert (last.move, last.note) == (Move.ASK_FOR_INFORMATION, "How many?")


def test_an_appointment_comes_with_its_moment(node: Node) -> None:
    came = node.received()
    make_move(node.database, came, MoveOrder(Move.ACCEPT), WORKER)
    bundle = exported(node, came, State.SCHEDULED)
    assert takes(node, bundle).problems == (Problem("Task.scheduled_for", "needed"),)

    when = "2026-03-09T10:00:00+00:00"
    assert takes(node, changed(bundle, "ServiceRequest", occurrenceDateTime=when)).outcome == "moved"

    again = export_referral(node.database, came, WORKER)
    assert resource(again, "ServiceRequest")["occurrenceDateTime"] == when


@pytest.mark.parametrize(
    ("state", "problem"),
    [
        (State.REJECTED, ("Task.reason", "needed")),
        (State.IN_PROGRESS, ("Task.status", "no_such_move")),  # two moves
        (State.CANCELLED, ("Task.status", "no_such_move")),  # the sender's
        (State.SENT, ("Task.status", "no_such_move")),  # back
    ],
)
def test_what_is_not_one_move_of_ours_waits_for_a_person(
    node: Node, state: State, problem: tuple[str, str]
) -> None:
    came = node.received()
    before = len(node.said())

    done = takes(node, exported(node, came, state))

    assert [(p.path, p.reason) for p in done.problems] == [problem]
    assert (node.page(came).referral.shown_state, len(node.said())) == (State.DELIVERED, before)


def test_a_bundle_that_contradicts_what_we_know_waits_for_a_person(node: Node) -> None:
    came = node.received()
    accepted = exported(node, came, State.ACCEPTED)
    other = changed(changed(accepted, "ServiceRequest", priority="routine"), "Task", priority="routine")

    assert takes(node, other).problems == (Problem("ServiceRequest", "differs"),)
    stopped = changed(accepted, "Consent", status="inactive")
    assert takes(node, stopped).problems == (Problem("Consent.status", "consent_not_active"),)


def test_a_colleague_s_referral_is_no_new_one(node: Node) -> None:
    sent = node.sends()
    bundle = export_referral(node.database, sent.id, WORKER)
    assert takes(node, bundle, COLLEAGUE).problems == (Problem("ServiceRequest.identifier", "not_yours"),)


def test_one_of_another_network_is_new(node: Node) -> None:
    assert takes(node, written()).outcome == "registered"


@pytest.mark.parametrize("direction", Direction)
def test_between_two_states_a_party_has_one_move_at_most(direction: Direction) -> None:
    moving = [rule for rule in TABLE if rule.by is direction.party and rule.to is not None]
    ways = [(source, rule.to) for rule in moving for source in rule.sources]
    assert len(set(ways)) == len(ways)
