"""The page of counts says of masked ones that they are shown before masking, and what can be read of them."""

from services.intake.storage import masking as rows
from services.intake.storage.counts_sent import Sent, add_sent
from services.intake.storage.masking import Roster
from services.intake.tests.test_counting import PERIOD
from services.intake.web.tests.site import Site
from services.intake.web.tests.test_counts_page import admin
from services.intake.web.tests.visitors import Browser

__all__ = ["admin"]
SEVEN = {"table": "needs", "codes": ["food", "met"], "count": 7}


def test_what_was_counted_is_shown_before_masking_and_whether_the_sum_can_be_read(
    site: Site, admin: Browser
) -> None:
    with site.node.database.transaction() as tx:
        rows.keep_decision(tx, 3, PERIOD)
        for number, lifted_at, seed in ((4, None, None), (5, tx.at, b"s"), (6, None, b"s")):
            roster = Roster(number, PERIOD, 6, tx.at, seed=seed, lifted_at=lifted_at)
            rows.add_roster(tx, roster)
            add_sent(tx, Sent(PERIOD, number, 2, [SEVEN], tx.at, roster=number))
        rows.add_roster(tx, Roster(7, PERIOD, 5, tx.at, refused="roster_key"))
    page = admin.text("/counts")
    assert f"From {PERIOD} on counts leave masked" in page
    assert page.count("This is what was counted, before masking.") == 3
    assert page.count('<td class="number">7</td>') == 3
    for said in (
        "has lifted its mask",
        "Not all of the roster have contributed yet",
        "nobody can ever read anything of it",
        "A key of the roster is not the one that its register names.",
    ):
        assert page.count(said) == 1


def test_where_nothing_is_masked_nothing_is_said_of_masks(site: Site, admin: Browser) -> None:
    with site.node.database.transaction() as tx:
        add_sent(tx, Sent(PERIOD, 1, 2, [SEVEN], tx.at))
    assert "mask" not in admin.text("/counts")
