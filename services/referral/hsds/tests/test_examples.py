"""The published examples of HSDS 3.0 are taken as they are, with their loose ends and odd values."""

from pathlib import Path

import pytest

from services.referral.hsds import read
from services.referral.hsds.tests.invented import SERVICE_TYPES, fatal

EXAMPLES = Path(__file__).parents[5] / "shared" / "data" / "hsds"
PATHS = ["organization_full.json", "service_full.json", "service_at_location_full.json", "csv", "."]


@pytest.mark.skipif(not EXAMPLES.is_dir(), reason="The published HSDS examples are not beside this project.")
@pytest.mark.parametrize("name", PATHS)
def test_the_published_examples_are_taken_as_they_are(name: str) -> None:
    result = read(EXAMPLES / name, service_types=SERVICE_TYPES)
    assert fatal(result) == []
    assert [str(one.id) for one in result.organisations] == ["d9d5e0f5-d3ce-4f73-9a2f-4dd0ecc6c610"]
    (offered,) = result.services
    assert str(offered.id) == "ac148810-d857-441c-9679-408f346de14b"
    assert str(offered.organisation_id) == "d9d5e0f5-d3ce-4f73-9a2f-4dd0ecc6c610"
    assert (offered.status, offered.minimum_age, offered.maximum_age) == ("active", 12, 100)
    assert offered.languages == ("urd",)
    assert len(offered.areas) == 1
    assert offered.service_type is None
    assert "Main Street" not in repr(result)
