"""Who looks after a child, and the node's own fields, on their pages."""

from services.intake.domain.own_fields import OwnFields
from services.intake.web.context import HOUSE, House
from services.intake.web.tests.site import Site
from services.intake.web.tests.visitors import Browser, words


def test_only_a_child_has_somebody_who_looks_after_it(site: Site, worker: Browser) -> None:
    child, adult = site.node.registers(age_band="9--11"), site.node.registers(age_band="24--26")
    page, consent = words(worker.get(f"/people/{child.id}")), words(worker.get(f"/people/{child.id}/consent"))
    assert "This person is under eighteen. Note who looks after the child." in page
    assert "A caregiver or guardian decides with the child" in consent
    assert "under eighteen" not in words(worker.get(f"/people/{adult.id}"))

    given = {"situation": "unaccompanied", "informed": "no", "best_interests": "A foster family."}
    refused = worker.send(f"/people/{child.id}/child", **given)
    kept = worker.send(f"/people/{child.id}/child", not_informed_why="Nobody is known.", **given)

    assert (refused.status_code, kept.status_code) == (422, 303)
    page = words(worker.get(f"/people/{child.id}"))
    assert "With whom is the child? Unaccompanied Best interests A foster family." in page
    assert "Is the caregiver informed? No: Nobody is known." in page


def test_after_a_child_is_registered_it_is_asked_who_looks_after_it(worker: Browser) -> None:
    child = worker.send("/people/new", alias="Wren", age_band="0--8").location
    adult = worker.send("/people/new", alias="Stork", age_band="18--20").location

    assert child.endswith("/child")
    assert "Not now" in words(worker.get(child))
    assert not adult.endswith("/child")


def test_own_fields_are_asked_and_shown_in_the_reader_s_language(site: Site, worker: Browser) -> None:
    person, case = site.node.has_case()
    worker.send(f"/people/{person.id}/own", own_room="Four")
    worker.send(f"/cases/{case.id}/own", own_came_by="hotline", own_card_until="2027-01-31")

    assert "Room Four" in words(worker.get(f"/people/{person.id}"))
    assert "How they came Hotline Card until 2027-01-31" in words(worker.get(f"/cases/{case.id}"))
    assert 'value="2027-01-31"' in worker.text(f"/cases/{case.id}/own")
    worker.speaks("be")
    assert "Як прыйшлі Гарачая лінія" in words(worker.get(f"/cases/{case.id}"))


def test_without_own_fields_nothing_is_asked(site: Site, worker: Browser) -> None:
    _, case = site.node.has_case()
    before = site.app.extensions[HOUSE]
    site.app.extensions[HOUSE] = House(own_fields=OwnFields())
    try:
        assert worker.get(f"/cases/{case.id}/own").status_code == 404
        assert "Our own fields" not in words(worker.get(f"/cases/{case.id}"))
    finally:
        site.app.extensions[HOUSE] = before
