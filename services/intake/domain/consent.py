"""What a person agreed to: for which purposes, to whom, exactly which fields, until when."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from shared.values import value

GIVEN_BY = ("individual", "caregiver", "guardian")
CONFERENCE = "conference"
PURPOSES = ("referral", "statistics", CONFERENCE)
LEGAL_BASES = ("consent", "vital_interests", "legal_obligation")
SHAREABLE_FIELDS = (
    "alias",
    "given_name",
    "family_name",
    "birth_date",
    "age_band",
    "gender",
    "citizenship",
    "languages",
    "phone",
    "address",
)  #: of a person; nothing else can be ticked, so nothing else can leave


class ConsentMissing(Exception):
    """The person has not agreed to this. ``code`` says what is missing, ``field`` which field it is about."""

    def __init__(self, code: str, field: str | None = None) -> None:
        super().__init__(code)
        self.code, self.field = code, field


@value(frozen=True)
class Consent:
    """One version of a person's consent. Only the newest version counts.

    ``recorded_by`` is empty for what the person did alone, with a printed code.
    """

    id: UUID
    person_id: UUID
    version: int
    given_by: str
    purposes: tuple[str, ...]
    organisations: tuple[str, ...]
    fields: tuple[str, ...]
    legal_basis: str
    given_at: datetime
    expires_on: date | None = None
    withdrawn_at: datetime | None = None
    recorded_by: str = ""

    def require(self, to_org: str, fields: Iterable[str], on: date) -> None:
        """Refuse with ConsentMissing unless these fields may go to that organisation on that day."""
        self.require_purpose("referral", on)
        if to_org not in self.organisations:
            raise ConsentMissing("organisation_not_consented")
        for field in fields:
            if field not in self.fields:
                raise ConsentMissing("field_not_consented", field)

    def require_purpose(self, purpose: str, on: date) -> None:
        """Refuse with ConsentMissing unless the purpose is agreed to and in force on that day."""
        if self.withdrawn_at is not None:
            raise ConsentMissing("consent_withdrawn")
        if self.expires_on is not None and on > self.expires_on:
            raise ConsentMissing("consent_expired")
        if purpose not in self.purposes:
            raise ConsentMissing("purpose_not_consented")

    def allows(self, purpose: str, on: date) -> bool:
        """Whether the purpose is agreed to and in force on that day; the last day of a consent counts."""
        try:
            self.require_purpose(purpose, on)
        except ConsentMissing:
            return False
        return True
