"""What we offer, service by service: add one, change it, retire it, say whether it takes anybody now."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.intake.domain import FULL, STATUSES, Actor
from services.intake.storage import directory as rows
from services.intake.usecases.checks import Rule, Wrong, checked, code, language, several, text
from services.intake.usecases.directory import offer
from services.intake.usecases.refusals import Invalid, NotFound, NotPermitted
from shared.clock import new_id
from shared.database import Database, Transaction
from shared.schemas.codes import GENDERS, SERVICE_TYPES
from shared.schemas.intake import Service

OLDEST = 120


def _age(value: Any) -> int:
    if not isinstance(value, int) or not 0 <= value <= OLDEST:
        raise Wrong("not_an_age")
    return value


def _yes_or_no(value: Any) -> bool:
    return bool(value)


RULES: dict[str, Rule] = {
    "name": text(200),
    "service_type": code(SERVICE_TYPES),
    "status": code(STATUSES),
    "areas": several(text(100)),
    "languages": several(language),
    "minimum_age": _age,
    "maximum_age": _age,
    "genders": several(code(GENDERS)),
    "eligibility_description": text(1000),
    "required_documents": several(text(200)),
    "contact": text(500),
    "address": text(500),
    "confidential": _yes_or_no,
}
NEEDED = ("name", "service_type", "status")


@dataclass(frozen=True)
class OwnService:
    """A service of ours; ``hidden_address`` is the confidential one, which never leaves the node."""

    service: Service
    hidden_address: str | None = None

    @property
    def status(self) -> str:
        """One of ``domain.STATUSES``."""
        return FULL if self.service.full else self.service.status


def own_offer(database: Database, by: Actor) -> list[OwnService]:
    """All that we offer, in our own order; raises NotPermitted."""
    _require_speaker(by)
    with database.reading() as tx:
        hidden = rows.hidden_addresses(tx)
        return [OwnService(one, hidden.get(one.service_id)) for one in rows.list_own_services(tx)]


def own_service(database: Database, service_id: UUID, by: Actor) -> OwnService:
    """One of them; raises NotPermitted or NotFound."""
    found = next((one for one in own_offer(database, by) if one.service.service_id == service_id), None)
    if found is None:
        raise NotFound("service_not_found")
    return found


def put_service(database: Database, service_id: UUID | None, given: Mapping[str, Any], by: Actor) -> UUID:
    """Add a service, or change the one of that id, and tell the network; it is assured as of today.

    ``given`` is named by RULES. An address is ``confidential`` unless that is said to be false: then it stays here,
    and others see the areas and the ``contact`` only. Raises NotPermitted, NotFound, or Invalid.
    """
    _require_speaker(by)
    values = _values(given)
    hidden = values.pop("address", None) if values.pop("confidential") else None
    with database.transaction() as tx:
        id_ = service_id or new_id()
        _offer(
            tx, Service(service_id=id_, assured_date=tx.at.date(), **values), by, is_new=service_id is None
        )
        rows.set_hidden_address(tx, id_, hidden)
    return id_


def _values(given: Mapping[str, Any]) -> dict[str, Any]:
    values = checked(given, RULES, needed=NEEDED)
    youngest, oldest = values.get("minimum_age"), values.get("maximum_age")
    if youngest is not None and oldest is not None and youngest > oldest:
        raise Invalid({"minimum_age": "youngest_above_oldest"})
    lists = {name: [one for one in values.get(name, ()) if one] for name in ("areas", "languages")}
    may_be_none = {
        n: [one for one in values[n] if one] for n in ("genders", "required_documents") if n in values
    }
    full = values["status"] == FULL
    status = {"status": "paused" if full else values["status"], "full": True if full else None}
    return {"confidential": True} | values | lists | may_be_none | status


def _offer(tx: Transaction, service: Service, by: Actor, *, is_new: bool) -> None:
    ours = rows.list_own_services(tx)
    if is_new:
        return offer(tx, [*ours, service], by)
    if service.service_id not in {one.service_id for one in ours}:
        raise NotFound("service_not_found")
    return offer(tx, [service if one.service_id == service.service_id else one for one in ours], by)


def retire_service(database: Database, service_id: UUID, by: Actor) -> None:
    """Offer it no longer; one that is not there is retired already. Raises NotPermitted."""
    _require_speaker(by)
    with database.transaction() as tx:
        offer(tx, [one for one in rows.list_own_services(tx) if one.service_id != service_id], by)


def _require_speaker(by: Actor) -> None:
    if not by.speaks_for_the_organisation:
        raise NotPermitted
