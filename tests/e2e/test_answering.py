"""What came in: a focal point says by keyboard alone who works on it, and the answer takes two clicks."""

from tests.e2e.conftest import Visit, Visitor

B = "legal-aid-centre"
WAITING = "#waiting a[href*='/referrals/']"


def clicks_that_lead_on(visitor: Visitor) -> list[str]:
    """Every page that is asked for from now on, but for those that the node itself leads to."""
    asked: list[str] = []

    def note(request: object) -> None:
        if request.is_navigation_request() and request.redirected_from is None:  # type: ignore[attr-defined]
            asked.append(request.url)  # type: ignore[attr-defined]

    visitor.page.on("request", note)
    return asked


def test_a_focal_point_assigns_and_the_lawyer_answers_in_two_clicks(visit: Visit) -> None:
    focal_point = visit(B).signs_in("pavel").goes_to("/inbox").presses(WAITING)
    referral = focal_point.page.url
    focal_point.page.goto(f"{referral}/team")
    by_keyboard(focal_point, "main form input[value=oksana]", "Space")
    by_keyboard(focal_point, "main form [type=submit]", "Enter")
    focal_point.page.wait_for_url(referral)
    assert focal_point.sees("Oksana")

    lawyer = visit(B).signs_in("oksana")
    lawyer.page.goto(referral)
    asked = clicks_that_lead_on(lawyer)
    lawyer.follows("/moves/accept").presses("main form.questions [type=submit]")

    assert lawyer.page.url == referral
    assert len(asked) == 2
    assert lawyer.page.locator("a[href$='/moves/accept']").count() == 0


def by_keyboard(visitor: Visitor, selector: str, key: str) -> None:
    """Tab to it and press the key."""
    there = visitor.page.locator(selector).first
    for _ in range(60):
        visitor.page.keyboard.press("Tab")
        if there.evaluate("one => one === document.activeElement"):
            visitor.page.keyboard.press(key)
            return
    raise AssertionError(f"{selector} is not reached by Tab")
