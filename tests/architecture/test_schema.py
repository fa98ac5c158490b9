"""What migrations make is what the code expects, on both engines."""

import pytest

from shared.migrations import check, differences, upgrade
from shared.schema_version import is_newest

SERVICES = ("intake", "referral", "notifications", "reporting")


@pytest.mark.parametrize("service", SERVICES)
def test_the_migrated_schema_equals_the_models(service: str, database_url: str) -> None:
    upgrade(f"services.{service}", database_url)

    assert differences(f"services.{service}", database_url) == []
    check(f"services.{service}", database_url)


@pytest.mark.parametrize("service", SERVICES)
def test_its_version_is_known_without_the_migrations(service: str, database_url: str) -> None:
    assert not is_newest(f"services.{service}", database_url)

    upgrade(f"services.{service}", database_url)

    assert is_newest(f"services.{service}", database_url)


@pytest.mark.parametrize("service", SERVICES)
def test_migrating_twice_changes_nothing(service: str, sqlite_url: str) -> None:
    upgrade(f"services.{service}", sqlite_url)
    upgrade(f"services.{service}", sqlite_url)

    assert differences(f"services.{service}", sqlite_url) == []
