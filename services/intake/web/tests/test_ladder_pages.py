"""What an overdue referral's page says: the next rung and when; in an emergency, what to do at once."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from services.intake.tests.node import HERE, START, THERE
from services.intake.web.tests.site import ELSEWHERE, Site
from services.intake.web.tests.visitors import Browser, text, words
from shared.schemas.life import Move
from shared.schemas.referral import Overdue


def late(site: Site, referral_id: UUID, *, ours: bool, urgency: str) -> None:
    at = START + timedelta(hours=1)
    orgs = (HERE, THERE) if ours else (THERE, HERE)
    facts: dict[str, Any] = {"service_type": "legal_assistance", "level": "reply", "due_at": at}
    ladder: dict[str, Any] = {"rung": "intake", "next_rung": "sender", "next_at": at + timedelta(minutes=15)}
    site.node.hears(
        Overdue(
            referral_id=referral_id,
            from_org=orgs[0],
            to_org=orgs[1],
            urgency=urgency,
            **facts,
            flagged_at=at,
            **ladder,
        )
    )


@pytest.mark.parametrize("ours", [True, False])
def test_both_sides_see_what_happens_next_and_when(site: Site, worker: Browser, ours: bool) -> None:  # noqa: FBT001 - a parameter
    about = site.node.sends().id if ours else site.node.received()
    site.moved(about, Move.DELIVER, ours=ours)
    late(site, about, ours=ours, urgency="urgent")

    page = words(worker.get(f"/referrals/{about}"))

    assert (
        "The answer is overdue 2 Mar 2026, 13:00 everyone on intake at the receiving organisation is reminded"
        in page
    )
    assert "2 Mar 2026, 13:15 If nothing is answered: those who sent it are told" in page
    assert "telephone" not in page


def test_in_an_emergency_it_says_to_telephone_and_who_else_could_help(site: Site, worker: Browser) -> None:
    sent = site.node.sends(urgency="emergency")
    site.moved(sent.id, Move.DELIVER)
    late(site, sent.id, ours=True, urgency="emergency")

    page = worker.get(f"/referrals/{sent.id}")

    assert "Do not wait: telephone Legal Aid now." in words(page)
    assert "Others who offer the same now: Night Shelter" in words(page)
    link = f"/cases/{sent.case_id}/needs/{sent.need_id}/refer?to_org={ELSEWHERE}&amp;urgency=emergency"
    assert link in text(page)
