"""What the reporting service answers to our counts."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

ANSWERS: Mapping[str, Any] = {
    "taken": _l("Taken: these are the counts that stand."),
    "replaced": _l("Others of ours stand, with a higher number. What is counted is sent anew."),
    "newer_workbook": _l(
        "Not taken: the network still counts by an earlier workbook. It is sent anew by that."
    ),
    "period_closed": _l("Not taken: the quarter is closed. What was taken before stands."),
    "masked_only": _l("Not taken: counts of this quarter leave masked. Nothing was kept of them."),
    "roster_replaced": _l(
        "Not taken: another roster has taken this one's place. It is counted anew for that."
    ),
    "period_not_begun": _l("Not taken: the quarter has not begun. Check this node's clock."),
}
WRONG = _l("Not taken: something in it cannot be right. Tell whoever looks after this node.")
