"""What tables, dimensions and measures are called in the reader's language."""

from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from services.reporting.domain.protection import TOTAL
from services.reporting.usecases.report import Report, Value
from shared.web.labels import label

TABLES = {
    "persons_identified": _l("Persons by gender and age"),
    "persons_by_citizenship": _l("Persons by citizenship"),
    "persons_by_exploitation": _l("Persons by exploitation"),
    "persons_by_exploitation_type": _l("Persons by type of exploitation"),
    "persons_by_means": _l("Persons by means of control"),
    "persons_by_sector": _l("Persons by sector of exploitation"),
    "persons_by_recruiter": _l("Persons by recruiter"),
    "persons_by_case_state": _l("Persons assisted, by the state of the case"),
    "needs": _l("Needs by service"),
    "referrals": _l("Referrals by service"),
    "referrals_by_urgency": _l("Referrals by urgency"),
    "response_times": _l("Response times"),
}
DIMENSIONS = {
    "conclusion": _l("Conclusion"),
    "gender": _l("Gender"),
    "age_band": _l("Age"),
    "citizenship": _l("Citizenship"),
    "exploitation": _l("Exploitation"),
    "exploitation_type": _l("Type of exploitation"),
    "means": _l("Means of control"),
    "sector": _l("Sector"),
    "recruiter": _l("Recruiter"),
    "case_state": _l("State of the case"),
    "activity": _l("Activity"),
    "service_type": _l("Service"),
    "need_state": _l("State of the need"),
    "urgency": _l("Urgency"),
    "state": _l("State of the referral"),
    "measure": _l("Measure"),
}
MEASURES = {
    "referrals": _l("Referrals"),
    "median_hours_to_acknowledgement": _l("Hours to acknowledgement: half within"),
    "p90_hours_to_acknowledgement": _l("Hours to acknowledgement: nine of ten within"),
    "median_hours_to_decision": _l("Hours to decision: half within"),
    "p90_hours_to_decision": _l("Hours to decision: nine of ten within"),
    "no_answer_percent": _l("Without an answer, in percent"),
}
STANDING = {
    "new": _l("new"),
    "waiting": _l("waiting for a decision"),
    "overdue": _l("overdue"),
    "escalated": _l("overdue and escalated"),
    "unresolved": _l("unresolved"),
}


def called(dimension: str, code: str) -> str:
    """A code of a dimension, or the word for all of them."""
    if code == TOTAL:
        return str(_("Total"))
    return str(MEASURES[code]) if dimension == "measure" else label(dimension, code)


def shown(value: Value | None) -> str:
    """A value as it stands in a table."""
    if value is None or (value.shown is None and not value.protected):
        return "–"  # noqa: RUF001 - the sign for "nothing here"
    if value.shown is None:
        return str(_("withheld"))
    number = str(format_decimal(value.shown))
    return f"≈ {number}" if value.protected else number


def protection(report: Report) -> str:
    """The line beside each chart that says what protection did."""
    if not report.table.about_people:
        return str(_("These figures are exact: they are about referrals, not about people."))
    if not report.withheld:
        return str(_("Nothing had to be withheld: no count here is from 1 to 4."))
    return str(
        ngettext(
            "To protect people, %(num)d count is withheld, and totals that hold it are rounded (≈) to 5.",
            "To protect people, %(num)d counts are withheld, and totals that hold one are rounded (≈) to 5.",
            report.withheld,
        )
    )


def sources(report: Report) -> str:
    """Whose counts these are, without naming anybody."""
    if report.contributors is None:
        return str(_("Counted from the referrals of the whole network."))
    return str(
        ngettext(
            "Added up over %(num)d organisation.", "Added up over %(num)d organisations.", report.contributors
        )
    )
