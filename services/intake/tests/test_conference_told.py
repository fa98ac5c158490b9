"""Whether all in a conference were told the same: what each node says it was told, and an alarm where it differs."""

from datetime import timedelta
from typing import Any

import orjson
import pytest
from structlog.testing import capture_logs

from services.intake.domain.same_for_all import digest_of
from services.intake.storage.conference_tables import conferences
from services.intake.tests.conferring import FOURTH, THIRD, act, hears, invited, put_to_us
from services.intake.tests.node import FOCAL_POINT, HERE, START, THEIR_KEY, THERE, WORKER, Node
from services.intake.tests.test_conference_hearing import outcomes
from services.intake.tests.test_conference_inviting import action, invites, put_to_one
from services.intake.usecases.conference_acts import RULES
from services.intake.usecases.conference_thread import close_conference, conference_page
from services.intake.usecases.sealed_parts import open_act
from shared.schemas.conferences import ConferenceConfirmed, ConferenceOpened
from shared.sealing import KeyRing


def confirms(node: Node, conference_id: Any, *, sender: str, **said: Any) -> None:
    hears(node, act(ConferenceConfirmed, conference_id), said, sender=sender)


def told(node: Node, conference_id: Any) -> dict[str, str]:
    return dict(conference_page(node.database, conference_id, FOCAL_POINT).told)


def test_all_who_were_told_the_same_are_seen_to_be(among_three: Node) -> None:
    node = among_three
    case = put_to_us(invited=[HERE, THIRD])["case"]
    conference_id = invited(node, invited=[HERE, THIRD])
    assert told(node, conference_id) == {THIRD: "not_said"}
    confirms(node, conference_id, sender=THIRD, case=digest_of(case), invited=[HERE, THIRD])
    assert told(node, conference_id) == {THIRD: "same"}
    # who joined may have reached the other first
    confirms(node, conference_id, sender=THIRD, case=digest_of(case), invited=[HERE, THIRD, FOURTH])
    assert told(node, conference_id) == {THIRD: "same"}
    assert outcomes(node) == ["stored"] * 3


@pytest.mark.parametrize(
    ("changes", "others"),
    [
        ({"question": "Another question."}, [HERE, THIRD]),
        ({"facts": {"gender": "Man"}}, [HERE, THIRD]),
        ({"invited": [HERE, FOURTH]}, [HERE, FOURTH]),
        ({"ends_at": (START + timedelta(days=13)).isoformat()}, [HERE, THIRD]),
        ({}, [HERE, FOURTH, THIRD]),
    ],
)
def test_that_somebody_was_told_something_else_is_an_alarm(
    among_three: Node, changes: dict[str, Any], others: list[str]
) -> None:
    node = among_three
    conference_id = invited(node, invited=[HERE, THIRD])
    conference_page(node.database, conference_id, FOCAL_POINT)
    case = put_to_us(invited=[HERE, THIRD])["case"]
    with capture_logs() as logs:
        confirms(node, conference_id, sender=THIRD, case=digest_of(case | changes), invited=others)
        confirms(node, conference_id, sender=THIRD, case=digest_of(case), invited=[HERE, THIRD])

    assert [line["orgs"] for line in logs if line["event"] == "conference.told_differently"] == [[THIRD]] * 2
    assert [row["unseen"] for row in node.rows(conferences)] == [True]
    page = conference_page(node.database, conference_id, FOCAL_POINT)
    assert page.differs == [THIRD]  # a word that is taken back was said all the same


def test_ours_is_compared_with_what_each_of_the_others_was_told(among_three: Node) -> None:
    node = among_three
    _, conference = put_to_one(node)
    [(_, was_told)] = [
        (
            one.event.to_org,
            open_act(one.letter.private, one.event.act_id, KeyRing(THEIR_KEY), RULES["opened"]),
        )
        for one in node.said(ConferenceOpened)
    ]
    confirms(node, conference.id, sender=THERE, case=was_told["case"]["digest"], invited=[THERE])
    assert told(node, conference.id) == {THERE: "same"}
    invites(node, conference)
    confirms(node, conference.id, sender=THIRD, case=was_told["case"]["digest"], invited=[THERE, THIRD])
    assert told(node, conference.id) == {THERE: "same", THIRD: "same"}
    confirms(node, conference.id, sender=THERE, case="0" * 64, invited=[THERE, THIRD])
    assert told(node, conference.id) == {THERE: "differs", THIRD: "same"}


def test_what_was_told_is_named_whatever_the_order_of_its_parts_and_of_a_newer_version_too() -> None:
    case = put_to_us()["case"]
    turned = orjson.loads(orjson.dumps(dict(reversed(case.items()))))

    assert digest_of(case) == digest_of(turned)
    assert digest_of(case) != digest_of(case | {"mood": "good"})


def test_a_confirmation_counts_after_the_closing_and_nothing_is_known_of_it_once_erased(
    among_three: Node,
) -> None:
    node = among_three
    _, conference = put_to_one(node)
    close_conference(node.database, conference.id, {"actions": [action()]}, WORKER)
    confirms(node, conference.id, sender=THERE, case="0" * 64, invited=[THERE])
    assert told(node, conference.id) == {THERE: "differs"}
    node.pass_time(days=14)
    assert told(node, conference.id) == {}
