"""What the tables of our counts are called, and what the reporting service answers to them."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

TABLES: Mapping[str, Any] = {
    "persons_identified": _l("Persons by gender and age"),
    "persons_by_citizenship": _l("Persons by citizenship"),
    "persons_by_exploitation": _l("Persons by exploitation"),
    "persons_by_exploitation_type": _l("Persons by type of exploitation"),
    "persons_by_means": _l("Persons by means of control"),
    "persons_by_sector": _l("Persons by sector of exploitation"),
    "persons_by_recruiter": _l("Persons by recruiter"),
    "persons_by_case_state": _l("Persons assisted, by the state of the case"),
    "needs": _l("Needs by service"),
    "activities": _l("Activities"),
}

ANSWERS: Mapping[str, Any] = {
    "taken": _l("Taken: these are the counts that stand."),
    "replaced": _l("Others of ours stand, with a higher number. What is counted is sent anew."),
    "newer_workbook": _l(
        "Not taken: the network still counts by an earlier workbook. It is sent anew by that."
    ),
    "period_closed": _l("Not taken: the quarter is closed. What was taken before stands."),
    "period_not_begun": _l("Not taken: the quarter has not begun. Check this node's clock."),
}
WRONG = _l("Not taken: something in it cannot be right. Tell whoever looks after this node.")
