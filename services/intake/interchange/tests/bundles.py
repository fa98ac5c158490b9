"""Bundles for tests: one that nothing is wrong with, and ways to change it."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
from fhir.resources.R4B import get_fhir_model_class

from services.intake.domain import Direction, HistoryLine, Referral
from services.intake.interchange.systems import REFERRAL
from services.intake.interchange.writing import bundle_of
from services.intake.tests.node import HERE, THERE
from shared.schemas.life import Move, State

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ID = UUID("018f0000-0000-7000-8000-00000000000a")
CONTENT: dict[str, Any] = {
    "alias": "Stork",
    "given_name": "Оксана Марія",
    "family_name": "Приклад",
    "birth_date": "1999-12-31",
    "age_band": "24--26",
    "gender": "Trans/Transgender/NonConforming",
    "citizenship": "UKR",
    "languages": ["ukr", "rom", "rus"],
    "phone": "+000 00 000",
    "address": "Nowhere 1, Minsk",
    "reason": "Needs a bed.",
    "safe_contact": "only_through_the_worker",
    "case_reference": "K7QM-2XRD",
}


def referral(state: State = State.SENT, **changes: Any) -> Referral:
    given: dict[str, Any] = {
        "id": ID,
        "direction": Direction.IN,
        "other_org": THERE,
        "service_type": "safe_accommodation",
        "urgency": "emergency",
        "sent_at": AT,
        "number": 1,
        "state": state,
        "shown_state": state,
        "unconfirmed": False,
    }
    return Referral(**given | changes)


def line(state: State, **said: Any) -> HistoryLine:
    return HistoryLine(1, ID, Move.SEND, state, by_org=THERE, made_at=AT, **said)


def written(
    state: State = State.SENT, content: Mapping[str, Any] = CONTENT, said: HistoryLine | None = None
) -> dict[str, Any]:
    """As it goes through JSON."""
    history = (said,) if said else ()
    return as_json(bundle_of(referral(state), content, history, HERE, AT))


def as_json(bundle: Any) -> dict[str, Any]:
    return dict(json.loads(orjson.dumps(bundle)))


def resource(bundle: Mapping[str, Any], kind: str) -> dict[str, Any]:
    [found] = [e["resource"] for e in bundle["entry"] if e["resource"]["resourceType"] == kind]
    return found  # type: ignore[no-any-return]


def changed(bundle: Mapping[str, Any], kind: str, **elements: Any) -> dict[str, Any]:
    """A copy in which elements of that resource are other ones; None takes one away."""
    copy = as_json(bundle)
    its = resource(copy, kind)
    its.update(elements)
    for name in [name for name, value in elements.items() if value is None]:
        del its[name]
    return copy


def from_elsewhere(state: State = State.SENT, **content: Any) -> dict[str, Any]:
    """A referral that another system knows under a name of its own."""
    bundle = written(state, CONTENT | content)
    for kind in ("ServiceRequest", "Task"):
        for identifier in resource(bundle, kind)["identifier"]:
            if identifier["system"] == REFERRAL:
                identifier.update(system="urn:oid:1.2.3.4", value="A-17")
    return bundle


def check_against_the_standard(bundle: Mapping[str, Any]) -> None:
    """Raise for what has not the structure of FHIR.

    R4B is what ``fhir.resources`` has of R4's line: the four resources and Bundle are alike in both.
    """
    get_fhir_model_class("Bundle").model_validate_json(orjson.dumps(bundle))
