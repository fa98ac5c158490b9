"""The pages on which a focal point says what the organisation offers."""

from services.intake.storage.tables import own_services
from services.intake.tests.node import FOCAL_POINT
from services.intake.usecases.offering import own_offer
from services.intake.web.tests.site import Site
from services.intake.web.tests.visitors import text, words

GIVEN = {
    "name": "Beds",
    "service_type": "shelter",
    "status": "full",
    "areas": "Hrodna\nMinsk",
    "languages": ["rus"],
    "required_documents": "",
    "address": "Stork Street 7",
    "confidential": "y",
}


def test_a_service_is_added_and_shown_as_of_today(site: Site) -> None:
    focal = site.browser("ihar")
    assert "We offer nothing yet." in words(focal.get("/services"))

    response = focal.send("/services/new", **GIVEN)

    assert (response.status_code, response.location) == (303, "/services")
    page = words(focal.get("/services"))
    assert "Beds full Shelter Hrodna, Minsk · Russian last confirmed on 2 March 2026" in page
    assert "confidential address: stays here" in page
    assert "Stork" not in page


def test_it_is_changed_and_the_form_begins_with_what_is_known(site: Site) -> None:
    focal = site.browser("ihar")
    focal.send("/services/new", **GIVEN)
    [row] = site.node.rows(own_services)
    address = f"/services/{row['service_id']}"

    page = text(focal.get(address))
    assert "Hrodna\nMinsk</textarea>" in page.replace("\r", "")
    assert 'value="Stork Street 7"' in page
    # The retiring form stands behind: its own hidden fields are the page's last.
    form = focal.form("/services/new") | GIVEN | {"status": "open"}
    assert focal.client.post(address, data=form).status_code == 303

    [own] = own_offer(site.node.database, FOCAL_POINT)
    assert (own.status, own.hidden_address) == ("open", "Stork Street 7")
    retired = focal.client.post(f"{address}/retire", data=focal.form(address))
    assert retired.status_code == 303
    assert site.node.rows(own_services) == []


def test_what_is_wrong_is_said_and_nothing_is_lost(site: Site) -> None:
    focal = site.browser("ihar")

    response = focal.send("/services/new", **GIVEN | {"minimum_age": "30", "maximum_age": "20"})

    assert response.status_code == 422
    assert "The youngest age is above the oldest." in words(response)
    assert "Stork Street 7" in text(response)
