"""A token of the API that was made before tokens had an end opens what it opened, for a year from the upgrade."""

from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from services.intake.storage.tables import api_tokens as of_node
from services.reporting.storage.tables import api_tokens as of_hub
from shared.clock import now
from shared.database import Database
from shared.migrations import upgrade_in
from shared.sign_ins import sha256

BEFORE = {
    "intake": (
        of_node,
        "0029",
        """INSERT INTO staff (username, id, org, password_hash, role, language, active, display_name)
           VALUES ('vera', '0190f0e6-0000-7000-8000-000000000001', 'harbour-house', 'x', 'admin', 'en', true, '')""",
        "INSERT INTO api_tokens (sha256, username, issued_at) VALUES (:sha256, 'vera', '2024-01-01 09:00:00')",
    ),
    "reporting": (
        of_hub,
        "0011",
        """INSERT INTO staff (username, display_name, password_hash, active) VALUES ('vera', 'Vera', 'x', true)""",
        "INSERT INTO api_tokens (token_sha256, username, created_at) VALUES (:sha256, 'vera', '2024-01-01 09:00:00')",
    ),
}


@pytest.mark.parametrize("service", BEFORE)
def test_a_token_of_before_ends_a_year_from_the_upgrade(database_url: str, service: str) -> None:
    table, version, person, token = BEFORE[service]
    with closing(Database(database_url)) as database:
        with database.transaction() as tx:
            upgrade_in(tx, f"services.{service}", version)
            tx.execute(text(person))
            tx.execute(text(token), {"sha256": sha256("of before")})
        with database.transaction() as tx:
            upgrade_in(tx, f"services.{service}")

        with database.reading() as tx:
            kept: dict[str, Any] = dict(tx.execute(table.select()).mappings().one())

    assert (kept["sha256"], kept["username"], kept["purpose"]) == (sha256("of before"), "vera", "")
    assert f"{kept['issued_at']:%Y-%m-%d %H}" == "2024-01-01 09"
    assert timedelta(days=364) < kept["ends_at"] - now() < timedelta(days=366)
