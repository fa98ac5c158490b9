"""Who looks the audit up: those who see a file, who looked at it; auditors, everything, by ids."""

from datetime import timedelta
from typing import Any

import pytest

from services.intake.domain import Action
from services.intake.storage.audit import Wanted
from services.intake.tests.node import AUDITOR, COLLEAGUE, FOCAL_POINT, START, WORKER, Node
from services.intake.tests.test_audit import kept, what
from services.intake.usecases import audit, people
from services.intake.usecases.refusals import NotPermitted
from shared.clock import new_id


def test_whoever_sees_a_file_sees_who_looked(node: Node) -> None:
    person, _ = node.has_case()
    for _ in range(3):
        people.person_page(node.database, person.id, FOCAL_POINT)
        node.pass_time(minutes=5)
    node.pass_time(days=1)
    people.person_page(node.database, person.id, FOCAL_POINT)

    looks = audit.who_looked(node.database, person.id, WORKER)

    assert [(look.username, look.action, look.times) for look in looks[:2]] == [
        ("ihar", Action.PERSON_READ, 1),
        ("ihar", Action.PERSON_READ, 3),
    ]
    assert looks[1].at == START + timedelta(minutes=10)
    with pytest.raises(NotPermitted):
        audit.who_looked(node.database, person.id, AUDITOR)


def test_an_auditor_looks_for_entries_by_all_that_they_hold_and_is_kept_too(node: Node) -> None:
    person, _ = node.has_case()
    node.pass_time(days=1)
    people.person_page(node.database, person.id, FOCAL_POINT)
    day = START + timedelta(days=1)

    def found(**wanted: Any) -> set[Action]:
        return {e.action for e in audit.audit_page(node.database, Wanted(**wanted), AUDITOR).entries}

    assert found(username="ihar") == found(record_id=person.id, since=day) == {Action.PERSON_READ}
    assert Action.PERSON_READ not in found(before=day)
    assert found(record_id=new_id()) == set()
    assert found(actions=("case_opened",)) == {Action.CASE_OPENED}
    assert found(username="vera") == {Action.AUDIT_READ}
    assert len(list(audit.export_audit(node.database, Wanted(), AUDITOR))) == len(kept(node))
    assert what(node)[-1] is Action.AUDIT_EXPORTED


@pytest.mark.parametrize("who", [WORKER, FOCAL_POINT, COLLEAGUE])
def test_nobody_else_sees_the_audit(node: Node, who: Any) -> None:
    for look in (audit.audit_page, audit.export_audit):
        with pytest.raises(NotPermitted):
            look(node.database, Wanted(), who)
    assert kept(node) == []


def test_a_page_ends_and_goes_on_behind_its_last_entry(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "AT_ONCE", 3)
    monkeypatch.setattr(audit, "EXPORTED_AT_ONCE", 3)
    for _ in range(4):
        node.registers()
    wanted = Wanted(actions=("person_registered",))

    first = audit.audit_page(node.database, wanted, AUDITOR)
    second = audit.audit_page(node.database, wanted, AUDITOR, after=first.following)

    assert [len(first.entries), len(second.entries), second.following] == [3, 1, None]
    assert len(list(audit.export_audit(node.database, wanted, AUDITOR))) == 4
