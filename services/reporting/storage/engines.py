"""What the two engines say differently."""

from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite

from shared.database import Transaction


def insert_into(tx: Transaction, table: Table) -> Any:
    """An insert that can also update, in the words of the engine."""
    return (sqlite if tx.connection.dialect.name == "sqlite" else postgresql).insert(table)
