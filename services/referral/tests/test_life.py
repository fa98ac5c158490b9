"""The table of moves, held against the words of the domain."""

import pytest

from shared.schemas.life import (
    AWAITING_DECISION,
    OPEN,
    REQUESTS,
    TABLE,
    Move,
    NotAllowed,
    Party,
    State,
    allowed,
    needs,
    requests,
    step,
)

JOURNEYS = {
    "straight": ("deliver", "acknowledge", "accept", "start", "complete"),
    "without acknowledgement": (
        "deliver",
        "accept",
        "schedule",
        "start",
        "hold",
        "resume",
        "complete_in_part",
    ),
    "asked": ("deliver", "ask_for_information", "answer", "accept", "fail"),
    "waited": ("deliver", "acknowledge", "waitlist", "accept", "complete"),
    "not attended": ("deliver", "accept", "schedule", "not_attended", "schedule", "start", "complete"),
    "rejected": ("deliver", "reject"),
    "forwarded": ("deliver", "acknowledge", "forward"),
}
BY = {rule.move: rule.by for rule in TABLE}


@pytest.mark.parametrize("journey", JOURNEYS.values(), ids=JOURNEYS)
def test_every_journey_of_the_domain_is_possible(journey: tuple[str, ...]) -> None:
    state = State.SENT
    for move in map(Move, journey):
        state = step(state, move, BY[move])

    assert state not in OPEN


def test_every_pair_outside_the_table_is_a_conflict_that_names_state_and_moves() -> None:
    refused = 0
    for state in State:
        for move in Move:
            for by in Party:
                if move not in (*allowed(state, by), *requests(state, by)):
                    with pytest.raises(NotAllowed) as conflict:
                        step(state, move, by)
                    assert (conflict.value.state, conflict.value.allowed) == (state, allowed(state, by))
                    refused += 1

    assert refused > 900


@pytest.mark.parametrize("state", sorted(OPEN))
def test_the_sender_may_cancel_or_withdraw_while_it_is_open(state: State) -> None:
    assert {Move.CANCEL, Move.WITHDRAW_CONSENT} <= set(allowed(state, Party.SENDER))
    assert Move.CANCEL not in allowed(state, Party.RECEIVER)


@pytest.mark.parametrize("state", sorted(set(State) - OPEN))
def test_what_is_closed_stays_closed_but_for_an_error(state: State) -> None:
    assert allowed(state, Party.RECEIVER) == ()
    assert set(allowed(state, Party.SENDER)) <= {Move.ENTERED_IN_ERROR}


def test_a_refusal_needs_its_reason() -> None:
    for move in (Move.REJECT, Move.WAITLIST, Move.NOT_ATTENDED, Move.HOLD, Move.CANCEL, Move.FAIL):
        assert needs(move) == {"reason"}


def test_overdue_is_no_state() -> None:
    assert "overdue" not in set(State)
    assert AWAITING_DECISION < OPEN


def test_a_request_and_its_answer_change_no_state_and_are_only_for_what_is_open() -> None:
    for state in State:
        for by in Party:
            for move in requests(state, by):
                assert state in OPEN
                assert step(state, move, by) is state


def test_requests_are_the_receivers_and_answers_the_senders() -> None:
    assert requests(State.IN_PROGRESS, Party.RECEIVER) == REQUESTS
    assert requests(State.IN_PROGRESS, Party.SENDER) == (Move.TRANSFER, Move.DECLINE)
    assert requests(State.DELIVERED, Party.RECEIVER) == (Move.ASK_TO_CANCEL,)
    assert requests(State.SENT, Party.RECEIVER) == requests(State.COMPLETED, Party.RECEIVER) == ()
