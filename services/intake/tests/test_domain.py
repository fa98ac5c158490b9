"""Rules that need no database."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from services.intake.domain import (
    Actor,
    Case,
    Consent,
    ConsentMissing,
    Direction,
    Person,
    Referral,
    Role,
    age_band_of,
    folded,
    new_reference,
)
from services.intake.domain.period import bounds, quarter_of, quarters
from shared.clock import new_id
from shared.schemas.codes import AGE_BANDS
from shared.schemas.life import Move, State

TODAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, tzinfo=UTC)
CASE = Case(new_id(), new_id(), "K7QM-2XRD", "open", NOW)
CONSENT = Consent(
    new_id(), CASE.person_id, 1, "individual", ("referral",), ("legal-aid",), ("phone",), "consent", NOW
)


def referral(state: State) -> Referral:
    facts = (new_id(), Direction.OUT, "legal-aid", "legal_assistance", "urgent", NOW, 1)
    return Referral(*facts, state=state, shown_state=state, unconfirmed=False)


@pytest.mark.parametrize(
    ("born", "band"),
    [
        (date(2026, 3, 2), "0--8"),
        (date(2017, 3, 3), "0--8"),
        (date(2017, 3, 2), "9--11"),
        (date(2008, 3, 3), "15--17"),
        (date(2008, 3, 2), "18--20"),
        (date(2008, 2, 29), "18--20"),
        (date(1930, 1, 1), "66+"),
    ],
)
def test_the_age_band_changes_on_the_birthday(born: date, band: str) -> None:
    assert age_band_of(born, TODAY) == band


def test_every_age_has_a_band() -> None:
    found = {age_band_of(date(2026 - age, 1, 1), TODAY) for age in range(120)}

    assert found == set(AGE_BANDS)


def test_a_person_is_called_by_their_name_and_else_by_the_alias() -> None:
    person = Person(new_id(), NOW, "olena", alias="Bluebird", given_name="Aster")

    assert person.name == "Aster"
    assert replace(person, given_name=None).name == "Bluebird"


def test_names_are_compared_without_case_in_any_script() -> None:
    assert folded("ОЛЕНА") == folded("олена")
    assert folded("STRASSE") == folded("straße")
    assert folded("ﬁn") == folded("FIN")


def test_consent_covers_its_last_day_and_not_the_next() -> None:
    consent = replace(CONSENT, expires_on=TODAY)

    consent.require("legal-aid", ["phone"], TODAY)
    with pytest.raises(ConsentMissing, match="consent_expired"):
        consent.require("legal-aid", ["phone"], date(2026, 3, 3))


@pytest.mark.parametrize(
    ("consent", "to_org", "fields", "code"),
    [
        (replace(CONSENT, withdrawn_at=NOW), "legal-aid", ["phone"], "consent_withdrawn"),
        (replace(CONSENT, purposes=("statistics",)), "legal-aid", ["phone"], "purpose_not_consented"),
        (CONSENT, "clinic", ["phone"], "organisation_not_consented"),
        (CONSENT, "legal-aid", ["phone", "address"], "field_not_consented"),
    ],
)
def test_what_was_not_agreed_to_is_refused(
    consent: Consent, to_org: str, fields: list[str], code: str
) -> None:
    with pytest.raises(ConsentMissing) as refused:
        consent.require(to_org, fields, TODAY)

    assert refused.value.code == code
    assert refused.value.field == ("address" if code == "field_not_consented" else None)


def test_a_reference_is_eight_letters_that_nobody_misreads() -> None:
    letters = iter("K7QM2XRD")

    assert new_reference(lambda _: next(letters)) == "K7QM-2XRD"
    assert not set("01ILO") & {letter for _ in range(50) for letter in new_reference()}


def test_each_party_is_offered_its_own_moves_only() -> None:
    out = referral(State.DELIVERED)

    assert out.allowed == (Move.CANCEL, Move.WITHDRAW_CONSENT, Move.ENTERED_IN_ERROR)
    assert Move.ACCEPT in replace(out, direction=Direction.IN).allowed
    assert replace(out, refused=True).allowed == ()


def test_an_administrator_sees_no_cases() -> None:
    assert not Actor("root", Role.ADMIN, "harbour-house").sees_cases


def test_quarters_follow_each_other_over_the_year() -> None:
    assert quarter_of(datetime(2025, 12, 31, 23, 59, tzinfo=UTC)) == "2025-Q4"
    assert bounds("2025-Q4") == (datetime(2025, 10, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC))
    span = quarters(datetime(2025, 11, 5, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC))
    assert list(span) == ["2025-Q4", "2026-Q1", "2026-Q2"]
