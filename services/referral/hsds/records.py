"""What an import gives: organisations and services in the words of HSDS, and what was wrong with the rest."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.referral.hsds.problems import Problem


@dataclass(frozen=True)
class Organisation:
    """Who offers services; `website` is an http or https address."""

    id: UUID
    name: str
    description: str
    website: str | None = None
    email: str | None = None


@dataclass(frozen=True)
class Capacity:
    """How many `unit` (beds, hours) were free, and are there at most, at the moment `updated` (HSDS 3.1)."""

    unit: str
    available: int
    updated: datetime
    maximum: int | None = None
    description: str | None = None


@dataclass(frozen=True)
class Service:
    """What an organisation offers, to whom and where; holds no place more exact than the name of an area.

    `status` is a code of HSDS; `service_type` a code of the network or None when the file does not name one;
    ages are whole years, both ends included; `languages` are ISO 639-3.
    """

    id: UUID
    organisation_id: UUID
    name: str
    status: str
    description: str | None = None
    service_type: str | None = None
    minimum_age: int | None = None
    maximum_age: int | None = None
    eligibility_description: str | None = None
    interpretation_services: str | None = None
    wait_time: str | None = None
    areas: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    required_documents: tuple[str, ...] = ()
    capacities: tuple[Capacity, ...] = ()


@dataclass(frozen=True)
class Import:
    """All that was read; when it is not `ok`, the records are for looking at and none may be stored."""

    organisations: tuple[Organisation, ...]
    services: tuple[Service, ...]
    problems: tuple[Problem, ...]

    @property
    def ok(self) -> bool:
        """Whether everything that was read may be stored."""
        return not any(problem.fatal for problem in self.problems)
