"""The end of a conference: with consent, with its case, by its opener; and what a legal hold keeps."""

from typing import Any

import pytest

from services.intake.storage.conference_tables import conference_acts, conferences
from services.intake.tests.conferring import has_case_to_confer, invited, opens
from services.intake.tests.node import FOCAL_POINT, THERE, WORKER, Node
from services.intake.tests.test_conference_hearing import receipted
from services.intake.usecases.closing import close_case
from services.intake.usecases.conference_ending import erase_what_is_over
from services.intake.usecases.conference_thread import (
    conference_page,
    end_conference,
    leave_conference,
)
from services.intake.usecases.consent import record_consent, withdraw_consent
from services.intake.usecases.erasing import erase_case
from services.intake.usecases.holds import ask_for_hold, confirm_hold
from services.intake.usecases.refusals import Conflict, NotPermitted
from shared.schemas.conferences import (
    ConferenceEnded,
    ConferenceOpened,
)


def test_consent_withdrawn_ends_it_and_nothing_that_waited_leaves(node: Node) -> None:
    person, case = has_case_to_confer(node)
    conference = opens(node, case)
    withdraw_consent(node.database, person.id, WORKER)

    assert node.said(ConferenceOpened) == []
    [ended] = node.said(ConferenceEnded)
    assert ended.awaits == f"conference:{ended.event.act_id}:{THERE}"
    page = conference_page(node.database, conference.id, WORKER)
    assert (page.state, page.opening) == ("ended", {})
    assert {row["data_key"] for row in node.rows(conferences)} == {None}
    receipted(node, conference, ended.event.act_id, "erased")
    assert node.awaited() == set()


@pytest.mark.parametrize(
    "newer", [{"purposes": ["statistics"], "organisations": []}, {"organisations": ["clinic"]}]
)
def test_a_consent_that_covers_less_ends_it_too(node: Node, newer: dict[str, Any]) -> None:
    person, case = has_case_to_confer(node)
    conference = opens(node, case)
    given = {"given_by": "individual", "purposes": ["conference"], "organisations": [THERE]}
    record_consent(node.database, person.id, given, WORKER)
    assert conference_page(node.database, conference.id, WORKER).state == "open"

    record_consent(node.database, person.id, given | newer, WORKER)
    assert conference_page(node.database, conference.id, WORKER).state == "ended"


def test_it_goes_with_its_case(node: Node) -> None:
    _, case = has_case_to_confer(node)
    opens(node, case)
    close_case(node.database, case.id, "returned", WORKER)
    erase_case(node.database, case.reference)

    assert len(node.said(ConferenceEnded)) == 1
    assert [row["data_key"] for row in node.rows(conferences)] == [None]
    assert {row["sealed"] for row in node.rows(conference_acts)} == {None}


def test_its_opener_may_end_it_and_nobody_else(node: Node) -> None:
    conference, theirs = opens(node), invited(node)

    with pytest.raises(NotPermitted):
        end_conference(node.database, theirs, FOCAL_POINT)
    with pytest.raises(NotPermitted):
        leave_conference(node.database, conference.id, FOCAL_POINT)
    end_conference(node.database, conference.id, WORKER)
    with pytest.raises(Conflict, match="conference_ended"):
        end_conference(node.database, conference.id, WORKER)
    assert len(node.said(ConferenceEnded)) == 1


def test_a_legal_hold_keeps_ours_and_lets_others_erase(node: Node) -> None:
    person, case = has_case_to_confer(node)
    opens(node, case)
    ask_for_hold(node.database, case.id, "A court.", WORKER)
    confirm_hold(node.database, case.id, FOCAL_POINT)
    withdraw_consent(node.database, person.id, WORKER)

    assert len(node.said(ConferenceEnded)) == 1
    assert erase_what_is_over(node.database) == 0
    assert [row["data_key"] is None for row in node.rows(conferences)] == [False]
