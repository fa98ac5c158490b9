"""Forward what came, take consent back, and say what became of own records after somebody else did."""

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l

from services.intake.domain import GIVEN_BY, SAFE_CONTACT, Partner
from services.intake.usecases.forwarding import ForwardOrder
from services.intake.web.forms import choices
from services.intake.web.forms.base import StoringForm
from shared.schemas.codes import URGENCIES
from shared.schemas.erasure import ERASED, KEPT, NOTHING, REASONS_OF_PEOPLE
from shared.web.forms import Checkboxes, Optional, RadioField, TextAreaField, at_most, required


class ForwardForm(StoringForm):
    """To whom it goes on, who agreed to that, and what of it leaves. Nothing is ticked beforehand."""

    to_org = RadioField(_l("To which organisation?"), [required(_l("Choose an organisation."))])
    urgency = RadioField(_l("How urgent is it?"), [required(_l("Say how urgent it is."))])
    given_by = RadioField(_l("Who has agreed to it?"), [required(_l("Say who has agreed to it."))])
    fields = Checkboxes(_l("Which fields do you send?"))
    reason = TextAreaField(
        _l("Why do you refer the person?"), [required(_l("Say why you refer the person.")), at_most(2000)]
    )
    safe_contact = RadioField(
        _l("How can contact be made safely?"), [required(_l("Say how contact can be made safely."))]
    )

    def __init__(self, organisations: Iterable[Partner], may_go_on: Iterable[str]) -> None:
        super().__init__()
        self.to_org.choices = [(partner.org, partner.name) for partner in organisations]
        self.urgency.choices = choices.coded("urgency", URGENCIES)
        self.given_by.choices = choices.coded("given_by", GIVEN_BY)
        self.fields.choices = choices.coded("field", may_go_on)
        self.safe_contact.choices = choices.coded("safe_contact", SAFE_CONTACT)

    def order(self) -> ForwardOrder:
        """The same for the use case."""
        return ForwardOrder(
            to_org=self.to_org.data,
            urgency=self.urgency.data,
            reason=self.reason.data or "",
            fields=tuple(self.fields.data or ()),
            safe_contact=self.safe_contact.data,
            given_by=self.given_by.data,
        )


class OwnRecordsForm(StoringForm):
    """What became of what was written down here, and why it is kept where it is."""

    outcome = RadioField(
        _l("What becomes of your own records about the person?"),
        [required(_l("Say what becomes of them."))],
    )
    reason = RadioField(_l("If they are kept: why?"), [Optional()], default=None)

    def __init__(self) -> None:
        super().__init__()
        self.outcome.choices = choices.coded("own_records", (NOTHING, ERASED, KEPT))
        self.reason.choices = choices.coded("kept_because", REASONS_OF_PEOPLE)
