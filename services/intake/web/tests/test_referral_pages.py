"""See and answer referrals: both directions, what is not confirmed, what did not stand, what is overdue."""

import time
from collections.abc import Iterator
from uuid import UUID

import pytest

from services.intake.tests.node import HERE, THERE, moved_on
from services.intake.web.tests.site import Site
from services.intake.web.tests.visitors import Browser, text, words
from shared.schemas.intake import MoveMade
from shared.schemas.life import Move


def own_moves(site: Site, referral_id: UUID, move: str) -> list[UUID]:
    lines = site.node.table_of_moves(referral_id)
    return [line["move_id"] for line in lines if line["move"] == move and line["by_org"] == HERE]


def test_the_inbox_says_what_waits_what_is_answered_and_what_is_overdue(site: Site, worker: Browser) -> None:
    site.node.received(case_reference="AAAA-2222")
    sent = site.node.sends()
    site.moved(sent.id, Move.DELIVER, Move.ACKNOWLEDGE, Move.ACCEPT)
    late = site.node.received(case_reference="BBBB-3333")
    site.overdue(late, ours=False)

    page = words(worker.get("/inbox"))
    waiting, answers, overdue = (
        page.rindex(title)  # the contents name them first
        for title in ("Waiting for our answer 2", "Answers to what we sent 1", "Overdue on either side 1")
    )
    assert waiting < page.index("AAAA-2222") < answers
    assert answers < page.index(str(sent.reference)) < overdue
    assert page.rindex("BBBB-3333") > overdue
    assert "answer by 5 Mar 2026, 12:00" in page
    assert "Sample" not in page


def test_the_sender_sees_exactly_what_left_and_the_receiver_what_was_shared(
    site: Site, worker: Browser
) -> None:
    sent = site.node.sends(fields=("given_name",), reason="Needs a lawyer.")
    came = site.node.received(reason="Needs a bed.", safe_contact="do_not_contact")

    ours, theirs = words(worker.get(f"/referrals/{sent.id}")), words(worker.get(f"/referrals/{came}"))

    assert "Referral to Legal Aid" in ours
    assert (
        "Exactly these fields left this node Given name Sample Reason for the referral Needs a lawyer."
        in ours
    )
    assert "+000" not in ours
    assert "Referral from Legal Aid" in theirs
    assert "Exactly these fields came to this node Do not contact the person" in theirs


def test_two_clicks_answer_a_referral(site: Site, worker: Browser) -> None:
    referral_id = site.node.received()
    page = text(worker.get(f"/referrals/{referral_id}"))
    assert f'href="/referrals/{referral_id}/moves/accept"' in page

    response = worker.send(f"/referrals/{referral_id}/moves/accept")

    assert response.location == f"/referrals/{referral_id}"
    after = words(worker.get(response.location))
    assert "accepted not confirmed yet" in after
    [said] = site.node.said(MoveMade)
    assert said.event.move is Move.ACCEPT


def test_only_the_allowed_moves_are_offered(site: Site, worker: Browser) -> None:
    came, sent = site.node.received(), site.node.sends()
    site.moved(sent.id, Move.DELIVER)

    theirs, ours = text(worker.get(f"/referrals/{came}")), text(worker.get(f"/referrals/{sent.id}"))

    assert "/moves/acknowledge" in theirs
    assert "/moves/start" not in theirs
    assert "/moves/cancel" in ours
    assert "/moves/accept" not in ours


@pytest.mark.parametrize(
    ("move", "said", "missing"),
    [
        ("reject", {"reason": "no_capacity"}, "Choose a reason."),
        ("waitlist", {"reason": "no_capacity"}, "Choose a reason."),
        ("ask_for_information", {"note": "Which languages?"}, "Write what you want to say."),
    ],
)
def test_a_move_asks_for_what_must_be_said_with_it(
    site: Site, worker: Browser, move: str, said: dict[str, str], missing: str
) -> None:
    referral_id = site.node.received()
    address = f"/referrals/{referral_id}/moves/{move}"

    refused, made = worker.send(address), worker.send(address, **said)

    assert refused.status_code == 422
    assert missing in words(refused)
    assert made.status_code == 303
    assert len(own_moves(site, referral_id, move)) == 1


@pytest.fixture
def machine_elsewhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine whose own time is nobody's."""
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("machine_elsewhere")
def test_an_appointment_is_asked_for_in_local_time_and_kept_exactly(site: Site, worker: Browser) -> None:
    referral_id = site.node.received()
    worker.send(f"/referrals/{referral_id}/moves/accept")
    address = f"/referrals/{referral_id}/moves/schedule"

    wrong = worker.send(address, scheduled_for="soon")
    worker.send(address, scheduled_for="2026-03-10T10:30")

    assert "Enter the day and the time." in words(wrong)
    [line] = [line for line in site.node.page(referral_id).history if line.move == "schedule"]
    assert str(line.scheduled_for) == "2026-03-10 07:30:00+00:00"
    assert "Appointment: 10 Mar 2026, 10:30" in words(worker.get(f"/referrals/{referral_id}"))


def test_a_question_is_shown_where_it_is_answered(site: Site, worker: Browser) -> None:
    sent = site.node.sends()
    site.moved(sent.id, Move.DELIVER, Move.ASK_FOR_INFORMATION)

    worker.send(f"/referrals/{sent.id}/moves/answer", note="She speaks Ukrainian.")

    assert "She speaks Ukrainian." in words(worker.get(f"/referrals/{sent.id}"))


def test_a_refused_move_stays_in_sight_with_the_state_and_what_is_allowed(
    site: Site, worker: Browser
) -> None:
    referral_id = site.node.received()
    worker.send(f"/referrals/{referral_id}/moves/accept")
    [move_id] = own_moves(site, referral_id, "accept")
    site.node.hears(*moved_on(referral_id, THERE, HERE, Move.DELIVER, Move.CANCEL)[2:])
    site.refuses(referral_id, move_id, Move.ACCEPT, "cancelled")

    page = words(worker.get(f"/referrals/{referral_id}"))

    assert "Accept did not stand" in page
    assert "Another move came first. The referral was then: cancelled." in page
    assert "What do we do next?" not in page


def test_a_move_that_is_no_longer_allowed_leads_back_and_says_so(site: Site, worker: Browser) -> None:
    referral_id = site.node.received()
    form = worker.form(f"/referrals/{referral_id}/moves/accept")
    worker.send(f"/referrals/{referral_id}/moves/reject", reason="no_capacity")

    late = worker.client.post(f"/referrals/{referral_id}/moves/accept", data=form)
    opened = worker.get(f"/referrals/{referral_id}/moves/accept")

    assert late.location == opened.location == f"/referrals/{referral_id}"
    assert "has moved on in the meantime" in words(worker.get(late.location))
    assert own_moves(site, referral_id, "accept") == []


def test_a_move_that_there_is_not_is_absent(site: Site, worker: Browser) -> None:
    assert worker.get(f"/referrals/{site.node.received()}/moves/explode").status_code == 404


def test_overdue_is_red_on_both_sides(site: Site, worker: Browser) -> None:
    sent, came = site.node.sends(), site.node.received()
    site.overdue(sent.id)
    site.overdue(came, ours=False)

    for id_ in (sent.id, came):
        assert 'class="tag tag-overdue">overdue' in text(worker.get(f"/referrals/{id_}"))
    assert text(worker.get("/referrals?overdue=true")).count("tag-overdue") == 2


def test_referrals_are_narrowed_down_by_direction_and_state(site: Site, worker: Browser) -> None:
    sent, came = site.node.sends(), site.node.received()

    outgoing, delivered = (
        text(worker.get("/referrals?direction=out")),
        text(worker.get("/referrals?state=delivered")),
    )

    assert str(sent.id) in outgoing
    assert str(came) not in outgoing
    assert str(came) in delivered
    assert worker.get("/referrals?state=exploded").status_code == 422
    assert worker.get("/referrals?cursor=nonsense").status_code == 422


def test_after_a_withdrawal_the_receiver_sees_that_it_was_erased(site: Site, worker: Browser) -> None:
    referral_id = site.node.received(given_name="Tamarisk")
    site.node.hears(*moved_on(referral_id, THERE, HERE, Move.DELIVER, Move.WITHDRAW_CONSENT)[2:])

    page = words(worker.get(f"/referrals/{referral_id}"))

    assert "consent withdrawn" in page
    assert "what was shared has been erased" in page
    assert "Tamarisk" not in page


def test_the_way_out_is_on_every_page_about_people(site: Site, worker: Browser) -> None:
    sent = site.node.sends()

    for address in (
        "/inbox",
        "/people",
        "/people/new",
        f"/referrals/{sent.id}",
        f"/cases/{sent.case_id}/needs/new",
    ):
        assert 'class="leave" href="https://www.wikipedia.org/"' in text(worker.get(address))
