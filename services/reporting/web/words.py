"""What tables, dimensions and measures are called in the reader's language."""

from collections.abc import Iterable

from flask_babel import format_decimal, get_locale, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from services.reporting.domain.filters import filters_of
from services.reporting.domain.protection import TOTAL
from services.reporting.domain.regions import OTHER, name_of
from services.reporting.storage.masked import Said
from services.reporting.usecases.overview import Headline, ReleasedHeadline
from services.reporting.usecases.report import Report, Value
from services.reporting.usecases.rosters import Standing
from shared.schemas.workbook import OF_ACTIVITIES
from shared.web.labels import COUNTED, ROSTERS_REFUSED, label

TABLES = {
    **COUNTED,
    "referrals": _l("Referrals by service"),
    "referrals_by_urgency": _l("Referrals by urgency"),
    "response_times": _l("Response times"),
    "referral_matrix": _l("Referrals from region to region"),
    "coverage": _l("Coverage: services by region"),
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
    "from_region": _l("From"),
    "to_region": _l("To"),
    "coverage": _l("Coverage"),
    "region": _l("Region"),
}
COVERAGE = {
    "gap": _l("Gaps: nothing open, or no room"),
    "open_services": _l("Open services, today"),
    "referrals_from_there": _l("Referrals from there"),
    "no_room": _l("Refused or put off for lack of room"),
}
MEASURES = {
    "referrals": _l("Referrals"),
    "median_hours_to_acknowledgement": _l("Hours to acknowledgement: half within"),
    "p90_hours_to_acknowledgement": _l("Hours to acknowledgement: nine of ten within"),
    "standard_hours_to_acknowledgement": _l("Hours to acknowledgement: allowed"),
    "acknowledged_in_time_percent": _l("Acknowledged in time, in percent"),
    "median_hours_to_decision": _l("Hours to decision: half within"),
    "p90_hours_to_decision": _l("Hours to decision: nine of ten within"),
    "standard_hours_to_decision": _l("Hours to decision: allowed"),
    "decided_in_time_percent": _l("Decided in time, in percent"),
    "no_answer_percent": _l("Without an answer, in percent"),
}
FILTERS = {
    "region": _l("Region of the organisation that was asked"),
    "service_type": _l("Service"),
    "urgency": _l("Urgency"),
}
FORMS = {
    "csv": _l("Download as CSV"),
    "hxl": _l("Download as CSV with HXL tags"),
    "xlsx": _l("Download as XLSX"),
    "pdf": _l("Download as PDF"),
}
INTERNAL = _l(
    "For internal use under the network's information-sharing protocol: not for publication. Publish releases."
)  #: above every exact table about people
PUBLIC = _l("They may be published, each with its error.")  #: of the figures of a release
OF_THE_QUARTER = (
    "referrals",
    "median_hours_to_acknowledgement",
    "acknowledged_in_time_percent",
    "median_hours_to_decision",
    "decided_in_time_percent",
    "no_answer_percent",
)
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
    if dimension.endswith("region"):
        return str(_("Other regions")) if code == OTHER else name_of(code, str(get_locale()))
    own = {"measure": MEASURES, "coverage": COVERAGE}.get(dimension)
    return str(own[code]) if own else label(dimension, code)


def measured_against(measure: str) -> str:
    """The title of a chart of this measure in which lines show what is allowed."""
    return str(_("%(measure)s; the line is what is allowed", measure=MEASURES[measure]))


def shown(value: Value | None) -> str:
    """A value as it stands in a table."""
    if value is None or (value.shown is None and not value.protected):
        return "–"  # noqa: RUF001 - the sign for "nothing here"
    if value.shown is None:
        return str(_("withheld"))
    number = str(format_decimal(value.shown))
    return f"≈ {number}" if value.protected else number


def themselves(codes: Iterable[str]) -> list[tuple[str, str]]:
    """Options that need no other words, such as periods."""
    return [(code, code) for code in codes]


def options(name: str, codes: Iterable[str]) -> list[tuple[str, str]]:
    """The codes of a filter with what they are called."""
    return [(code, called(name, code)) for code in codes]


def filter_line(report: Report) -> list[tuple[str, str]]:
    """Period and filters, each by its name and what was chosen; those of a table that has none are left out."""
    given = report.filters.given
    chosen = [
        (str(FILTERS[name]), called(name, given[name]) if name in given else str(_("all")))
        for name in filters_of(report.table)
    ]
    return [(str(_("Period")), str(report.period)), *chosen]


def headline(found: Headline) -> str:
    """The year in one sentence."""
    if found.persons is None:
        return str(
            _(
                "How many victims were identified and assisted in %(year)s is withheld to protect them.",
                year=found.year,
            )
        )
    about = "≈ " if found.about else ""
    persons = ngettext(
        "%(year)s: %(about)s%(num)d victim of trafficking identified and assisted",
        "%(year)s: %(about)s%(num)d victims of trafficking identified and assisted",
        int(found.persons),
        year=found.year,
        about=about,
    )
    if found.children_percent is None:
        withheld = _("how many of them are children is withheld to protect them")
        return f"{persons}; {withheld}."
    children = _("of whom %(about)s%(percent)d %% are children", about=about, percent=found.children_percent)
    return f"{persons}, {children}."


def released_headline(found: ReleasedHeadline) -> str:
    """The year in one sentence, of figures that may be published; each is within its error in 19 of 20 cases."""
    persons = ngettext(
        "%(year)s: %(num)d ± %(error)d victim of trafficking identified and assisted",
        "%(year)s: %(num)d ± %(error)d victims of trafficking identified and assisted",
        found.persons.value,
        year=found.year,
        error=found.persons.error,
    )
    children = _(
        "children among everybody counted: %(number)d ± %(error)d",
        number=found.children.value,
        error=found.children.error,
    )
    return f"{persons}; {children}."


def about_regions(report: Report) -> str:
    """How regions are to be read, where the table has some."""
    if not {"region", "from_region"} & set(report.table.dimensions):
        return ""
    return str(
        _(
            "A region with figures of its own has three organisations or more; the others are counted together, "
            "so that no organisation can be told apart."
        )
    )


def protection(report: Report) -> str:
    """The line beside each chart that says what protection did."""
    if report.table == OF_ACTIVITIES:
        return str(_("These figures are exact: organisations told how many activities they held."))
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
    told_by = ngettext(
        "Added up over %(num)d organisation.", "Added up over %(num)d organisations.", report.contributors
    )
    if not report.waiting:
        return str(told_by)
    waiting = _(
        "Not in it yet: %(quarters)s. Counts leave masked there, and are added up once, when the quarter is over.",
        quarters=", ".join(report.waiting),
    )
    return f"{told_by} {waiting}"


def state_of_roster(standing: Standing) -> str:
    """Where the sum of a roster stands."""
    roster = standing.roster
    lacking = sum(one is None or one.refused is not None for one in standing.said.values())
    if roster.wrong:
        return str(_("the sum cannot be right, and is not used"))
    if roster.opened_at:
        return str(_("the sum is read"))
    if not standing.is_newest:
        return str(_("another has taken its place: its sum can never be read"))
    if roster.completed_at:
        return str(_("all have contributed, masks are being lifted"))
    return str(_("lacks the counts of %(number)d of %(all)d", number=lacking, all=len(standing.said)))


def said_to_roster(said: Said | None) -> str:
    """What a member has said to a roster; never a figure."""
    if said is None:
        return str(_("nothing yet"))
    if said.refused:
        nothing = _("contributes nothing")
        return f"{nothing}: {ROSTERS_REFUSED.get(said.refused, said.refused)}"
    return str(_("has lifted its mask") if said.lifted_at else _("has contributed"))
