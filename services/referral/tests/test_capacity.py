"""A question that names nobody: who is asked, who may answer, and who reads the answer."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from services.referral import storage
from services.referral.directory_storage import set_offer
from services.referral.tests.hub import SIGNING, START, Hub, Said
from services.referral.usecases.capacity import forget_old_questions
from shared.clock import new_id
from shared.messaging.errors import Refused
from shared.messaging.message import HUB, Message, encode
from shared.schemas import Event
from shared.schemas.intake import CapacityAnswered, CapacityAsked
from shared.schemas.questions import (
    CapacityAnswerPassed,
    CapacityQuestionNoted,
    CapacityQuestionPassed,
)
from shared.sealing import write_letter

OFFER = {
    "service_id": str(UUID(int=1)),
    "name": "Beds",
    "service_type": "shelter",
    "status": "open",
    "areas": [],
    "languages": [],
}


@pytest.fixture(autouse=True)
def offers(hub: Hub) -> None:
    with hub.database.transaction() as tx:
        for org in ("harbour-house", "legal-aid"):
            set_offer(tx, org, revision=1, services=[OFFER])


def said_by(event: Event, by: str, *readers: str) -> Message:
    wire = encode(event, id=new_id(), sender=by, subject="", at=START)
    letter = write_letter([wire], sender=by, readers=(HUB, *readers), signing=SIGNING, private=b"")
    return replace(Message(new_id(), by, event), letter=letter)


def question(*readers: str, by: str = "harbour-house", id_: UUID | None = None) -> Message:
    event = CapacityAsked(
        question_id=id_ or new_id(), service_type="shelter", urgency="urgent", asked_at=START
    )
    return said_by(event, by, *readers)


def answer(question_id: UUID, by: str = "legal-aid", to: str = "harbour-house") -> Message:
    event = CapacityAnswered(
        question_id=question_id, to_org=to, answer="capacity", by_machine=False, answered_at=START
    )
    return said_by(event, by, to)


def told(said: list[Said], kind: type) -> list[str]:
    return [one.to for one in said if isinstance(one.event, kind)]


def test_those_who_offer_it_are_asked_with_the_asker_s_own_letter(hub: Hub) -> None:
    asked = question("legal-aid", "clinic", "nobody-known")

    said = hub.hears(asked)

    assert told(said, CapacityQuestionPassed) == ["to.legal-aid"]
    [passed] = [one for one in said if isinstance(one.event, CapacityQuestionPassed)]
    assert asked.letter is not None
    assert passed.event.letter == asked.letter.hash
    assert list(passed.beside) == [asked.letter.hash]
    [taken] = [one for one in said if isinstance(one.event, CapacityQuestionNoted)]
    assert (taken.to, taken.event.asked) == ("to.harbour-house", ["legal-aid"])
    assert taken.event.answer_by == START + timedelta(hours=8)


def test_a_repeat_is_answered_again_and_asks_nobody_anew(hub: Hub) -> None:
    asked = question("legal-aid")
    hub.hears(asked)

    for said in (hub.hears(repeated=[asked]), hub.hears(replace(asked, id=new_id()))):
        assert told(said, CapacityQuestionNoted) == ["to.harbour-house"]
        assert told(said, CapacityQuestionPassed) == []


def test_an_answer_goes_to_the_asker_only(hub: Hub) -> None:
    asked = question("legal-aid")
    hub.hears(asked)

    said = hub.hears(answer(asked.event.question_id))  # type: ignore[attr-defined]

    assert [one.to for one in said] == ["to.harbour-house"]
    assert told(said, CapacityAnswerPassed) == ["to.harbour-house"]


@pytest.mark.parametrize(("by", "to"), [("clinic", "harbour-house"), ("legal-aid", "clinic")])
def test_who_was_not_asked_cannot_answer_and_nobody_else_is_answered(hub: Hub, by: str, to: str) -> None:
    asked = question("legal-aid")
    hub.hears(asked)

    with pytest.raises(Refused, match="question_unknown"):
        hub.hears(answer(asked.event.question_id, by, to))  # type: ignore[attr-defined]


def test_another_s_question_cannot_be_taken_over(hub: Hub) -> None:
    asked = question("legal-aid")
    hub.hears(asked)

    with pytest.raises(Refused, match="question_of_another"):
        hub.hears(question("harbour-house", by="legal-aid", id_=asked.event.question_id))  # type: ignore[attr-defined]


def test_without_a_letter_and_to_too_many_nothing_is_asked(hub: Hub) -> None:
    with pytest.raises(Refused, match="letter_missing"):
        hub.hears(replace(question("legal-aid"), letter=None))
    with pytest.raises(Refused, match="too_many_asked"):
        hub.hears(question(*(f"org-{number}" for number in range(51))))


def test_a_question_that_is_long_over_is_forgotten(hub: Hub) -> None:
    hub.hears(question("legal-aid"))

    hub.pass_time(days=7)
    assert forget_old_questions(hub.database) == 0
    hub.pass_time(hours=9)
    assert forget_old_questions(hub.database) == 1


def test_the_hub_keeps_nothing_of_for_whom_it_is() -> None:
    assert {column.name for column in storage.questions.columns} == {"id", "from_org", "asked", "answer_by"}
