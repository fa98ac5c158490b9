"""Acts of a conference on their way: what may stand in each, how it is said to all others, and until when."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from services.intake.domain import codelists
from services.intake.domain.conference import (
    CLOSED,
    CONFIRMED,
    DEPARTED,
    ENDED,
    INVITED,
    OPENED,
    REGION,
    SAID,
    Act,
    Conference,
)
from services.intake.domain.same_for_all import digest_of
from services.intake.storage import conferences as rows
from services.intake.storage import directory as directory_rows
from services.intake.usecases.checks import (
    Rule,
    Wrong,
    an_id,
    checked,
    code,
    country,
    day,
    language,
    several,
    text,
)
from services.intake.usecases.refusals import Invalid
from services.intake.usecases.sealed_parts import KeyUnusable, seal_act
from services.intake.usecases.sheets import each_of, level, listed
from shared.clock import new_id
from shared.database import Transaction
from shared.messaging.message import HUB
from shared.messaging.topology import from_node
from shared.schemas.codes import GENDERS, KNOWN_AGE_BANDS, SERVICE_TYPES
from shared.schemas.conferences import (
    MOST_INVITED,
    OVER,
    ConferenceAct,
    ConferenceClosed,
    ConferenceConfirmed,
    ConferenceDeparted,
    ConferenceEnded,
    ConferenceInvited,
    ConferenceMessageSent,
    ConferenceOpened,
)
from shared.schemas.workbook import CONCLUSIONS, EXPLOITATION

NOT_IN_NETWORK = "organisation_unknown"  #: what became of an act, as the network or our own directory says
EVENTS: dict[str, type[ConferenceAct]] = {
    OPENED: ConferenceOpened,
    INVITED: ConferenceInvited,
    CONFIRMED: ConferenceConfirmed,
    SAID: ConferenceMessageSent,
    DEPARTED: ConferenceDeparted,
    CLOSED: ConferenceClosed,
    ENDED: ConferenceEnded,
}
MOST_ACTIONS = 10
LONGEST_ACTION = 500  #: characters


def many(rules: Mapping[str, Rule], *, needed: Sequence[str], at_most: int) -> Rule:
    """A list of records, each by these rules; it comes out as it was given, in JSON types."""

    def check(values: Any) -> tuple[dict[str, Any], ...]:
        if not isinstance(values, (list, tuple)) or not all(isinstance(one, Mapping) for one in values):
            raise Wrong("not_a_list")
        if len(values) > at_most:
            raise Wrong("too_many")
        try:
            return tuple(_in_json(checked(one, rules, needed=needed)) for one in values)
        except Invalid as invalid:
            raise Wrong(next(iter(invalid.errors.values()))) from None

    return check


def _in_json(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in values.items()
    }


def _shifted_day(value: Any) -> str | None:
    found = day(value)
    return found.isoformat() if found else None


FACT_RULES: dict[str, Rule] = {
    "age_band": code(KNOWN_AGE_BANDS),
    "gender": code(GENDERS),
    "citizenship": country,
    "languages": several(language),
    "conclusion": code(CONCLUSIONS),
    "exploitation": several(code(EXPLOITATION)),
    "risk": listed("risk"),
    "needs": several(code(SERVICE_TYPES)),
    "levels": each_of(codelists.codes("domain"), level),
    **dict.fromkeys(("opened_on", "screened_on", "assessed_on"), _shifted_day),
    "services": many(
        {"service_type": code(SERVICE_TYPES), "given_on": day}, needed=("service_type",), at_most=100
    ),
    REGION: text(100),
}
ACTION_RULES: dict[str, Rule] = {"org": text(31), "what": text(LONGEST_ACTION), "until": day}
ACTIONS = many(ACTION_RULES, needed=tuple(ACTION_RULES), at_most=MOST_ACTIONS)


def _facts(values: Any) -> dict[str, Any]:
    """Those that are known here; what a newer version tells beside them is left where it is, in the sealed part."""
    if not isinstance(values, Mapping):
        raise Wrong("not_a_list")
    try:
        return checked({name: values[name] for name in FACT_RULES.keys() & values.keys()}, FACT_RULES)
    except Invalid:
        raise Wrong("unknown_code") from None


def _moment(value: Any) -> datetime:
    try:
        found = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise Wrong("not_a_moment") from None
    if found.tzinfo is None:
        raise Wrong("not_a_moment")
    return found


def _organisations(values: Any) -> tuple[str, ...]:
    found: tuple[str, ...] = several(text(31))(values)
    if len(found) > MOST_INVITED:
        raise Wrong("too_many")
    return found


CASE_RULES: dict[str, Rule] = {
    "invited": _organisations,
    "ends_at": _moment,
    "question": text(),
    "facts": _facts,
}


def _case(value: Any) -> dict[str, Any]:
    """A case as it was put, and the digest of all that stands there, also of what only a newer version knows."""
    if not isinstance(value, Mapping):
        raise Wrong("not_a_list")
    try:
        known = {name: value[name] for name in CASE_RULES.keys() & value.keys()}
        found = checked(known, CASE_RULES, needed=tuple(CASE_RULES.keys() - {"facts"}))
    except Invalid as invalid:
        raise Wrong(next(iter(invalid.errors.values()))) from None
    return found | {"digest": digest_of(value)}


RULES: dict[str, dict[str, Rule]] = {
    OPENED: {"case": _case},
    INVITED: {"case": _case, "act_id": an_id, "made_at": _moment, "joined": _organisations},
    CONFIRMED: {"case": text(64), "invited": _organisations},
    SAID: {"text": text()},
    CLOSED: {"actions": ACTIONS},
}  #: what stands in the sealed part of an act of that kind; in others there is none


def awaited(act_id: UUID, org: str) -> str:
    """The receipt until which an act is said again to that organisation."""
    return f"conference:{act_id}:{org}"


def say(
    tx: Transaction, conference: Conference, kind: str, content: Mapping[str, Any], by: str | None
) -> Act:
    """Keep an act of ours, and say it to all others with the commit, each in a letter that only they can open.

    To an organisation that is not in the network any more nothing is sent, which is kept as what became of it.
    """
    act = Act(new_id(), kind, conference.org, tx.at, by, content, dict.fromkeys(conference.others, ""))
    rows.add_act(tx, conference.id, act)
    outcomes = {org: _sent(tx, conference, act, org) for org in conference.others}
    return replace(act, delivered=outcomes)


def _sent(tx: Transaction, conference: Conference, act: Act, org: str) -> str:
    partner = directory_rows.find_partner(tx, org)
    try:
        key = partner.public_key if partner else None
        private = seal_act(act.content, act.id, to=key) if act.content else b""
    except KeyUnusable:
        key = None
    if key is None:
        rows.note_delivery(tx, act.id, org, NOT_IN_NETWORK)
        return NOT_IN_NETWORK
    event = EVENTS[act.kind](conference_id=conference.id, act_id=act.id, to_org=org, made_at=act.at)
    publish(tx, event, private=private, awaits=awaited(act.id, org))
    return ""


def publish(
    tx: Transaction, event: ConferenceAct, *, private: bytes = b"", awaits: str | None = None
) -> None:
    """Say it to the one it is for, in a letter through the hub."""
    tx.outbox.publish_letter(
        tx,
        event,
        to=from_node(tx.outbox.sender),
        subject=f"conference/{event.conference_id}",
        readers=(HUB, event.to_org),
        awaits=awaits,
        private=private,
    )


def unsay(tx: Transaction, conference_id: UUID) -> None:
    """What nobody has receipted is not said again."""
    waits = rows.undelivered(tx, conference_id)
    tx.outbox.receipted(tx, [awaited(*one) for one in waits])
    for act_id, org in waits:
        rows.note_delivery(tx, act_id, org, OVER)
