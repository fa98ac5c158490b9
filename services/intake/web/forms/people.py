"""Register a person, search for one, and record what they agree to."""

from collections.abc import Iterable
from typing import Any, ClassVar

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from services.intake.domain import GIVEN_BY, LEGAL_BASES, PURPOSES, SHAREABLE_FIELDS, Partner
from services.intake.web.forms import choices
from services.intake.web.forms.base import StoringForm
from services.intake.web.labels import FIELDS
from shared.schemas.codes import AGE_BANDS, GENDERS
from shared.web.forms import (
    Checkboxes,
    DateField,
    Form,
    Optional,
    RadioField,
    SearchField,
    SelectField,
    StringField,
    TelField,
    at_most,
    required,
)


class SearchForm(Form):
    """Looks for people. It is posted, so that no name ever stands in an address."""

    q = SearchField(_l("Name, alias or case reference"), [Optional(), at_most(200)])


class PersonForm(StoringForm):
    """A person: one kind of name is enough, everything else may stay unknown."""

    fields_of: ClassVar = {"languages": "language"}

    alias = StringField(FIELDS["alias"], [at_most(200)])
    given_name = StringField(FIELDS["given_name"], [at_most(200)])
    family_name = StringField(FIELDS["family_name"], [at_most(200)])
    birth_date = DateField(FIELDS["birth_date"], [Optional()])
    age_band = SelectField(FIELDS["age_band"], default="")
    gender = SelectField(FIELDS["gender"], default="")
    citizenship = SelectField(FIELDS["citizenship"], default="")
    language = SelectField(_l("Language to speak with the person"), default="")
    other_language = SelectField(_l("Another language"), default="")
    phone = TelField(FIELDS["phone"], [at_most(50)])
    address = StringField(FIELDS["address"], [at_most(500)])

    def __init__(self) -> None:
        super().__init__()
        unknown = _("Not known")
        self.age_band.choices = choices.with_nothing(choices.coded("age_band", AGE_BANDS), unknown)
        self.gender.choices = choices.with_nothing(choices.coded("gender", GENDERS), unknown)
        self.citizenship.choices = choices.with_nothing(choices.countries(), unknown)
        self.language.choices = choices.with_nothing(choices.languages(), unknown)
        self.other_language.choices = choices.with_nothing(choices.languages(), _("None"))

    def given(self) -> dict[str, Any]:
        """What was said, as ``register_person`` takes it."""
        known = {name: self[name].data for name in SHAREABLE_FIELDS if name != "languages"}
        languages = [code for code in (self.language.data, self.other_language.data) if code]
        return known | {"languages": languages}


class ConsentForm(StoringForm):
    """What a person agrees to. Nothing is ticked beforehand: consent is an act of the person."""

    given_by = RadioField(_l("Who gives consent?"), [required(_l("Say who gives consent."))])
    legal_basis = SelectField(_l("On what basis?"), default="consent")
    purposes = Checkboxes(_l("What for?"), [required(_l("Tick at least one purpose."))])
    organisations = Checkboxes(_l("With which organisations may it be shared?"))
    fields = Checkboxes(_l("Exactly which fields may be shared?"))
    expires_on = DateField(_l("Until which day?"), [Optional()])

    def __init__(self, organisations: Iterable[Partner]) -> None:
        super().__init__()
        self.given_by.choices = choices.coded("given_by", GIVEN_BY)
        self.legal_basis.choices = choices.coded("legal_basis", LEGAL_BASES)
        self.purposes.choices = choices.coded("purpose", PURPOSES)
        self.organisations.choices = [(partner.org, partner.name) for partner in organisations]
        self.fields.choices = choices.coded("field", SHAREABLE_FIELDS)

    def given(self) -> dict[str, Any]:
        """What was said, as ``record_consent`` takes it."""
        names = ("given_by", "legal_basis", "purposes", "organisations", "fields", "expires_on")
        return {name: self[name].data for name in names}


class ConfirmForm(StoringForm):
    """A question that is answered by its button alone."""
