"""A case worker registers somebody and sends a referral: in few screens, with few questions."""

from uuid import uuid4

from tests.e2e.conftest import Visit, Visitor

A, B = "harbour-house", "legal-aid-centre"
FIELDS = "main form.questions .field"
SUBMIT = "main form.questions [type=submit]"


def forms_sent(worker: Visitor) -> list[str]:
    """Every form that the worker sends from now on: a screen with questions ends with one."""
    sent: list[str] = []
    page = worker.page
    page.on(
        "request", lambda r: sent.append(r.url) if r.method == "POST" and r.is_navigation_request() else None
    )
    return sent


def test_registering_and_sending_take_few_screens(visit: Visit) -> None:
    worker = visit(A, width=390).signs_in("alena").goes_to("/people/new")
    assert worker.page.locator(FIELDS).count() <= 14
    sent = forms_sent(worker)

    worker.fills(alias=f"Test {uuid4().hex[:8]}").presses(SUBMIT)
    worker.follows("/consent").ticks("given_by", "individual").ticks("purposes", "referral")
    worker.ticks("organisations", B).ticks("fields", "alias").presses(SUBMIT)
    worker.follows("/cases/new").chooses("conclusion", "presumed_victim").presses(SUBMIT)
    worker.follows("/needs/new").chooses("service_type", "legal_assistance").ticks(
        "priority", "high"
    ).presses(SUBMIT)
    assert len(sent) <= 5

    del sent[:]
    worker.follows("/refer").ticks("urgency", "urgent").ticks("to_org", B)
    worker.presses("button[name=go][value=what]").ticks("fields", "alias").fills(
        reason="Needs advice on papers."
    )
    worker.ticks("safe_contact", "in_person").presses("button[name=go][value=check]")
    worker.presses("button[name=go][value=send]")
    assert "/referrals/" in worker.page.url
    assert len(sent) <= 3
