"""The workbook: the tables that nodes count for and coordinators read, declared once and versioned."""

from dataclasses import dataclass

VERSION = 1
EXPLOITATION = (
    "isForcedLabour",
    "isSexualExploit",
    "isForcedMarriage",
    "isForcedMilitary",
    "isOrganRemoval",
    "isSlaveryAndPractices",
    "isOtherExploit",
)  #: CTDC 2024 and the finer codes of its dictionary of 2017
CONCLUSIONS = ("identified_victim", "presumed_victim", "vulnerable_migrant", "not_vulnerable")
NEED_STATES = ("open", "planned", "met", "not_met", "no_longer_needed")
UNKNOWN = "unknown"  #: the cell of those whose code is not known


@dataclass(frozen=True)
class Table:
    """A declared table: what is counted, and the code lists that cross in it."""

    name: str
    counts: str
    dimensions: tuple[str, ...]
    about_people: bool = True


CONTRIBUTED = (
    Table("persons_identified", "persons", ("conclusion", "gender", "age_band")),
    Table("persons_by_citizenship", "persons", ("conclusion", "citizenship")),
    Table("persons_by_exploitation", "persons", ("conclusion", "exploitation")),
    Table("needs", "needs", ("service_type", "need_state")),
)  #: counted by the nodes, over people who consented to statistics, in the quarter of their first case

OBSERVED = (
    Table("referrals", "referrals", ("service_type", "state"), about_people=False),
    Table("referrals_by_urgency", "referrals", ("urgency", "state"), about_people=False),
    Table("response_times", "referrals", ("urgency", "measure"), about_people=False),
    Table("referral_matrix", "referrals", ("from_region", "to_region"), about_people=False),
    Table("coverage", "services", ("coverage", "service_type", "region"), about_people=False),
)  #: kept by the reporting service from the referral service's events, in the quarter they were sent

TABLES = {table.name: table for table in CONTRIBUTED + OBSERVED}
