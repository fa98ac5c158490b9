"""What stands inside the sealed parts of letters, and what is taken from those of others."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from services.intake.domain import SAFE_CONTACT, SHAREABLE_FIELDS, Person
from services.intake.usecases.checks import Rule, Wrong, checked, code, moment, several, text
from services.intake.usecases.refusals import Invalid
from shared.sealing import CannotOpen, KeyRing, open_sealed, seal


class KeyUnusable(Exception):
    """The directory has no key of the organisation, or none that is one: nothing can be sealed for it."""


def person_content(
    person: Person, fields: tuple[str, ...], *, reason: str, safe_contact: str, reference: str
) -> dict[str, Any]:
    """Exactly what leaves: the ticked fields that have a value, why, how to make contact, the reference."""
    ticked = {name: value for name in fields if (value := getattr(person, name)) not in (None, ())}
    about = {"reason": reason, "safe_contact": safe_contact, "case_reference": reference}
    content: dict[str, Any] = orjson.loads(orjson.dumps(ticked | about))
    return content


def seal_person(content: Mapping[str, Any], referral_id: UUID, *, to: str | None) -> bytes:
    """Seal the person's part of that referral; raises KeyUnusable."""
    return _seal(content, to, f"person:{referral_id}".encode())


def open_person(sealed: bytes, referral_id: UUID, ring: KeyRing) -> dict[str, Any]:
    """The person's part of that referral; raises CannotOpen, also for what is not of the agreed shape."""
    content = _open(sealed, ring, f"person:{referral_id}".encode())
    rules = dict.fromkeys(SHAREABLE_FIELDS, text(500)) | {
        "languages": several(text(3)),
        "reason": text(),
        "safe_contact": code(SAFE_CONTACT),
        "case_reference": text(60),
    }
    return _shaped(content, rules)


def seal_note(said: Mapping[str, Any], move_id: UUID, *, to: str | None) -> bytes:
    """Seal what is said with that move (note, outcome, scheduled_for); raises KeyUnusable."""
    return _seal(said, to, f"note:{move_id}".encode())


def open_note(sealed: bytes, move_id: UUID, ring: KeyRing) -> dict[str, Any]:
    """What was said with that move; raises CannotOpen."""
    content = _open(sealed, ring, f"note:{move_id}".encode())
    return _shaped(content, {"note": text(), "outcome": text(), "scheduled_for": _moment_in_text})


def seal_act(said: Mapping[str, Any], act_id: UUID, *, to: str | None) -> bytes:
    """Seal what is said with that act of a conference; raises KeyUnusable."""
    return _seal(said, to, f"conference:{act_id}".encode())


def open_act(sealed: bytes, act_id: UUID, ring: KeyRing, rules: Mapping[str, Rule]) -> dict[str, Any]:
    """What is said with that act, each part as its rule returns it; raises CannotOpen."""
    return _shaped(_open(sealed, ring, f"conference:{act_id}".encode()), rules)


def _seal(content: Mapping[str, Any], to: str | None, context: bytes) -> bytes:
    if to is None:
        raise KeyUnusable
    try:
        return seal(orjson.dumps(content), to=to, context=context)
    except ValueError:
        raise KeyUnusable from None  # what is sealed here is far below the size that is refused


def _open(sealed: bytes, ring: KeyRing, context: bytes) -> dict[str, Any]:
    try:
        content = orjson.loads(open_sealed(sealed, ring, context=context))
    except orjson.JSONDecodeError:
        raise CannotOpen("not_json") from None  # the cause quotes the contents
    if not isinstance(content, dict):
        raise CannotOpen("not_of_the_agreed_shape")
    return content


def _shaped(content: dict[str, Any], rules: Mapping[str, Rule]) -> dict[str, Any]:
    """The known fields; those of a newer version are left where they are, in the sealed part."""
    try:
        return checked({name: value for name, value in content.items() if name in rules}, rules)
    except Invalid:
        raise CannotOpen("not_of_the_agreed_shape") from None


def _moment_in_text(value: Any) -> datetime:
    try:
        return moment(datetime.fromisoformat(value))
    except (TypeError, ValueError):
        raise Wrong("not_a_moment") from None
