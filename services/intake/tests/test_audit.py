"""Every act and every look is written down: who, what, about which record, when, from where; and nothing personal."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import event

from services.intake.domain import About, Action, Entry, Via
from services.intake.storage import audit as rows
from services.intake.storage.audit import Wanted, find_entries
from services.intake.storage.audit_tables import entries
from services.intake.tests.node import (
    CHEAP,
    COLLEAGUE,
    FOCAL_POINT,
    HERE,
    START,
    THERE,
    WORKER,
    Node,
    moved_on,
    order,
)
from services.intake.usecases import audit, cases, closing, consent, need_to_know, people, referrals, staff
from services.intake.usecases.counting import contribute_all_counts
from services.intake.usecases.moves import MoveOrder, make_move
from services.intake.usecases.refusals import NotFound
from services.intake.usecases.sending import send_referral
from services.intake.usecases.staff import SignInRefused
from shared.schemas.life import Move

PASSWORD = "seven quiet lanterns"


def kept(node: Node) -> list[Entry]:
    with node.database.reading() as tx:
        return find_entries(tx, Wanted(), limit=1_000)[::-1]


def what(node: Node) -> list[Action]:
    return [entry.action for entry in kept(node)]


def new_ones(node: Node, do: Callable[[], object]) -> list[Entry]:
    before = len(kept(node))
    do()
    return kept(node)[before:]


def about(entry: Entry) -> About:
    return About(entry.person_id, entry.case_id, entry.referral_id, entry.member)


def test_whatever_is_done_about_a_person_is_kept_with_its_record(node: Node) -> None:
    person, case = node.has_case()
    need = cases.add_need(node.database, case.id, "food", "low", WORKER)
    cases.settle_need(node.database, need.id, "met", WORKER)
    sent = send_referral(node.database, order(case), WORKER)
    make_move(node.database, sent.id, MoveOrder(Move.CANCEL, reason="duplicate"), WORKER)
    node.hears(*moved_on(sent.id, HERE, THERE, Move.CANCEL))
    closing.close_case(node.database, case.id, "returned", WORKER)
    consent.withdraw_consent(node.database, person.id, WORKER)

    done = [(entry.action, about(entry)) for entry in kept(node)]

    of_person, of_case = About(person.id), About(person.id, case.id)
    of_referral = About(person.id, case.id, sent.id)
    assert done == [
        (Action.PERSON_REGISTERED, of_person),
        (Action.CONSENT_RECORDED, of_person),
        (Action.CASE_OPENED, of_case),
        (Action.NEED_NOTED, of_case),
        (Action.NEED_SETTLED, of_case),
        (Action.REFERRAL_SENT, of_referral),
        (Action.REFERRAL_MOVED, of_referral),
        (Action.CASE_CLOSED, of_case),
        (Action.CONSENT_WITHDRAWN, of_person),
    ]
    assert {(entry.username, entry.via, entry.at) for entry in kept(node)} == {("olena", Via.COMMAND, START)}


def test_whatever_is_looked_at_is_kept(node: Node) -> None:
    person, case = node.has_case()
    second = node.registers(given_name="Other")
    sent, came = node.sends(case), node.received()
    database, by = node.database, replace(WORKER, via=Via.API)

    def look() -> None:
        people.find_people(database, "", by)
        people.find_people(database, "nobody of that name", by)
        people.person_page(database, person.id, by)
        cases.case_page(database, case.id, by)
        referrals.list_referrals(database, by)
        referrals.referral_page(database, sent.id, by)
        referrals.referral_page(database, came, by)
        referrals.inbox(database, by)

    seen = new_ones(node, look)

    assert [(entry.action, about(entry)) for entry in seen] == [
        (Action.PEOPLE_SEARCHED, About(second.id)),
        (Action.PEOPLE_SEARCHED, About(person.id)),
        (Action.PEOPLE_SEARCHED, About()),
        (Action.PERSON_READ, About(person.id)),
        (Action.CASE_READ, About(person.id, case.id)),
        (Action.REFERRALS_LISTED, About()),
        (Action.REFERRAL_READ, About(person.id, case.id, sent.id)),
        (Action.REFERRAL_READ, About(referral_id=came)),
        (Action.INBOX_READ, About()),
    ]
    assert {(entry.username, entry.via) for entry in seen} == {("olena", Via.API)}


@pytest.mark.usefixtures("staffed")
def test_the_glass_and_who_works_on_what_are_kept(node: Node) -> None:
    person, case = node.has_case()
    came = node.received()

    def act() -> None:
        opening = need_to_know.open_in_emergency(node.database, case.reference, "at the door", COLLEAGUE)
        with pytest.raises(NotFound):
            need_to_know.open_in_emergency(node.database, "ZZZZ-ZZZZ", "at the door", COLLEAGUE)
        need_to_know.review_opening(node.database, opening.id, FOCAL_POINT)
        need_to_know.set_file_team(node.database, person.id, ["daria"], FOCAL_POINT)
        need_to_know.set_referral_team(node.database, came, ["daria"], FOCAL_POINT)

    assert [(e.username, e.action, about(e)) for e in new_ones(node, act)] == [
        ("daria", Action.EMERGENCY_OPENED, About(person.id)),
        ("daria", Action.EMERGENCY_REFUSED, About()),
        ("ihar", Action.EMERGENCY_REVIEWED, About(person.id)),
        ("ihar", Action.TEAM_CHANGED, About(person.id)),
        ("ihar", Action.TEAM_CHANGED, About(referral_id=came)),
    ]


def test_accounts_and_sign_ins_are_kept_but_no_name_that_nobody_has(node: Node) -> None:
    database = node.database
    new = staff.NewStaff("olena", PASSWORD, WORKER.role, "Olena")
    staff.add_staff(database, new, org=HERE, hasher=CHEAP)
    accounts = staff.accounts(database)
    staff.issue_token(database, "olena")
    for name in ("olena", "my secret password", ""):
        with pytest.raises(SignInRefused):
            staff.sign_in(database, name, "wrong", hasher=CHEAP)
    link = accounts.recovery_link("olena", second_factor_lost=True)
    accounts.recover(link or "", "eight quiet lanterns", CHEAP)
    accounts.change_password("olena", "nine quiet lanterns", CHEAP)
    accounts.reset_second_factor("olena")
    accounts.set_active("olena", active=False)
    accounts.set_active("olena", active=True)
    accounts.set_active("nobody", active=True)

    assert [(e.username, e.action, e.via, e.member) for e in kept(node)] == [
        ("", Action.USER_ADDED, Via.COMMAND, "olena"),
        ("", Action.TOKEN_MADE, Via.COMMAND, "olena"),
        ("olena", Action.SIGN_IN_REFUSED, Via.PAGE, None),
        ("", Action.SIGN_IN_REFUSED, Via.PAGE, None),
        ("", Action.SIGN_IN_REFUSED, Via.PAGE, None),
        ("", Action.RECOVERY_LINK_MADE, Via.COMMAND, "olena"),
        ("", Action.SECOND_FACTOR_RESET, Via.COMMAND, "olena"),
        ("olena", Action.RECOVERED, Via.PAGE, None),
        ("olena", Action.PASSWORD_CHANGED, Via.PAGE, None),
        ("", Action.SECOND_FACTOR_RESET, Via.COMMAND, "olena"),
        ("", Action.USER_DISABLED, Via.COMMAND, "olena"),
        ("", Action.USER_ENABLED, Via.COMMAND, "olena"),
    ]


def test_what_the_node_does_by_itself_is_kept_as_the_nodes(node: Node) -> None:
    node.has_case()
    came = node.received()

    def happen() -> None:
        node.hears(*moved_on(came, THERE, HERE, Move.DELIVER, Move.WITHDRAW_CONSENT)[2:])
        contribute_all_counts(node.database)

    assert [(e.username, e.via, e.action, e.referral_id) for e in new_ones(node, happen)] == [
        ("", Via.NODE, Action.CONTENT_ERASED, came),
        ("", Via.NODE, Action.COUNTS_CONTRIBUTED, None),
    ]


def test_an_act_that_is_undone_leaves_no_entry_and_one_without_an_entry_is_undone(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, case = node.has_case()
    before = len(kept(node))

    with pytest.raises(RuntimeError):
        _undone(node)
    assert len(kept(node)) == before

    monkeypatch.setattr(rows, "add_entries", _disk_full)
    with pytest.raises(OSError, match="full"):
        send_referral(node.database, order(case), WORKER)
    assert referrals.waiting_count(node.database, WORKER) == 0
    assert node.rows(entries.metadata.tables["referrals"]) == []


def _undone(node: Node) -> None:
    with node.database.transaction() as tx:
        audit.did(tx, WORKER, Action.CASE_OPENED)
        raise RuntimeError


def test_what_cannot_be_written_down_is_not_shown(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    person, _ = node.has_case()
    monkeypatch.setattr(rows, "add_entries", _disk_full)

    with pytest.raises(OSError, match="full"):
        people.person_page(node.database, person.id, WORKER)


def _disk_full(*_: Any) -> None:
    raise OSError("full")


def test_many_referrals_that_are_sent_together_cost_one_statement(node: Node) -> None:
    wanted = [order(node.has_case()[1]) for _ in range(20)]
    made: list[str] = []
    transactions: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        (made if "INTO audit_entries" in statement else transactions).append(statement)

    event.listen(node.database.engine, "before_cursor_execute", note)
    try:
        with ThreadPoolExecutor(20) as pool:
            list(pool.map(lambda one: send_referral(node.database, one, WORKER), wanted))
    finally:
        event.remove(node.database.engine, "before_cursor_execute", note)

    rounds = sum("INTO referrals" in statement for statement in transactions)
    assert what(node).count(Action.REFERRAL_SENT) == 20
    assert len(made) == rounds < 20


def test_nothing_personal_is_in_it(node: Node) -> None:
    person, case = node.has_case(given_name="Tamarisk", phone="+000 canary")
    people.find_people(node.database, "Tamarisk", WORKER)
    need_to_know.open_in_emergency(node.database, case.reference, "Tamarisk is at the door", COLLEAGUE)
    people.person_page(node.database, person.id, WORKER)

    held = str(node.rows(entries))

    assert not any(canary in held for canary in ("Tamarisk", "canary", "door", case.reference))
