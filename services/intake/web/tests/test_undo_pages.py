"""Undo on pages: what waits says until when, and whoever said it can undo it or send it now."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from services.intake.storage.tables import referrals
from services.intake.tests.node import THERE, WORKER
from services.intake.usecases.cases import add_need
from services.intake.web.context import HOUSE
from services.intake.web.tests.site import Site
from services.intake.web.tests.visitors import Browser, Partner, words
from shared.schemas.intake import MoveMade, ReferralSent
from shared.schemas.life import Move

SENT = {
    "go": "send",
    "urgency": "urgent",
    "to_org": THERE,
    "fields": ["given_name"],
    "reason": "A lawyer.",
    "safe_contact": "phone",
}


@pytest.fixture(autouse=True)
def ten_minutes(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    waits = replace(site.app.extensions[HOUSE], undo=timedelta(minutes=10))
    monkeypatch.setitem(site.app.extensions, HOUSE, waits)


def sends(site: Site, worker: Browser) -> str:
    _, case = site.node.has_case()
    need = add_need(site.node.database, case.id, "legal_assistance", "high", WORKER)
    return str(worker.send(f"/cases/{case.id}/needs/{need.id}/refer", **SENT).location)


def test_a_referral_says_that_it_has_not_left_and_is_taken_back(site: Site, worker: Browser) -> None:
    address = sends(site, worker)
    page = words(worker.get(address))
    assert "not sent yet, leaves: 2 Mar 2026, 12:10" in page
    assert "Nobody else sees this yet It leaves by itself: 2 Mar 2026, 12:10" in page

    response = worker.client.post(f"{address}/undo", data=worker.form(address))

    assert response.status_code == 303
    page = words(worker.get(address))
    assert "Undone. Nobody has seen it." in page
    assert "taken back" in page
    assert "nobody has received anything" in page
    assert site.node.said(ReferralSent) == []


def test_it_can_be_sent_at_once(site: Site, worker: Browser) -> None:
    address = sends(site, worker)

    worker.client.post(f"{address}/send-now", data=worker.form(address))

    page = words(worker.get(address))
    assert "It is on its way." in page
    assert "Nobody else sees this yet" not in page
    worker.client.post(f"{address}/undo", data=worker.form("/account"))
    assert "It has left already, or somebody else said it." in words(worker.get(address))


def urgent_arrival(site: Site) -> UUID:
    came = site.node.received()
    with site.node.database.transaction() as tx:
        tx.execute(referrals.update().where(referrals.c.id == came).values(urgency="urgent"))
    return came


def test_an_answer_is_undone_and_can_be_given_anew(site: Site, worker: Browser) -> None:
    address = f"/referrals/{urgent_arrival(site)}"
    worker.send(f"{address}/moves/accept")
    assert "Nobody else sees this yet" in words(worker.get(address))

    worker.client.post(f"{address}/undo", data=worker.form(address))

    assert "delivered" in words(worker.get(address))
    assert site.node.said(MoveMade) == []
    assert worker.send(f"{address}/moves/waitlist", reason="no_capacity").status_code == 303


def test_an_emergency_leaves_at_once(site: Site, worker: Browser) -> None:
    came = site.node.received()

    worker.send(f"/referrals/{came}/moves/accept")

    assert "Done. The network will confirm it." in words(worker.get(f"/referrals/{came}"))
    assert site.node.row(came)["held_until"] is None


def test_the_api_waits_for_nothing(site: Site, partner: Partner) -> None:
    came = urgent_arrival(site)

    partner.post(f"/referrals/{came}/moves", {"move": "accept"})

    [said] = site.node.said(MoveMade)
    assert said.event.move is Move.ACCEPT
    assert site.node.row(came)["held_until"] is None
