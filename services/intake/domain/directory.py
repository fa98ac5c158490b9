"""Who else is on the network and what they offer, as the directory says."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from services.intake.domain.capacity import Wanted
from services.intake.domain.person import ages_of

FULL = "full"
STATUSES = ("open", "paused", FULL)
SINGLE = ("minimum_age", "maximum_age", "eligibility_description", "contact", "address")
SEVERAL = ("areas", "languages", "genders", "required_documents")


@dataclass(frozen=True)
class Partner:
    """An organisation of the network. Without a key nothing can be sealed for it, so nothing can be sent."""

    org: str
    name: str
    public_key: str | None

    @property
    def reachable(self) -> bool:
        """Whether a referral can be sent to it."""
        return self.public_key is not None


@dataclass(frozen=True)
class Offer:
    """One service of one organisation, in the words of HSDS 3.0. Empty lists and None mean: not restricted.

    ``status`` is open, paused or full, as it was on ``assured_date``; ``contact`` says how it is reached.
    ``reachable`` says whether a referral can be sent to the organisation through the network.
    """

    org: str
    org_name: str
    reachable: bool
    service_id: UUID
    name: str
    service_type: str
    status: str
    areas: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    minimum_age: int | None = None
    maximum_age: int | None = None
    genders: tuple[str, ...] = ()
    assured_date: date | None = None
    eligibility_description: str | None = None
    required_documents: tuple[str, ...] = ()
    contact: str | None = None
    address: str | None = None

    @classmethod
    def of(cls, partner: Partner, service: dict[str, Any]) -> "Offer":
        """From a service's wire form."""
        named: dict[str, Any] = {name: service[name] for name in ("name", "service_type")}
        named |= {name: service.get(name) for name in SINGLE}
        named |= {name: tuple(service.get(name) or ()) for name in SEVERAL}
        assured = service.get("assured_date")
        named["assured_date"] = date.fromisoformat(assured) if assured else None
        named["status"] = FULL if service.get("full") else service["status"]
        named |= {"org": partner.org, "org_name": partner.name, "reachable": partner.reachable}
        return cls(service_id=UUID(service["service_id"]), **named)

    def fits(self, area: str | None, language: str | None, age_band: str | None) -> bool:
        """Whether it could be for somebody like that; what it does not say excludes nobody."""
        return (
            (area is None or not self.areas or area.casefold() in {a.casefold() for a in self.areas})
            and (language is None or not self.languages or language in self.languages)
            and (age_band is None or self._takes(*ages_of(age_band)))
        )

    def helps(self, wanted: Wanted) -> bool:
        """Whether it is that kind of help, and could be for somebody like that."""
        right_kind = self.service_type == wanted.service_type
        right_gender = wanted.gender is None or not self.genders or wanted.gender in self.genders
        return right_kind and right_gender and self.fits(wanted.area, wanted.language, wanted.age_band)

    def _takes(self, youngest: int, oldest: int) -> bool:
        return (self.minimum_age or 0) <= oldest and (
            self.maximum_age is None or youngest <= self.maximum_age
        )
