"""Every move that is not allowed, from every state and on either side: by use case, API and page it is refused."""

import re
from datetime import UTC, datetime
from itertools import product
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update

from services.intake.storage.tables import referrals
from services.intake.tests.node import WORKER
from services.intake.usecases.moves import MoveOrder, make_move
from services.intake.usecases.refusals import Conflict
from services.intake.web.tests.sent import FORWARDED
from services.intake.web.tests.site import Site
from services.intake.web.tests.visitors import Browser, Partner, text, words
from shared.schemas.intake import MoveMade
from shared.schemas.life import Move, Party, State, allowed, requests
from shared.web.labels import label

SIDES = (Party.SENDER, Party.RECEIVER)
AT = datetime(2026, 3, 9, 9, tzinfo=UTC)
SAID: dict[str, Any] = {"reason": "other", "note": "A note."}
OFFERED = re.compile(r'/moves/(\w+)"')


def illegal(state: State, side: Party) -> list[Move]:
    """All but what the table allows; to forward is a matter of its own, with consent."""
    legal = {*allowed(state, side), *requests(state, side), Move.FORWARD}
    return [move for move in Move if move not in legal]


def standing_at(site: Site, state: State, side: Party) -> UUID:
    """A referral of ours, or one to us, in that state."""
    id_ = site.node.sends().id if side is Party.SENDER else site.node.received()
    values = {"state": state, "shown_state": state, "number": 2, "unconfirmed": False}
    with site.node.database.transaction() as tx:
        tx.execute(update(referrals).where(referrals.c.id == id_).values(**values))
    return id_


@pytest.mark.parametrize(("state", "side"), list(product(State, SIDES)))
def test_an_illegal_move_is_refused_with_the_state_and_what_is_allowed(
    site: Site, partner: Partner, worker: Browser, state: State, side: Party
) -> None:
    id_ = standing_at(site, state, side)
    form = worker.form("/account")

    for move in illegal(state, side):
        with pytest.raises(Conflict) as refused:
            make_move(site.node.database, id_, MoveOrder(move, **SAID, scheduled_for=AT), WORKER)
        assert (refused.value.state, refused.value.allowed) == (state, allowed(state, side)), move

        said = partner.post(
            f"/referrals/{id_}/moves", {"move": move, **SAID, "scheduled_for": AT.isoformat()}
        )
        answer = said.get_json()
        assert (said.status_code, answer["state"]) == (409, state), move
        assert answer["allowed"] == list(allowed(state, side)), move

        on_page = worker.client.post(
            f"/referrals/{id_}/moves/{move}", data=form | SAID | {"scheduled_for": "2026-03-09T09:00"}
        )
        assert on_page.location == f"/referrals/{id_}", move

    shown = worker.get(f"/referrals/{id_}")
    assert "has moved on in the meantime" in words(shown)
    assert label("state", state).casefold() in words(shown).casefold()
    assert not set(illegal(state, side)) & set(OFFERED.findall(text(shown)))
    assert site.node.said(MoveMade) == []
    assert site.node.row(id_)["shown_state"] == state


@pytest.mark.parametrize(
    "state", [state for state in State if Move.FORWARD not in allowed(state, Party.RECEIVER)]
)
def test_what_cannot_be_forwarded_is_refused_with_the_state(
    site: Site, partner: Partner, state: State
) -> None:
    id_ = standing_at(site, state, Party.RECEIVER)
    answer = partner.post(f"/referrals/{id_}/forward", FORWARDED)

    assert (answer.status_code, answer.get_json()["state"]) == (409, state)
    assert answer.get_json()["allowed"] == list(allowed(state, Party.RECEIVER))
