"""The tutorial *Your first report*, walked: what it says to press is there, and what it says one sees is seen."""

from collections.abc import Callable
from pathlib import Path

from deploy.demo.organisations import COORDINATOR
from shared.clock import now
from tests.e2e.conftest import Visit
from tests.walked_steps import Walker, walk

PAGE = Path(__file__).parents[2] / "docs" / "tutorial" / "first-report.md"
YEAR = str(now().year)


def test_every_step_is_walked(visit: Visit, record_property: Callable[[str, object], None]) -> None:
    coordinator = Walker(visit(COORDINATOR))

    def comes() -> Walker:
        coordinator.visitor.signs_in(COORDINATOR).speaks("en")
        return coordinator.looks()

    def shows(table: str, period: str) -> Walker:
        coordinator.visitor.chooses("table", table).chooses("period", period)
        return coordinator.presses("Show")

    def downloads() -> Walker:
        shows("referrals_by_urgency", YEAR)
        with coordinator.page.expect_download() as begun:
            coordinator.page.get_by_role("link", name="Download as CSV", exact=True).click()
        written = Path(begun.value.path()).read_text("utf-8-sig")
        assert written.startswith("table,referrals_by_urgency\n")
        assert "\nprotection,none: not about people\n" in written
        return coordinator.looks()

    def looks_again() -> Walker:
        coordinator.page.reload()
        return coordinator.looks()

    def quarter() -> str:
        choices: list[str] = coordinator.page.locator("select[name=period] option").all_inner_texts()
        return next(one for one in choices if "Q" in one)

    taken = (
        *(comes, coordinator.looks),
        lambda: coordinator.presses("Reports") and shows("referrals_by_urgency", YEAR),
        lambda: shows("response_times", YEAR),
        lambda: shows("persons_identified", quarter()),
        lambda: shows("persons_identified", YEAR),
        lambda: shows("coverage", YEAR),
        *(downloads, looks_again),
    )
    count = walk(PAGE, dict(enumerate(taken, 1)))

    record_property("figure", f"Your first report, walked by the tutorial: {count} steps.")
