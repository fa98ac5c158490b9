"""One more is invited to an open conference: what it gets, what others learn; whether all were told the same."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from services.intake.domain import Case, ConsentMissing
from services.intake.domain.conference import INVITED, Conference
from services.intake.domain.same_for_all import digest_of
from services.intake.storage.conference_tables import conference_members, conferences
from services.intake.storage.tables import partners
from services.intake.tests.conferring import (
    FOURTH,
    THIRD,
    act,
    has_case_to_confer,
    hears,
    invited,
    opens,
    put_to_us,
)
from services.intake.tests.node import COLLEAGUE, FOCAL_POINT, HERE, START, THEIR_KEY, THERE, WORKER, Node
from services.intake.tests.test_conference_hearing import outcomes
from services.intake.usecases.closing import close_case
from services.intake.usecases.conference_acts import RULES
from services.intake.usecases.conference_inviting import invite, who_may_be_invited
from services.intake.usecases.conference_thread import close_conference, conference_page, write_message
from services.intake.usecases.consent import record_consent
from services.intake.usecases.offering import put_service
from services.intake.usecases.refusals import Conflict, Invalid, NotFound, NotPermitted
from services.intake.usecases.sealed_parts import open_act
from shared.clock import new_id
from shared.messaging.errors import Refused, Unready
from shared.schemas.conferences import (
    ConferenceConfirmed,
    ConferenceDeparted,
    ConferenceInvited,
    ConferenceMessageSent,
    ConferenceReceipted,
)
from shared.sealing import KeyRing

AGREED: dict[str, Any] = {
    "given_by": "individual",
    "purposes": ["conference"],
    "organisations": [THERE, THIRD],
    "fields": ["gender", "age_band"],
}


def put_to_one(node: Node, **agreed: Any) -> tuple[Case, Conference]:
    _, case = has_case_to_confer(node, **AGREED | agreed)
    return case, opens(node, case, fields=["gender"])


def invites(node: Node, conference: Conference, org: str = THIRD, by: Any = WORKER) -> Any:
    return invite(node.database, conference.id, {"organisation": org}, by)


def said_in(node: Node, kind: Any) -> list[tuple[str, dict[str, Any]]]:
    """To whom, and what stood in the sealed part."""
    rules = RULES[{ConferenceInvited: INVITED}.get(kind, "confirmed")]
    return [
        (one.event.to_org, open_act(one.letter.private, one.event.act_id, KeyRing(THEIR_KEY), rules))
        for one in node.said(kind)
    ]


def test_it_and_all_others_are_told_with_the_same_words_and_nothing_that_was_written(
    among_three: Node,
) -> None:
    node = among_three
    _, conference = put_to_one(node)
    write_message(node.database, conference.id, {"text": "between us"}, WORKER)
    assert who_may_be_invited(node.database, conference.id, WORKER) == (THIRD,)
    invites(node, conference)

    (first, there), (second, newcomer) = said_in(node, ConferenceInvited)
    assert {first, second} == {THERE, THIRD}
    assert there == newcomer
    assert there["case"]["question"] == "who could shelter her?"
    assert (there["case"]["facts"], there["case"]["invited"]) == ({"gender": "Woman"}, (THERE,))
    assert (there["joined"], there["made_at"]) == ((THIRD,), START)
    assert "between us" not in str(there)
    page = conference_page(node.database, conference.id, WORKER)
    assert (page.conference.invited, page.conference.joined) == ((THERE, THIRD), (THIRD,))
    assert who_may_be_invited(node.database, conference.id, WORKER) == ()


def test_from_then_on_it_is_written_to_and_heard(among_three: Node) -> None:
    node = among_three
    _, conference = put_to_one(node)
    with pytest.raises(Refused):
        hears(node, act(ConferenceMessageSent, conference.id), {"text": "I am here"}, sender=THIRD)
    invites(node, conference)
    hears(node, act(ConferenceMessageSent, conference.id), {"text": "I am here"}, sender=THIRD)
    write_message(node.database, conference.id, {"text": "welcome"}, WORKER)

    assert [said.event.to_org for said in node.said(ConferenceMessageSent)] == [THERE, THIRD]


@pytest.mark.parametrize(
    ("org", "code"),
    [
        (THERE, "already_invited"),
        (HERE, "already_invited"),
        (FOURTH, "organisation_not_consented"),
        ("", "needed"),
        (7, "not_text"),
        ("a" * 32, "too_long"),
    ],
)
def test_whom_the_person_did_not_agree_to_or_who_takes_part_is_not_invited(
    among_three: Node, org: Any, code: str
) -> None:
    _, conference = put_to_one(among_three)

    with pytest.raises(Invalid) as invalid:
        invites(among_three, conference, org)
    assert invalid.value.errors == {"organisation": code}
    assert among_three.said(ConferenceInvited) == []


def test_who_cannot_be_reached_is_not_invited_and_no_more_than_ten_are(among_three: Node) -> None:
    node = among_three
    _, conference = put_to_one(node)
    with node.database.transaction() as tx:
        tx.execute(update(partners).where(partners.c.org == THIRD).values(public_key=None))
    with pytest.raises(Invalid) as invalid:
        invites(node, conference)
    assert invalid.value.errors == {"organisation": "organisation_without_key"}

    with node.database.transaction() as tx:
        for number in range(9):
            row = {"conference_id": conference.id, "org": f"org-{number}", "number": 0}
            tx.execute(conference_members.insert().values(row))
    with pytest.raises(Invalid) as invalid:
        invites(node, conference)
    assert invalid.value.errors == {"organisation": "too_many"}


def test_consent_has_to_cover_what_was_told_and_as_long_as_it_lasts(among_three: Node) -> None:
    node = among_three
    person, case = has_case_to_confer(node, **AGREED)
    conference = opens(node, case, fields=["gender"])
    for less, code in (
        ({"fields": ["age_band"]}, "told_not_consented"),
        ({"expires_on": date(2026, 3, 10)}, "consent_ends_before_it"),
    ):
        record_consent(node.database, person.id, AGREED | less, WORKER)
        with pytest.raises(ConsentMissing) as missing:
            invites(node, conference)
        assert missing.value.code == code
    assert node.said(ConferenceInvited) == []


def test_what_has_become_known_of_the_person_since_does_not_leave(among_three: Node) -> None:
    node = among_three
    _, case = has_case_to_confer(node, **AGREED)
    conference = opens(node, case, question="is there a room near the willow?")
    hidden = {"name": "Beds", "service_type": "shelter", "status": "open", "address": "Willow 12"}
    put_service(node.database, None, hidden, FOCAL_POINT)

    with pytest.raises(Conflict, match="known_by_now"):
        invites(node, conference)


def test_only_its_opener_invites_while_it_and_the_case_are_open(among_three: Node) -> None:
    node = among_three
    theirs = invited(node)
    with pytest.raises(NotPermitted):
        invite(node.database, theirs, {"organisation": THIRD}, FOCAL_POINT)
    case, conference = put_to_one(node)
    with pytest.raises(NotFound):
        invites(node, conference, by=COLLEAGUE)
    close_case(node.database, case.id, "returned", WORKER)
    with pytest.raises(Conflict, match="closed"):
        invites(node, conference)
    _, second = put_to_one(node)
    close_conference(node.database, second.id, {"actions": [action()]}, WORKER)
    with pytest.raises(Conflict, match="conference_closed"):
        invites(node, second)


def action() -> dict[str, Any]:
    return {"org": HERE, "what": "a bed", "until": "2026-03-09"}


def late(**changes: Any) -> dict[str, Any]:
    """What stands in the sealed part when we are the third to whom a case is put."""
    known = {"act_id": str(new_id()), "made_at": START.isoformat(), "joined": [HERE]}
    return put_to_us(invited=[THIRD]) | known | changes


def test_who_is_invited_later_has_the_case_and_says_what_it_was_told(among_three: Node) -> None:
    node, conference_id = among_three, new_id()
    with pytest.raises(Unready):
        hears(node, act(ConferenceMessageSent, conference_id), {"text": "early"}, sender=THIRD)
    content = late()
    hears(node, act(ConferenceInvited, conference_id, made_at=START + timedelta(days=2)), content)

    page = conference_page(node.database, conference_id, FOCAL_POINT)
    assert (page.opening["question"], page.conference.joined) == ("A question.", (HERE,))
    assert (page.conference.opened_at, page.conference.members) == (START, (THERE, THIRD, HERE))
    told = {"case": digest_of(content["case"]), "invited": (THIRD, HERE)}
    assert said_in(node, ConferenceConfirmed) == [(THERE, told), (THIRD, told)]
    hears(node, act(ConferenceMessageSent, conference_id), {"text": "welcome"}, sender=THIRD)
    assert outcomes(node) == ["stored", "stored"]


@pytest.mark.parametrize(
    "changed",
    [
        {"joined": [FOURTH]},
        {"joined": []},
        {"joined": [HERE, THERE]},
        {"joined": [HERE, *(f"org-{n}" for n in range(9))]},
        {"made_at": "soon"},
        {"made_at": (START - timedelta(days=30)).isoformat()},
        {"act_id": "none"},
        {"case": "none"},
        {"case": {"question": "A question."}},
    ],
)
def test_an_invitation_of_another_shape_is_not_taken(among_three: Node, changed: dict[str, Any]) -> None:
    with pytest.raises(Refused, match="not_of_the_agreed_shape"):
        hears(among_three, act(ConferenceInvited, new_id()), late(**changed))
    assert among_three.rows(conferences) == []


def test_others_learn_who_joins_and_write_to_it_too(among_three: Node) -> None:
    node = among_three
    conference_id = invited(node)
    with pytest.raises(Unready, match="not_a_participant"):
        hears(node, act(ConferenceMessageSent, conference_id), {"text": "I am new"}, sender=THIRD)
    with pytest.raises(Refused, match="not_a_participant"):
        hears(node, act(ConferenceInvited, conference_id), late(joined=[FOURTH]), sender=THIRD)
    joins = act(ConferenceInvited, conference_id)
    for _ in range(2):
        hears(node, joins, late(**put_to_us(), joined=[THIRD]))
    hears(node, act(ConferenceMessageSent, conference_id), {"text": "I am new"}, sender=THIRD)
    write_message(node.database, conference_id, {"text": "welcome"}, FOCAL_POINT)

    assert [said.event.to_org for said in node.said(ConferenceMessageSent)] == [THERE, THIRD]
    assert [to for to, _ in said_in(node, ConferenceConfirmed)] == [THERE, THERE, THIRD]
    kinds = [one.kind for one in conference_page(node.database, conference_id, FOCAL_POINT).acts]
    assert sorted(kinds) == ["invited", "opened", "said", "said"]


def test_who_says_that_it_has_left_is_written_to_no_more(among_three: Node) -> None:
    node, conference_id = among_three, new_id()
    hears(node, act(ConferenceInvited, conference_id), late())
    [(said, _)] = [
        (one, one.event.to_org) for one in node.said(ConferenceConfirmed) if one.event.to_org == THIRD
    ]
    answer = {"act_id": said.event.act_id, "outcome": "left"}
    hears(node, act(ConferenceReceipted, conference_id, **answer), sender=THIRD)
    write_message(node.database, conference_id, {"text": "hello"}, FOCAL_POINT)

    assert [one.event.to_org for one in node.said(ConferenceMessageSent)] == [THERE]
    assert node.said(ConferenceDeparted) == []


def test_who_is_invited_stands_in_the_same_order_everywhere(among_three: Node) -> None:
    orgs = ["a-z", "ab", HERE, "a-b"]
    conference_id = invited(among_three, invited=orgs)
    hears(among_three, act(ConferenceInvited, conference_id), late(**put_to_us(invited=orgs), joined=["aa"]))

    page = conference_page(among_three.database, conference_id, FOCAL_POINT)
    assert page.conference.invited == (*sorted(orgs), "aa")
    assert page.conference.joined == ("aa",)
