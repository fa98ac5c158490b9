"""Consent is taken back in a browser: who sent it sees, organisation by organisation, who has erased what."""

from uuid import uuid4

from tests.e2e.conftest import Visit
from tests.e2e.test_journey import A, B, open_case_with_need, record_consent, refer, register, until


def test_who_withdraws_sees_the_receipts_of_all_to_whom_it_went(visit: Visit) -> None:
    worker, lawyer = (visit(org).signs_in(name).speaks("en") for org, name in ((A, "alena"), (B, "oksana")))
    alias = f"Test {uuid4().hex[:8]}"
    register(worker, alias, "Mirela")
    person = worker.page.url
    record_consent(worker, B)
    open_case_with_need(worker)
    referral_id = refer(worker, B)
    until(worker, "delivered", "the worker sees that it is delivered")

    lawyer.goes_to(f"/referrals/{referral_id}").follows("/forward")
    assert lawyer.complaints() == []
    lawyer.ticks("given_by", "individual").ticks("urgency", "normal")
    lawyer.page.locator("input[name=to_org]").first.check()
    lawyer.ticks("fields", "alias").fills(reason="Needs a doctor.").ticks("safe_contact", "in_person")
    lawyer.presses("button[name=go][value=check]")
    assert lawyer.complaints() == []
    assert lawyer.sees("Exactly this leaves this node")
    lawyer.presses("button[name=go][value=send]")
    until(lawyer, "delivered", "the lawyer sees that it went on")
    until(worker, "It went on", "the worker sees to whom it went on")

    worker.page.goto(f"{person}/consent/withdraw")
    assert worker.complaints() == []
    worker.presses("main form.questions [type=submit]").goes_to(f"/referrals/{referral_id}")
    assert worker.sees("Consent withdrawn: who has answered")
    until(worker, "1 of 2 have answered", "the node where nobody has looked answers by itself")
    assert worker.sees("a person there has yet to say")
    assert worker.sees("It was forwarded there.")

    lawyer.goes_to(f"/referrals/{referral_id}")
    assert not lawyer.sees(alias)
    lawyer.follows("/own-records")
    assert lawyer.complaints() == []
    lawyer.ticks("outcome", "kept").ticks("reason", "legal_obligation")
    lawyer.presses("main form.questions [type=submit]")
    assert lawyer.complaints() == []
    until(worker, "2 of 2 have answered", "the worker sees what a person there has said")
    assert worker.sees("a law obliges us to keep it")
    assert worker.complaints() == []
