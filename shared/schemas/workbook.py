"""The workbook: the tables that nodes count for and coordinators read, declared once and versioned."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

VERSION = 2
LIMITED = 2  #: the first workbook by which nobody is in more cells of a table than it declares
FEWEST = 5  #: organisations of which figures are ever added up under masks, or released
EXPLOITATION = (
    "isForcedLabour",
    "isSexualExploit",
    "isForcedMarriage",
    "isForcedMilitary",
    "isOrganRemoval",
    "isSlaveryAndPractices",
    "isOtherExploit",
)  #: CTDC 2024 and the finer codes of its dictionary of 2017
PUBLISHED_EXPLOITATION = ("isForcedLabour", "isSexualExploit", "isOtherExploit")  #: CTDC 2024
PUBLISHED_MEANS = (
    "meansDebtBondageEarnings",
    "meansThreats",
    "meansAbusePsyPhySex",
    "meansFalsePromises",
    "meansDrugsAlcohol",
    "meansDenyBasicNeeds",
    "meansExcessiveWorkHours",
    "meansWithholdDocs",
)  #: CTDC 2024
PUBLISHED_SECTORS = (
    "typeOfLabourAgriculture",
    "typeOfLabourConstruction",
    "typeOfLabourDomesticWork",
    "typeOfLabourHospitality",
)  #: CTDC 2024
RECRUITERS = ("IntimatePartner", "Friend", "Family", "Other")  #: CTDC 2024
CONCLUSIONS = ("identified_victim", "presumed_victim", "vulnerable_migrant", "not_vulnerable")
NEED_STATES = ("open", "planned", "met", "not_met", "no_longer_needed")
ACTIVE = "active"  #: the state of a case that is not closed; a closed one has its reason
CLOSURE_REASONS = (
    "plan_completed",
    "reintegrated",
    "returned",
    "transferred",
    "person_declined",
    "contact_lost",
    "died",
    "not_eligible",
    "other",
)
ACTIVITIES = ("prevention", "awareness")
UNKNOWN = "unknown"  #: the cell of those whose code is not known
ANY = "any"  #: of codes of which somebody can have several: those who have at least one

_PUBLISHED: Mapping[str, Mapping[str, str | None]] = {
    "exploitation_type": {
        "isForcedMarriage": "isOtherExploit",
        "isForcedMilitary": "isOtherExploit",
        "isOrganRemoval": "isOtherExploit",
        "isSlaveryAndPractices": "isForcedLabour",
    },
    "means": {
        "DebtBondage": "meansDebtBondageEarnings",
        "TakesEarnings": "meansDebtBondageEarnings",
        "RestrictsFinancialAccess": "meansDebtBondageEarnings",
        "Threats": "meansThreats",
        "UsesChildren": "meansThreats",
        "ThreatOfLawEnforcement": "meansThreats",
        "PsychologicalAbuse": "meansAbusePsyPhySex",
        "PhysicalAbuse": "meansAbusePsyPhySex",
        "SexualAbuse": "meansAbusePsyPhySex",
        "FalsePromises": "meansFalsePromises",
        "PsychoactiveSubstances": "meansDrugsAlcohol",
        "RestrictsMovement": "meansDenyBasicNeeds",
        "RestrictsMedicalCare": "meansDenyBasicNeeds",
        "WithholdsNecessities": "meansDenyBasicNeeds",
        "ExcessiveWorkingHours": "meansExcessiveWorkHours",
        "WithholdsDocuments": "meansWithholdDocs",
        "Other": None,
        "NotSpecified": None,
    },
    "sector": {
        "Agriculture": "typeOfLabourAgriculture",
        "Construction": "typeOfLabourConstruction",
        "DomesticWork": "typeOfLabourDomesticWork",
        "Hospitality": "typeOfLabourHospitality",
    }
    | dict.fromkeys(
        (
            "Aquafarming",
            "Begging",
            "IllicitActivities",
            "Manufacturing",
            "MiningOrDrilling",
            "Peddling",
            "Transportation",
            "Other",
            "NotSpecified",
        )
    ),
}  #: stored code → published code, None where none is published for it
MEANS = tuple(_PUBLISHED["means"])  #: stored by the node (CTDC's dictionary of 2017)
SECTORS = tuple(_PUBLISHED["sector"])  #: likewise


def published(dimension: str, stored: Collection[str]) -> tuple[str, ...]:
    """The published codes of what a node stored of one person: each once, however many stored ones it merges."""
    merged = _PUBLISHED[dimension]
    return tuple(dict.fromkeys(code for one in stored if (code := merged.get(one, one)) is not None))


def percentages(counts: Mapping[str, int]) -> dict[str, float]:
    """Of those who have at least one of the codes (ANY), how many in a hundred have each; of nobody none."""
    known = counts.get(ANY, 0)
    return {
        code: round(100 * count / known, 1)
        for code, count in counts.items()
        if code not in {ANY, UNKNOWN} and known > 0
    }


@dataclass(frozen=True)
class Table:
    """A declared table: what is counted, and the code lists that cross in it.

    It is part of the workbooks ``since`` to ``until`` (None: to this day). One person is in at most ``most`` of its
    cells: whoever counts sees to it. Where ``several``, somebody can have several codes of the last dimension; its
    code ANY has those who have at least one, and UNKNOWN all others.
    """

    name: str
    counts: str
    dimensions: tuple[str, ...]
    about_people: bool = True
    since: int = 1
    until: int | None = None
    most: int = 1
    several: bool = False

    def is_of(self, workbook: int) -> bool:
        """Whether it is part of that version of the workbook."""
        return self.since <= workbook and (self.until is None or workbook <= self.until)


CONTRIBUTED = (
    Table("persons_identified", "persons", ("conclusion", "gender", "age_band")),
    Table("persons_by_citizenship", "persons", ("conclusion", "citizenship")),
    Table("persons_by_exploitation", "persons", ("conclusion", "exploitation"), until=1),
    Table(
        "persons_by_exploitation_type",
        "persons",
        ("conclusion", "exploitation_type"),
        since=2,
        most=3,
        several=True,
    ),
    Table("persons_by_means", "persons", ("conclusion", "means"), since=2, most=4, several=True),
    Table("persons_by_sector", "persons", ("conclusion", "sector"), since=2, most=2, several=True),
    Table("persons_by_recruiter", "persons", ("conclusion", "recruiter"), since=2),
    Table("persons_by_case_state", "persons", ("conclusion", "case_state"), since=2),
    Table("needs", "needs", ("service_type", "need_state"), most=4),
)  #: counted by the nodes, over people who consented to statistics, in the quarter of their first case

OF_ACTIVITIES = Table("activities", "activities", ("activity",), about_people=False, since=2)
#: told by the nodes for a quarter: how many talks, trainings and campaigns they held

OBSERVED = (
    Table("referrals", "referrals", ("service_type", "state"), about_people=False),
    Table("referrals_by_urgency", "referrals", ("urgency", "state"), about_people=False),
    Table("response_times", "referrals", ("urgency", "measure"), about_people=False),
    Table("referral_matrix", "referrals", ("from_region", "to_region"), about_people=False),
    Table("coverage", "services", ("coverage", "service_type", "region"), about_people=False),
)  #: kept by the reporting service from the referral service's events, in the quarter they were sent

TABLES = {table.name: table for table in (*CONTRIBUTED, OF_ACTIVITIES, *OBSERVED)}


@dataclass(frozen=True)
class Released:
    """A table that is given to the public, with noise: a contributed one, added up to these ``dimensions``.

    ``weight`` is its share of what a release spends: chosen so that of the large counts of invented networks
    most come out near what is true. ``merged`` renames codes, and leaves those out that become None.
    """

    name: str
    of: str
    dimensions: tuple[str, ...]
    weight: int
    merged: Mapping[str, str | None] = field(default_factory=dict)

    @property
    def table(self) -> Table:
        """The contributed table that it is made of."""
        return TABLES[self.of]

    def codes_of(self, codes: tuple[str, ...]) -> tuple[str, ...] | None:
        """The cell in which a contributed cell is counted; None for one that is left out."""
        kept = [
            self.merged.get(code, code)
            for dimension, code in zip(self.table.dimensions, codes, strict=True)
            if dimension in self.dimensions
        ]
        return tuple(code for code in kept if code is not None) if None not in kept else None


_MET: Mapping[str, str | None] = {
    "open": "unmet",
    "planned": "unmet",
    "not_met": "unmet",
    "no_longer_needed": None,
}
RELEASED = {
    one.name: one
    for one in (
        Released("persons_by_conclusion", "persons_identified", ("conclusion",), 2),
        Released("persons_by_gender_and_age", "persons_identified", ("gender", "age_band"), 6),
        Released("persons_by_citizenship", "persons_by_citizenship", ("citizenship",), 3),
        Released("persons_by_exploitation_type", "persons_by_exploitation_type", ("exploitation_type",), 2),
        Released("persons_by_means", "persons_by_means", ("means",), 4),
        Released("persons_by_sector", "persons_by_sector", ("sector",), 2),
        Released("persons_by_recruiter", "persons_by_recruiter", ("recruiter",), 2),
        Released("persons_by_case_state", "persons_by_case_state", ("case_state",), 3),
        Released("needs_met_and_unmet", "needs", ("service_type", "need_state"), 10, _MET),
    )
}
HEADLINE = (
    "persons_by_conclusion",
    "persons_by_gender_and_age",
    "persons_by_citizenship",
    "persons_by_exploitation_type",
)  #: what a country's yearly figures say first: fewer tables, less noise in each


def tables_of(workbook: int) -> Iterable[Table]:
    """What a node contributes under that version of the workbook."""
    return (table for table in (*CONTRIBUTED, OF_ACTIVITIES) if table.is_of(workbook))
