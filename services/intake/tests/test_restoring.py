"""A node that was restored ends what was under way, and says nothing under a number that it may have used."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from services.intake.domain import Action
from services.intake.storage import audit as audit_rows
from services.intake.storage.staff_tables import second_factors
from services.intake.storage.tables import revisions, sessions
from services.intake.tests.node import FOCAL_POINT, HERE, SAFE_HOUSE, START, WORKER, Node, order
from services.intake.usecases.audit_chain import keep_chain
from services.intake.usecases.directory import offer_services
from services.intake.usecases.holding import undo
from services.intake.usecases.node import AnothersDatabase, claim_node
from services.intake.usecases.restoring import UNDO, resume
from services.intake.usecases.sending import send_referral
from services.intake.usecases.silence import ask_after_silence
from shared.schemas.intake import HistoryAsked, ServicesOffered


@pytest.fixture
def claimed(node: Node) -> Node:
    claim_node(node.database, HERE)
    return node


def goes_back(node: Node) -> int:
    """To the moment at which time stands; returns how many messages are held back."""
    made_at = node.at
    node.pass_time(hours=2)
    with node.database.transaction() as tx:
        return resume(tx, HERE, made_at).held


def test_sign_ins_are_over_and_codes_used_up(claimed: Node) -> None:
    step = int((START + timedelta(hours=2)).timestamp()) // 30
    session = {"token_sha256": "a" * 64, "username": "olena", "begun_at": START, "seen_at": START}
    with claimed.database.transaction() as tx:
        tx.execute(insert(sessions).values(session))
        for name, last in (("olena", 1), ("ihar", step + 1)):
            row = {"username": name, "secret": "x", "last_step": last, "set_up_at": START}
            tx.execute(insert(second_factors.secrets).values(row))

    goes_back(claimed)

    assert claimed.rows(sessions) == []
    assert {r["username"]: r["last_step"] for r in claimed.rows(second_factors.secrets)} == {
        "olena": step,
        "ihar": step + 1,
    }


def test_what_is_said_next_has_a_higher_number_and_is_said_even_if_it_is_the_same(claimed: Node) -> None:
    offer_services(claimed.database, [SAFE_HOUSE], FOCAL_POINT)

    goes_back(claimed)
    offer_services(claimed.database, [SAFE_HOUSE], FOCAL_POINT)

    before, after = (said.event.revision for said in claimed.said(ServicesOffered))
    assert after > before + 1_000_000
    assert [row["number"] for row in claimed.rows(revisions)] == [after]


def test_each_referral_is_asked_about_at_once(claimed: Node) -> None:
    about = claimed.received()

    goes_back(claimed)

    assert ask_after_silence(claimed.database) == 1
    assert [said.event.referral_id for said in claimed.said(HistoryAsked)] == [about]


def test_what_could_be_undone_can_be_undone_for_an_hour_more(claimed: Node) -> None:
    _, case = claimed.has_case()
    held = send_referral(claimed.database, order(case, urgency="normal"), WORKER, timedelta(minutes=10)).id
    claimed.sends()

    assert goes_back(claimed) == 1
    claimed.pass_time(seconds=UNDO.total_seconds() - 1)
    undo(claimed.database, held, WORKER)


def test_the_audit_leaps_and_says_why(claimed: Node) -> None:
    claimed.has_case()
    keep_chain(claimed.database)
    with claimed.database.reading() as tx:
        before, _ = audit_rows.head(tx)

    goes_back(claimed)

    with claimed.database.reading() as tx:
        last = list(audit_rows.in_order(tx))[-1]
    assert last.entry.action is Action.NODE_RESTORED
    assert last.number > before + 10_000_000


def test_another_organisations_database_does_not_go_on(claimed: Node) -> None:
    with pytest.raises(AnothersDatabase), claimed.database.transaction() as tx:
        resume(tx, "echo-centre", START)
    with claimed.database.reading() as tx:
        assert tx.execute(select(revisions)).all() == []
