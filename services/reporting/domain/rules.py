"""The rules of the network for what is counted and released: two people of the hub change them, and nobody alone."""

from dataclasses import dataclass

from services.reporting.domain.periods import PeriodUnknown, parse_period
from shared.schemas.workbook import FEWEST, VERSION

FEWEST_ORGANISATIONS = FEWEST  #: of which a release is made; the rules can ask for more
LARGEST_EPSILON = 4_000  #: thousandths a year; above that noise promises next to nothing


class RulesWrong(Exception):
    """Codes: epsilon_out_of_range, workbook_unknown, organisations_too_few, quarter_unknown."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Rules:
    """What holds until two people change it.

    ``epsilon``, in thousandths: the most that all releases together may spend on the people of one quarter's intake.
    ``workbook``: the version that nodes count by, and the newest that is taken. ``organisations``: of how many a
    release must be made. ``masked_from``: the quarter from which counts are taken masked only, none while it is empty.
    Raises RulesWrong.
    """

    epsilon: int = 1_000
    workbook: int = VERSION
    organisations: int = FEWEST_ORGANISATIONS
    masked_from: str = ""

    def __post_init__(self) -> None:
        """Rules that protect nobody are none."""
        if not 1 <= self.epsilon <= LARGEST_EPSILON:
            raise RulesWrong("epsilon_out_of_range")
        if not 1 <= self.workbook <= VERSION:
            raise RulesWrong("workbook_unknown")
        if self.organisations < FEWEST_ORGANISATIONS:
            raise RulesWrong("organisations_too_few")
        if self.masked_from and not _is_quarter(self.masked_from):
            raise RulesWrong("quarter_unknown")


def _is_quarter(name: str) -> bool:
    try:
        return parse_period(name).quarter is not None
    except PeriodUnknown:
        return False
