"""Name a deputy on a page, and end it."""

import pytest

from services.intake.domain import Role
from services.intake.storage.staff_tables import deputies
from services.intake.tests.node import CHEAP, HERE
from services.intake.usecases.staff import NewStaff, add_staff
from services.intake.web.tests.site import Site
from services.intake.web.tests.visitors import PASSWORD, Browser, text, words

DAYS = {"first": "2026-03-02", "last": "2026-03-06"}


@pytest.fixture(autouse=True)
def daria(site: Site) -> None:
    add_staff(
        site.node.database, NewStaff("daria", PASSWORD, Role.CASE_WORKER, "Daria"), org=HERE, hasher=CHEAP
    )


def test_a_worker_names_a_deputy_who_sees_the_work_until_it_is_ended(site: Site, worker: Browser) -> None:
    person, _ = site.node.has_case()
    assert worker.send("/deputies", username="olena", deputy="daria", **DAYS).status_code == 303
    assert "Daria stands in for Olena" in words(worker.get("/deputies"))
    assert site.browser("daria").get(f"/people/{person.id}").status_code == 200

    worker.client.post("/deputies/olena/end", data=worker.form("/deputies"))

    assert "Nobody stands in for anybody." in words(worker.get("/deputies"))
    assert site.browser("daria").get(f"/people/{person.id}").status_code == 404


def test_a_worker_cannot_name_or_end_another_s(site: Site, worker: Browser) -> None:
    assert '<option value="daria">Daria' in text(worker.get("/deputies"))
    assert worker.send("/deputies", username="daria", deputy="olena", **DAYS).status_code == 422
    site.browser("ihar").send("/deputies", username="daria", deputy="ihar", **DAYS)

    assert worker.client.post("/deputies/daria/end", data=worker.form("/deputies")).status_code == 403
    assert len(site.node.rows(deputies)) == 1


def test_what_is_wrong_is_said(site: Site, worker: Browser) -> None:
    response = worker.send(
        "/deputies", username="olena", deputy="daria", first="2026-03-09", last="2026-03-06"
    )

    assert response.status_code == 422
    assert "The last day is before the first." in words(response)
