"""What other systems bring, and what they are told, in a browser and in every language."""

from typing import Any

import pytest

from services.intake.interchange.tests.bundles import changed, from_elsewhere
from tests.e2e.conftest import Visit
from tests.e2e.test_pages import LANGUAGES, A, look
from tests.network import Network


def brought(network: Network) -> str:
    """Something that a person has to look at; its id."""
    more: dict[str, Any] = {"maritalStatus": {"text": "?"}}
    bundle = changed(
        changed(from_elsewhere(), "Patient", **more), "Task", status="ready", businessStatus=None
    )
    return str(network.node(A).post("/referrals/fhir", bundle)["import_id"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_was_brought_is_looked_at_and_dismissed(visit: Visit, network: Network, language: str) -> None:
    import_id = brought(network)
    visitor = visit(A, language=language, width=390 if language == "uk" else 1280)
    visitor.signs_in("alena").speaks(language)
    look(visitor.goes_to("/inbox"))
    look(visitor.goes_to("/imports"))
    look(visitor.goes_to(f"/imports/{import_id}"))
    look(visitor.presses("main form.questions [type=submit]"))
    visitor.fills(reason="A test.").presses("main form.questions [type=submit]")
    assert visitor.page.url.endswith("/imports")
    look(visitor.goes_to(f"/imports/{import_id}"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_administrator_sets_a_webhook_up(visit: Visit, language: str) -> None:
    visitor = visit(A, language=language, width=390 if language == "ru" else 1280)
    visitor.signs_in("harbour-admin").speaks(language)
    look(visitor.goes_to("/webhooks"))
    visitor.fills(url="http://elsewhere.example/").presses("main form.questions [type=submit]")
    look(visitor)
    visitor.fills(url="https://hooks.invalid/").presses("main form.questions [type=submit]")
    look(visitor)
    visitor.goes_to("/webhooks").presses("main form[action$='/test'] [type=submit]")
    look(visitor)
    visitor.presses("main form[action$='/remove'] [type=submit]")
    look(visitor)
    assert not [address for address in visitor.asked if not address.startswith(visitor.url)]
