"""The rules of the network for what is counted and released: two people of the hub change them, and nobody alone."""

from dataclasses import dataclass

from shared.schemas.workbook import VERSION

FEWEST_ORGANISATIONS = 5  #: of which a release is made; the rules can ask for more
LARGEST_EPSILON = 4_000  #: thousandths a year; above that noise promises next to nothing


class RulesWrong(Exception):
    """Codes: epsilon_out_of_range, workbook_unknown, organisations_too_few."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Rules:
    """What holds until two people change it.

    ``epsilon``, in thousandths: the most that all releases together may spend on the people of one quarter's intake.
    ``workbook``: the version that nodes count by, and the newest that is taken. ``organisations``: of how many a
    release must be made. Raises RulesWrong.
    """

    epsilon: int = 1_000
    workbook: int = VERSION
    organisations: int = FEWEST_ORGANISATIONS

    def __post_init__(self) -> None:
        """Rules that protect nobody are none."""
        if not 1 <= self.epsilon <= LARGEST_EPSILON:
            raise RulesWrong("epsilon_out_of_range")
        if not 1 <= self.workbook <= VERSION:
            raise RulesWrong("workbook_unknown")
        if self.organisations < FEWEST_ORGANISATIONS:
            raise RulesWrong("organisations_too_few")
