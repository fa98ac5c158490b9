"""What a person sees with a printed code, and what they can take back."""

import pytest
from sqlalchemy import select

from services.intake.domain import Action, Case, ConsentMissing, Person, Via
from services.intake.storage.audit import Wanted, find_entries
from services.intake.storage.slip_tables import slips, visits
from services.intake.storage.tables import consents
from services.intake.tests.holders import cannot_enter, enters, made
from services.intake.tests.node import COLLEAGUE, HERE, KEYLESS, THERE, WORKER, Node, moved_on
from services.intake.usecases.cases import open_case
from services.intake.usecases.closing import close_case
from services.intake.usecases.erasing import erase_case
from services.intake.usecases.own_view import (
    CodeRefused,
    begin_visit,
    end_visit,
    own_view,
    visited,
    withdraw,
)
from services.intake.usecases.people import person_page
from services.intake.usecases.refusals import NotFound
from services.intake.usecases.slips import end_slip, note_seen, waiting
from shared.clock import new_id
from shared.schemas.intake import ErasureAsked, MoveMade, PeopleCalled
from shared.schemas.life import Move, State


@pytest.fixture
def case(node: Node) -> Case:
    return node.has_case()[1]


@pytest.fixture
def person(node: Node, case: Case) -> Person:
    return person_page(node.database, case.person_id, WORKER).person


def test_a_person_who_wishes_it_gets_one_and_sees_where_it_stands(
    node: Node, person: Person, case: Case
) -> None:
    sent = node.sends(case)
    node.hears(*moved_on(sent.id, HERE, THERE, Move.DELIVER, Move.ACCEPT))
    slip = visited(node.database, enters(node, made(node, person).code))

    assert slip is not None
    view = own_view(node.database, slip)
    assert [(one.referral.shown_state, one.fields) for one in view.shared] == [
        (State.ACCEPTED, ("given_name", "phone"))
    ]
    assert view.consent.organisations == (THERE,)
    assert not slip.names


def test_a_visit_ends_when_it_is_left_and_by_itself(node: Node, person: Person) -> None:
    code = made(node, person).code
    left, idle, long = (enters(node, code) for _ in range(3))
    end_visit(node.database, left)
    assert visited(node.database, left) is None

    for _ in range(6):  # a quarter of an hour, never idle
        assert visited(node.database, long)
        node.pass_time(minutes=2.5)
    node.pass_time(seconds=1)
    assert [visited(node.database, token) for token in (idle, long, "", "x" * 5000)] == [None] * 4


def test_a_page_that_is_loaded_again_opens_nothing(node: Node, person: Person) -> None:
    code = made(node, person).code
    end_visit(node.database, enters(node, code, "one showing"))

    assert cannot_enter(node, code, "one showing") == 0
    with pytest.raises(CodeRefused):
        begin_visit(node.database, code, "")
    assert enters(node, code, "another showing")


def test_what_is_taken_back_goes_the_way_of_every_withdrawal_and_those_who_work_on_it_are_told(
    node: Node, person: Person, case: Case
) -> None:
    opened, over = node.sends(case), node.sends(case)
    node.hears(*moved_on(opened.id, HERE, THERE, Move.DELIVER))
    node.hears(*moved_on(over.id, HERE, THERE, Move.DELIVER, Move.REJECT))
    slip = visited(node.database, enters(node, made(node, person).code))
    assert slip

    for _ in range(2):
        withdraw(node.database, slip)

    assert [said.event.referral_id for said in node.said(MoveMade)] == [opened.id]
    assert {said.event.referral_id for said in node.said(ErasureAsked)} == {opened.id, over.id}
    assert len(node.said(PeopleCalled)) == 1
    assert waiting(node.database, WORKER) == [person.id]
    assert waiting(node.database, COLLEAGUE) == []
    consent = person_page(node.database, person.id, WORKER).consent
    assert consent
    assert (consent.withdrawn_at, consent.recorded_by) == (node.at, "")
    with pytest.raises(ConsentMissing):
        node.sends(case)
    note_seen(node.database, person.id)
    assert waiting(node.database, WORKER) == []


def test_it_can_be_taken_back_from_one_organisation_alone(node: Node, person: Person, case: Case) -> None:
    node.has_consent(person, organisations=[THERE, KEYLESS])
    sent = [node.sends(case) for _ in range(2)]
    slip = visited(node.database, enters(node, made(node, person).code))
    assert slip
    [(chosen, went)] = own_view(node.database, slip).revocable.items()
    assert {one.id for one in went} == {one.id for one in sent}

    with pytest.raises(NotFound):
        withdraw(node.database, slip, new_id())
    withdraw(node.database, slip, chosen)

    view = own_view(node.database, slip)
    assert (view.consent.organisations, view.consent.withdrawn_at) == ((KEYLESS,), None)
    assert view.revocable == {}
    assert {said.event.referral_id for said in node.said(ErasureAsked)} == {one.id for one in sent}


def test_what_the_person_does_is_in_the_audit_as_theirs(node: Node, person: Person) -> None:
    slip = visited(node.database, enters(node, made(node, person).code))
    assert slip
    withdraw(node.database, slip)
    end_slip(node.database, person.id, WORKER)

    with node.database.reading() as tx:
        entries = find_entries(tx, Wanted(record_id=person.id), limit=20)[::-1]
    about_it = [
        (one.action, one.username, one.via)
        for one in entries
        if "slip" in one.action or "withdrawn" in one.action
    ]
    assert about_it == [
        (Action.SLIP_MADE, "olena", WORKER.via),
        (Action.SLIP_OPENED, "", Via.PERSON),
        (Action.CONSENT_WITHDRAWN, "", Via.PERSON),
        (Action.SLIP_ENDED, "olena", WORKER.via),
    ]


def test_it_goes_with_the_person(node: Node, person: Person, case: Case) -> None:
    code = made(node, person, lasts="90").code
    token = enters(node, code)
    close_case(node.database, case.id, "returned", WORKER)
    erase_case(node.database, case.reference)

    assert node.rows(slips) == []
    assert [row for row in node.rows(visits) if row["username"]] == []
    assert visited(node.database, token) is None
    assert cannot_enter(node, code) == 0


def test_nothing_of_an_erased_case_is_shown(node: Node, person: Person, case: Case) -> None:
    sent = node.sends(case)
    node.hears(*moved_on(sent.id, HERE, THERE, Move.DELIVER, Move.REJECT))
    code = made(node, person).code

    open_case(node.database, person.id, WORKER)
    close_case(node.database, case.id, "returned", WORKER)
    erase_case(node.database, case.reference)

    slip = visited(node.database, enters(node, code))
    assert slip
    assert own_view(node.database, slip).shared == ()


def test_consents_that_staff_record_say_who(node: Node, person: Person) -> None:
    with node.database.reading() as tx:
        assert set(tx.execute(select(consents.c.recorded_by)).scalars()) == {"olena"}
