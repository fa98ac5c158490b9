"""Conferences for tests: one of ours about a person whom the node knows well, and one to which we are invited."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import orjson

from services.intake.domain import Case, Person
from services.intake.domain.conference import Conference
from services.intake.tests.letters import letter_of
from services.intake.tests.node import HERE, OUR_KEY, START, THERE, WORKER, Node
from services.intake.usecases.cases import open_case
from services.intake.usecases.conferences import open_conference
from shared.clock import new_id
from shared.schemas.conferences import ConferenceAct, ConferenceOpened, ConferencePassed
from shared.sealing import seal

MARIA = {
    "alias": "Stork",
    "given_name": "Мария",
    "family_name": "Ковальская",
    "birth_date": date(1990, 3, 12),
    "gender": "Woman",
    "phone": "+375 29 123-45-67",
    "address": "ул. Ленина 5, Гродно",
}
THIRD, FOURTH = "night-shelter", "day-centre"  #: more organisations
ASKED: dict[str, Any] = {
    "question": "who could shelter her?",
    "organisations": [THERE],
    "days": 14,
    "seed": "chance",
}


def has_case_to_confer(node: Node, **agreed: Any) -> tuple[Person, Case]:
    person = node.registers(**MARIA)
    scope = {"purposes": ["conference"], "organisations": [THERE], "fields": ["gender", "age_band"]}
    node.has_consent(person, **scope | agreed)
    return person, open_case(node.database, person.id, WORKER)


def opens(node: Node, case: Case | None = None, **changes: Any) -> Conference:
    chosen = case or has_case_to_confer(node)[1]
    return open_conference(node.database, chosen.id, ASKED | changes, WORKER)


def hears(node: Node, event: ConferenceAct, content: Any = None, *, sender: str = THERE) -> None:
    """The hub passes a letter of the other organisation on."""
    context = f"conference:{event.act_id}".encode()
    private = b"" if content is None else seal(orjson.dumps(content), to=OUR_KEY.public, context=context)
    letter = letter_of(event, private, sender)
    node.hears_letters(
        (ConferencePassed(conference_id=event.conference_id, from_org=sender, letter=letter.hash), letter)
    )


def act(kind: type[ConferenceAct], conference_id: UUID, **more: Any) -> Any:
    known: dict[str, Any] = {
        "conference_id": conference_id,
        "act_id": new_id(),
        "to_org": HERE,
        "made_at": START,
    }
    return kind(**known | more)


def put_to_us(**changes: Any) -> dict[str, Any]:
    """What stands in the sealed part when a case is put to us."""
    ends_at = (START + timedelta(days=14)).isoformat()
    case = {
        "invited": [HERE],
        "ends_at": ends_at,
        "question": "A question.",
        "facts": {"gender": "Woman"},
    }
    return {"case": case | changes}


def invited(node: Node, **changes: Any) -> UUID:
    """A conference of the other organisation to which we are invited."""
    conference_id = new_id()
    hears(node, act(ConferenceOpened, conference_id), put_to_us(**changes))
    return conference_id
