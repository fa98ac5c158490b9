"""Where what was shared goes, on pages: forwarded with fresh consent, withdrawn, answered by each organisation."""

import re
from uuid import UUID

import pytest

from services.intake.tests.node import FOCAL_POINT, HERE, START, THERE, moved_on
from services.intake.tests.test_erasures import passed
from services.intake.tests.test_withdrawing import ERASED, WAITS, answered
from services.intake.usecases.holds import ask_for_hold
from services.intake.web.tests.site import ELSEWHERE, Site
from services.intake.web.tests.visitors import Browser, text, words
from shared.clock import new_id
from shared.schemas.intake import ErasureReceipted, ReferralSent
from shared.schemas.life import Move, State
from shared.schemas.referral import ChildMoved, Holder

FORWARD = {
    "to_org": ELSEWHERE,
    "urgency": "urgent",
    "given_by": "individual",
    "fields": ["given_name"],
    "reason": "Needs a bed.",
    "safe_contact": "phone",
}


@pytest.fixture
def came(site: Site) -> UUID:
    return site.node.received(given_name="Tamarisk", phone="+000 11 111")


def test_what_came_is_forwarded_after_exactly_what_leaves_was_shown(
    site: Site, worker: Browser, came: UUID
) -> None:
    address = f"/referrals/{came}/forward"
    assert f'href="{address}"' in text(worker.get(f"/referrals/{came}"))
    assert "+000 11 111" in words(worker.get(address))

    check = worker.send(address, go="check", **FORWARD)

    assert "Exactly this leaves this node Given name Tamarisk Reason for the referral Needs a bed." in words(
        check
    )
    assert "+000 11 111" not in words(check)
    assert site.node.said(ReferralSent) == []

    sent = worker.send(address, go="send", **FORWARD)

    [said] = site.node.said(ReferralSent)
    assert sent.location == f"/referrals/{said.event.referral_id}"
    page = words(worker.get(sent.location))
    assert "Exactly these fields left this node Given name Tamarisk" in page
    assert "Consent to forward it Agreed to by The person" in page
    assert "forwarded" in words(worker.get(f"/referrals/{came}"))


def test_without_consent_and_organisation_nothing_goes_on(site: Site, worker: Browser, came: UUID) -> None:
    refused = worker.send(f"/referrals/{came}/forward", go="send", fields=["given_name"])

    assert refused.status_code == 422
    assert "Say who has agreed to it." in words(refused)
    assert "Choose an organisation." in words(refused)
    assert "checked" in text(refused)
    assert site.node.said(ReferralSent) == []


def test_the_move_by_itself_leads_to_the_page_that_asks(worker: Browser, came: UUID) -> None:
    assert worker.get(f"/referrals/{came}/moves/forward").location == f"/referrals/{came}/forward"


def test_what_was_agreed_to_here_is_taken_back_here(site: Site, worker: Browser, came: UUID) -> None:
    address = worker.send(f"/referrals/{came}/forward", go="send", **FORWARD).location
    assert f'href="{address}/withdraw"' in text(worker.get(address))

    worker.send(f"{address}/withdraw")

    page = words(worker.get(address))
    assert "0 of 1 have answered" in page
    assert "consent withdrawn" in page


def withdrawn(site: Site, worker: Browser) -> UUID:
    person, case = site.node.has_case()
    sent = site.node.sends(case)
    site.node.hears(*moved_on(sent.id, HERE, THERE, Move.DELIVER, Move.REJECT))
    page = words(worker.get(f"/people/{person.id}/consent/withdraw"))
    assert "also where it is over long ago" in page
    assert "Legal Aid, Legal assistance" in page
    worker.send(f"/people/{person.id}/consent/withdraw")
    return sent.id


def test_who_withdrew_sees_who_has_answered_and_who_has_not(site: Site, worker: Browser) -> None:
    referral_id = withdrawn(site, worker)
    assert "No answer yet. It is asked again until it answers." in words(
        worker.get(f"/referrals/{referral_id}")
    )

    onward = Holder(referral_id=new_id(), org=ELSEWHERE)
    site.node.hears_letters(answered(referral_id, WAITS, more=(onward,)))

    page = words(worker.get(f"/referrals/{referral_id}"))
    assert "0 of 2 have answered. Legal Aid asked 2 Mar 2026, 12:00 · answered 2 Mar 2026, 12:00" in page
    assert "What came with the referral: erased Own records: a person there has yet to say" in page
    assert "Night Shelter It was forwarded there." in page
    assert (
        "overdue" not in page.split("Consent withdrawn: who has answered")[1].split("Exactly these fields")[0]
    )


def test_who_does_not_answer_in_time_is_overdue(site: Site, worker: Browser) -> None:
    referral_id = withdrawn(site, worker)
    site.node.pass_time(days=3, seconds=1)

    worker = site.browser("olena")

    assert 'class="tag tag-overdue">overdue' in text(worker.get(f"/referrals/{referral_id}"))
    assert "Overdue on either side 1" in words(worker.get("/inbox"))
    site.node.hears_letters(answered(referral_id, ERASED))
    assert "1 of 1 have answered" in words(worker.get(f"/referrals/{referral_id}"))
    assert "Overdue on either side 0" in words(worker.get("/inbox"))


def test_who_received_it_says_what_became_of_own_records(site: Site, worker: Browser, came: UUID) -> None:
    worker.get(f"/referrals/{came}")
    worker.send(f"/referrals/{came}/moves/reject", reason="no_capacity")
    site.node.hears_letters(passed(came))
    page = words(worker.get(f"/referrals/{came}"))
    assert "Consent was withdrawn Asked 2 Mar 2026, 12:00 What came with the referral erased" in page
    assert "Tamarisk" not in page
    assert "Waiting for our answer 1" in words(worker.get("/inbox"))

    refused = worker.send(f"/referrals/{came}/own-records", outcome="kept")
    assert refused.status_code == 422
    worker.send(f"/referrals/{came}/own-records", outcome="kept", reason="legal_obligation")

    page = words(worker.get(f"/referrals/{came}"))
    assert "Own records kept (a law obliges us to keep it) Said by Olena" in page
    assert "Waiting for our answer 0" in words(worker.get("/inbox"))
    assert [said.event.revision for said in site.node.said(ErasureReceipted)] == [1, 2]


def test_a_colleague_who_was_first_is_not_overruled(site: Site, worker: Browser, came: UUID) -> None:
    worker.get(f"/referrals/{came}")
    site.node.hears_letters(passed(came))
    late = worker.form(f"/referrals/{came}/own-records") | {"outcome": "nothing"}
    worker.send(f"/referrals/{came}/own-records", outcome="erased")

    worker.client.post(f"/referrals/{came}/own-records", data=late)

    assert "A colleague has said so already." in words(worker.get(f"/referrals/{came}"))
    assert [said.event.revision for said in site.node.said(ErasureReceipted)] == [1, 2]


def test_what_a_legal_hold_is_on_is_shown_as_kept(site: Site, worker: Browser, came: UUID) -> None:
    ask_for_hold(site.node.database, came, "A court has asked.", FOCAL_POINT)
    site.node.hears_letters(passed(came))

    assert "What came with the referral kept (legal hold)" in words(worker.get(f"/referrals/{came}"))


def test_the_sender_sees_where_it_went_on_to_and_how_it_stands_there(site: Site, worker: Browser) -> None:
    sent = site.node.sends()
    site.node.hears(*moved_on(sent.id, HERE, THERE, Move.DELIVER, Move.FORWARD))
    site.node.hears(
        ChildMoved(
            referral_id=sent.id,
            child_id=new_id(),
            to_org=ELSEWHERE,
            number=3,
            state=State.ACCEPTED,
            recorded_at=START,
        )
    )

    assert "It went on Night Shelter: accepted 2 Mar 2026, 12:00" in words(
        worker.get(f"/referrals/{sent.id}")
    )


def test_questions_and_answers_are_one_thread_with_the_answer_two_clicks_away(
    site: Site, worker: Browser
) -> None:
    sent = site.node.sends()
    site.moved(sent.id, Move.DELIVER, Move.ASK_FOR_INFORMATION)
    page = text(worker.get(f"/referrals/{sent.id}"))
    assert page.count(f'href="/referrals/{sent.id}/moves/answer"') == 2

    worker.send(f"/referrals/{sent.id}/moves/answer", note="She speaks Ukrainian.")

    page = words(worker.get(f"/referrals/{sent.id}"))
    thread = page.split("Questions and answers")[1].split("What happened")[0]
    assert thread.index("Legal Aid Question") < thread.index("Harbour House Answer She speaks Ukrainian.")


def test_a_request_is_answered_and_the_case_that_was_handed_over_can_be_closed(
    site: Site, worker: Browser
) -> None:
    sent = site.node.sends()
    site.node.hears(*moved_on(sent.id, HERE, THERE, Move.DELIVER, Move.ACCEPT, Move.ASK_FOR_TRANSFER))
    page = words(worker.get(f"/referrals/{sent.id}"))
    assert "Legal Aid asked for the whole case" in page.split("Questions and answers")[1]

    worker.send(f"/referrals/{sent.id}/moves/transfer")

    page = text(worker.get(f"/referrals/{sent.id}"))
    close = f"/cases/{sent.case_id}/close?reason=transferred"
    assert f'href="{close}"' in page
    form = text(worker.get(close))
    assert re.search(r'<input checked[^>]*value="transferred"', form)
    worker.send(close, reason="transferred")
    assert "Transferred to another organisation" in words(worker.get(f"/people/{person_of(site)}"))


def person_of(site: Site) -> UUID:
    return site.node.people()[0].id


def test_a_request_asks_for_its_reason(site: Site, worker: Browser, came: UUID) -> None:
    worker.send(f"/referrals/{came}/moves/accept")
    assert f'href="/referrals/{came}/moves/ask_to_cancel"' in text(worker.get(f"/referrals/{came}"))

    assert worker.send(f"/referrals/{came}/moves/ask_to_cancel").status_code == 422
    worker.send(f"/referrals/{came}/moves/ask_to_cancel", reason="no_capacity")

    page = words(worker.get(f"/referrals/{came}"))
    assert "asked to cancel it Reason: No capacity" in page.split("Questions and answers")[1]
    assert site.node.page(came).referral.shown_state is State.ACCEPTED
