"""What becomes of a bundle: a person with a case, one move of a referral, or something for a person to look at."""

from typing import Any

import pytest

from services.intake.domain import Action, Actor
from services.intake.interchange.findings import Problem
from services.intake.interchange.importing import (
    Imported,
    count_waiting,
    dismiss_import,
    import_bundle,
    import_page,
    retry_import,
    waiting_imports,
)
from services.intake.interchange.structure import Malformed
from services.intake.interchange.tests.bundles import (
    changed,
    from_elsewhere,
    resource,
)
from services.intake.storage.audit import Wanted, find_entries
from services.intake.storage.interchange_tables import import_sources, imports
from services.intake.storage.tables import cases, people
from services.intake.tests.node import (
    ADMIN,
    AUDITOR,
    COLLEAGUE,
    FOCAL_POINT,
    STRANGER,
    WORKER,
    Node,
)
from services.intake.usecases.cases import case_page
from services.intake.usecases.closing import close_case
from services.intake.usecases.erasing import erase_case, erase_what_is_due
from services.intake.usecases.people import person_page
from services.intake.usecases.refusals import Conflict, Invalid, NotFound, NotPermitted

STRANGE = {"status": "ready", "businessStatus": None}


def audited(node: Node) -> list[tuple[str, Action]]:
    with node.database.reading() as tx:
        return [(e.username, e.action) for e in find_entries(tx, Wanted(), limit=1000)][::-1]


def takes(node: Node, bundle: Any, by: Actor = WORKER) -> Imported:
    return import_bundle(node.database, bundle, by)


def set_aside(node: Node) -> Imported:
    return takes(node, changed(from_elsewhere(), "Task", **STRANGE))


def test_a_new_one_becomes_a_person_with_a_case_and_a_need_and_nothing_leaves(node: Node) -> None:
    done = takes(node, from_elsewhere())

    assert done.outcome == "registered"
    file = person_page(node.database, done.person_id, WORKER)  # type: ignore[arg-type]
    assert (file.person.name, file.person.alias, file.person.languages) == (
        "Оксана Марія Приклад",
        "Stork",
        ("ukr", "rom", "rus"),
    )
    [need] = file.needs
    assert (need.service_type, need.priority, need.state) == ("safe_accommodation", "high", "open")
    assert (file.consents, file.referrals, file.next_step) == ((), (), "record_consent")
    assert node.said() == []
    assert ("olena", Action.BUNDLE_IMPORTED) in audited(node)


def test_what_no_case_holds_stays_with_it_sealed(node: Node) -> None:
    done = takes(node, from_elsewhere())

    kept = import_page(node.database, done.import_id, WORKER)  # type: ignore[arg-type]
    assert kept.document["texts"] == {"reason": "Needs a bed.", "safe_contact": "only_through_the_worker"}
    assert (kept.state, kept.case_id) == ("taken", done.case_id)
    assert b"bed" not in bytes(node.rows(imports)[0]["sealed"])
    assert audited(node)[-1] == ("olena", Action.IMPORT_READ)


def test_twice_is_as_once(node: Node) -> None:
    first, second = (takes(node, from_elsewhere(alias=alias)) for alias in ("Stork", "Heron"))

    assert (second.outcome, second.case_id) == ("known", first.case_id)
    assert len(node.rows(people)) == len(node.rows(import_sources)) == 1


@pytest.mark.parametrize(
    ("kind", "elements", "problem"),
    [
        ("Task", STRANGE, ("Bundle.entry[1].resource.status", "unknown_code")),
        ("Task", {"status": "accepted", "businessStatus": None}, ("Task.status", "referral_unknown")),
        ("Consent", {"status": "inactive"}, ("Consent.status", "consent_not_active")),
        ("Patient", {"name": []}, ("Patient.alias", "name_needed")),
        ("Patient", {"birthDate": "2027-01-01"}, ("Patient.birth_date", "in_the_future")),
    ],
)
def test_what_is_not_understood_waits_for_a_person_and_does_nothing(
    node: Node, kind: str, elements: dict[str, Any], problem: tuple[str, str]
) -> None:
    done = takes(node, changed(from_elsewhere(), kind, **elements))

    assert (done.outcome, [(p.path, p.reason) for p in done.problems]) == ("set_aside", [problem])
    assert node.rows(people) == node.rows(cases) == []
    [waiting] = waiting_imports(node.database, WORKER)
    assert waiting.document["problems"] == [dict(zip(("path", "reason"), problem, strict=True))]
    assert resource(waiting.document["bundle"], kind) | elements  # whole, as it came


def test_without_consent_nobody_is_registered(node: Node) -> None:
    bundle = from_elsewhere()
    bundle["entry"] = [e for e in bundle["entry"] if e["resource"]["resourceType"] != "Consent"]

    assert takes(node, bundle).problems == (Problem("Consent.status", "no_consent"),)


def test_what_has_a_wrong_structure_is_refused_and_not_kept(node: Node) -> None:
    with pytest.raises(Malformed):
        takes(node, {"resourceType": "Bundle"})
    assert node.rows(imports) == []


@pytest.mark.parametrize("by", [ADMIN, AUDITOR])
def test_who_has_no_cases_brings_none_in_and_sees_none(node: Node, by: Actor) -> None:
    import_id = set_aside(node).import_id
    with pytest.raises(NotPermitted):
        takes(node, from_elsewhere(), by)
    assert waiting_imports(node.database, by) == []
    with pytest.raises(NotFound):
        import_page(node.database, import_id, by)  # type: ignore[arg-type]


@pytest.mark.parametrize(("by", "sees"), [(WORKER, 1), (COLLEAGUE, 0), (FOCAL_POINT, 1), (STRANGER, 0)])
def test_what_waits_is_for_who_brought_it_in_and_for_focal_points(node: Node, by: Actor, sees: int) -> None:
    set_aside(node)
    assert count_waiting(node.database, by) == len(waiting_imports(node.database, by)) == sees


def test_what_became_a_case_is_for_who_works_on_it(node: Node) -> None:
    import_id = takes(node, from_elsewhere(), FOCAL_POINT).import_id
    with pytest.raises(NotFound):
        import_page(node.database, import_id, WORKER)  # type: ignore[arg-type]


def test_it_may_be_understood_later(node: Node) -> None:
    bundle = changed(from_elsewhere(), "Patient", birthDate="2026-03-09")
    import_id = takes(node, bundle).import_id
    assert import_id is not None
    assert retry_import(node.database, import_id, WORKER).outcome == "set_aside"

    node.pass_time(days=9)
    done = retry_import(node.database, import_id, WORKER)

    assert (done.outcome, done.import_id, waiting_imports(node.database, WORKER)) == (
        "registered",
        import_id,
        [],
    )
    assert import_page(node.database, import_id, WORKER).case_id == done.case_id
    with pytest.raises(Conflict, match="import_taken"):
        retry_import(node.database, import_id, WORKER)


def test_one_that_has_come_in_meanwhile_is_settled_and_forgotten(node: Node) -> None:
    import_id = set_aside(node).import_id
    assert import_id is not None
    with node.database.transaction() as tx:
        from services.intake.storage import imports as rows

        rows.set_import(tx, import_id, {"bundle": from_elsewhere()}, "waiting", by=WORKER)
    takes(node, from_elsewhere())

    assert retry_import(node.database, import_id, WORKER).outcome == "known"
    assert import_page(node.database, import_id, WORKER).document == {}


def test_to_dismiss_it_takes_a_reason(node: Node) -> None:
    import_id = set_aside(node).import_id
    assert import_id is not None
    with pytest.raises(Invalid):
        dismiss_import(node.database, import_id, {"reason": " "}, WORKER)

    dismiss_import(node.database, import_id, {"reason": "A test."}, FOCAL_POINT)

    assert waiting_imports(node.database, FOCAL_POINT) == []
    kept = import_page(node.database, import_id, FOCAL_POINT)
    assert (kept.state, kept.settled_by, kept.document["reason"]) == ("dismissed", "ihar", "A test.")
    with pytest.raises(Conflict, match="import_dismissed"):
        dismiss_import(node.database, import_id, {"reason": "Again."}, FOCAL_POINT)
    assert ("ihar", Action.IMPORT_DISMISSED) in audited(node)


def test_what_was_dismissed_is_erased_when_its_time_is_over(node: Node) -> None:
    from datetime import timedelta

    import_id, other = set_aside(node).import_id, set_aside(node).import_id
    dismiss_import(node.database, import_id, {"reason": "A test."}, WORKER)  # type: ignore[arg-type]
    node.pass_time(days=91)

    assert erase_what_is_due(node.database, timedelta(days=90)) == 1

    sealed = {row["id"]: row["sealed"] for row in node.rows(imports)}
    assert sealed[import_id] is None
    assert sealed[other] is not None


def test_what_it_came_as_goes_with_the_case(node: Node) -> None:
    done = takes(node, from_elsewhere())
    reference = case_page(node.database, done.case_id, WORKER).case.reference  # type: ignore[arg-type]
    close_case(node.database, done.case_id, "returned", WORKER)  # type: ignore[arg-type]

    erase_case(node.database, reference)

    [row] = node.rows(imports)
    assert (row["sealed"], row["data_key"]) == (None, None)
    assert takes(node, from_elsewhere()).outcome == "known"
