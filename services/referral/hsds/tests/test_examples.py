"""A directory in which all of HSDS 3.0 is filled in is taken as it is, with its loose ends and odd values."""

from pathlib import Path

import pytest

from services.referral.hsds import read
from services.referral.hsds.tests import thorough
from services.referral.hsds.tests.invented import ORGANISATION, SERVICE, SERVICE_TYPES, fatal


@pytest.mark.parametrize("name", [*thorough.JSON_FILES, "csv", "."])
def test_what_fills_in_everything_is_taken_as_it_is(tmp_path: Path, name: str) -> None:
    thorough.write(tmp_path)

    result = read(tmp_path / name, service_types=SERVICE_TYPES)

    assert fatal(result) == []
    assert [str(one.id) for one in result.organisations] == [ORGANISATION]
    (offered,) = result.services
    assert (str(offered.id), str(offered.organisation_id)) == (SERVICE, ORGANISATION)
    assert (offered.status, offered.minimum_age, offered.maximum_age) == ("active", 12, 100)
    assert (offered.languages, offered.areas) == (("urd",), ("all of Nowhere",))
    assert offered.service_type is None
    assert thorough.ADDRESS not in repr(result)
