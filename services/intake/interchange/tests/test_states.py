"""Every state goes out and comes back, and what names none is never taken for one."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.intake.interchange.reading import read_bundle
from services.intake.interchange.states import ALONE, STATES, NotUnderstood, state_of
from services.intake.interchange.systems import BSER_STATUS, STATE
from services.intake.interchange.tests.bundles import (
    AT,
    CONTENT,
    changed,
    check_against_the_standard,
    line,
    resource,
    written,
)
from shared.schemas.life import REASONS, State

#: of R4, all of them; Gravity's profile leaves out received and ready
TASK_STATUSES = (
    *("draft", "requested", "received", "accepted", "rejected", "ready", "cancelled", "in-progress"),
    *("on-hold", "failed", "completed", "entered-in-error"),
)
GRAVITY = set(TASK_STATUSES) - {"received", "ready"}

CONTENTS = st.fixed_dictionaries({}, optional={name: st.just(value) for name, value in CONTENT.items()})


@settings(max_examples=60, deadline=None)
@given(state=st.sampled_from(State), content=CONTENTS, reason=st.none() | st.sampled_from(REASONS))
def test_every_state_comes_back_as_it_went_whatever_was_disclosed(
    state: State, content: dict[str, object], reason: str | None
) -> None:
    bundle = written(state, content, line(state, reason=reason))

    check_against_the_standard(bundle)
    arrival = read_bundle(bundle, AT.date())
    assert (arrival.state, arrival.move_reason, arrival.problems) == (state, reason, ())
    person = {name: value for name, value in arrival.person.items() if value}
    assert {
        n: str(v) if n == "birth_date" else list(v) if n == "languages" else v for n, v in person.items()
    } == {
        name: value
        for name, value in content.items()
        if name not in ("reason", "safe_contact", "case_reference")
    }
    assert arrival.texts == {n: content[n] for n in ("reason", "safe_contact") if n in content}


@pytest.mark.parametrize("state", State)
def test_a_state_has_a_status_that_gravity_knows(state: State) -> None:
    assert STATES[state].task in GRAVITY
    assert state_of(STATES[state].task, [(STATE, str(state))]) is state


def test_no_two_states_look_alike() -> None:
    looks = [
        (resource(written(state), "Task")["status"], str(resource(written(state), "Task")["businessStatus"]))
        for state in State
    ]
    assert len(set(looks)) == len(State)


@settings(deadline=None)
@given(
    st.sampled_from(TASK_STATUSES) | st.text(),
    st.none()
    | st.lists(
        st.tuples(
            st.sampled_from((STATE, BSER_STATUS, "urn:oid:1.2.3")) | st.text(),
            st.sampled_from([*map(str, State), *(s.bser for s in STATES.values() if s.bser), "5.2"])
            | st.text(),
        ),
        max_size=3,
    ),
)
def test_whatever_is_said_names_one_state_exactly_or_none(
    status: str, business: list[tuple[str | None, str | None]] | None
) -> None:
    try:
        state = state_of(status, business)
    except NotUnderstood:
        return
    said = STATES[state]
    assert status == said.task
    codes = {STATE: str(state), BSER_STATUS: said.bser}
    assert all(codes[str(system)] == code for system, code in business or ())
    assert business or ALONE[status] is state


@pytest.mark.parametrize("one", State)
def test_two_business_statuses_that_differ_are_none(one: State) -> None:
    for other in set(State) - {one}:
        with pytest.raises(NotUnderstood, match="contradicts"):
            state_of(STATES[one].task, [(STATE, str(one)), (STATE, str(other))])


@pytest.mark.parametrize(
    ("status", "business", "code", "where"),
    [
        ("received", None, "unknown_code", "status"),
        ("ready", None, "unknown_code", "status"),
        ("draft", None, "unknown_code", "status"),
        ("done", None, "unknown_code", "status"),
        ("accepted", [], "not_coded", "businessStatus"),
        ("accepted", [("urn:oid:1.2.3", "accepted")], "unknown_code", "businessStatus"),
        ("accepted", [(None, "accepted")], "unknown_code", "businessStatus"),
        ("accepted", [(STATE, "Accepted")], "unknown_code", "businessStatus"),
        ("cancelled", [(BSER_STATUS, "5.2")], "unknown_code", "businessStatus"),
        ("rejected", [(STATE, "accepted")], "contradicts", "businessStatus"),
        ("accepted", [(STATE, "accepted"), (BSER_STATUS, "5.1.1")], "contradicts", "businessStatus"),
    ],
)
def test_what_is_not_known_is_said_with_its_place(
    status: str, business: list[tuple[str | None, str | None]] | None, code: str, where: str
) -> None:
    with pytest.raises(NotUnderstood) as refused:
        state_of(status, business)
    assert (refused.value.code, refused.value.where) == (code, where)


def test_a_status_alone_is_read_where_it_says_enough() -> None:
    read = {
        status: read_bundle(
            changed(
                changed(written(), "Task", status=status, businessStatus=None),
                "ServiceRequest",
                status="active",
            ),
            AT.date(),
        ).state
        for status in TASK_STATUSES
    }
    assert read == {status: ALONE.get(status) for status in TASK_STATUSES}
