"""Two silent weeks on pages: the receiver is asked how it went, the sender sees the silence."""

import pytest

from services.intake.web.tests.site import Site
from services.intake.web.tests.visitors import words
from shared.schemas.life import Move


@pytest.mark.parametrize(
    ("ours", "heading", "said"),
    [
        (False, "How did it go?", "Say what became of it: the organisation that sent it waits to hear."),
        (True, "Silent for two weeks", "The other organisation is asked how it went."),
    ],
)
def test_both_sides_are_shown_it(site: Site, ours: bool, heading: str, said: str) -> None:  # noqa: FBT001 - a parameter
    about = site.node.sends().id if ours else site.node.received()
    site.moved(about, Move.DELIVER, Move.ACCEPT, ours=ours)
    assert heading not in words(site.browser().get("/inbox"))
    site.node.pass_time(days=14)
    worker = site.browser()

    assert f"{heading} 1" in words(worker.get("/inbox"))
    page = words(worker.get(f"/referrals/{about}"))
    assert f"{heading} Nobody has said anything since: 2 Mar 2026, 12:00. {said}" in page.replace(" .", ".")
