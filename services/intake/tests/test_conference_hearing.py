"""What others do in conferences, and what becomes of what we do: receipts, order, what is not proven, the end."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from services.intake.domain.conference import Conference
from services.intake.storage.conference_tables import conference_acts, conferences
from services.intake.storage.tables import partners
from services.intake.tests.conferring import act, hears, invited, opens, put_to_us
from services.intake.tests.letters import letter_of
from services.intake.tests.node import FOCAL_POINT, HERE, START, THERE, WORKER, Node
from services.intake.usecases.conference_ending import erase_what_is_over
from services.intake.usecases.conference_thread import (
    conference_page,
    leave_conference,
    write_message,
)
from services.intake.usecases.refusals import Conflict
from shared.clock import new_id
from shared.messaging.errors import Refused, Unready
from shared.schemas.conferences import (
    ConferenceClosed,
    ConferenceDeparted,
    ConferenceEnded,
    ConferenceMessageSent,
    ConferenceOpened,
    ConferencePassed,
    ConferenceReceipted,
    ConferenceRefused,
)
from shared.schemas.intake import PeopleCalled


def outcomes(node: Node) -> list[str]:
    return [said.event.outcome for said in node.said(ConferenceReceipted)]


def receipted(node: Node, conference: Conference, act_id: UUID, outcome: str = "stored") -> None:
    known = {"act_id": act_id, "made_at": node.at, "outcome": outcome}
    hears(node, act(ConferenceReceipted, conference.id, **known))


def first_act(node: Node, conference: Conference) -> Any:
    return conference_page(node.database, conference.id, WORKER).acts[0]


def texts(node: Node, conference_id: UUID) -> list[str]:
    page = conference_page(node.database, conference_id, FOCAL_POINT)
    return [one.content.get("text", "") for one in page.acts if one.kind == "said"]


def test_an_invitation_is_kept_answered_and_told_to_focal_points(staffed: Node) -> None:
    conference_id = invited(staffed)

    page = conference_page(staffed.database, conference_id, FOCAL_POINT)
    assert (page.state, page.opening["question"], page.conference.from_org) == ("open", "A question.", THERE)
    assert outcomes(staffed) == ["stored"]
    assert len(staffed.said(PeopleCalled)) == 1


def test_the_same_act_twice_has_one_effect_and_two_answers(node: Node) -> None:
    conference_id = invited(node)
    message = act(ConferenceMessageSent, conference_id)
    for _ in range(2):
        hears(node, message, {"text": "once"})

    assert texts(node, conference_id) == ["once"]
    assert outcomes(node) == ["stored"] * 3


def test_a_receipt_ends_the_repeating_and_is_shown(node: Node) -> None:
    conference = opens(node)
    receipted(node, conference, first_act(node, conference).id)

    assert node.awaited() == set()
    assert first_act(node, conference).delivered == {THERE: "stored"}


def test_what_the_network_cannot_pass_on_is_not_repeated_and_is_shown(node: Node) -> None:
    conference = opens(node)
    known = {"conference_id": conference.id, "act_id": first_act(node, conference).id, "to_org": THERE}
    node.hears(ConferenceRefused(**known))

    assert node.awaited() == set()
    assert first_act(node, conference).delivered == {THERE: "organisation_unknown"}


def test_a_message_before_its_conference_waits_for_it(node: Node) -> None:
    with pytest.raises(Unready):
        hears(node, act(ConferenceMessageSent, new_id()), {"text": "early"})


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        (ConferenceMessageSent, {"text": "late"}),
        (ConferenceOpened, put_to_us()),
        (ConferenceClosed, {"actions": []}),
    ],
)
def test_what_comes_after_the_end_is_refused_clearly(node: Node, kind: Any, content: Any) -> None:
    conference_id = invited(node)
    hears(node, act(ConferenceEnded, conference_id))
    hears(node, act(kind, conference_id), content)

    assert outcomes(node) == ["stored", "erased", "over"]
    assert {row["sealed"] for row in node.rows(conference_acts)} == {None}


def test_what_comes_after_the_term_is_refused_clearly(node: Node) -> None:
    conference_id = invited(node)
    node.pass_time(days=14)
    hears(node, act(ConferenceMessageSent, conference_id), {"text": "late"})
    hears(node, act(ConferenceOpened, new_id()), put_to_us())

    assert outcomes(node) == ["stored", "over", "over"]
    assert erase_what_is_over(node.database) == 1
    assert {row["data_key"] for row in node.rows(conferences)} == {None}


def test_an_end_that_overtakes_the_invitation_stands(node: Node) -> None:
    conference_id = new_id()
    hears(node, act(ConferenceEnded, conference_id))
    hears(node, act(ConferenceOpened, conference_id), put_to_us())

    assert outcomes(node) == ["erased", "over"]
    assert node.rows(conference_acts) == []


def test_once_it_is_closed_nothing_more_is_taken_but_its_end(node: Node) -> None:
    conference_id = invited(node)
    action = {"org": HERE, "what": "a bed", "until": "2026-03-09"}
    hears(node, act(ConferenceClosed, conference_id), {"actions": [action]})
    hears(node, act(ConferenceMessageSent, conference_id), {"text": "late"})

    page = conference_page(node.database, conference_id, FOCAL_POINT)
    assert (page.state, list(page.agreed)) == ("closed", [action])
    assert outcomes(node) == ["stored", "stored", "over"]
    hears(node, act(ConferenceEnded, conference_id))
    assert conference_page(node.database, conference_id, FOCAL_POINT).opening == {}


def test_what_was_taken_stays_taken_when_it_is_said_again_late(node: Node) -> None:
    conference_id = invited(node)
    message = act(ConferenceMessageSent, conference_id)
    hears(node, message, {"text": "in time"})
    action = {"org": HERE, "what": "a bed", "until": "2026-03-09"}
    hears(node, act(ConferenceClosed, conference_id), {"actions": [action]})
    hears(node, message, {"text": "in time"})

    assert outcomes(node) == ["stored"] * 4


def test_to_a_participant_that_left_the_network_nothing_is_sent_and_it_is_shown(node: Node) -> None:
    conference = opens(node)
    with node.database.transaction() as tx:
        tx.execute(partners.delete().where(partners.c.org == THERE))
    said = write_message(node.database, conference.id, {"text": "anybody?"}, WORKER)

    assert said.delivered == {THERE: "organisation_unknown"}
    assert node.said(ConferenceMessageSent) == []


def test_who_has_left_is_written_to_no_more_and_says_so(node: Node) -> None:
    conference_id = invited(node)
    leave_conference(node.database, conference_id, FOCAL_POINT)
    hears(node, act(ConferenceMessageSent, conference_id), {"text": "still there?"})

    assert outcomes(node) == ["stored", "left"]
    with pytest.raises(Conflict, match="left"):
        write_message(node.database, conference_id, {"text": "yes"}, FOCAL_POINT)
    ours = opens(node)
    hears(node, act(ConferenceDeparted, ours.id))
    write_message(node.database, ours.id, {"text": "anybody?"}, WORKER)
    assert node.said(ConferenceMessageSent) == []


@pytest.mark.parametrize("kind", [ConferenceClosed, ConferenceEnded, ConferenceOpened])
def test_nobody_but_the_opener_closes_or_ends_it(node: Node, kind: Any) -> None:
    conference = opens(node)

    with pytest.raises(Refused, match="not_a_participant"):
        hears(node, act(kind, conference.id), {"actions": []})
    assert conference_page(node.database, conference.id, WORKER).state == "open"


def test_who_is_not_invited_is_not_heard(node: Node) -> None:
    conference_id = invited(node)

    with pytest.raises(Unready, match="not_a_participant"):  # it waits: the invitation may be on its way
        hears(node, act(ConferenceMessageSent, conference_id), {"text": "let me in"}, sender="night-shelter")
    assert texts(node, conference_id) == []
    with pytest.raises(Refused, match="not_a_participant"):
        hears(node, act(ConferenceMessageSent, opens(node).id), {"text": "let me in"}, sender="night-shelter")


@pytest.mark.parametrize(
    "changed",
    [
        {"invited": ["night-shelter"]},
        {"invited": [HERE, THERE]},
        {"invited": [HERE, *(f"org-{n}" for n in range(10))]},
        {"ends_at": "soon"},
        {"ends_at": (START + timedelta(days=31)).isoformat()},
        {"ends_at": None},
        {"question": ""},
        {"question": "a" * 2001},
        {"facts": {"risk": "unheard_of"}},
        {"facts": {"levels": {"safety": 9}}},
        {"facts": {"services": [{"given_on": "2026-03-02"}]}},
        {"facts": "none"},
    ],
)
def test_an_invitation_of_another_shape_is_not_taken(node: Node, changed: dict[str, Any]) -> None:
    with pytest.raises(Refused, match="not_of_the_agreed_shape"):
        hears(node, act(ConferenceOpened, new_id()), put_to_us(**changed))
    assert node.rows(conferences) == []


def test_what_a_newer_version_tells_besides_is_left_out(node: Node) -> None:
    conference_id = invited(node, facts={"gender": "Woman", "given_name": "Maria"}, mood="good")

    opening = conference_page(node.database, conference_id, FOCAL_POINT).opening
    assert opening.keys() == {"question", "facts", "digest"}
    assert (opening["question"], opening["facts"]) == ("A question.", {"gender": "Woman"})


def test_a_letter_that_says_something_else_is_not_believed(node: Node) -> None:
    for changed in ({"conference_id": new_id()}, {"from_org": "night-shelter"}, {"letter": "0" * 64}):
        said = act(ConferenceOpened, new_id())
        letter = letter_of(said, b"")
        passed = {"conference_id": said.conference_id, "from_org": THERE, "letter": letter.hash} | changed
        with pytest.raises(Refused):
            node.hears_letters((ConferencePassed(**passed), letter))
    with pytest.raises(Refused, match="letter_differs"):
        hears(node, act(ConferenceOpened, new_id(), to_org="night-shelter"), put_to_us())
    with pytest.raises(Refused):
        hears(node, act(ConferenceOpened, new_id()))
